import * as l10n from "@vscode/l10n";
import * as vscode from "vscode";
import type { Certificates } from "../application/certificates.ts";
import type { Contents } from "../application/contents.ts";
import type { Enforcement } from "../application/enforcement.ts";
import type { Projects } from "../application/projects.ts";
import type { RotationPlans } from "../application/rotationPlans.ts";
import type { RunningUpload, UnconfirmedUpload, Uploads } from "../application/uploads.ts";
import { CERTIFICATE_LIMIT, type Certificate } from "../domain/certificate.ts";
import { Failure } from "../domain/failure.ts";
import { inOrder, type Order } from "../domain/order.ts";
import { emptinessOf } from "./emptiness.ts";
import { projectNamed } from "./groundwork.ts";
import { CONTEXT, VIEW } from "./names.ts";
import { plansInUse, rolesOf } from "./rotationRoles.ts";
import { certificateItem, factItem, noteItem, unconfirmedItem, uploadItem } from "./rows.ts";
import { isStale } from "./staleness.ts";
import type { Tree } from "./tree.ts";
import { type Fact, factsOf } from "./words/facts.ts";
import { problemWords } from "./words/problems.ts";
import { type RotationRole, roleFacts } from "./words/rotationRoles.ts";
import { noteWords } from "./words/view.ts";

type CertificateRow = { readonly kind: "certificate"; readonly certificate: Certificate };

/** A row of the view. */
type Row =
	| { readonly kind: "upload"; readonly upload: RunningUpload }
	| { readonly kind: "unconfirmed"; readonly upload: UnconfirmedUpload }
	| CertificateRow
	| { readonly kind: "fact"; readonly above: CertificateRow; readonly fact: Fact }
	| { readonly kind: "note"; readonly text: string };

const MOST_REVEALS = 10;

/** What it shows, and what it is loaded by. */
interface Sources {
	readonly certificates: Certificates;
	readonly uploads: Uploads;
	readonly projects: Projects;
	readonly enforcement: Enforcement;
	readonly plans: RotationPlans;
	readonly contents: Contents;
	/** Has the projects read where they are old, or were never read. */
	readonly needProjects: () => Promise<void>;
	/** The order that the person wants. */
	readonly order: () => Order;
	/** What to tell the connection in use by; `null` where there is no other one. */
	readonly connectionName: () => Promise<string | null>;
}

/** The view in the sidebar: shows what the state holds, and has it read when a person looks. */
export class CertificatesView implements vscode.TreeDataProvider<Row>, vscode.Disposable {
	readonly #sources: Sources;
	readonly #report: (thrown: unknown) => void;
	readonly #view: vscode.TreeView<Row>;
	/** What it is called where there is one connection. */
	readonly #title: string;
	/** The rows that were handed to the editor. */
	readonly #rows = new WeakSet<Row>();
	/** The ids of the certificates whose facts are in sight. */
	readonly #expanded = new Set<string>();
	readonly #changed = new vscode.EventEmitter<void>();
	readonly #subscriptions: vscode.Disposable;

	readonly onDidChangeTreeData = this.#changed.event;

	/** @param report Shows what went wrong where no command was given. */
	constructor(tree: Tree, sources: Sources, report: (thrown: unknown) => void) {
		this.#sources = sources;
		this.#report = report;
		this.#view = tree.view as vscode.TreeView<Row>;
		this.#title = this.#view.title ?? "";
		const redraw = () => this.redraw();
		for (const source of [sources.certificates, sources.uploads, sources.projects, sources.plans, sources.contents])
			source.on("change", redraw);
		sources.certificates.on("change", () => this.#loadMissing());
		this.#subscriptions = vscode.Disposable.from(
			this.#changed,
			this.#view.onDidChangeVisibility(() => this.refreshIfStale()),
			this.#view.onDidExpandElement(({ element }) => this.#expand(element)),
			this.#view.onDidCollapseElement(({ element }) => this.#collapse(element)),
			vscode.window.onDidChangeWindowState(({ focused }) => focused && this.refreshIfStale()),
		);
		tree.fill(this as vscode.TreeDataProvider<unknown>);
	}

	get visible(): boolean {
		return this.#view.visible;
	}

	/** Whether it tells where something is active, for which the projects have to be read. */
	get showsProjects(): boolean {
		return this.#expandedOnes().length > 0 || plansInUse(this.#sources).length > 0;
	}

