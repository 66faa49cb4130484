// npm test [-- WORD]: runs the checks required before a merge, from types to the interface. With a word, runs only
// stages whose name contains the word. The last line is the sum. The remaining tests are in rest.ts.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { conclude, integration, packaging, runStages, throughInterface, tool, unit, withWord } from "../stages.ts";
import { root } from "../vscode/install.mjs";

const stages = withWord(
	[
		tool("types", "typescript/bin/tsc"),
		tool("lint and imports", "@biomejs/biome/bin/biome", "ci", "--log-level=warn", "."),
		tool("unused code", "knip/bin/knip.js"),
		packaging(),
		unit(24, { coverage: false }),
		throughInterface("1.139", { files: "test/e2e/{,everyVersion/}*.test.ts" }),
		integration("1.139"),
		throughInterface("1.103", { files: "test/e2e/everyVersion/*.test.ts" }),
	],
	process.argv[2],
);
if (stages.some(({ name }) => name.startsWith("interface")))
	rmSync(join(root, "out/pictures"), { recursive: true, force: true });
conclude(await runStages(stages));
