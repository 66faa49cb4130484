import { isDeepStrictEqual } from "node:util";
import type { TreeDataProvider, TreeItem } from "vscode";

/** The children of a row, or the top-level rows, in VS Code. */
interface Shown<T> {
	/** The rows that VS Code got last. */
	children: readonly Row<T>[];
	/** False if VS Code has not requested the rows yet, or is about to request them again. */
	requested: boolean;
}

/** A row of a tree: must stay the same object as long as its node exists. */
export interface Row<T> extends Shown<T> {
	readonly id: string;
	readonly parent: Row<T> | undefined;
	/** The newest content. */
	node: T;
	/** The item that VS Code shows; `null` if VS Code is about to request a new item. */
	item: TreeItem | null;
}

/** The nodes that a tree shows. */
export interface TreeSource<T> {
	/** Returns the children of a node, or the top-level nodes, in display order. */
	children(parent: T | undefined): readonly T[];
	/** Creates a node's item; its `id` must be unique in the tree. */
	item(node: T): TreeItem;
	/** Called after VS Code requested a node's children, as it does after expanding the node. */
	onDidRequestChildren?(node: T): void;
}

/** The pause of `refreshChangedSoon`, in milliseconds. */
const PAUSE_MS = 100;

/**
 * After this time without a request, in milliseconds, a refresh is repeated. VS Code's own delay is 200 ms. During a refresh, VS Code
 * loses the clicked row.
 */
const MISSED_MS = 1000;

/**
 * Tracks the rows that VS Code shows, and refreshes only changed rows. During its refresh, VS Code does not know a row,
 * so that the row's menu closes or does not open. Refreshes the complete tree only if top-level rows are added, removed
 * or reordered.
 */
export class IncrementalTree<T> implements Omit<TreeDataProvider<Row<T>>, "onDidChangeTreeData"> {
	readonly #source: TreeSource<T>;
	readonly #refreshRows: (rows: Row<T>[] | undefined) => void;
	readonly #root: Shown<T> = { children: [], requested: false };
	readonly #issued = new WeakSet<Row<T>>();
	#pause: NodeJS.Timeout | undefined;
	/** Runs while VS Code may still request the rows of a complete refresh. */
	#refreshTimer: NodeJS.Timeout | undefined;
	#isOutdated = false;

	/** @param refreshRows Refreshes rows and their children; `undefined` refreshes the complete tree. */
	constructor(source: TreeSource<T>, refreshRows: (rows: Row<T>[] | undefined) => void) {
		this.#source = source;
		this.#refreshRows = refreshRows;
	}

	getChildren(parent?: Row<T>): Row<T>[] {
		const rows = this.#currentRows(parent).map(({ row }) => row);
		for (const row of rows) this.#issued.add(row);
		const shown = parent ?? this.#root;
		shown.children = rows;
		shown.requested = true;
		if (parent) this.#source.onDidRequestChildren?.(parent.node);
		return rows;
	}

	getTreeItem(row: Row<T>): TreeItem {
		row.item = this.#source.item(row.node);
		return row.item;
	}

	getParent(row: Row<T>): Row<T> | undefined {
		return row.parent;
	}

	/** Returns the value as a row if VS Code got this row from here. */
	asRow(value: unknown): Row<T> | undefined {
		return this.#issued.has(value as Row<T>) ? (value as Row<T>) : undefined;
	}

	/** Refreshes the rows that changed. */
	refreshChanged(): void {
		const changed = this.#root.requested ? this.#changedRows() : undefined;
		if (!changed) this.#refreshAll();
		else if (changed.length > 0) this.#refreshRows(changed);
	}

	/** Refreshes the complete tree, twice if VS Code requests no row within `MISSED_MS`: VS Code can drop the event. */
	#refreshAll(): void {
		if (!this.#root.requested && this.#refreshTimer) return;
		clearTimeout(this.#refreshTimer);
		// VS Code requests all visible rows again.
		for (const each of [this.#root, ...this.#root.children]) each.requested = false;
		this.#refreshRows(undefined);
		this.#refreshTimer = setTimeout(() => {
			this.#refreshTimer = undefined;
			if (!this.#root.requested) this.#refreshRows(undefined);
		}, MISSED_MS);
	}

	/** Like `refreshChanged`, but for hundreds of changes: refreshes at once, and then once after each pause. */
	refreshChangedSoon(): void {
		this.#isOutdated = this.#pause !== undefined;
		if (this.#isOutdated) return;
		this.refreshChanged();
		this.#pause = setTimeout(() => {
			this.#pause = undefined;
			if (this.#isOutdated) this.refreshChangedSoon();
		}, PAUSE_MS);
	}

	/**
	 * Returns the changed rows below a row, or in the tree; `undefined` if rows were added, removed or reordered, or if
	 * a changed row has requested children: VS Code 1.103 may drop a row that is refreshed alone during that request.
	 */
	#changedRows(parent?: Row<T>): Row<T>[] | undefined {
		const current = this.#currentRows(parent);
		const previous = (parent ?? this.#root).children;
		if (current.length !== previous.length || current.some(({ row }, index) => row !== previous[index]))
			return undefined;
		const changed: Row<T>[] = [];
		for (const { row, item } of current.filter(({ row }) => row.item !== null)) {
			const inside = row.requested ? this.#changedRows(row) : [];
			const isSame = inside !== undefined && isDeepStrictEqual(item, row.item);
			if (!isSame && row.requested && row.children.length > 0) return undefined;
			if (isSame) changed.push(...inside);
			else changed.push(invalidate(row));
		}
		return changed;
	}

	/** Returns the current rows below a row, or on top, with new items. Reuses existing rows. */
	#currentRows(parent: Row<T> | undefined): readonly { readonly row: Row<T>; readonly item: TreeItem }[] {
		const existing = new Map((parent ?? this.#root).children.map((row) => [row.id, row]));
		return this.#source.children(parent?.node).map((node) => {
			const item = this.#source.item(node);
			const { id = "" } = item;
			const row: Row<T> = existing.get(id) ?? { id, parent, node, item: null, children: [], requested: false };
			row.node = node;
			return { row, item };
		});
	}
}

/** Expects VS Code to request the row and its children again. */
function invalidate<T>(row: Row<T>): Row<T> {
	row.item = null;
	row.requested = false;
	return row;
}
