// npm run --silent inspect -- [--at SECONDS] FILE…: prints the content of certificate files, one JSON object per line.
import { parseArgs } from "node:util";
import { inspect } from "../../src/inspectCli.ts";

const usage = "Usage: npm run --silent inspect -- [--at SECONDS] FILE…";

// A reader such as `head` can close the pipe early.
process.stdout.on("error", () => process.exit());
try {
	const { values, positionals } = parseArgs({ options: { at: { type: "string" } }, allowPositionals: true });
	const at = values.at === undefined ? Date.now() / 1000 : Number(values.at);
	if (positionals.length === 0 || !Number.isFinite(at) || values.at === "") throw new Error(usage);
	// npm runs scripts in the project's folder; INIT_CWD is the user's folder.
	const folder = process.env.INIT_CWD ?? process.cwd();
	for await (const line of inspect({ files: positionals, at, folder })) process.stdout.write(line);
} catch (error) {
	process.stderr.write(`${error instanceof Error ? error.message : usage}\n`);
	process.exitCode = 2;
}
