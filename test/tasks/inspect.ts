// npm run --silent inspect -- [--at SECONDS] FILE…: prints the content of certificate files, one JSON object per line.
import { parseArgs } from "node:util";
import { inspect } from "../../src/cli/inspect.ts";
import { readSeconds } from "../../src/cli/terminal.ts";
import { printLines, userFolder } from "../commandLine.ts";

const usage = "Usage: npm run --silent inspect -- [--at SECONDS] FILE…";

await printLines(() => {
	const { values, positionals } = parseArgs({ options: { at: { type: "string" } }, allowPositionals: true });
	const at = values.at === undefined ? Date.now() / 1000 : readSeconds(values.at);
	if (positionals.length === 0 || at === null) throw new Error(usage);
	return inspect({ files: positionals, at, folder: userFolder });
});
