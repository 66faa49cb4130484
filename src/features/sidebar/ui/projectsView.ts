import * as vscode from "vscode";
import { isStale } from "../../../common/freshness.ts";
import { CONTEXT_KEYS, PROJECTS_VIEW } from "../../../common/manifestIds.ts";
import { describeProblem } from "../../../common/messages/problems/problems.ts";
import { formatProjectName } from "../../../common/messages/scopes.ts";
import type { EnforcedCertificate } from "../../../domain/activationStatus.ts";
import type { Certificate } from "../../../domain/certificate.ts";
import { isCancelled, ProblemError } from "../../../domain/problem.ts";
import type { Project, Scope } from "../../../domain/scope.ts";
import type { CertificateStore } from "../../organization/certificateStore.ts";
import type { EnforcementIndex } from "../../organization/enforcementIndex.ts";
import type { ProjectStore } from "../../organization/projectStore.ts";
import { describeListNotes } from "../listNotes.ts";
import type { ProjectStatus } from "../projectMessages.ts";
import { welcomeStateOf } from "../welcomeState.ts";
import { IncrementalTree, type Row } from "./incrementalTree.ts";
import type { LazyTreeView } from "./lazyTreeView.ts";
import { enforcedItem, noteItem, projectItem } from "./treeItems.ts";

type ProjectTreeNode =
	| { readonly kind: "project"; readonly project: Project }
	| { readonly kind: "certificate"; readonly project: Project; readonly enforced: EnforcedCertificate }
	| { readonly kind: "note"; readonly project: Project | null; readonly text: string };

interface ProjectTreeSources {
	readonly certificates: CertificateStore;
	readonly projects: ProjectStore;
	readonly enforcement: EnforcementIndex;
}

/** Shows the projects and their enforced certificates in the sidebar. Reads stale state when the view is shown or the window gets the focus. */
export class ProjectsView implements vscode.Disposable {
	readonly #sources: ProjectTreeSources;
	readonly #report: (thrown: unknown) => void;
	readonly #view: vscode.TreeView<Row<ProjectTreeNode>>;
	readonly #rows: IncrementalTree<ProjectTreeNode>;
	readonly #subscriptions: vscode.Disposable;
	#reading = new AbortController();

	/** @param report Shows an error that no command caused. */
	constructor(tree: LazyTreeView, sources: ProjectTreeSources, report: (thrown: unknown) => void) {
		this.#sources = sources;
		this.#report = report;
		this.#view = tree.view as vscode.TreeView<Row<ProjectTreeNode>>;
		this.#rows = new IncrementalTree<ProjectTreeNode>(
			{ children: (parent) => (parent ? this.#children(parent) : this.#roots()), item: (node) => this.#item(node) },
			(rows) => tree.refresh(rows),
		);
		const update = () => {
			this.#updateWelcomeState();
			this.#rows.refreshChangedSoon();
		};
		sources.certificates.on("change", update);
		sources.projects.on("change", update);
		this.#subscriptions = vscode.Disposable.from(
			this.#view.onDidChangeVisibility(() => this.refreshIfStale()),
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
		const chosen = this.#chosen(row);
		const certificates = this.#sources.certificates.state.listing?.certificates ?? [];
		const certificate =
			chosen?.kind === "certificate" && certificates.find(({ id }) => id === chosen.enforced.certificate.id);
		if (!certificate) throw new ProblemError({ reason: "nothing-selected" });
		return certificate;
	}

	/** Returns the project of such a row; `null` if the row is not in this view. */
	scopeOf(row: unknown): Scope | null {
		const chosen = this.#chosen(row);
		return chosen?.project ? { kind: "project", id: chosen.project.id } : null;
	}

	/** Reads everything again with progress in the view. Aborts an earlier refresh. */
	async refresh(): Promise<void> {
		const { certificates, projects } = this.#sources;
		this.#reading.abort();
		this.#reading = new AbortController();
		// The certificates that all projects inherit are in the organization's own list.
		const certificatesRead = isStale(certificates.state) ? certificates.refresh() : null;
		const projectsRead = projects.refresh(this.#reading.signal).catch(ignoreCancelled);
		const progress = { location: { viewId: PROJECTS_VIEW } };
		await vscode.window.withProgress(progress, () => Promise.all([certificatesRead, projectsRead]));
	}

	/** Like `ensureFresh`, if the view is visible. */
	refreshIfStale(): void {
		if (this.#view.visible) this.ensureFresh().catch(this.#report);
	}

	/** Reads everything if the last reading is old or missing. */
	async ensureFresh(): Promise<void> {
		if (isStale(this.#sources.projects.state)) await this.refresh();
	}

	/** Shows the current state. */
	redraw(): void {
		this.#updateWelcomeState();
		this.#rows.refreshChanged();
	}

	dispose(): void {
		this.#reading.abort();
		this.#subscriptions.dispose();
	}

	#updateWelcomeState(): void {
		const { projects, unreadable, problem, loading } = this.#sources.projects.state;
		const welcomeState = welcomeStateOf(projects && projects.length + unreadable, problem, loading);
		void vscode.commands.executeCommand("setContext", CONTEXT_KEYS.projectsEmpty, welcomeState);
	}

	#item(node: ProjectTreeNode): vscode.TreeItem {
		switch (node.kind) {
			case "project":
				return projectItem(this.#status(node.project));
			case "certificate":
				return enforcedItem(node.project, node.enforced);
			case "note":
				return noteItem(node.text, node.project ? `project/${node.project.id}/` : "");
		}
	}

	#roots(): readonly ProjectTreeNode[] {
		const { projects, unreadable, complete, problem, loading, loadedAt } = this.#sources.projects.state;
		if (!projects) return [];
		// The first reading is incomplete until its last page.
		const isFirstReading = loading && loadedAt === null;
		const notes = describeListNotes(
			{ unreadable, complete: complete || isFirstReading },
			problem && describeProblem(problem),
			loadedAt,
		);
		return [
			...notes.map((text): ProjectTreeNode => ({ kind: "note", project: null, text })),
			...projects.toSorted(byName).map((project): ProjectTreeNode => ({ kind: "project", project })),
		];
	}

	#children(parent: ProjectTreeNode): readonly ProjectTreeNode[] {
		if (parent.kind !== "project") return [];
		const { project } = parent;
		const { problem, enforced } = this.#status(project);
		return [
			...(problem ? [{ kind: "note", project, text: describeProblem(problem) } as const] : []),
			...enforced.map((each): ProjectTreeNode => ({ kind: "certificate", project, enforced: each })),
		];
	}

	#status(project: Project): ProjectStatus {
		const { projects, enforcement } = this.#sources;
		const { loadedAt, loading, problem } = projects.scope(project.id);
		return { project, enforced: enforcement.enforcedInProject(project.id), loadedAt, loading, problem };
	}

	/** Returns a row's node, or the selected node for `undefined`. An invalid row must never mean the selection. */
	#chosen(row: unknown): ProjectTreeNode | undefined {
		return (row === undefined ? this.#view.selection[0] : this.#rows.asRow(row))?.node;
	}
}

const collator = new Intl.Collator(undefined, { numeric: true });

/** Compares by name; archived projects last. */
function byName(one: Project, other: Project): number {
	return (
		Number(one.archived) - Number(other.archived) || collator.compare(formatProjectName(one), formatProjectName(other))
	);
}

function ignoreCancelled(thrown: unknown): void {
	if (!isCancelled(thrown)) throw thrown;
}
