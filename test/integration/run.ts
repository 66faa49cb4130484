import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeCertificate } from "../certificates.ts";
import { temporaryFolder } from "../temporaryFolders.ts";
import type { HostOptions } from "../vscode/hostSuite.ts";
import type { Results } from "../vscode/results.ts";
import type { VSCodeVersion } from "../vscode/server.ts";
import type { SystemName } from "../vscode/wine.ts";
import { prepareSuite } from "./bundle.ts";

/**
 * Runs the integration suite on the built extension, inside VS Code's extension host.
 * @param runIn `runInExtensionHost` or `runInDesktop`.
 */
export async function runIntegration(
	version: VSCodeVersion,
	runIn: (options: HostOptions) => Promise<Results>,
	system?: SystemName,
): Promise<Results> {
	const temporary = temporaryFolder("integration");
	const workspace = temporary.path;
	try {
		await fillWorkspace(workspace, system === "windows" || process.platform === "win32");
		return await runIn({ version, workspace, system, ...(await prepareSuite()) });
	} finally {
		temporary.remove();
	}
}

/** Creates a certificate file, and entries named like certificate files that are not readable as such. */
async function fillWorkspace(folder: string, isWindows: boolean): Promise<void> {
	const { pem } = await makeCertificate({ commonName: "Acme Root CA" });
	writeFileSync(join(folder, "root.pem"), pem);
	writeFileSync(join(folder, "large.pem"), Buffer.alloc(1024 * 1024 + 1, "-"));
	mkdirSync(join(folder, "folder.pem"));
	// On Windows, links require a privilege, and folders contain no pipes and devices.
	if (isWindows) return;
	symlinkSync("nowhere", join(folder, "broken-link.pem"));
	symlinkSync("/dev/zero", join(folder, "zero.pem"));
	execFileSync("mkfifo", [join(folder, "pipe.pem")]);
}
