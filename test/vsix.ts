// Builds the package that people install.
import { spawnSync } from "node:child_process";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createVSIX } from "@vscode/vsce";
import { temporaryFolder } from "./temporaryFolders.ts";
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

/**
 * Packages a changed copy of the built extension. The package is deleted when this process ends.
 * @param change Changes the copy, in this folder.
 * @returns the path of the package.
 */
export async function packageChanged(change: (folder: string) => void): Promise<string> {
	const folder = temporaryFolder("changed").path;
	const manifest = ["package.json", "package.nls.json", ".vscodeignore"];
	for (const name of [...manifest, "README.md", "CHANGELOG.md", "LICENSE", "dist", "media"])
		cpSync(join(root, name), join(folder, name), { recursive: true });
	change(folder);
	const packagePath = join(temporaryFolder("vsix").path, "package.vsix");
	const options = { dependencies: false, allowMissingRepository: true, rewriteRelativeLinks: false };
	await createVSIX({ cwd: folder, packagePath, ...options });
	return packagePath;
}

/**
 * Lets an extension activate only by its own views and commands, not after VS Code's start.
 * @param folder The extension's folder, with its manifest.
 */
export function removeActivationEvents(folder: string): void {
	const manifest = join(folder, "package.json");
	writeFileSync(manifest, JSON.stringify({ ...JSON.parse(readFileSync(manifest, "utf8")), activationEvents: [] }));
}

/** Returns the README without pictures and relative links: VS Code shows neither, and no public repository exists. */
function standaloneReadme(): string {
	return readFileSync(join(root, "README.md"), "utf8")
		.replace(/^!\[.*\n\n/gm, "")
		.replace(/\[([^\]]*)\]\((?!https:|#)[^)]*\)/g, "$1");
}
