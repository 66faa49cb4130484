import * as vscode from "vscode";
import { isStale } from "../../../common/freshness.ts";
import { CLIENTS_VIEW, CONTEXT_KEYS } from "../../../common/manifestIds.ts";
import { formatCertificateName } from "../../../common/messages/certificateMessages.ts";
import { describeProblem } from "../../../common/messages/problems/problems.ts";
import { readReminderDays } from "../../../common/ui/settings.ts";
import { ProblemError } from "../../../domain/problem.ts";
import type { ClientList } from "../../clients/clientList.ts";
import { clientUrgency, type ShownClient, URGENCIES } from "../../clients/clientMessages.ts";
import type { ClientStore } from "../../clients/clientStore.ts";
import type { KnownClient } from "../../clients/knownClient.ts";
import type { CertificateStore } from "../../organization/certificateStore.ts";
import type { ContentCache } from "../../organization/contentCache.ts";
import type { ProjectStore } from "../../organization/projectStore.ts";
import { clientItem } from "./clientItem.ts";
import { IncrementalTree, type Row } from "./incrementalTree.ts";
import type { LazyTreeView } from "./lazyTreeView.ts";
import { noteItem } from "./treeItems.ts";

type ClientNode =
	| { readonly kind: "client"; readonly client: KnownClient }
	| { readonly kind: "note"; readonly text: string };

interface ClientsViewSources {
	readonly certificates: CertificateStore;
	readonly projects: ProjectStore;
	readonly contents: ContentCache;
	readonly clients: ClientStore;
	readonly clientList: ClientList;
	/** Reads the projects if the last reading is old or missing. */
	readonly ensureProjects: () => Promise<void>;
}

/** Shows the known clients in the sidebar. Reads and judges them when the view is shown or the window gets the focus. */
export class ClientsView implements vscode.Disposable {
	readonly #sources: ClientsViewSources;
	readonly #report: (thrown: unknown) => void;
	readonly #view: vscode.TreeView<Row<ClientNode>>;
	readonly #rows: IncrementalTree<ClientNode>;
	readonly #subscriptions: vscode.Disposable;
	/** The organization whose clients were read last. */
	#organizationRef: string | null | undefined;
	/** By id, as of the last look at the rows: there may be thousands of rows and hundreds of projects. */
	#projectNames: ReadonlyMap<string, string | null> = new Map();
	#certificateNames: ReadonlyMap<string, string> = new Map();

