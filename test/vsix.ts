// Builds the package that people install.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { createVSIX } from "@vscode/vsce";
import { root } from "./vscode/install.mjs";

/** Where `packageExtension` leaves the package. */
export const VSIX = join(root, "openai-certificates.vsix");

/** Builds both bundles, and prints what they weigh. @throws an Error where the build failed, which esbuild has explained. */
export function buildBundles(): void {
	const { status } = spawnSync(process.execPath, ["esbuild.mjs"], {
		cwd: root,
		stdio: ["ignore", "inherit", "inherit"],
	});
	if (status !== 0) throw new Error("The build failed.");
}

/** Builds and packages the extension. @returns the path of the package. */
export async function packageExtension(): Promise<string> {
	buildBundles();
	await createVSIX({
		cwd: root,
		packagePath: VSIX,
		dependencies: false,
		// There is no public repository yet, so links of the README stay as they are.
		allowMissingRepository: true,
		rewriteRelativeLinks: false,
	});
	return VSIX;
}
