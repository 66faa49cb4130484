// npm run --silent check -- CLIENT_FILE --anchor ANCHOR_FILE [--anchor …] [--at SECONDS]: checks offline whether trust
// anchors would accept a client certificate; prints one JSON object. With --list FILE: one such line for each line
// CLIENT<TAB>ANCHOR[<TAB>SECONDS] of the file. Exit code: 0 if the arguments and the list could be read, else 2.
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { type Check, check } from "../../src/cli/check.ts";
import { readCheckList } from "../../src/cli/checkList.ts";
import { readRegularFile } from "../../src/cli/files.ts";
import { readSeconds } from "../../src/cli/terminal.ts";
import { printLines, userFolder } from "../commandLine.ts";

const usage =
	"Usage: npm run --silent check -- CLIENT_FILE --anchor ANCHOR_FILE [--anchor …] [--at SECONDS], or --list FILE [--at SECONDS]";

/** About 100,000 lines. */
const MAX_LIST_BYTES = 16 * 1_048_576;

await printLines(async () => check(await readChecks(), userFolder));

/** Reads the arguments. @throws Error with the line to print for bad usage. */
async function readChecks(): Promise<readonly Check[]> {
	const { values, positionals } = parseArgs({
		options: { anchor: { type: "string", multiple: true }, at: { type: "string" }, list: { type: "string" } },
		allowPositionals: true,
	});
	const { anchor: anchors = [], list } = values;
	const at = values.at === undefined ? Date.now() / 1000 : readSeconds(values.at);
	if (at === null) throw new Error(usage);
	const [client, ...others] = positionals;
	if (list === undefined) {
		if (client === undefined || others.length > 0 || anchors.length === 0) throw new Error(usage);
		return [{ client, anchors, at }];
	}
	if (client !== undefined || anchors.length > 0) throw new Error(usage);
	const bytes = await readRegularFile(resolve(userFolder, list), MAX_LIST_BYTES);
	if (typeof bytes === "string") throw new Error(`The list can't be read: ${bytes}`);
	const checks = readCheckList(bytes, at);
	if (typeof checks === "number") throw new Error(`Line ${checks} of the list isn't CLIENT<TAB>ANCHOR[<TAB>SECONDS].`);
	return checks;
}
