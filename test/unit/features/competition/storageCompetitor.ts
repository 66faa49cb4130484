// Changes one upload's journal and one rotation plan in each round, in competition with another process of this program,
// and reads both. Ends with an error if a change of an earlier round is lost.
import assert from "node:assert/strict";
import { FileLocks } from "../../../../src/common/storage/locks.ts";
import type { RotationPlan } from "../../../../src/features/rotation/rotationPlan.ts";
import { RotationPlanStore } from "../../../../src/features/rotation/rotationPlanStore.ts";
import { JournalStore } from "../../../../src/features/upload/journalStore.ts";
import { projectScope } from "../../fakes/adminApi.ts";

const [journalFolder = "", planFolder = "", lockFolder = "", organizationRef = "", owner = "", rounds = ""] =
	process.argv.slice(2);
const locks = new FileLocks(lockFolder);
const journal = new JournalStore(journalFolder, locks);
const plans = new RotationPlanStore(planFolder, locks);
const key = { organizationRef, sha256: "ab".repeat(32) };
const rest = { name: "Root", pem: "PEM", startedAt: Date.now(), idsBefore: [], servedBefore: null, owner };

/** Returns this process's attempts in the journal, as its last round left them. */
const ownAttempts = async () =>
	(await journal.read()).records.map(({ pending }) => pending.id).filter((id) => id.startsWith(owner));

/** Returns the plan, and this process's scopes in it. */
const readPlan = async () => {
	const [plan] = await plans.read(organizationRef);
	assert.ok(plan, "The rotation plan is lost");
	const isOwn = ({ scope }: RotationPlan["scopes"][number]) => scope.kind === "project" && scope.id.startsWith(owner);
	return { plan, own: plan.scopes.filter(isOwn), others: plan.scopes.filter((each) => !isOwn(each)) };
};

for (let round = 1; round <= Number(rounds); round++) {
	const [last, next] = [`${owner}${round - 1}`, `${owner}${round}`];
	await journal.withLock(key, async (locked) => {
		await locked.add({ ...key, ...rest, id: next });
		await locked.remove([last]);
	});
	assert.deepEqual(await ownAttempts(), [next]);
	await locks.withLock(`rotation.${organizationRef}`, async (lock) => {
		const { plan, own, others } = await readPlan();
		assert.deepEqual(own, round === 1 ? [] : [{ scope: projectScope(last), nextWasActive: false }]);
		await plans.extend({ ...plan, scopes: [...others, { scope: projectScope(next), nextWasActive: false }] }, lock);
	});
	await readPlan();
}
