// Runs the integration suite in the oldest and the newest desktop VS Code.
import { runIntegration } from "../integration/run.ts";
import { installDesktop, runInDesktop } from "../vscode/desktop.ts";
import { buildBundles } from "../vsix.ts";

buildBundles();
let passed = 0;
let failed = 0;
for (const version of ["1.103", "1.139"] as const) {
	await installDesktop(version).catch((error) => {
		console.error(`Desktop VS Code ${version} could not be downloaded: ${error.message}`);
		process.exit(1);
	});
	const results = await runIntegration(version, runInDesktop);
	for (const { title, message } of results.failures) console.log(`Failed: ${title}\n${message}`);
	passed += results.passed;
	failed += results.failed;
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
