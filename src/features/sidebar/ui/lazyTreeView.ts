import * as vscode from "vscode";

/** What fills a tree. */
type Rows = Required<Pick<vscode.TreeDataProvider<unknown>, "getChildren" | "getTreeItem" | "getParent">>;

/** A tree in the sidebar before what fills it is loaded: it has no rows, and tells when a person looks at it. */
export class LazyTreeView implements vscode.TreeDataProvider<unknown>, vscode.Disposable {
	readonly view: vscode.TreeView<unknown>;
	readonly #changed = new vscode.EventEmitter<unknown[] | undefined>();
	#rows: Rows | undefined;
	readonly #subscriptions: vscode.Disposable[];

	readonly onDidChangeTreeData = this.#changed.event;

	/** @param look Called when it comes into sight. */
	constructor(id: string, options: Omit<vscode.TreeViewOptions<unknown>, "treeDataProvider">, look: () => void) {
		this.view = vscode.window.createTreeView(id, { ...options, treeDataProvider: this });
		this.#subscriptions = [
			this.view,
			this.#changed,
			this.view.onDidChangeVisibility(({ visible }) => {
				if (visible && !this.#rows) look();
			}),
		];
	}

	/** From now on the rows come from there. */
	fill(rows: Rows): void {
		this.#rows = rows;
		this.draw(undefined);
	}

	/** Has rows drawn anew, with what is below them; the whole tree by `undefined`. */
	draw(rows: unknown[] | undefined): void {
		this.#changed.fire(rows);
	}

	getChildren(row?: unknown): vscode.ProviderResult<unknown[]> {
		return this.#rows?.getChildren(row) ?? [];
	}

	getTreeItem(row: unknown): vscode.TreeItem | Thenable<vscode.TreeItem> {
		return this.#rows?.getTreeItem(row) ?? new vscode.TreeItem("");
	}

	getParent(row: unknown): vscode.ProviderResult<unknown> {
		return this.#rows?.getParent(row);
	}

	dispose(): void {
		for (const each of this.#subscriptions) each.dispose();
	}
}

/** What a drag hands over as files: the addresses in its list (RFC 2483). */
export async function droppedFiles(dropped: vscode.DataTransfer): Promise<readonly vscode.Uri[]> {
	const list = (await dropped.get(FILES)?.asString()) ?? "";
	const lines = list.split(/\r?\n/).filter((line) => line !== "" && !line.startsWith("#"));
	return lines.map((line) => vscode.Uri.parse(line));
}

/** The kind of data that droppedFiles reads. */
export const FILES = "text/uri-list";
