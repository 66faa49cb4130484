import { cpSync, globSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { cache, root } from "../vscode/install.mjs";
import { removeActivationEvents } from "../vsix.ts";

/** A suite in the extension's folder, so that it gets the extension's `vscode` module. */
export interface PreparedSuite {
	readonly suite: string;
	readonly extensionFolder: string;
}

/** Bundles all tests that import `vscode` for the extension host, into a copy of the built extension. */
export async function prepareSuite(): Promise<PreparedSuite> {
	const extensionFolder = join(cache, "integration");
	rmSync(extensionFolder, { recursive: true, force: true });
	mkdirSync(extensionFolder, { recursive: true });
	for (const part of ["dist", "media", "package.json", "package.nls.json"])
		cpSync(join(root, part), join(extensionFolder, part), { recursive: true });
	// The suite must replace the prompts before the activation. The tests of the package cover activation by events.
	removeActivationEvents(extensionFolder);
	const suite = join(extensionFolder, "suite.js");
	await bundle(suite);
	return { suite, extensionFolder };
}

async function bundle(outfile: string): Promise<void> {
	const tests = globSync("{src,test}/**/*.test.ts", { cwd: root }).filter((file) =>
		/^import \* as vscode from "vscode";$/m.test(readFileSync(join(root, file), "utf8")),
	);
	// In the order of their names: `activation` and `extension` test the first activation, so the suites that use the
	// extension's views and commands must come later.
	const imports = tests.map((file) => `await import("./${file.replaceAll("\\", "/")}");`).sort();
	const contents = `
		import { installFakeUser } from "./test/integration/user.ts";
		import { runMocha } from "./test/vscode/inHost.ts";
		export const run = () => {
			installFakeUser();
			return runMocha(async () => { ${imports.join(" ")} });
		};`;
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
