import * as vscode from "vscode";
import { isStale } from "../../../common/freshness.ts";
import { CERTIFICATES_VIEW, CONTEXT_KEYS } from "../../../common/manifestIds.ts";
import { describeProblem } from "../../../common/messages/problems/problems.ts";
import { isActiveAnywhere } from "../../../domain/activationStatus.ts";
import type { Certificate } from "../../../domain/certificate.ts";
import { ProblemError } from "../../../domain/problem.ts";
import type { RotationPlan } from "../../rotation/rotationPlan.ts";
import { plansInUse } from "../../rotation/rotationStatus.ts";
import type { RunningUpload, UnconfirmedUpload } from "../../upload/uploadService.ts";
import { formatCertificateCount, viewTitle } from "../viewMessages.ts";
import { welcomeStateOf } from "../welcomeState.ts";
import {
	type CertificateTreeSources,
	childNodes,
	isCertificateNode,
	problemForMessage,
	rootNodes,
	type TreeNode,
	toTreeItem,
} from "./certificateNodes.ts";
import { IncrementalTree, type Row } from "./incrementalTree.ts";
import type { LazyTreeView } from "./lazyTreeView.ts";

const MAX_REVEAL_ATTEMPTS = 10;

interface CertificatesViewSources extends CertificateTreeSources {
	/** Reads the projects if the last reading is old or missing. */
	readonly ensureProjects: () => Promise<void>;
	/** Returns the current connection's name; `null` if there are no other connections. */
	readonly connectionName: () => Promise<string | null>;
}

/** Shows the certificates in the sidebar. Reads stale state when the view is shown or the window gets the focus. */
export class CertificatesView implements vscode.Disposable {
	readonly #sources: CertificatesViewSources;
	readonly #report: (thrown: unknown) => void;
	readonly #view: vscode.TreeView<Row<TreeNode>>;
	/** The view's title if there is only one connection. */
	readonly #title: string;
	readonly #rows: IncrementalTree<TreeNode>;
	/** The ids of the expanded certificates. */
	readonly #expanded = new Set<string>();
	/** The ids of just uploaded certificates, until they are collapsed or refreshed: no project needs to be read for them. */
	readonly #justUploaded = new Set<string>();
	/** The values of the context keys that were set last. */
	readonly #context = new Map<string, string | boolean>();
	readonly #subscriptions: vscode.Disposable;

