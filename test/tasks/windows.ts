// npm run test:windows: what Windows' rules for files and processes concern, under these rules as Wine has them: the unit tests of
// storage, API, words and domain, the suite inside the extension host, and the interface tests of uploads and lost answers.
import { conclude, integration, runStages, throughInterface, unitOnWindows } from "../stages.ts";

const UNIT_TESTS = ["common", "domain", "features", "openai"].map((folder) => `test/unit/${folder}/**/*.test.ts`);
const INTERFACE_TESTS = "test/e2e/{everyVersion/upload,lostAnswers,killedHost}.test.ts";

conclude(
	await runStages([
		unitOnWindows(UNIT_TESTS),
		throughInterface("1.139", { files: INTERFACE_TESTS, system: "windows" }),
		integration("1.139", "windows"),
	]),
);
