import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { posix } from "node:path";
import { ALLOWED_IMPORTS, ALLOWED_PACKAGES, isBelow, MAY_IMPORT_VSCODE } from "../../importRules.ts";
import { sources } from "../../sources.ts";
import { root } from "../../vscode/install.mjs";

/** An import statement: paths are relative to `src`. */
interface Import {
	readonly from: string;
	/** A path relative to `src`, or the name of a package. */
	readonly to: string;
}

const SPECIFIER =
	/(?<!["'`])\b(?:(?:from|import)\s*(["'])([^"'\n]+)\1|(?:import|require)\s*\(\s*(["'`])([^"'`\n]+)\3)/g;
const COMMENT = /\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm;

/** Lists the imports in a file's text. The backend's bundle counts as its source file. */
function importsIn(file: string, text: string): readonly Import[] {
	return [...text.replace(COMMENT, "").matchAll(SPECIFIER)].map(([, , named, , called]) => {
		const specifier = named ?? called ?? "";
		const to = specifier.startsWith(".") ? posix.join(posix.dirname(file), specifier) : specifier;
		return { from: file, to: to === "backend.js" ? "backend.ts" : to };
	});
}

const isOwnFile = (path: string) => /\.ts$/.test(path);

/** Returns the entry of a rule list that a file belongs to. */
function partOf<Rule>(rules: Readonly<Record<string, Rule>>, file: string): [string, Rule] {
	const found = Object.entries(rules).find(([part]) => isBelow(file, part));
	assert.ok(found, `${file} belongs to no part in test/importRules.ts`);
	return found;
}

/** True if the rules allow an import. */
function isAllowed({ from, to }: Import): boolean {
	if (to === "vscode") return MAY_IMPORT_VSCODE.test(from);
	if (!isOwnFile(to)) {
		const [, packages] = partOf(ALLOWED_PACKAGES, from);
		return packages.some((name) => to === name || (/[:/]$/.test(name) && to.startsWith(name)));
	}
	if (MAY_IMPORT_VSCODE.test(to) && !MAY_IMPORT_VSCODE.test(from)) return false;
	const [part, others] = partOf(ALLOWED_IMPORTS, from);
	return [part, ...others].some((each) => isBelow(to, each));
}

const files = sources.map(({ file, text }) => ({ file: file.replace(/^src\//, ""), text }));
const imports = files.flatMap(({ file, text }) => importsIn(file, text));

describe("Imports", () => {
	it("follow the rules in test/importRules.ts", () => {
		assert.ok(imports.length > 500);
		assert.deepEqual(
			imports.filter((each) => !isAllowed(each)).map(({ from, to }) => `${from} imports ${to}`),
			[],
		);
	});

	for (const [from, to] of [
		["domain/certificate.ts", "openai/schemas.ts"],
		["domain/certificate.ts", "vscode"],
		["domain/certificate.ts", "node:fs"],
		["common/ui/log.ts", "features/rotation/rotation.ts"],
		["common/messages/dates.ts", "vscode"],
		["common/messages/dates.ts", "common/ui/log.ts"],
		["openai/schemas.ts", "x509/certificate.ts"],
		["openai/schemas.ts", "undici"],
		["x509/certificate.ts", "undici/index.js"],
		["features/organization/certificateStore.ts", "features/upload/uploadService.ts"],
		["features/organization/certificateStore.ts", "openai/adminClient.ts"],
		["features/rotation/rotation.ts", "features/sidebar/ui/treeItems.ts"],
		["features/rotation/rotation.ts", "features/upload/ui/uploadCommand.ts"],
		["app/stateSync.ts", "backend.ts"],
		["extension.ts", "openai/adminClient.ts"],
	] as const)
		it(`may not lead from ${from} to ${to}`, () => {
			assert.equal(isAllowed({ from, to }), false);
		});

	it("are found in every form with a literal path", () => {
		for (const [statement, path] of [
			['import { a } from "./a.ts";', "app/a.ts"],
			["import a from './a.ts';", "app/a.ts"],
			['import a, * as b from"./a.ts";', "app/a.ts"],
			['import type {\n\tB,\n} from "../b.ts";', "b.ts"],
			['import { type B }\nfrom\n"../b.ts";', "b.ts"],
			['import json from "../b.json" with { type: "json" };', "b.json"],
			['import "d";', "d"],
			['export { c } from "c";', "c"],
			['export type * from "c";', "c"],
			['export * as c from "c";', "c"],
			['const { e } = await import("./e.ts");', "app/e.ts"],
			["const { e } = await import(\n\t`./e.ts`,\n);", "app/e.ts"],
			['let e: import("./e.ts").E;', "app/e.ts"],
			['import f = require("f");', "f"],
			['const f = require("f");', "f"],
		] as const)
			assert.deepEqual(importsIn("app/x.ts", statement), [{ from: "app/x.ts", to: path }], statement);
	});

	it("form no cycle", () => {
		const graph = new Map(files.map(({ file }) => [file, imports.filter(({ from }) => from === file)]));
		const finished = new Set<string>();
		const visit = (file: string, path: readonly string[]) => {
			assert.ok(!path.includes(file), [...path, file].join(" → "));
			if (finished.has(file)) return;
			for (const { to } of graph.get(file) ?? []) visit(to, [...path, file]);
			finished.add(file);
		};
		for (const { file } of files) visit(file, []);
	});

	it("use `import(…)` only to load code late, never for a type", () => {
		const lines = sources.flatMap(({ text }) => text.match(/^.*\bimport\s*\(.*$/gm) ?? []);
		assert.ok(lines.length > 0);
		for (const line of lines) assert.match(line, /^\s*const \{ [\w, ]+ \} = await import\("[^"]+"\);$/);
	});
});

describe("Folders", () => {
	it("contain at most 20 files each", () => {
		const counts = new Map<string, number>();
		for (const file of globSync("{src,test}/**/*.*", { cwd: root, exclude: ["**/node_modules/**"] })) {
			const folder = posix.dirname(file.replaceAll("\\", "/"));
			counts.set(folder, (counts.get(folder) ?? 0) + 1);
		}
		assert.deepEqual(
			[...counts].filter(([, count]) => count > 20),
			[],
		);
	});
});
