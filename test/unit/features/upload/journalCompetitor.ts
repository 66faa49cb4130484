// Adds attempts of one upload and removes some again, in competition with other processes of this program.
import { FileLocks } from "../../../../src/common/storage/locks.ts";
import { JournalStore } from "../../../../src/features/upload/journalStore.ts";

const [folder = "", locks = "", organizationRef = "", owner = "", rounds = ""] = process.argv.slice(2);
const store = new JournalStore(folder, new FileLocks(locks));
const key = { organizationRef, sha256: "ab".repeat(32) };
const rest = { name: "Root", pem: "PEM", startedAt: Date.now(), idsBefore: [], servedBefore: null, owner };
for (let round = 1; round <= Number(rounds); round++) {
	await store.withLock(key, async (locked) => {
		await locked.add({ ...key, ...rest, id: `${owner} ${round}` });
		await locked.add({ ...key, ...rest, id: "taken back" });
		await locked.remove(["taken back"]);
	});
	await store.read();
}
