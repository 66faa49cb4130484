import assert from "node:assert/strict";
import { mock } from "node:test";
import type { TreeItem } from "vscode";
import { IncrementalTree, type Row } from "../../../../src/features/sidebar/ui/incrementalTree.ts";

describe("The incremental tree", () => {
	/** The children of each node by id (`""`: root), and the labels that differ from the id. */
	let children: Record<string, string[]>;
	let labels: Record<string, string>;
	/** The refreshes, by ids of rows. */
	let refreshes: (readonly string[] | "everything")[];
	let tree: IncrementalTree<string>;

	beforeEach(() => {
		children = { "": ["a", "b"], a: ["a/x", "a/y"], b: ["b/x"] };
		labels = {};
		refreshes = [];
		tree = new IncrementalTree<string>(
			{
				children: (parent = "") => children[parent] ?? [],
				item: (node): TreeItem => ({ id: node, label: labels[node] ?? node }),
			},
			(changed) => refreshes.push(changed?.map(({ id }) => id) ?? "everything"),
		);
	});

	/** Requests rows and their items like VS Code. */
	function requestRows(parent?: Row<string>): Row<string>[] {
		const rows = tree.getChildren(parent);
		for (const row of rows) tree.getTreeItem(row);
		return rows;
	}

	const refreshesAfter = (change: () => void) => {
		change();
		tree.refreshChanged();
		return refreshes.splice(0);
	};

	it("repeats a full refresh after a second if VS Code may have missed the event", () => {
		mock.timers.enable({ apis: ["setTimeout"] });
		try {
			tree.refreshChanged();
			tree.refreshChanged();
			mock.timers.tick(999);
			assert.deepEqual(refreshes.splice(0), ["everything"]);
			mock.timers.tick(1);
			mock.timers.runAll();
			assert.deepEqual(refreshes.splice(0), ["everything"]);
			tree.refreshChanged();
			requestRows(requestRows()[0]);
			mock.timers.runAll();
			assert.deepEqual(refreshes.splice(0), ["everything"]);
			tree.refreshChanged();
			assert.deepEqual(refreshes, []);
		} finally {
			mock.timers.reset();
		}
	});

	it("refreshes only a changed row, once until VS Code requests it", () => {
		const [a] = requestRows();
		assert.deepEqual(
			refreshesAfter(() => {
				labels.a = "A";
			}),
			[["a"]],
		);
		assert.deepEqual(
			refreshesAfter(() => {
				labels.a = "AA";
			}),
			[],
		);
		assert.equal(tree.getTreeItem(a ?? assert.fail()).label, "AA");
		assert.deepEqual(
			refreshesAfter(() => {
				labels.a = "A";
			}),
			[["a"]],
		);
	});

	it("refreshes only a changed row below an expanded row, and everything if the expanded row or its children changed", () => {
		const [a, b] = requestRows();
		const expand = () => {
			requestRows();
			requestRows(a);
			requestRows(b);
		};
		expand();
		assert.deepEqual(
			refreshesAfter(() => {
				labels["a/y"] = "Y";
			}),
			[["a/y"]],
		);
		expand();
		assert.deepEqual(
			refreshesAfter(() => {
				children.b = ["b/z", "b/x"];
			}),
			["everything"],
		);
		expand();
		assert.deepEqual(
			refreshesAfter(() => {
				labels.a = "A";
			}),
			["everything"],
		);
	});

	it("ignores the children of a row that VS Code has shown collapsed", () => {
		const [a] = requestRows();
		requestRows(a);
		children.a = [];
		assert.deepEqual(
			refreshesAfter(() => {}),
			["everything"],
		);
		requestRows();
		children.a = ["a/x"];
		assert.deepEqual(
			refreshesAfter(() => {}),
			[],
		);
	});

	it("refreshes everything if root rows were added, removed or reordered, once until VS Code requests them", () => {
		for (const order of [
			["a", "b", "c"],
			["b", "c"],
			["c", "b"],
		]) {
			requestRows();
			assert.deepEqual(
				refreshesAfter(() => {
					children[""] = order;
				}),
				["everything"],
			);
			assert.deepEqual(
				refreshesAfter(() => {}),
				[],
			);
		}
	});

	it("keeps the row of a node while it exists, and returns its parent", () => {
		const [a, b] = requestRows();
		const [x] = requestRows(a);
		children[""] = ["c", "b", "a"];
		const reordered = requestRows();
		assert.ok(reordered[2] === a && reordered[1] === b);
		assert.ok(requestRows(a)[0] === x);
		assert.equal(tree.getParent(x ?? assert.fail()), a);
		assert.equal(tree.getParent(b ?? assert.fail()), undefined);
	});

	it("R39 accepts only rows that it has returned", () => {
		const [a] = requestRows();
		assert.ok(a && tree.asRow(a) === a);
		for (const foreign of [{ ...a }, undefined, null, "a", 7]) assert.equal(tree.asRow(foreign), undefined);
	});

	it("compares once for changes in quick succession, and never misses the last", () => {
		mock.timers.enable({ apis: ["setTimeout"] });
		try {
			requestRows();
			let compared = 0;
			labels = new Proxy(labels, {
				get: (target, node) => {
					if (node === "a") compared++;
					return Reflect.get(target, node);
				},
			});
			for (let changes = 0; changes < 100; changes++) tree.refreshChangedSoon();
			assert.equal(compared, 1);
			labels.b = "B";
			mock.timers.runAll();
			assert.equal(compared, 2);
			assert.deepEqual(refreshes, [["b"]]);
			mock.timers.runAll();
			assert.equal(compared, 2);
		} finally {
			mock.timers.reset();
		}
	});
});
