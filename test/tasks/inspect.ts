// npm run --silent inspect -- [--at SECONDS] FILE…: what is in certificate files, one JSON object a line.
import { parseArgs } from "node:util";
import { inspect } from "../../src/inspectCli.ts";

const usage = "Usage: npm run --silent inspect -- [--at SECONDS] FILE…";

// Whoever reads may stop reading, as `head` does.
process.stdout.on("error", () => process.exit());
try {
	const { values, positionals } = parseArgs({ options: { at: { type: "string" } }, allowPositionals: true });
	const at = values.at === undefined ? Date.now() / 1000 : Number(values.at);
	if (positionals.length === 0 || !Number.isFinite(at) || values.at === "") throw new Error(usage);
	// npm runs scripts in the project's folder and keeps here where the person stands.
	const folder = process.env.INIT_CWD ?? process.cwd();
	for await (const line of inspect({ files: positionals, at, folder })) process.stdout.write(line);
} catch (error) {
	process.stderr.write(`${error instanceof Error ? error.message : usage}\n`);
	process.exitCode = 2;
}
