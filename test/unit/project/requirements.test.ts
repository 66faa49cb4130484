import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { requirements } from "../../requirements.ts";

const folder = join(import.meta.dirname, "../..");

/** The numbers with which titles in a test file begin, each once. */
function numbersIn(file: string): string[] {
	const starts = readFileSync(join(folder, file), "utf8").matchAll(/\b(?:it|describe)\(\s*["'`]((?:R\d\d )+)/g);
	return [...new Set([...starts].flatMap(([, numbers = ""]) => numbers.trim().split(" ")))];
}

describe("Requirements", () => {
	it("are R01 to R54, each with a test", () => {
		const numbers = Array.from({ length: 54 }, (_, index) => `R${String(index + 1).padStart(2, "0")}`);
		assert.deepEqual(Object.keys(requirements), numbers);
		for (const [number, { tests }] of Object.entries(requirements)) assert.ok(tests.length > 0, number);
	});

	it("name the files whose titles begin with their number, and no others", () => {
		const found = globSync("**/*.test.ts", { cwd: folder }).flatMap((file) =>
			numbersIn(file).map((number) => `${number} ${file.replaceAll("\\", "/").replace(/\.test\.ts$/, "")}`),
		);
		const named = Object.entries(requirements).flatMap(([number, { tests }]) =>
			tests.map((file) => `${number} ${file}`),
		);
		assert.deepEqual(found.sort(), named.sort());
	});
});
