import * as l10n from "@vscode/l10n";
import * as vscode from "vscode";
import { isStale } from "../../../common/freshness.ts";
import { CONTEXT, VIEW } from "../../../common/manifestIds.ts";
import { describeProblem } from "../../../common/messages/problems.ts";
import { isActiveAnywhere } from "../../../domain/activationStatus.ts";
import { CERTIFICATE_LIMIT, type Certificate } from "../../../domain/certificate.ts";
import { ProblemError } from "../../../domain/problem.ts";
import type { RotationPlan } from "../../rotation/rotationPlan.ts";
import { plansInUse } from "../../rotation/rotationStatus.ts";
import type { RunningUpload, UnconfirmedUpload } from "../../upload/uploadService.ts";
import { welcomeStateOf } from "../welcomeState.ts";
import {
	isCertificate,
	itemOf,
	type ShownState,
	type TreeNode,
	thingsBelow,
	thingsOnTop,
	untoldProblem,
} from "./certificateNodes.ts";
import { IncrementalTree, type Row } from "./incrementalTree.ts";
import type { LazyTreeView } from "./lazyTreeView.ts";

const MOST_REVEALS = 10;

/** What it shows, and what it is loaded by. */
interface Sources extends ShownState {
	/** Has the projects read where they are old, or were never read. */
	readonly needProjects: () => Promise<void>;
	/** What to tell the connection in use by; `null` where there is no other one. */
	readonly connectionName: () => Promise<string | null>;
}

/** The view in the sidebar: shows what the state holds, and has it read when a person looks. */
export class CertificatesView implements vscode.Disposable {
	readonly #sources: Sources;
	readonly #report: (thrown: unknown) => void;
	readonly #view: vscode.TreeView<Row<TreeNode>>;
	/** What it is called where there is one connection. */
	readonly #title: string;
	readonly #rows: IncrementalTree<TreeNode>;
	/** The ids of the certificates whose facts are in sight. */
	readonly #expanded = new Set<string>();
	/** The ids of those that were uploaded a moment ago, and that no person has expanded: they are active in no project. */
	readonly #fresh = new Set<string>();
	/** What was set last of the context keys. */
	readonly #context = new Map<string, string | boolean>();
	readonly #subscriptions: vscode.Disposable;

