// npm run stability -- --runs N [--load] [--reverse] [--vscode VERSION]: repeats the interface tests, and prints each
// failed test with its number of failures. --load keeps one core busy; --reverse runs the tests of each file in reverse
// order.
import { spawn } from "node:child_process";
import { parseArgs } from "node:util";
import { interfaceStage, reportSum, runStages } from "../stages.ts";
import { onExit } from "../temporaryFolders.ts";
import { addResults, NO_RESULTS } from "../vscode/results.ts";
import type { VSCodeVersion } from "../vscode/server.ts";

const { values } = parseArgs({
	options: {
		runs: { type: "string", default: "5" },
		load: { type: "boolean", default: false },
		reverse: { type: "boolean", default: false },
		vscode: { type: "string", default: "1.139" },
	},
});
if (values.load) keepOneCoreBusy();
const files = "test/e2e/**/*.test.ts";
const stage = interfaceStage(values.vscode as VSCodeVersion, { files, ...(values.reverse && { order: "reverse" }) });
let sum = NO_RESULTS;
for (let run = 1; run <= Number(values.runs); run++) {
	console.log(`\nRun ${run} of ${values.runs}`);
	sum = addResults(sum, await runStages([stage]));
}
const failures = Map.groupBy(sum.failures, ({ title }) => title);
for (const [title, { length }] of failures) console.log(`\nFailed ${length} of ${values.runs} times: ${title}`);
reportSum(sum);

function keepOneCoreBusy(): void {
	const child = spawn(process.execPath, ["--eval", "for (;;);"], { stdio: "ignore" });
	child.unref();
	onExit(() => child.kill("SIGKILL"));
}
