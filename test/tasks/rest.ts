// npm run test:rest [-- WORD]: runs the tests that `npm test` omits, since they are slow and seldom find more: all unit
// tests, the slow ones too, on the older Node, with coverage; all tests in the oldest VS Code, interface tests in reverse
// order to show that no test needs another; in the newest VS Code what seldom happens (crashes, hostile files, unusual
// settings and lists), the looks in each theme and in a made-up language, proxies and client certificates; and storage on
// file systems that lack features of Linux's own.
import { exfat, ntfs } from "../fileSystems.ts";
import {
	integrationStage,
	interfaceStage,
	reportSum,
	runStages,
	selectStages,
	storageStage,
	unitStage,
} from "../stages.ts";

const stages = [
	unitStage(22, { complete: true }),
	interfaceStage("1.103", { files: "test/e2e/**/*.test.ts", order: "reverse" }),
	integrationStage("1.103"),
	interfaceStage("1.139", { files: "test/e2e/{edges,looks,network}/*.test.ts" }),
	storageStage(exfat),
	storageStage(ntfs),
];
reportSum(await runStages(selectStages(stages, process.argv[2])));