	/** @param report Shows what went wrong where no command was given. */
	constructor(tree: LazyTreeView, sources: Sources, report: (thrown: unknown) => void) {
		this.#sources = sources;
		this.#report = report;
		this.#view = tree.view as vscode.TreeView<Row<TreeNode>>;
		this.#title = this.#view.title ?? "";
		this.#rows = new IncrementalTree<TreeNode>(
			{
				below: (above) => (above ? thingsBelow(above, sources) : thingsOnTop(sources)),
				item: (thing) => itemOf(thing, sources),
				// It tells so by an event too, which gets lost where it is drawing the tree anew.
				expanded: (thing) => setImmediate(() => this.#expand(thing)),
			},
			(rows) => {
				tree.draw(rows);
				// Where certificates are active is looked up only where a row has changed, not at each of hundreds of answers.
				this.#showWhetherActive();
			},
		);
		const follow = () => {
			this.#showHeading();
			this.#rows.compareSoon();
		};
		for (const source of [sources.certificates, sources.uploads, sources.projects, sources.plans, sources.contents])
			source.on("change", follow);
		sources.certificates.on("change", () => this.#loadMissing());
		this.#subscriptions = vscode.Disposable.from(
			this.#view.onDidChangeVisibility(() => this.refreshIfStale()),
			this.#view.onDidExpandElement(({ element }) => this.#expand(element.thing)),
			this.#view.onDidCollapseElement(({ element }) => this.#collapse(element.thing)),
			vscode.window.onDidChangeWindowState(({ focused }) => focused && this.refreshIfStale()),
		);
		tree.fill(this.#rows);
	}

	get visible(): boolean {
		return this.#view.visible;
	}

	/**
	 * The certificate that a command is about: the row that a menu handed over, else the one that is selected. Only what
	 * the list holds counts, whoever calls.
	 * @throws Failure `nothing-selected`
	 */
	certificateOf(row: unknown): Certificate {
		const [certificate] = this.#listed([this.#chosen(row)]);
		if (!certificate) throw new ProblemError({ reason: "nothing-selected" });
		return certificate;
	}

	/**
	 * The certificates that a command is about, likewise: the row that a menu handed over and all that were selected with
	 * it, else those that are selected; each once.
	 * @param row,rows What the editor hands to a command from its menus.
	 * @throws Failure `nothing-selected`
	 */
	certificatesOf(row: unknown, rows: unknown): readonly Certificate[] {
		const chosen = this.#chosen(row);
		if (!chosen) throw new ProblemError({ reason: "nothing-selected" });
		const { selection } = this.#view;
		const others = Array.isArray(rows) ? rows.map((each) => this.#rows.known(each)) : [];
		const certificates = this.#listed([chosen, ...others, ...(selection.includes(chosen) ? selection : [])]);
		if (certificates.length === 0) throw new ProblemError({ reason: "nothing-selected" });
		return certificates;
	}

	/** The running upload that a command is about, likewise. @throws Failure `nothing-selected` */
	uploadOf(row: unknown): RunningUpload {
		const chosen = this.#chosen(row)?.thing;
		const upload = chosen?.kind === "upload" && this.#sources.uploads.running.find(({ id }) => id === chosen.upload.id);
		if (!upload) throw new ProblemError({ reason: "nothing-selected" });
		return upload;
	}

	/** The upload that is not confirmed and that a command is about, likewise. @throws Failure `nothing-selected` */
	unconfirmedOf(row: unknown): UnconfirmedUpload {
		const chosen = this.#chosen(row)?.thing;
		const upload =
			chosen?.kind === "unconfirmed" &&
			this.#sources.uploads.unconfirmed.find(({ pending }) => pending.id === chosen.upload.pending.id);
		if (!upload) throw new ProblemError({ reason: "nothing-selected" });
		return upload;
	}

	/** The rotation of an organization that was not named, if a row is about one. */
	unplacedPlanOf(row: unknown): RotationPlan | undefined {
		const chosen = this.#chosen(row)?.thing;
		return chosen?.kind === "unplacedPlan" ? chosen.plan : undefined;
	}

	/** Opens the view and selects the row of a certificate that the list holds; the keyboard stays where it is. */
	async reveal({ id }: Pick<Certificate, "id">): Promise<void> {
		await this.#reveal((thing) => isCertificate(thing, id));
	}

	/** The same for one that was just uploaded, with its facts. */
	async revealUploaded({ id }: Pick<Certificate, "id">): Promise<void> {
		this.#fresh.add(id);
		await this.#reveal((thing) => isCertificate(thing, id), true);
	}

	/** The same for the unconfirmed upload of a certificate, if there is one. @param sha256 As in `Candidate`. */
	async revealUnconfirmed(sha256: string): Promise<void> {
		await this.#reveal((thing) => thing.kind === "unconfirmed" && thing.upload.pending.sha256 === sha256);
	}

	async #reveal(isWanted: (thing: TreeNode) => boolean, expand = false): Promise<void> {
		// What it does not show yet it is told before it is asked for.
		this.redraw();
		const row = this.#rows.getChildren().find(({ thing }) => isWanted(thing));
		if (!row) return;
		// A view that was hidden draws itself anew when it is shown. Until it has, the editor does not know the row, which it
		// says by an error, or drops the selection; and it does not tell when it has.
		for (let tries = 0; tries < MOST_REVEALS && !this.#isSelected(isWanted); tries++)
			await this.#view.reveal(row, { select: true, focus: false, expand }).then(
				() => {},
				() => {},
			);
	}

	/** Reads all that is in sight again; the view shows that it does. */
	async refresh(): Promise<void> {
		const { uploads, certificates, plans } = this.#sources;
		this.#fresh.clear();
		// At once, so that nobody takes the list for stale meanwhile.
		const read = Promise.all([certificates.refresh(), uploads.reload(), plans.reload(), this.showConnection()]);
		await vscode.window.withProgress({ location: { viewId: VIEW } }, () => read);
		this.#showWhetherActive();
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
		this.#showHeading();
		this.#rows.compare();
	}

	/** Shows how many certificates there are, or why there are none. */
	#showHeading(): void {
		const { certificates, uploads } = this.#sources;
		const { listing, problem, loading } = certificates.state;
		const count = listing && listing.certificates.length + listing.unreadable;
		const empty = uploads.unconfirmed.length > 0 ? "no" : welcomeStateOf(count, problem, loading);
		const shown = listing?.certificates.length;
		this.#setContext({
			[CONTEXT.empty]: empty,
			[CONTEXT.hasKey]: listing !== null,
			[CONTEXT.hasCertificates]: Boolean(shown),
		});
		const untold = untoldProblem({ certificates, uploads });
		const message = untold ? describeProblem(untold) : "";
		// The editor has a message wait its turn among the rows, also one that says the same as before.
		if (message !== (this.#view.message ?? "")) this.#view.message = message;
		this.#view.description = shown ? l10n.t("{0} of {1}", shown, CERTIFICATE_LIMIT) : "";
	}

	#showWhetherActive(): void {
		const { certificates, enforcement } = this.#sources;
		const isActive = ({ id }: Certificate) => isActiveAnywhere(enforcement.activity(id)) === true;
		this.#setContext({ [CONTEXT.hasActive]: certificates.state.listing?.certificates.some(isActive) ?? false });
	}

	#setContext(context: Readonly<Record<string, string | boolean>>): void {
		for (const [key, value] of Object.entries(context)) {
			if (this.#context.get(key) === value) continue;
			this.#context.set(key, value);
			void vscode.commands.executeCommand("setContext", key, value);
		}
	}

	#expand(thing: TreeNode): void {
		if (thing.kind !== "certificate" || this.#expanded.has(thing.certificate.id)) return;
		this.#expanded.add(thing.certificate.id);
		this.#loadFacts().catch(this.#report);
	}

	#collapse(thing: TreeNode): void {
		if (thing.kind !== "certificate") return;
		for (const ids of [this.#expanded, this.#fresh]) ids.delete(thing.certificate.id);
	}

	/** Has read what is to be told of the certificates that are expanded, and of rotations. */
	async #loadFacts(): Promise<void> {
		const { contents, needProjects } = this.#sources;
		const expanded = this.#expandedOnes();
		const isNeeded = expanded.some(({ id }) => !this.#fresh.has(id)) || plansInUse(this.#sources).length > 0;
		await Promise.all([isNeeded && needProjects(), ...expanded.map(({ id }) => contents.load(id))]);
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

	#isSelected(isWanted: (thing: TreeNode) => boolean): boolean {
		const [selected] = this.#view.selection;
		return selected !== undefined && isWanted(selected.thing);
	}

	/** Junk from whoever calls a command must not act on what is selected. */
	#chosen(row: unknown): Row<TreeNode> | undefined {
		return row === undefined ? this.#view.selection[0] : this.#rows.known(row);
	}

	/** The certificates of these rows that the list still holds, each once. */
	#listed(rows: readonly (Row<TreeNode> | undefined)[]): readonly Certificate[] {
		const { listing } = this.#sources.certificates.state;
		return listing?.certificates.filter(({ id }) => rows.some((row) => row && isCertificate(row.thing, id))) ?? [];
	}
}
