import { readdirSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { cache } from "../vscode/install.mjs";

/**
 * Bundles every `*.test.ts` beside this file for the extension host.
 * @returns the path of the suite. It lies below the extension's own folder, so that `vscode` in it is the extension's.
 */
export async function bundleSuite(): Promise<string> {
	const outfile = join(cache, "integration/suite.js");
	const tests = readdirSync(import.meta.dirname).filter((file) => file.endsWith(".test.ts"));
	const contents = `
		import { runMocha } from "../vscode/inHost.ts";
		export const run = () => runMocha(async () => { ${tests.map((file) => `await import("./${file}");`).join(" ")} });`;
	await build({
		stdin: { contents, resolveDir: import.meta.dirname, loader: "ts" },
		outfile,
		bundle: true,
		platform: "node",
		format: "cjs",
		target: "node22",
		external: ["vscode"],
		logLevel: "error",
	});
	return outfile;
}
