import * as vscode from "vscode";
import { isStale } from "../../../common/freshness.ts";
import { CONTEXT, PROJECTS_VIEW } from "../../../common/manifestIds.ts";
import { describeProblem } from "../../../common/messages/problems.ts";
import { projectName } from "../../../common/messages/scopes.ts";
import type { EnforcedCertificate } from "../../../domain/activationStatus.ts";
import type { Certificate } from "../../../domain/certificate.ts";
import { isCancelled, ProblemError } from "../../../domain/problem.ts";
import type { Project, Scope } from "../../../domain/scope.ts";
import type { CertificateStore } from "../../organization/certificateStore.ts";
import type { EnforcementIndex } from "../../organization/enforcementIndex.ts";
import type { ProjectStore } from "../../organization/projectStore.ts";
import { noteWords } from "../listNotes.ts";
import type { ProjectSituation } from "../projectMessages.ts";
import { welcomeStateOf } from "../welcomeState.ts";
import { IncrementalTree, type Row } from "./incrementalTree.ts";
import type { LazyTreeView } from "./lazyTreeView.ts";
import { enforcedItem, noteItem, projectItem } from "./treeItems.ts";

/** What a row shows. */
type Thing =
	| { readonly kind: "project"; readonly project: Project }
	| { readonly kind: "certificate"; readonly project: Project; readonly enforced: EnforcedCertificate }
	| { readonly kind: "note"; readonly project: Project | null; readonly text: string };

/** What it shows, and what it is loaded by. */
interface Sources {
	readonly certificates: CertificateStore;
	readonly projects: ProjectStore;
	readonly enforcement: EnforcementIndex;
}

/** The projects in the sidebar and what is enforced in each: shows what the state holds, and has it read when a person looks. */
export class ProjectsView implements vscode.Disposable {
	readonly #sources: Sources;
	readonly #report: (thrown: unknown) => void;
	readonly #view: vscode.TreeView<Row<Thing>>;
	readonly #rows: IncrementalTree<Thing>;
	readonly #subscriptions: vscode.Disposable;
	#reading = new AbortController();

	/** @param report Shows what went wrong where no command was given. */
	constructor(tree: LazyTreeView, sources: Sources, report: (thrown: unknown) => void) {
		this.#sources = sources;
		this.#report = report;
		this.#view = tree.view as vscode.TreeView<Row<Thing>>;
		this.#rows = new IncrementalTree<Thing>(
			{ below: (above) => (above ? this.#below(above) : this.#top()), item: (thing) => this.#item(thing) },
			(rows) => tree.draw(rows),
		);
		const follow = () => {
			this.#showEmptiness();
			this.#rows.compareSoon();
		};
		sources.certificates.on("change", follow);
		sources.projects.on("change", follow);
		this.#subscriptions = vscode.Disposable.from(
			this.#view.onDidChangeVisibility(() => this.refreshIfStale()),
			vscode.window.onDidChangeWindowState(({ focused }) => focused && this.refreshIfStale()),
		);
		tree.fill(this.#rows);
	}

	get visible(): boolean {
		return this.#view.visible;
	}

	/**
	 * The certificate whose row a menu handed over, or that is selected where it handed over nothing. Only what the list
	 * holds counts, whoever calls.
	 * @throws Failure `nothing-selected`
	 */
	certificateOf(row: unknown): Certificate {
		const chosen = this.#chosen(row);
		const certificates = this.#sources.certificates.state.listing?.certificates ?? [];
		const certificate =
			chosen?.kind === "certificate" && certificates.find(({ id }) => id === chosen.enforced.certificate.id);
		if (!certificate) throw new ProblemError({ reason: "nothing-selected" });
		return certificate;
	}

	/** The project that such a row belongs to, or is; `null` where it is no row of this view. */
	scopeOf(row: unknown): Scope | null {
		const chosen = this.#chosen(row);
		return chosen?.project ? { kind: "project", id: chosen.project.id } : null;
	}

	/** Reads everything again; the view shows that it does. What was being read before is not waited for. */
	async refresh(): Promise<void> {
		const { certificates, projects } = this.#sources;
		this.#reading.abort();
		this.#reading = new AbortController();
		// What the organization imposes stands in its own list.
		const listed = isStale(certificates.state) ? certificates.refresh() : null;
		const read = projects.refresh(this.#reading.signal).catch(unlessCancelled);
		const progress = { location: { viewId: PROJECTS_VIEW } };
		await vscode.window.withProgress(progress, () => Promise.all([listed, read]));
	}

	/** Reads everything where a person looks and it is old, or was never read. */
	refreshIfStale(): void {
		if (this.#view.visible) this.need().catch(this.#report);
	}

	/** Reads everything where it is old, or was never read. */
	async need(): Promise<void> {
		if (isStale(this.#sources.projects.state)) await this.refresh();
	}

	/** Shows what the state holds. */
	redraw(): void {
		this.#showEmptiness();
		this.#rows.compare();
	}

	dispose(): void {
		this.#reading.abort();
		this.#subscriptions.dispose();
	}

	#showEmptiness(): void {
		const { projects, unreadable, problem, loading } = this.#sources.projects.state;
		const empty = welcomeStateOf(projects && projects.length + unreadable, problem, loading);
		void vscode.commands.executeCommand("setContext", CONTEXT.projectsEmpty, empty);
	}

	#item(thing: Thing): vscode.TreeItem {
		switch (thing.kind) {
			case "project":
				return projectItem(this.#situation(thing.project));
			case "certificate":
				return enforcedItem(thing.project, thing.enforced);
			case "note":
				return noteItem(thing.text, thing.project ? `project/${thing.project.id}/` : "");
		}
	}

	#top(): readonly Thing[] {
		const { projects, unreadable, complete, problem, loading, loadedAt } = this.#sources.projects.state;
		if (!projects) return [];
		// More pages are on their way.
		const isComing = loading && loadedAt === null;
		const notes = noteWords(
			{ unreadable, complete: complete || isComing },
			problem && describeProblem(problem),
			loadedAt,
		);
		return [
			...notes.map((text): Thing => ({ kind: "note", project: null, text })),
			...projects.toSorted(byName).map((project): Thing => ({ kind: "project", project })),
		];
	}

	#below(above: Thing): readonly Thing[] {
		if (above.kind !== "project") return [];
		const { project } = above;
		const { problem, enforced } = this.#situation(project);
		return [
			...(problem ? [{ kind: "note", project, text: describeProblem(problem) } as const] : []),
			...enforced.map((each): Thing => ({ kind: "certificate", project, enforced: each })),
		];
	}

	#situation(project: Project): ProjectSituation {
		const { projects, enforcement } = this.#sources;
		const { loadedAt, loading, problem } = projects.scope(project.id);
		return { project, enforced: enforcement.inProject(project.id), loadedAt, loading, problem };
	}

	/** Junk from whoever calls a command must not act on what is selected. */
	#chosen(row: unknown): Thing | undefined {
		return (row === undefined ? this.#view.selection[0] : this.#rows.known(row))?.thing;
	}
}

const names = new Intl.Collator(undefined, { numeric: true });

/** Archived projects last. */
function byName(one: Project, other: Project): number {
	return Number(one.archived) - Number(other.archived) || names.compare(projectName(one), projectName(other));
}

function unlessCancelled(thrown: unknown): void {
	if (!isCancelled(thrown)) throw thrown;
}
