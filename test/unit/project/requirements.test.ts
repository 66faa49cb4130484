import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { requirements } from "../../requirements.ts";
import { root } from "../../vscode/install.mjs";

/** Returns the requirement numbers at the start of a test file's titles. */
function numbersIn(file: string): string[] {
	const starts = readFileSync(join(root, file), "utf8").matchAll(/\b(?:it|describe)\(\s*["'`]((?:R\d\d )+)/g);
	return [...starts].flatMap(([, numbers = ""]) => numbers.trim().split(" "));
}

describe("Requirements", () => {
	it("are R01 to R60", () => {
		const numbers = Array.from({ length: 60 }, (_, index) => `R${String(index + 1).padStart(2, "0")}`);
		assert.deepEqual(Object.keys(requirements), numbers);
	});

	it("each have a test whose title begins with the number, and no title begins with another number", () => {
		const tested = new Set(globSync("{src,test}/**/*.test.ts", { cwd: root }).flatMap(numbersIn));
		assert.deepEqual([...tested].toSorted(), Object.keys(requirements));
	});
});