	/** @param report Shows an error that no command caused. */
	constructor(tree: LazyTreeView, sources: CertificatesViewSources, report: (thrown: unknown) => void) {
		this.#sources = sources;
		this.#report = report;
		this.#view = tree.view as vscode.TreeView<Row<TreeNode>>;
		this.#title = this.#view.title ?? "";
		this.#rows = new IncrementalTree<TreeNode>(
			{
				children: (parent) => (parent ? childNodes(parent, sources) : rootNodes(sources)),
				item: (node) => toTreeItem(node, sources),
				// VS Code also fires an event, but loses the event during a refresh of the tree.
				onDidRequestChildren: (node) => setImmediate(() => this.#expand(node)),
			},
			(rows) => {
				tree.refresh(rows);
				// Look for active certificates only after a row changed, not after each of hundreds of answers.
				this.#updateHasActive();
			},
		);
		const update = () => {
			this.#updateHeading();
			this.#rows.refreshChangedSoon();
		};
		for (const source of [sources.certificates, sources.uploads, sources.projects, sources.plans, sources.contents])
			source.on("change", update);
		sources.certificates.on("change", () => this.#loadMissing());
		this.#subscriptions = vscode.Disposable.from(
			this.#view.onDidChangeVisibility(() => this.refreshIfStale()),
			this.#view.onDidExpandElement(({ element }) => this.#expand(element.node)),
			this.#view.onDidCollapseElement(({ element }) => this.#collapse(element.node)),
			vscode.window.onDidChangeWindowState(({ focused }) => focused && this.refreshIfStale()),
		);
		tree.setProvider(this.#rows);
	}

	get visible(): boolean {
		return this.#view.visible;
	}

	/**
	 * Returns a listed certificate: of a menu's row, or of the selected row if `row` is `undefined`.
	 * @throws ProblemError `nothing-selected`
	 */
	certificateOf(row: unknown): Certificate {
		const [certificate] = this.#listed([this.#chosen(row)]);
		if (!certificate) throw new ProblemError({ reason: "nothing-selected" });
		return certificate;
	}

	/**
	 * Like `certificateOf`, for a menu's row and the rows selected with it, or for the selected rows; each once.
	 * @param row,rows The arguments that VS Code passes from menus.
	 * @throws ProblemError `nothing-selected`
	 */
	certificatesOf(row: unknown, rows: unknown): readonly Certificate[] {
		const chosen = this.#chosen(row);
		if (!chosen) throw new ProblemError({ reason: "nothing-selected" });
		const { selection } = this.#view;
		const others = Array.isArray(rows) ? rows.map((each) => this.#rows.asRow(each)) : [];
		const certificates = this.#listed([chosen, ...others, ...(selection.includes(chosen) ? selection : [])]);
		if (certificates.length === 0) throw new ProblemError({ reason: "nothing-selected" });
		return certificates;
	}

	/** Like `certificateOf`, for a running upload. @throws ProblemError `nothing-selected` */
	uploadOf(row: unknown): RunningUpload {
		const chosen = this.#chosen(row)?.node;
		const upload = chosen?.kind === "upload" && this.#sources.uploads.running.find(({ id }) => id === chosen.upload.id);
		if (!upload) throw new ProblemError({ reason: "nothing-selected" });
		return upload;
	}

	/** Like `certificateOf`, for an unconfirmed upload. @throws ProblemError `nothing-selected` */
	unconfirmedOf(row: unknown): UnconfirmedUpload {
		const chosen = this.#chosen(row)?.node;
		const upload =
			chosen?.kind === "unconfirmed" &&
			this.#sources.uploads.unconfirmed.find(({ pending }) => pending.id === chosen.upload.pending.id);
		if (!upload) throw new ProblemError({ reason: "nothing-selected" });
		return upload;
	}

	/** Returns the row's rotation in an unknown organization. @throws ProblemError `nothing-selected` */
	unplacedPlanOf(row: unknown): RotationPlan {
		const chosen = this.#chosen(row)?.node;
		if (chosen?.kind !== "unplacedPlan") throw new ProblemError({ reason: "nothing-selected" });
		return chosen.plan;
	}

	/** Opens the view and selects a listed certificate's row without moving the keyboard focus. */
	async reveal({ id }: Pick<Certificate, "id">): Promise<void> {
		await this.#reveal((node) => isCertificateNode(node, id));
	}

	/** Like `reveal`, for a certificate that was just uploaded; also expands the row. */
	async revealUploaded({ id }: Pick<Certificate, "id">): Promise<void> {
		this.#justUploaded.add(id);
		await this.#reveal((node) => isCertificateNode(node, id), true);
	}

	/** Like `reveal`, for a certificate's unconfirmed upload, if any. @param sha256 As in `ParsedCertificate`. */
	async revealUnconfirmed(sha256: string): Promise<void> {
		await this.#reveal((node) => node.kind === "unconfirmed" && node.upload.pending.sha256 === sha256);
	}

	async #reveal(isWanted: (node: TreeNode) => boolean, expand = false): Promise<void> {
		// VS Code must know new rows before it can reveal them.
		this.redraw();
		const row = this.#rows.getChildren().find((each) => isWanted(each.node));
		if (!row) return;
		// A hidden view refreshes when shown. Until the refresh ends, VS Code rejects the row with an error or drops the
		// selection. No event reports the end.
		for (let attempt = 0; attempt < MAX_REVEAL_ATTEMPTS && !this.#isSelected(isWanted); attempt++)
			await this.#view.reveal(row, { select: true, focus: false, expand }).then(
				() => {},
				() => {},
			);
	}

	/** Reads everything that is visible again, with progress in the view. */
	async refresh(): Promise<void> {
		const { uploads, certificates, plans } = this.#sources;
		this.#justUploaded.clear();
		// Start at once, so that the list does not count as stale meanwhile.
		const reading = Promise.all([certificates.refresh(), uploads.reload(), plans.reload(), this.showConnection()]);
		await vscode.window.withProgress({ location: { viewId: CERTIFICATES_VIEW } }, () => reading);
		this.#updateHasActive();
		await this.#loadFacts();
	}

	/** Reads the unconfirmed uploads again, and the list if it is old or missing, unless the view is hidden. */
	refreshIfStale(): void {
		if (!this.#view.visible) return;
		const { uploads, certificates, plans } = this.#sources;
		const rest = () => Promise.all([uploads.reload(), plans.reload().then(() => this.#loadFacts())]);
		const reading = isStale(certificates.state) ? this.refresh() : rest();
		reading.catch(this.#report);
	}

	/** Shows the current connection's name in the title if there are several. */
	async showConnection(): Promise<void> {
		const name = await this.#sources.connectionName();
		this.#view.title = name === null ? this.#title : viewTitle(this.#title, name);
	}

	dispose(): void {
		this.#subscriptions.dispose();
	}

	/** Shows the current state. */
	redraw(): void {
		this.#updateHeading();
		this.#rows.refreshChanged();
	}

	/** Shows the number of certificates, or why there are none. */
	#updateHeading(): void {
		const { certificates, uploads } = this.#sources;
		const { listing, problem, loading } = certificates.state;
		const count = listing && listing.certificates.length + listing.unreadable;
		const welcomeState = uploads.unconfirmed.length > 0 ? "no" : welcomeStateOf(count, problem, loading);
		const listed = listing?.certificates.length;
		this.#setContext({
			[CONTEXT_KEYS.empty]: welcomeState,
			[CONTEXT_KEYS.hasKey]: listing !== null,
			[CONTEXT_KEYS.hasCertificates]: Boolean(listed),
		});
		const shownProblem = problemForMessage({ certificates, uploads });
		const message = shownProblem ? describeProblem(shownProblem) : "";
		// VS Code queues each message behind the rows, even an unchanged one.
		if (message !== (this.#view.message ?? "")) this.#view.message = message;
		this.#view.description = listed ? formatCertificateCount(listed) : "";
	}

	#updateHasActive(): void {
		const { certificates, enforcement } = this.#sources;
		const isActive = ({ id }: Certificate) => isActiveAnywhere(enforcement.activationStatus(id)) === true;
		this.#setContext({ [CONTEXT_KEYS.hasActive]: certificates.state.listing?.certificates.some(isActive) ?? false });
	}

	#setContext(context: Readonly<Record<string, string | boolean>>): void {
		for (const [key, value] of Object.entries(context)) {
			if (this.#context.get(key) === value) continue;
			this.#context.set(key, value);
			void vscode.commands.executeCommand("setContext", key, value);
		}
	}

	#expand(node: TreeNode): void {
		if (node.kind !== "certificate" || this.#expanded.has(node.certificate.id)) return;
		this.#expanded.add(node.certificate.id);
		this.#loadFacts().catch(this.#report);
	}

	#collapse(node: TreeNode): void {
		if (node.kind !== "certificate") return;
		for (const ids of [this.#expanded, this.#justUploaded]) ids.delete(node.certificate.id);
	}

	/** Reads the facts of expanded certificates and of rotations. */
	async #loadFacts(): Promise<void> {
		const expanded = this.#expandedCertificates();
		const isNeeded = expanded.some(({ id }) => !this.#justUploaded.has(id)) || plansInUse(this.#sources).length > 0;
		const { contents } = this.#sources;
		await Promise.all([isNeeded && this.#sources.ensureProjects(), ...expanded.map(({ id }) => contents.load(id))]);
	}

	/** Like `#loadFacts`, if a content was not requested since the connection changed. */
	#loadMissing(): void {
		const { contents } = this.#sources;
		if (this.#expandedCertificates().some(({ id }) => !contents.get(id))) this.#loadFacts().catch(this.#report);
	}

	#expandedCertificates(): readonly Certificate[] {
		const { listing } = this.#sources.certificates.state;
		return listing?.certificates.filter(({ id }) => this.#expanded.has(id)) ?? [];
	}

	#isSelected(isWanted: (node: TreeNode) => boolean): boolean {
		const [selected] = this.#view.selection;
		return selected !== undefined && isWanted(selected.node);
	}

	/** Returns a row, or the selected row for `undefined`. An invalid row must never mean the selection. */
	#chosen(row: unknown): Row<TreeNode> | undefined {
		return row === undefined ? this.#view.selection[0] : this.#rows.asRow(row);
	}

	/** Returns the rows' certificates that the list still contains, each once. */
	#listed(rows: readonly (Row<TreeNode> | undefined)[]): readonly Certificate[] {
		const { listing } = this.#sources.certificates.state;
		return listing?.certificates.filter(({ id }) => rows.some((row) => row && isCertificateNode(row.node, id))) ?? [];
	}
}