	getChildren(above?: Row): Row[] {
		const rows = above ? this.#below(above) : this.#top();
		for (const row of rows) this.#rows.add(row);
		return rows;
	}

	getParent(row: Row): Row | undefined {
		return row.kind === "fact" ? row.above : undefined;
	}

	getTreeItem(row: Row): vscode.TreeItem {
		const { enforcement } = this.#sources;
		switch (row.kind) {
			case "upload":
				return uploadItem(row.upload);
			case "unconfirmed":
				return unconfirmedItem(row.upload);
			case "certificate":
				return certificateItem(row.certificate, enforcement.activity(row.certificate.id), this.#rolesOf(row));
			case "fact":
				return factItem(row.above.certificate, row.fact);
			case "note":
				return noteItem(row.text);
		}
	}

	/**
	 * The certificate that a command is about: the row that a menu handed over, else the one that is selected. Only what
	 * the list holds counts, whoever calls.
	 * @throws Failure `nothing-selected`
	 */
	certificateOf(row: unknown): Certificate {
		const [certificate] = this.#listed([this.#chosen(row)]);
		if (!certificate) throw new Failure({ reason: "nothing-selected" });
		return certificate;
	}

	/**
	 * The certificates that a command is about, likewise: the row that a menu handed over and all that were selected with
	 * it, else those that are selected; each once.
	 * @param row,rows What the editor hands to a command from its menus.
	 * @throws Failure `nothing-selected`
	 */
	certificatesOf(row: unknown, rows: unknown): readonly Certificate[] {
		const selected = row === undefined ? this.#view.selection : Array.isArray(rows) ? rows : [];
		const certificates = this.#listed([this.#chosen(row), ...selected.map((each) => this.#handedOut(each))]);
		if (certificates.length === 0 || !this.#chosen(row)) throw new Failure({ reason: "nothing-selected" });
		return certificates;
	}

	/** The running upload that a command is about, likewise. @throws Failure `nothing-selected` */
	uploadOf(row: unknown): RunningUpload {
		const chosen = this.#chosen(row);
		const upload = chosen?.kind === "upload" && this.#sources.uploads.running.find(({ id }) => id === chosen.upload.id);
		if (!upload) throw new Failure({ reason: "nothing-selected" });
		return upload;
	}

	/** The upload that is not confirmed and that a command is about, likewise. @throws Failure `nothing-selected` */
	unconfirmedOf(row: unknown): UnconfirmedUpload {
		const chosen = this.#chosen(row);
		const upload =
			chosen?.kind === "unconfirmed" && this.#sources.uploads.unconfirmed.find(({ id }) => id === chosen.upload.id);
		if (!upload) throw new Failure({ reason: "nothing-selected" });
		return upload;
	}

	/** Opens the view and selects the row of a certificate that the list holds; the keyboard stays where it is. */
	async reveal({ id }: Pick<Certificate, "id">): Promise<void> {
		const certificate = this.#sources.certificates.state.listing?.certificates.find((each) => each.id === id);
		if (!certificate) return;
		const row: Row = { kind: "certificate", certificate };
		this.#rows.add(row);
		// A view that was hidden draws itself anew when it is shown. Until it has, the editor does not know the row, which it
		// says by an error, or drops the selection; and it does not tell when it has.
		for (let tries = 0; tries < MOST_REVEALS && !this.#isSelected(id); tries++)
			await this.#view.reveal(row, { select: true, focus: false }).then(
				() => {},
				() => {},
			);
	}

	/** Reads all that is in sight again; the view shows that it does. */
	async refresh(): Promise<void> {
		const { uploads, certificates, plans } = this.#sources;
		// At once, so that nobody takes the list for stale meanwhile.
		const read = Promise.all([certificates.refresh(), uploads.reload(), plans.reload(), this.showConnection()]);
		await vscode.window.withProgress({ location: { viewId: VIEW } }, () => read);
		await this.#loadFacts();
	}

	/** Reads what is not confirmed again where a person looks, and the list where it is old, or was never read. */
	refreshIfStale(): void {
		if (!this.#view.visible) return;
		const { uploads, certificates, plans } = this.#sources;
		const rest = () => Promise.all([uploads.reload(), plans.reload().then(() => this.#loadFacts())]);
		const reading = isStale(certificates.state) ? this.refresh() : rest();
		reading.catch(this.#report);
	}

	/** Names the connection in use where there are several. */
	async showConnection(): Promise<void> {
		const name = await this.#sources.connectionName();
		this.#view.title = name === null ? this.#title : l10n.t("{0}: {1}", this.#title, name);
	}

	dispose(): void {
		this.#subscriptions.dispose();
	}

	/** Shows what the state holds. */
	redraw(): void {
		const { certificates, uploads } = this.#sources;
		const { listing, problem, loading } = certificates.state;
		const count = listing && listing.certificates.length + listing.unreadable;
		const empty = uploads.unconfirmed.length > 0 ? "no" : emptinessOf(count, problem, loading);
		void vscode.commands.executeCommand("setContext", CONTEXT.empty, empty);
		const shown = listing?.certificates.length;
		this.#view.description = shown ? l10n.t("{0} of {1}", shown, CERTIFICATE_LIMIT) : "";
		this.#changed.fire();
	}

	#top(): Row[] {
		const { certificates, uploads, order } = this.#sources;
		const { listing, problem, loadedAt } = certificates.state;
		const trouble = problem && problemWords(problem);
		// Where there are no rows, the welcome text says it.
		const unread = !listing && trouble && uploads.unconfirmed.length > 0 ? [trouble] : [];
		const notes = [...unread, ...noteWords(listing, trouble, loadedAt)];
		return [
			...uploads.running.map((upload): Row => ({ kind: "upload", upload })),
			...uploads.unconfirmed.map((upload): Row => ({ kind: "unconfirmed", upload })),
			...notes.map((text): Row => ({ kind: "note", text })),
			...inOrder(listing?.certificates ?? [], order()).map((each): Row => ({ kind: "certificate", certificate: each })),
		];
	}

	#below(above: Row): Row[] {
		if (above.kind !== "certificate") return [];
		const { certificate } = above;
		// The editor asks for what is below a row once that is expanded. It says so by an event too, which gets lost where it
		// is drawing the tree anew.
		if (!this.#expanded.has(certificate.id)) setImmediate(() => this.#expand(above));
		const { enforcement, contents, projects } = this.#sources;
		const activity = enforcement.activity(certificate.id);
		const facts = [
			...roleFacts(this.#rolesOf(above), projectNamed(this.#sources)),
			...factsOf(certificate, contents.of(certificate.id), activity, projects.state.loading),
		];
		return facts.map((fact): Row => ({ kind: "fact", above, fact }));
	}

	#rolesOf({ certificate }: CertificateRow): readonly RotationRole[] {
		return rolesOf(this.#sources, certificate.id);
	}

	#expand(row: Row): void {
		if (row.kind !== "certificate") return;
		this.#expanded.add(row.certificate.id);
		this.#loadFacts().catch(this.#report);
	}

	#collapse(row: Row): void {
		if (row.kind === "certificate") this.#expanded.delete(row.certificate.id);
	}

	/** Has read what is to be told of the certificates that are expanded, and of rotations. */
	async #loadFacts(): Promise<void> {
		const { contents, needProjects } = this.#sources;
		const expanded = this.#expandedOnes();
		if (this.showsProjects) await Promise.all([needProjects(), ...expanded.map(({ id }) => contents.load(id))]);
	}

	/** The same where nobody has asked for it since the connection changed. */
	#loadMissing(): void {
		const { contents } = this.#sources;
		if (this.#expandedOnes().some(({ id }) => !contents.of(id))) this.#loadFacts().catch(this.#report);
	}

	#expandedOnes(): readonly Certificate[] {
		const { listing } = this.#sources.certificates.state;
		return listing?.certificates.filter(({ id }) => this.#expanded.has(id)) ?? [];
	}

	#isSelected(id: string): boolean {
		const [selected] = this.#view.selection;
		return selected?.kind === "certificate" && selected.certificate.id === id;
	}

	/** Junk from whoever calls a command must not act on what is selected. */
	#chosen(row: unknown): Row | undefined {
		return row === undefined ? this.#view.selection[0] : this.#handedOut(row);
	}

	#handedOut(row: unknown): Row | undefined {
		return this.#rows.has(row as Row) ? (row as Row) : undefined;
	}

	/** The certificates of these rows that the list still holds, each once. */
	#listed(rows: readonly (Row | undefined)[]): readonly Certificate[] {
		const ids = new Set(rows.map((row) => (row?.kind === "certificate" ? row.certificate.id : undefined)));
		return this.#sources.certificates.state.listing?.certificates.filter(({ id }) => ids.has(id)) ?? [];
	}
}
