// npm run test:windows [-- WORD]: runs tests under Windows' rules for files and processes, in Wine: the unit tests of
// storage, API, messages and domain, the suite inside the extension host, and the interface tests of uploads and lost
// responses. `npm run test:windows -- two` runs two processes that change the same records 1,000 times each, which takes
// as long as all the rest.
import {
	integrationStage,
	interfaceStage,
	reportSum,
	runStages,
	SLOW_UNIT_TESTS,
	selectStages,
	windowsUnitStage,
} from "../stages.ts";

const UNIT_TESTS = ["common", "domain", "features", "openai"].map((folder) => `test/unit/${folder}/**/*.test.ts`);
const INTERFACE_TESTS = "test/e2e/{everyVersion/upload,lostResponses,edges/killedHost}.test.ts";

const stages = [
	windowsUnitStage("unit", UNIT_TESTS, [SLOW_UNIT_TESTS]),
	interfaceStage("1.139", { files: INTERFACE_TESTS, system: "windows" }),
	integrationStage("1.139", "windows"),
];
const onRequest = windowsUnitStage("two processes", ["test/unit/features/competition/*.test.ts"]);
const [, , word] = process.argv;
reportSum(await runStages(word === undefined ? stages : selectStages([...stages, onRequest], word)));
