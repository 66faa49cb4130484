// The stages that run under Windows' rules, by Wine.
import { integration, type Stage, throughInterface, unitOnWindows } from "./stages.ts";

const UNIT_TESTS = ["application", "api", "domain"].map((folder) => `test/unit/${folder}/*.test.ts`);
const WORDS = "test/unit/ui/*ords.test.ts";
const INTERFACE_TESTS = "test/e2e/{everyVersion/upload,lostAnswers,killedHost}.test.ts";

export function onWindows(): readonly Stage[] {
	return [
		unitOnWindows([...UNIT_TESTS, WORDS]),
		throughInterface("1.139", { files: INTERFACE_TESTS, system: "windows" }),
		integration("1.139", "windows"),
	];
}