	/** @param report Shows an error that no command caused. */
	constructor(tree: LazyTreeView, sources: ClientsViewSources, report: (thrown: unknown) => void) {
		this.#sources = sources;
		this.#report = report;
		this.#view = tree.view as vscode.TreeView<Row<ClientNode>>;
		this.#rows = new IncrementalTree<ClientNode>(
			{ children: (parent) => (parent ? [] : this.#roots()), item: (node) => this.#item(node) },
			(rows) => tree.refresh(rows),
		);
		const { certificates, projects, contents, clients, clientList } = sources;
		clientList.on("change", () => this.redraw());
		clients.on("change", () => this.refreshIfVisible());
		for (const source of [certificates, projects, contents]) source.on("change", () => this.#update());
		this.#subscriptions = vscode.Disposable.from(
			this.#view.onDidChangeVisibility(() => this.refreshIfVisible()),
			vscode.window.onDidChangeWindowState(({ focused }) => focused && this.refreshIfVisible()),
		);
		tree.setProvider(this.#rows);
	}

	/**
	 * Returns the clients of a menu's row and of the rows selected with it, or of the selected rows; each once.
	 * @param row,rows The arguments that VS Code passes from menus.
	 * @throws ProblemError `nothing-selected`
	 */
	clientsOf(row: unknown, rows: unknown): readonly KnownClient[] {
		const given = row === undefined ? this.#view.selection : [row, ...(Array.isArray(rows) ? rows : [])];
		const chosen = given.map((each) => this.#rows.asRow(each)?.node);
		const clients = this.#clients.filter(({ sha256 }) =>
			chosen.some((node) => node?.kind === "client" && node.client.sha256 === sha256),
		);
		if (clients.length === 0) throw new ProblemError({ reason: "nothing-selected" });
		return clients;
	}

	/** True for a row of this view. */
	contains(row: unknown): boolean {
		return this.#rows.asRow(row) !== undefined;
	}

	/** If the view is visible, reads the clients, and the certificates and projects that are stale or missing. */
	refreshIfVisible(): void {
		if (this.#view.visible) this.#refresh().catch(this.#report);
	}

	/** Shows the current state. */
	redraw(): void {
		void vscode.commands.executeCommand("setContext", CONTEXT_KEYS.clientsEmpty, this.#welcomeState());
		this.#rows.refreshChangedSoon();
	}

	dispose(): void {
		this.#subscriptions.dispose();
	}

	async #refresh(): Promise<void> {
		const { certificates, clientList, ensureProjects } = this.#sources;
		this.#organizationRef = certificates.organizationRef;
		await vscode.window.withProgress({ location: { viewId: CLIENTS_VIEW } }, async () => {
			const reading = isStale(certificates.state) ? certificates.refresh() : null;
			await clientList.reload();
			await reading;
			if (this.#clients.length === 0) return;
			await ensureProjects();
			await clientList.retryContents();
		});
	}

	/** Follows a change of the organization's lists. */
	#update(): void {
		if (!this.#view.visible) return;
		const { certificates, clientList } = this.#sources;
		if (certificates.organizationRef !== this.#organizationRef) this.refreshIfVisible();
		else if (!certificates.organizationRef) this.redraw();
		else clientList.judge().catch(this.#report);
	}

	get #clients(): readonly KnownClient[] {
		return this.#sources.clientList.state.clients ?? [];
	}

	#welcomeState(): string {
		const { clientList, certificates } = this.#sources;
		const { clients, problem } = clientList.state;
		const { organizationRef, state } = certificates;
		if (!organizationRef) {
			const reason = state.problem?.reason;
			if (reason === "secrets-unavailable" || reason === "record-newer") return reason;
			return organizationRef === null ? "no-key" : "no";
		}
		return clients?.length === 0 && !problem ? "nothing-yet" : "no";
	}

	#roots(): readonly ClientNode[] {
		const { certificates, projects, clientList } = this.#sources;
		const { problem, statuses } = clientList.state;
		const listed = certificates.state.listing?.certificates ?? [];
		this.#certificateNames = new Map(listed.map((each) => [each.id, formatCertificateName(each)]));
		this.#projectNames = new Map(projects.state.projects?.map(({ id, name }) => [id, name]));
		const notes = problem ? [{ kind: "note", text: describeProblem(problem) } as const] : [];
		const now = Date.now() / 1000;
		const days = readReminderDays();
		const urgency = new Map(
			this.#clients.map((client) => [
				client,
				URGENCIES.indexOf(clientUrgency(client, statuses.get(client.sha256), now, days)),
			]),
		);
		const sorted = this.#clients.toSorted(
			(one, other) => (urgency.get(one) ?? 0) - (urgency.get(other) ?? 0) || byName(one, other),
		);
		return [...notes, ...sorted.map((client): ClientNode => ({ kind: "client", client }))];
	}

	#item(node: ClientNode): vscode.TreeItem {
		return node.kind === "note" ? noteItem(node.text) : clientItem(this.#shown(node.client));
	}

	#shown(client: KnownClient): ShownClient {
		const { statuses, allScopes } = this.#sources.clientList.state;
		const status = statuses.get(client.sha256);
		const anchorNames = status?.anchorIds.map((id) => this.#certificateNames.get(id) ?? id) ?? [];
		return { client, status, allScopes, nameOf: (id) => this.#projectNames.get(id) ?? null, anchorNames };
	}
}

const collator = new Intl.Collator(undefined, { numeric: true });

function byName(one: KnownClient, other: KnownClient): number {
	return collator.compare(formatCertificateName(one), formatCertificateName(other)) || one.notAfter - other.notAfter;
}
