// One of several processes that want the same lock: takes it so many times, and says how often nobody else was inside.
import { rmSync, writeFileSync } from "node:fs";
import { FileLocks } from "../../../src/common/storage/locks.ts";

const [folder = "", inside = "", times = ""] = process.argv.slice(2);
const locks = new FileLocks(folder);
let alone = 0;
for (let time = 0; time < Number(times); time++)
	await locks.withLock("race", async (lock) => {
		writeFileSync(inside, String(process.pid), { flag: "wx" });
		await lock.check();
		rmSync(inside);
		alone++;
	});
console.log(alone);
