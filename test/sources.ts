// Finds the extension's source files by content instead of path.
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./vscode/install.mjs";

export interface Source {
	/** Its path below the checkout, with slashes. */
	readonly file: string;
	readonly text: string;
}

/** All source files except declarations of others' types. */
export const sources: readonly Source[] = globSync("src/**/*.ts", { cwd: root })
	.filter((file) => !file.endsWith(".d.ts"))
	.map((file) => ({ file: file.replaceAll("\\", "/"), text: readFileSync(join(root, file), "utf8") }));

/** Returns the only source file that contains a text. */
export function findSource(content: string): Source {
	const found = sources.filter(({ text }) => text.includes(content));
	const [source] = found;
	assert.ok(source && found.length === 1, `“${content}” is in ${found.map(({ file }) => file).join(", ") || "none"}`);
	return source;
}
