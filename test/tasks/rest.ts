// npm run test:rest [-- WORD]: runs the tests that `npm test` omits, since they are slow and seldom find more: unit
// tests on the older Node, with coverage; all tests in the oldest VS Code, interface tests in reverse order to show
// that no test needs another; in the newest VS Code the looks in each theme and in a made-up language, proxies and
// client certificates; and storage on file systems that lack features of Linux's own.
import { exfat, ntfs } from "../fileSystems.ts";
import { conclude, integration, runStages, storageOn, throughInterface, unit, withWord } from "../stages.ts";

const stages = [
	unit(22, { coverage: true }),
	throughInterface("1.103", { files: "test/e2e/**/*.test.ts", order: "reverse" }),
	integration("1.103"),
	throughInterface("1.139", { files: "test/e2e/{looks,network}/*.test.ts" }),
	storageOn(exfat),
	storageOn(ntfs),
];
conclude(await runStages(withWord(stages, process.argv[2])));
