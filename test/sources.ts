// The extension's source files, found by what they are and not by where they lie.
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./vscode/install.mjs";

export interface Source {
	/** Its path below the checkout, with slashes. */
	readonly file: string;
	readonly text: string;
}

/** All of them, but for what only declares others' types. */
export const sources: readonly Source[] = globSync("src/**/*.ts", { cwd: root })
	.filter((file) => !file.endsWith(".d.ts"))
	.map((file) => ({ file: file.replaceAll("\\", "/"), text: readFileSync(join(root, file), "utf8") }));

/** @returns the only one in which this stands. */
export function sourceWith(words: string): Source {
	const found = sources.filter(({ text }) => text.includes(words));
	const [source] = found;
	assert.ok(source && found.length === 1, `“${words}” stands in ${found.map(({ file }) => file).join(", ") || "none"}`);
	return source;
}
