// npm run test:rest [-- WORD]: what `npm test` leaves out, since it takes longer and seldom finds more: the unit tests on the
// older Node, with what they run through, and all tests in the oldest VS Code, the interface tests in reverse order, which
// shows that none needs another; how it looks in each theme and in a made-up language, and the ways through proxies and with
// client certificates, in the newest one, too; and storage on file systems that lack what Linux's own have.
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
