import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createVSIX } from "@vscode/vsce";
import { temporaryFolder } from "../temporaryFolders.ts";

/**
 * Packages an extension for a test. Its folder and package are deleted when this process ends.
 * @param name Its id is `test.` and this name.
 * @param files The contents of its files, by name.
 * @param manifest Fields of its manifest besides those that each extension needs.
 * @returns the paths of its folder and its package.
 */
export async function packageTestExtension(
	name: string,
	files: Readonly<Record<string, string>>,
	manifest: Readonly<Record<string, unknown>>,
): Promise<{ readonly folder: string; readonly vsix: string }> {
	const folder = temporaryFolder(name).path;
	const required = { name, displayName: name, version: "0.0.1", publisher: "test", license: "MIT" };
	const complete = { ...required, engines: { vscode: "^1.103.0" }, files: Object.keys(files), ...manifest };
	for (const [file, content] of Object.entries({ ...files, "package.json": JSON.stringify(complete) }))
		writeFileSync(join(folder, file), content);
	const vsix = join(temporaryFolder("vsix").path, `${name}.vsix`);
	const allowed = { allowMissingRepository: true, allowStarActivation: true };
	await createVSIX({ cwd: folder, packagePath: vsix, dependencies: false, skipLicense: true, ...allowed });
	return { folder, vsix };
}
