import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { temporaryFolder } from "../../leftovers.ts";
import { sources } from "../../sources.ts";
import { root } from "../../vscode/install.mjs";

const allowed: readonly [string, string][] = [
	["src/domain/a.ts", "./b.ts"],
	["src/file/a.ts", "../domain/b.ts"],
	["src/file/a.ts", "@peculiar/x509"],
	["src/api/a.ts", "../domain/b.ts"],
	["src/api/a.ts", "undici/lib/dispatcher/agent.js"],
	["src/application/a.ts", "../domain/b.ts"],
	["src/ui/a.ts", "../application/b.ts"],
	["src/ui/a.ts", "vscode"],
	["src/ui/words/a.ts", "../../domain/b.ts"],
	["src/backend.ts", "./api/a.ts"],
	["src/backend.ts", "./ui/a.ts"],
	["src/extension.ts", "./ui/a.ts"],
	["src/extension.ts", "./backend.js"],
];

const forbidden: readonly [string, string][] = [
	["src/domain/a.ts", "../file/b.ts"],
	["src/domain/a.ts", "./../file/b.ts"],
	["src/domain/a.ts", "vscode"],
	["src/domain/a.ts", "node:fs"],
	["src/file/a.ts", "../api/b.ts"],
	["src/file/a.ts", "../ui/b.ts"],
	["src/file/a.ts", "vscode"],
	["src/api/a.ts", "../file/b.ts"],
	["src/api/a.ts", "../application/b.ts"],
	["src/api/a.ts", "undici"],
	["src/api/a.ts", "vscode"],
	["src/application/a.ts", "../api/b.ts"],
	["src/application/a.ts", "../ui/b.ts"],
	["src/application/a.ts", "vscode"],
	["src/ui/a.ts", "../api/b.ts"],
	["src/ui/a.ts", "../file/b.ts"],
	["src/ui/a.ts", "../backend.ts"],
	["src/ui/words/a.ts", "vscode"],
	["src/ui/words/a.ts", "../tree.ts"],
	["src/backend.ts", "./application/a.ts"],
	["src/backend.ts", "./extension.ts"],
	["src/extension.ts", "./api/a.ts"],
	["src/extension.ts", "./file/a.ts"],
	["src/extension.ts", "undici"],
];

/** Every way to take something from another file that the linter looks at. */
const FORMS: readonly ((from: string, line: number) => string)[] = [
	(from, line) => `import { x as x${line} } from "${from}";`,
	(from, line) => `import type { X as X${line} } from "${from}";`,
	(from, line) => `export { y as y${line} } from "${from}";`,
	(from) => `void import("${from}");`,
];

/** Statements by the file that holds them, one a line. */
const statements = new Map<string, string[]>();

/** Writes a file's imports from another one, in every form. @returns the places of the statements, as `FILE:LINE`. */
function write(file: string, from: string): readonly string[] {
	const lines = statements.get(file) ?? [];
	statements.set(file, lines);
	return FORMS.map((form) => `${file}:${lines.push(form(from, lines.length))}`);
}

/** Lints all that was written, with this project's rules. @returns the places that they refuse. */
function lint(): readonly string[] {
	const temporary = temporaryFolder("imports");
	const folder = temporary.path;
	try {
		cpSync(join(root, "biome.json"), join(folder, "biome.json"));
		for (const [file, lines] of statements) {
			mkdirSync(join(folder, dirname(file)), { recursive: true });
			writeFileSync(join(folder, file), lines.join("\n"));
		}
		const biome = join(root, "node_modules/@biomejs/biome/bin/biome");
		const options = [
			"lint",
			"--vcs-enabled=false",
			"--only=style/noRestrictedImports",
			"--max-diagnostics=none",
			"--reporter=github",
		];
		const { stdout, stderr } = spawnSync(process.execPath, [biome, ...options, "src"], {
			cwd: folder,
			encoding: "utf8",
		});
		const places = stdout
			.replaceAll("\\", "/")
			.matchAll(/^::error title=lint\/style\/noRestrictedImports,file=[^,]*(src\/[^,]+),line=(\d+),/gm);
		const refused = [...places].map(([, file, line]) => `${file}:${line}`);
		assert.equal(stdout.match(/^::/gm)?.length, refused.length, stdout + stderr);
		return refused;
	} finally {
		temporary.remove();
	}
}

describe("Imports run one way", () => {
	let refused: readonly string[];
	before(() => {
		refused = lint();
	});

	for (const [file, from] of allowed) {
		const places = write(file, from);
		it(`${file} may import ${from}`, () => {
			assert.deepEqual(
				places.filter((place) => refused.includes(place)),
				[],
			);
		});
	}

	for (const [file, from] of forbidden) {
		const places = write(file, from);
		it(`${file} may not import ${from}, not even a type`, () => {
			assert.deepEqual(
				places.filter((place) => !refused.includes(place)),
				[],
			);
		});
	}

	for (const entry of readdirSync(join(root, "src"), { withFileTypes: true }))
		if (entry.name !== "package.json") {
			const file = `src/${entry.name}${entry.isDirectory() ? "/a.ts" : ""}`;
			const places = write(file, "what-no-rule-knows");
			it(`src/${entry.name} has a rule`, () => {
				assert.deepEqual(
					places.filter((place) => !refused.includes(place)),
					[],
				);
			});
		}

	it("no type is taken by `import(…)`, which the linter does not see: only what is loaded late", () => {
		const lines = sources.flatMap(({ text }) => text.match(/^.*\bimport\s*\(.*$/gm) ?? []);
		assert.ok(lines.length > 0);
		for (const line of lines) assert.match(line, /^\s*const \{ [\w, ]+ \} = await import\("[^"]+"\);$/);
	});

	it("no path takes a detour, by which the linter would not see where it leads", () => {
		const paths = sources.flatMap(({ text }) => text.match(/(?<=["'])\.\.?\/[^"']*(?=["'])/g) ?? []);
		assert.ok(paths.length > 100);
		const straight = (path: string) => {
			const shortest = posix.normalize(path);
			return shortest.startsWith("../") ? shortest : `./${shortest}`;
		};
		assert.deepEqual(
			paths.filter((path) => path !== straight(path)),
			[],
		);
	});
});
