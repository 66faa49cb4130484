// One of two processes that want the same records: reads numbers of attempts, and says whether it has each.
import { createInterface } from "node:readline";
import { Locks } from "../../../src/application/locks.ts";
import { PendingUploads } from "../../../src/application/pendingUploads.ts";

const [folder = "", locks = "", organizationRef = "", owner = ""] = process.argv.slice(2);
const store = new PendingUploads(folder, new Locks(locks));
console.log("ready");
for await (const line of createInterface(process.stdin)) {
	const has = await store.write({
		organizationRef,
		sha256: "ab".repeat(32),
		attempt: Number(line),
		name: "Root",
		pem: "PEM",
		startedAt: Date.now(),
		idsBefore: [],
		servedBefore: null,
		owner,
	});
	console.log(has ? "won" : "lost");
}
