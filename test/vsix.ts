// Builds the package that people install.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createVSIX } from "@vscode/vsce";
import { root } from "./vscode/install.mjs";

/** The default path of the package. */
export const VSIX_PATH = join(root, "openai-certificates.vsix");

/** The path of the packaged README, below the root. */
const README = "dist/README.md";

/**
 * Builds both bundles, and prints their sizes.
 * @param inspect Port for a debugger. Default: release bundles.
 * @throws Error if the build failed; esbuild prints the reason.
 */
export function buildBundles(inspect?: number): void {
	const options = inspect === undefined ? [] : [`--inspect=${inspect}`];
	const { status } = spawnSync(process.execPath, ["esbuild.mjs", ...options], {
		cwd: root,
		stdio: ["ignore", "inherit", "inherit"],
	});
	if (status !== 0) throw new Error("The build failed.");
}

/** Builds and packages the extension. @param inspect See `buildBundles`. @returns the path of the package. */
export async function packageExtension(path = VSIX_PATH, inspect?: number): Promise<string> {
	buildBundles(inspect);
	writeFileSync(join(root, README), standaloneReadme());
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

/** Returns the README without pictures and relative links: VS Code shows neither, and no public repository exists. */
function standaloneReadme(): string {
	return readFileSync(join(root, "README.md"), "utf8")
		.replace(/^!\[.*\n\n/gm, "")
		.replace(/\[([^\]]*)\]\((?!https:|#)[^)]*\)/g, "$1");
}
