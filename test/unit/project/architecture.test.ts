import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ALLOWED_IMPORTS, isBelow } from "../../importRules.ts";
import { root } from "../../vscode/install.mjs";

const text = readFileSync(join(root, "docs/architecture.md"), "utf8");
const [, picture = ""] = /```mermaid\n([\s\S]*?)```/.exec(text) ?? [];

/** A node's part, such as `features/upload`: the first words of its label, or its name. */
function partOf(node: string): string {
	const [, label] = new RegExp(`\\b${node}\\["([^"<]+)`).exec(picture) ?? [];
	return label ?? node;
}

const arrows = [...picture.matchAll(/^\t(\w+)(?:\["[^"]*"\])? --> (\w+)/gm)].map(([, from = "", to = ""]) => [
	partOf(from),
	partOf(to),
]);

describe("The picture of the architecture", () => {
	it("shows only imports that the rules allow", () => {
		assert.ok(arrows.length > 20);
		for (const [from = "", to = ""] of arrows) {
			const allowed = ALLOWED_IMPORTS[from];
			assert.ok(allowed, from);
			assert.ok(
				allowed.some((each) => isBelow(to, each)),
				`${from} may not import ${to}`,
			);
		}
	});

	it("shows every part, but for the command line's", () => {
		const shown = new Set(arrows.flat());
		const parts = Object.keys(ALLOWED_IMPORTS).filter((part) => part !== "cli");
		assert.deepEqual([...shown].toSorted(), parts.toSorted());
	});
});
