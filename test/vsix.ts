// Builds the package that people install.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createVSIX } from "@vscode/vsce";
import { root } from "./vscode/install.mjs";

/** Where `packageExtension` leaves the package. */
export const VSIX = join(root, "openai-certificates.vsix");

/** The README as it is packaged. */
const README = "dist/README.md";

/**
 * Builds both bundles, and prints what they weigh.
 * @param inspect Port on which a debugger finds them; left out, they are what people get.
 * @throws an Error where the build failed, which esbuild has explained.
 */
export function buildBundles(inspect?: number): void {
	const options = inspect === undefined ? [] : [`--inspect=${inspect}`];
	const { status } = spawnSync(process.execPath, ["esbuild.mjs", ...options], {
		cwd: root,
		stdio: ["ignore", "inherit", "inherit"],
	});
	if (status !== 0) throw new Error("The build failed.");
}

/** Builds and packages the extension. @param path Where to. @param inspect See `buildBundles`. @returns the path. */
export async function packageExtension(path = VSIX, inspect?: number): Promise<string> {
	buildBundles(inspect);
	writeFileSync(join(root, README), readmeAlone());
	await createVSIX({
		cwd: root,
		packagePath: path,
		dependencies: false,
		readmePath: README,
		allowMissingRepository: true,
		rewriteRelativeLinks: false,
	});
	return path;
}

/** Without pictures and links to other files: an editor shows none of them, and there is no public repository yet to lead to. */
function readmeAlone(): string {
	return readFileSync(join(root, "README.md"), "utf8")
		.replace(/^!\[.*\n\n/gm, "")
		.replace(/\[([^\]]*)\]\((?!https:|#)[^)]*\)/g, "$1");
}
