// npm start [-- --inspect PORT]: opens VS Code with the extension and the emulator for manual use, until Ctrl+C. With a
// port, builds the extension for a debugger on this port.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { makeCertificate } from "../certificates.ts";
import { startEmulator } from "../emulator/emulator.ts";
import { temporaryFolder } from "../temporaryFolders.ts";
import { manifestText } from "../texts/manifestTexts.ts";
import { openDesktop } from "../vscode/desktop.ts";
import { startVSCode } from "../vscode/server.ts";
import { packageExtension } from "../vsix.ts";

const { inspect } = parseArgs({ options: { inspect: { type: "string" } } }).values;
const vsix =
	inspect === undefined
		? await packageExtension()
		: await packageExtension(join(temporaryFolder("debug").path, "debug.vsix"), Number(inspect));
const { path: workspace } = temporaryFolder("certificates");
writeFileSync(join(workspace, "acme-root.pem"), (await makeCertificate({ commonName: "Acme Root CA" })).pem);
const emulator = await startEmulator();
emulator.state.addProject("Production");
emulator.state.addProject("Staging");
const options = {
	version: "1.139",
	workspace,
	extensions: [vsix],
	settings: { "openaiCertificates.baseUrl": emulator.url },
} as const;
const ended = new Promise<void>((resolve) => {
	for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => resolve());
});

const desktop = await openDesktop(options);
const browser = desktop ? null : await startVSCode({ ...options, token: true });
console.log(`
  VS Code     ${browser ? browser.url : "is opening"}
  Admin key   ${emulator.adminKey}

Right-click acme-root.pem and choose “${manifestText("command.upload")}”. Everything stays on this machine: the key is the emulator's.
Press Ctrl+C to end it all.`);
await (desktop ? Promise.race([desktop.closed, ended]) : ended);
await desktop?.close();
await browser?.close();
await emulator.close();
process.exit();
