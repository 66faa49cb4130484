// Competes with other processes for a lock: acquires the lock `times` times, and prints how often it was exclusive.
import { rmSync, writeFileSync } from "node:fs";
import { FileLocks } from "../../../../src/common/storage/locks.ts";

const [folder = "", marker = "", times = ""] = process.argv.slice(2);
const locks = new FileLocks(folder);
let exclusive = 0;
for (let time = 0; time < Number(times); time++)
	await locks.withLock("race", async (lock) => {
		writeFileSync(marker, String(process.pid), { flag: "wx" });
		await lock.assertHeld();
		rmSync(marker);
		exclusive++;
	});
console.log(exclusive);
