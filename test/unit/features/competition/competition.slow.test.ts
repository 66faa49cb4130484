import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { FileLocks } from "../../../../src/common/storage/locks.ts";
import { RotationPlanStore } from "../../../../src/features/rotation/rotationPlanStore.ts";
import { JournalStore } from "../../../../src/features/upload/journalStore.ts";
import { temporaryFolder } from "../../../temporaryFolders.ts";

const ROUNDS = 1000;
const OWNERS = ["first", "second"];

describe("Two processes", () => {
	const temporary = temporaryFolder("competition");
	after(() => temporary.remove());

	it(`R37 lose no change of a journal or a rotation plan in ${ROUNDS} rounds each`, async function () {
		this.timeout(0);
		const folders = ["pending-uploads", "rotations", "locks"].map((name) => join(temporary.path, name));
		const [journalFolder = "", planFolder = "", lockFolder = ""] = folders;
		const organizationRef = randomUUID();
		const locks = new FileLocks(lockFolder);
		const plans = new RotationPlanStore(planFolder, locks);
		const [old, next] = ["cert_old", "cert_new"].map((id) => ({ id, name: null }));
		assert.ok(old && next);
		await plans.create({ organizationRef, old, next, scopes: [], startedAt: 1000 });

		const program = fileURLToPath(new URL("storageCompetitor.ts", import.meta.url));
		const competitors = OWNERS.map((owner) =>
			spawn(process.execPath, [program, ...folders, organizationRef, owner, String(ROUNDS)], {
				stdio: ["ignore", "inherit", "inherit"],
			}),
		);
		const codes = await Promise.all(competitors.map(async (competitor) => (await once(competitor, "exit"))[0]));
		assert.deepEqual(codes, [0, 0]);

		const last = OWNERS.map((owner) => `${owner}${ROUNDS}`);
		const attempts = (await new JournalStore(journalFolder, locks).read()).records.map(({ pending }) => pending.id);
		assert.deepEqual(attempts.toSorted(), last);
		const [plan] = await plans.read(organizationRef);
		const scopes = plan?.scopes.map(({ scope }) => (scope.kind === "project" ? scope.id : "organization"));
		assert.deepEqual(scopes?.toSorted(), last);
		assert.equal(readdirSync(journalFolder).length, 1);
		assert.equal(readdirSync(planFolder).length, 1);
	});
});
