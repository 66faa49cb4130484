// npm run test:windows: runs tests under Windows' rules for files and processes, in Wine: the unit tests of storage,
// API, messages and domain, the suite inside the extension host, and the interface tests of uploads and lost responses.
import { integrationStage, interfaceStage, reportSum, runStages, windowsUnitStage } from "../stages.ts";

const UNIT_TESTS = ["common", "domain", "features", "openai"].map((folder) => `test/unit/${folder}/**/*.test.ts`);
const INTERFACE_TESTS = "test/e2e/{everyVersion/upload,lostResponses,killedHost}.test.ts";

reportSum(
	await runStages([
		windowsUnitStage(UNIT_TESTS),
		interfaceStage("1.139", { files: INTERFACE_TESTS, system: "windows" }),
		integrationStage("1.139", "windows"),
	]),
);
