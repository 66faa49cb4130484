import { isDeepStrictEqual } from "node:util";
import type { TreeDataProvider, TreeItem } from "vscode";

/** What the editor has of what is below a row, or of the rows on top. */
interface Shown<Thing> {
	/** What it got when it asked last. */
	below: readonly Row<Thing>[];
	/** False where it has not asked yet, or is about to ask again. */
	asked: boolean;
}

/** A row of a tree: the same object for as long as what it shows is there. */
export interface Row<Thing> extends Shown<Thing> {
	readonly id: string;
	readonly above: Row<Thing> | undefined;
	/** The newest of what it shows. */
	thing: Thing;
	/** How the editor shows it; `null` where it is about to ask. */
	item: TreeItem | null;
}

/** What there is to be shown. */
export interface Source<Thing> {
	/** What is below a thing, or on top, from top to bottom. */
	below(above: Thing | undefined): readonly Thing[];
	/** How a thing is shown; the `id` tells it from all others in the tree. */
	item(thing: Thing): TreeItem;
	/** Told that the editor asked for what is below a thing, as it does once that is expanded. */
	expanded?(thing: Thing): void;
}

const PAUSE_MS = 100;

/** After so long it is drawn again where the editor has not asked: its own pause is 200 ms. While it draws, it loses the row that is clicked. */
const MISSED_MS = 1000;

/**
 * The rows that the editor shows, and what of them has to be drawn anew. While it draws a row, the editor does not know it:
 * its menu closes, or does not open at all. So it draws only what looks otherwise, and the whole tree only where rows on
 * top come, go or change their order.
 */
export class IncrementalTree<Thing> implements Omit<TreeDataProvider<Row<Thing>>, "onDidChangeTreeData"> {
	readonly #source: Source<Thing>;
	readonly #draw: (rows: Row<Thing>[] | undefined) => void;
	readonly #top: Shown<Thing> = { below: [], asked: false };
	readonly #handedOut = new WeakSet<Row<Thing>>();
	#pause: NodeJS.Timeout | undefined;
	/** Runs while the editor may still ask for all that it was told to draw. */
	#drawing: NodeJS.Timeout | undefined;
	#isBehind = false;

	/** @param draw Has the editor draw these rows anew, with what is below them; the whole tree by `undefined`. */
	constructor(source: Source<Thing>, draw: (rows: Row<Thing>[] | undefined) => void) {
		this.#source = source;
		this.#draw = draw;
	}

	getChildren(above?: Row<Thing>): Row<Thing>[] {
		const rows = this.#laidOut(above).map(({ row }) => row);
		for (const row of rows) this.#handedOut.add(row);
		Object.assign(above ?? this.#top, { below: rows, asked: true });
		if (above) this.#source.expanded?.(above.thing);
		return rows;
	}

	getTreeItem(row: Row<Thing>): TreeItem {
		row.item = this.#source.item(row.thing);
		return row.item;
	}

	getParent(row: Row<Thing>): Row<Thing> | undefined {
		return row.above;
	}

	/** What somebody hands over as a row, where it is one that the editor got. */
	known(row: unknown): Row<Thing> | undefined {
		return this.#handedOut.has(row as Row<Thing>) ? (row as Row<Thing>) : undefined;
	}

	/** Refreshes the rows that changed. */
	compare(): void {
		const changed = this.#top.asked ? this.#changed() : undefined;
		if (!changed) this.#drawAll();
		else if (changed.length > 0) this.#draw(changed);
	}

	/** Refreshes the whole tree, and once more if VS Code asks for no row within `MISSED_MS`, because it can drop the event. */
	#drawAll(): void {
		if (!this.#top.asked && this.#drawing) return;
		clearTimeout(this.#drawing);
		// It asks for all that it shows again.
		for (const each of [this.#top, ...this.#top.below]) each.asked = false;
		this.#draw(undefined);
		this.#drawing = setTimeout(() => {
			this.#drawing = undefined;
			if (!this.#top.asked) this.#draw(undefined);
		}, MISSED_MS);
	}

	/** The same for one of hundreds of changes, which come one by one: at once, and then after a pause. */
	compareSoon(): void {
		this.#isBehind = this.#pause !== undefined;
		if (this.#isBehind) return;
		this.compare();
		this.#pause = setTimeout(() => {
			this.#pause = undefined;
			if (this.#isBehind) this.compareSoon();
		}, PAUSE_MS);
	}

	/**
	 * The rows that look otherwise, below a row or anywhere; `undefined` where other rows are there than were, or where one
	 * has rows below that were asked for: VS Code 1.103 may drop a row that is drawn alone while they are.
	 */
	#changed(above?: Row<Thing>): Row<Thing>[] | undefined {
		const now = this.#laidOut(above);
		const { below } = above ?? this.#top;
		if (now.length !== below.length || now.some(({ row }, index) => row !== below[index])) return undefined;
		const changed: Row<Thing>[] = [];
		for (const { row, item } of now.filter(({ row }) => row.item !== null)) {
			const within = row.asked ? this.#changed(row) : [];
			const isSame = within !== undefined && isDeepStrictEqual(item, row.item);
			if (!isSame && row.asked && row.below.length > 0) return undefined;
			if (isSame) changed.push(...within);
			else changed.push(anew(row));
		}
		return changed;
	}

	/** What belongs below a row, or on top, and how it looks: in rows that are there already where it has one. */
	#laidOut(above: Row<Thing> | undefined): readonly { readonly row: Row<Thing>; readonly item: TreeItem }[] {
		const there = new Map((above ?? this.#top).below.map((row) => [row.id, row]));
		return this.#source.below(above?.thing).map((thing) => {
			const item = this.#source.item(thing);
			const { id = "" } = item;
			const row = there.get(id) ?? { id, above, thing, item: null, below: [], asked: false };
			row.thing = thing;
			return { row, item };
		});
	}
}

/** The editor asks for it, and for what is below it, again. */
function anew<Thing>(row: Row<Thing>): Row<Thing> {
	return Object.assign(row, { item: null, asked: false });
}
