import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { cache, root } from "../vscode/install.mjs";

/** A suite, and the extension in whose folder it lies, so that `vscode` in it is the extension's. */
export interface PreparedSuite {
	readonly suite: string;
	readonly extensionFolder: string;
}

/** Bundles every test that uses the editor, wherever it lies, for the extension host, and puts it beside the built extension. */
export async function prepareSuite(): Promise<PreparedSuite> {
	const extensionFolder = join(cache, "integration");
	rmSync(extensionFolder, { recursive: true, force: true });
	mkdirSync(extensionFolder, { recursive: true });
	for (const part of ["dist", "media", "package.nls.json"])
		cpSync(join(root, part), join(extensionFolder, part), { recursive: true });
	// The suite takes the person's place before it has the extension activated. That it activates by itself is tested in
	// the package.
	const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
	writeFileSync(join(extensionFolder, "package.json"), JSON.stringify({ ...manifest, activationEvents: [] }));
	const suite = join(extensionFolder, "suite.js");
	await bundle(suite);
	return { suite, extensionFolder };
}

async function bundle(outfile: string): Promise<void> {
	const tests = globSync("{src,test}/**/*.test.ts", { cwd: root }).filter((file) =>
		/^import \* as vscode from "vscode";$/m.test(readFileSync(join(root, file), "utf8")),
	);
	const imports = tests.map((file) => `await import("./${file.replaceAll("\\", "/")}");`).sort();
	const contents = `
		import { runMocha } from "./test/vscode/inHost.ts";
		export const run = () => runMocha(async () => { ${imports.join(" ")} });`;
	await build({
		stdin: { contents, resolveDir: root, loader: "ts" },
		outfile,
		bundle: true,
		platform: "node",
		format: "cjs",
		target: "node22",
		external: ["vscode"],
		logLevel: "error",
	});
}
