import assert from "node:assert/strict";
import { mock } from "node:test";
import type { TreeItem } from "vscode";
import { IncrementalTree, type Row } from "../../../../src/features/sidebar/ui/incrementalTree.ts";

describe("Rows that are shown", () => {
	/** What is below each thing, by its name, and how it looks; `""` is on top. */
	let things: Record<string, string[]>;
	let looks: Record<string, string>;
	/** What was drawn anew, by the ids of the rows. */
	let drawn: (readonly string[] | "everything")[];
	let rows: IncrementalTree<string>;

	beforeEach(() => {
		things = { "": ["a", "b"], a: ["a/x", "a/y"], b: ["b/x"] };
		looks = {};
		drawn = [];
		rows = new IncrementalTree<string>(
			{
				below: (above = "") => things[above] ?? [],
				item: (thing): TreeItem => ({ id: thing, label: looks[thing] ?? thing }),
			},
			(changed) => drawn.push(changed?.map(({ id }) => id) ?? "everything"),
		);
	});

	/** Asks for rows and how they look, as the editor does. */
	function ask(above?: Row<string>): Row<string>[] {
		const asked = rows.getChildren(above);
		for (const row of asked) rows.getTreeItem(row);
		return asked;
	}

	const drawnSince = (change: () => void) => {
		change();
		rows.compare();
		return drawn.splice(0);
	};

	it("draws everything once more a second later where the editor has not asked, which may have missed it", () => {
		mock.timers.enable({ apis: ["setTimeout"] });
		try {
			rows.compare();
			rows.compare();
			mock.timers.tick(999);
			assert.deepEqual(drawn.splice(0), ["everything"]);
			mock.timers.tick(1);
			mock.timers.runAll();
			assert.deepEqual(drawn.splice(0), ["everything"]);
			rows.compare();
			ask(ask()[0]);
			mock.timers.runAll();
			assert.deepEqual(drawn.splice(0), ["everything"]);
			rows.compare();
			assert.deepEqual(drawn, []);
		} finally {
			mock.timers.reset();
		}
	});

	it("draws the row alone that looks otherwise, once until the editor has asked for it", () => {
		const [a] = ask();
		assert.deepEqual(
			drawnSince(() => {
				looks.a = "A";
			}),
			[["a"]],
		);
		assert.deepEqual(
			drawnSince(() => {
				looks.a = "AA";
			}),
			[],
		);
		assert.equal(rows.getTreeItem(a ?? assert.fail()).label, "AA");
		assert.deepEqual(
			drawnSince(() => {
				looks.a = "A";
			}),
			[["a"]],
		);
	});

	it("draws a row alone below one that was expanded, and everything where others came there, or that one looks otherwise", () => {
		const [a, b] = ask();
		const expand = () => {
			ask();
			ask(a);
			ask(b);
		};
		expand();
		assert.deepEqual(
			drawnSince(() => {
				looks["a/y"] = "Y";
			}),
			[["a/y"]],
		);
		expand();
		assert.deepEqual(
			drawnSince(() => {
				things.b = ["b/z", "b/x"];
			}),
			["everything"],
		);
		expand();
		assert.deepEqual(
			drawnSince(() => {
				looks.a = "A";
			}),
			["everything"],
		);
	});

	it("does not draw a row for what was below it once the editor has drawn it collapsed", () => {
		const [a] = ask();
		ask(a);
		things.a = [];
		assert.deepEqual(
			drawnSince(() => {}),
			["everything"],
		);
		ask();
		things.a = ["a/x"];
		assert.deepEqual(
			drawnSince(() => {}),
			[],
		);
	});

	it("draws everything where rows on top came, went or changed their order, once until the editor has asked", () => {
		for (const others of [
			["a", "b", "c"],
			["b", "c"],
			["c", "b"],
		]) {
			ask();
			assert.deepEqual(
				drawnSince(() => {
					things[""] = others;
				}),
				["everything"],
			);
			assert.deepEqual(
				drawnSince(() => {}),
				[],
			);
		}
	});

	it("hands the same row out for as long as its thing is there, and tells what is above it", () => {
		const [a, b] = ask();
		const [x] = ask(a);
		things[""] = ["c", "b", "a"];
		const again = ask();
		assert.ok(again[2] === a && again[1] === b);
		assert.ok(ask(a)[0] === x);
		assert.equal(rows.getParent(x ?? assert.fail()), a);
		assert.equal(rows.getParent(b ?? assert.fail()), undefined);
	});

	it("R39 knows only the rows that it handed out", () => {
		const [a] = ask();
		assert.ok(a && rows.known(a) === a);
		for (const junk of [{ ...a }, undefined, null, "a", 7]) assert.equal(rows.known(junk), undefined);
	});

	it("compares once for all changes that come in a short while, and never forgets the last", () => {
		mock.timers.enable({ apis: ["setTimeout"] });
		try {
			ask();
			let compared = 0;
			looks = new Proxy(looks, {
				get: (target, thing) => {
					if (thing === "a") compared++;
					return Reflect.get(target, thing);
				},
			});
			for (let changes = 0; changes < 100; changes++) rows.compareSoon();
			assert.equal(compared, 1);
			looks.b = "B";
			mock.timers.runAll();
			assert.equal(compared, 2);
			assert.deepEqual(drawn, [["b"]]);
			mock.timers.runAll();
			assert.equal(compared, 2);
		} finally {
			mock.timers.reset();
		}
	});
});
