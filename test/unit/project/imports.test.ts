import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
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

/** Whether the linter, with this project's rules, lets a file hold a statement. */
function passes(file: string, statement: string): boolean {
	const folder = mkdtempSync(join(tmpdir(), "imports-"));
	try {
		cpSync(join(root, "biome.json"), join(folder, "biome.json"));
		mkdirSync(join(folder, dirname(file)), { recursive: true });
		writeFileSync(join(folder, file), statement);
		const biome = join(root, "node_modules/@biomejs/biome/bin/biome");
		const options = ["lint", "--vcs-enabled=false", "--only=style/noRestrictedImports", "src"];
		const { status, stdout } = spawnSync(process.execPath, [biome, ...options], { cwd: folder, encoding: "utf8" });
		assert.match(stdout, /Checked 1 file/);
		return status === 0;
	} finally {
		rmSync(folder, { recursive: true });
	}
}

describe("Imports run one way", () => {
	for (const [file, from] of allowed)
		it(`${file} may import ${from}`, () => {
			assert.ok(passes(file, `import { x } from "${from}";\nx();\n`));
		});

	for (const [file, from] of forbidden)
		it(`${file} may not import ${from}, not even a type`, () => {
			assert.ok(!passes(file, `import { x } from "${from}";\nx();\n`));
			assert.ok(!passes(file, `import type { X } from "${from}";\nexport type Y = X;\n`));
		});
});
