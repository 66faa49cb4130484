import * as vscode from "vscode";

type RowProvider = Required<Pick<vscode.TreeDataProvider<unknown>, "getChildren" | "getTreeItem" | "getParent">>;

/** A tree in the sidebar that is empty until `setProvider`. */
export class LazyTreeView implements vscode.TreeDataProvider<unknown>, vscode.Disposable {
	readonly view: vscode.TreeView<unknown>;
	readonly #changed = new vscode.EventEmitter<unknown[] | undefined>();
	#provider: RowProvider | undefined;
	readonly #subscriptions: vscode.Disposable[];

	readonly onDidChangeTreeData = this.#changed.event;

	/** @param onShown Called when the view becomes visible without a provider. */
	constructor(id: string, options: Omit<vscode.TreeViewOptions<unknown>, "treeDataProvider">, onShown: () => void) {
		this.view = vscode.window.createTreeView(id, { ...options, treeDataProvider: this });
		this.#subscriptions = [
			this.view,
			this.#changed,
			this.view.onDidChangeVisibility(({ visible }) => {
				if (visible && !this.#provider) onShown();
			}),
		];
	}

	/** Shows the rows of a provider from now on. */
	setProvider(provider: RowProvider): void {
		this.#provider = provider;
		this.refresh(undefined);
	}

	/** Refreshes rows and their children; `undefined` refreshes the complete tree. */
	refresh(rows: unknown[] | undefined): void {
		this.#changed.fire(rows);
	}

	getChildren(row?: unknown): vscode.ProviderResult<unknown[]> {
		return this.#provider?.getChildren(row) ?? [];
	}

	getTreeItem(row: unknown): vscode.TreeItem | Thenable<vscode.TreeItem> {
		return this.#provider?.getTreeItem(row) ?? new vscode.TreeItem("");
	}

	getParent(row: unknown): vscode.ProviderResult<unknown> {
		return this.#provider?.getParent(row);
	}

	dispose(): void {
		for (const each of this.#subscriptions) each.dispose();
	}
}

/** Returns the URIs of dropped files from the URI list (RFC 2483). */
export async function readDroppedFiles(dropped: vscode.DataTransfer): Promise<readonly vscode.Uri[]> {
	const list = (await dropped.get(URI_LIST)?.asString()) ?? "";
	const lines = list.split(/\r?\n/).filter((line) => line !== "" && !line.startsWith("#"));
	return lines.map((line) => vscode.Uri.parse(line));
}

export const URI_LIST = "text/uri-list";
