// npm test [-- WORD]: runs the checks required before a merge, from types to the interface. With a word, runs only
// stages whose name contains the word. The last line is the sum. The remaining tests are in rest.ts.
import { rmSync } from "node:fs";
import { join } from "node:path";
import {
	integrationStage,
	interfaceStage,
	packageStage,
	reportSum,
	runStages,
	selectStages,
	toolStage,
	unitStage,
} from "../stages.ts";
import { root } from "../vscode/install.mjs";

const stages = selectStages(
	[
		toolStage("types", "typescript/bin/tsc"),
		toolStage("lint and imports", "@biomejs/biome/bin/biome", "ci", "--log-level=warn", "."),
		toolStage("unused code", "knip/bin/knip.js"),
		packageStage(),
		unitStage(24, { complete: false }),
		interfaceStage("1.139", { files: "test/e2e/{,everyVersion/}*.test.ts" }),
		integrationStage("1.139"),
		interfaceStage("1.103", { files: "test/e2e/everyVersion/*.test.ts" }),
	],
	process.argv[2],
);
if (stages.some(({ name }) => name.startsWith("interface")))
	rmSync(join(root, "out/pictures"), { recursive: true, force: true });
reportSum(await runStages(stages));
