import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import * as fc from "fast-check";
import { FileLocks } from "../../../../src/common/storage/locks.ts";
import { ORGANIZATION, type Scope, scopeKey } from "../../../../src/domain/scope.ts";
import { finishRotation, undoRotation } from "../../../../src/features/rotation/finishOrUndoRotation.ts";
import {
	findStepIssues,
	prepareRotation,
	type RotationDeps,
	undoStep,
} from "../../../../src/features/rotation/rotation.ts";
import { RotationPlanStore } from "../../../../src/features/rotation/rotationPlanStore.ts";
import type { RotationResult } from "../../../../src/features/rotation/rotationResult.ts";
import { startRotation } from "../../../../src/features/rotation/startRotation.ts";
import { SEED } from "../../../random.ts";
import { temporaryFolder } from "../../../temporaryFolders.ts";
import { FakeAdminApi, fakeOrganization, project, projectScope } from "../../fakes/adminApi.ts";
import { certificate, listing } from "../../fakes/certificatesApi.ts";

describe("Concurrent changes during a rotation", () => {
	const organizationRef = randomUUID();
	const DAY = 86_400;
	const at = 1000 * DAY;
	const [p, q] = [projectScope("p"), projectScope("q")];
	const changed = { reason: "changed-meanwhile" } as const;
	let fake: FakeAdminApi;
	let folder: ReturnType<typeof temporaryFolder>;
	let rotations: RotationDeps;
	let now: number;

	beforeEach(() => {
		folder = temporaryFolder("rotation");
		reset();
	});
	afterEach(() => folder.remove());

	function reset(): void {
		const dates = (until: number) => ({ validAt: at - DAY, expiresAt: at + until * DAY });
		fake = new FakeAdminApi(
			[certificate("old", dates(20)), certificate("next", dates(500)), certificate("third", dates(900))],
			[project("p"), project("q")],
		);
		now = at * 1000;
		rotations = open();
	}

	/** Opens a window. */
	function open(): RotationDeps {
		return {
			organization: fakeOrganization(fake),
			plans: new RotationPlanStore(folder.path, new FileLocks(join(folder.path, "locks")), () => now),
			readContent: async () => null,
			now: () => now,
		};
	}

	const activate = (id: string, ...scopes: readonly Scope[]) => {
		for (const scope of scopes) fake.activeIn(scope).add(id);
	};
	const activeIn = (scope: Scope) => [...fake.activeIn(scope)].sort().join();
	const prepare = (oldId = "old", nextId = "next", window = rotations) =>
		prepareRotation(window, { organizationRef, oldId, nextId });
	const start = async (oldId = "old", nextId = "next", window = rotations) =>
		startRotation(window, { confirmed: await prepare(oldId, nextId, window), unclear: "own", soonDays: 30 });
	const ownAccess = async () => true;
	const finish = async () =>
		finishRotation(rotations, { confirmed: await prepare(), deleteOld: false, hasSelfAccess: ownAccess });
	const undo = async () => undoRotation(rotations, { confirmed: await prepare(), hasSelfAccess: ownAccess });
	const outcomes = ({ scopes }: RotationResult) => scopes.map(({ scope, outcome }) => `${scopeKey(scope)} ${outcome}`);
	const writesSince = () => {
		const before = fake.writes.length;
		return () => fake.writes.slice(before);
	};

	it("R36 Undo activates nothing in a scope where somebody deactivated both certificates", async () => {
		activate("old", p, q);
		await start();
		for (const scope of [p, q]) fake.activeIn(scope).clear();
		const newWrites = writesSince();
		const result = await undo();
		assert.deepEqual(outcomes(result), ["project/p neither", "project/q neither"]);
		assert.deepEqual([newWrites(), activeIn(p), activeIn(q)], [[], "", ""]);
		assert.equal(result.ended, true);
	});

	it("R36 Finish and Undo change only the scopes named in the prompt", async () => {
		const before = fc.record({ old: fc.boolean(), next: fc.boolean() });
		const scopes = fc.tuple(...[ORGANIZATION, p, q].map((scope) => fc.tuple(fc.constant(scope), before, before)));
		await fc.assert(
			fc.asyncProperty(scopes, fc.boolean(), fc.constantFrom("finish", "undo"), async (all, inherits, step) => {
				reset();
				fake.projectListInherits = inherits;
				const set = (scope: Scope, { old, next }: { readonly old: boolean; readonly next: boolean }) => {
					fake.activeIn(scope).clear();
					if (old) activate("old", scope);
					if (next) activate("next", scope);
				};
				for (const [scope, first] of all) set(scope, first);
				if (!(await prepare()).scopes.some(({ old }) => old !== "inactive")) return;
				const { plan } = await start();
				for (const [scope, , since] of all) set(scope, since);
				rotations = open();
				const { scopes } = await prepare();
				const named = scopes.filter((each) =>
					step === "finish" ? each.old === "active" : ["switch-back", "reactivate-old"].includes(undoStep(each, plan)),
				);
				const newWrites = writesSince();
				await (step === "finish" ? finish() : undo());
				const keys = named.map(({ scope }) => scopeKey(scope));
				for (const call of newWrites()) assert.ok(keys.includes(call.split(" ")[1] ?? ""), call);
				for (const each of await rotations.plans.read()) await rotations.plans.remove(each);
			}),
			{ numRuns: 100, seed: SEED },
		);
	});

	it("R36 Undo deactivates the new certificate only in scopes named in the prompt, even if it was activated since", async () => {
		activate("old", p);
		await start();
		fake.activeIn(p).delete("next");
		const confirmed = await prepare();
		let reads = 0;
		fake.beforeCall = (call) => {
			if (call === "list project/p" && ++reads === 2) activate("next", p);
		};
		const result = await undoRotation(rotations, { confirmed, hasSelfAccess: ownAccess });
		assert.deepEqual([outcomes(result), result.problem, result.ended], [["project/p failed"], changed, false]);
		assert.equal(activeIn(p), "next,old");
	});

	it("R36 a start skips a scope where the old certificate was deactivated just before", async () => {
		activate("old", ORGANIZATION, p, q);
		fake.beforeCall = (call) => {
			if (call === "activate project/q next") fake.activeIn(ORGANIZATION).clear();
		};
		const { scopes } = await start();
		assert.deepEqual(fake.writes, ["activate project/p next", "activate project/q next"]);
		assert.deepEqual(
			scopes.map(({ scope, changed, notTried, problem }) => [scopeKey(scope), changed, notTried, problem]),
			[
				["project/p", ["next"], [], null],
				["project/q", ["next"], [], null],
				["organization", [], ["next"], changed],
			],
		);
		assert.equal(activeIn(ORGANIZATION), "");
	});

	it("R36 only one of concurrent Finish and Undo deactivates a certificate, even with stale lists", async () => {
		activate("old", p);
		await start();
		const confirmed = await prepare();
		const both = listing(...fake.certificates.map((each) => ({ ...each, active: each.id !== "third" })));
		fake.listOverrides.set("project/p", both);
		const newWrites = writesSince();
		const ended = await Promise.allSettled([
			finishRotation(rotations, { confirmed, deleteOld: false, hasSelfAccess: ownAccess }),
			undoRotation(open(), { confirmed, hasSelfAccess: ownAccess }),
			startRotation(open(), { confirmed, unclear: "own", soonDays: 30 }),
		]);
		const problems = ended.flatMap((each) => (each.status === "rejected" ? [each.reason.problem?.reason] : []));
		assert.ok(
			problems.every((reason) => ["locked", "changed-meanwhile", "no-rotation"].includes(reason)),
			problems.join(),
		);
		// A start that runs first has nothing left to activate, and blocks neither.
		const statuses = ended.slice(0, 2).map(({ status }) => status);
		assert.deepEqual(statuses.toSorted(), ["fulfilled", "rejected"]);
		assert.ok(newWrites().filter((call) => call.startsWith("deactivate")).length < 2);
		assert.notEqual(activeIn(p), "");
	});

	it("R37 only one of two rotations with a common certificate can start", async () => {
		activate("old", p);
		activate("next", q);
		const [one, other] = [open(), open()];
		const confirmed = [await prepare("old", "next", one), await prepare("next", "third", other)] as const;
		const request = { unclear: "own", soonDays: 30 } as const;
		await Promise.allSettled([
			startRotation(one, { ...request, confirmed: confirmed[0] }),
			startRotation(other, { ...request, confirmed: confirmed[1] }),
		]);
		await start().catch(() => {});
		await start("next", "third").catch(() => {});
		const plans = await one.plans.read();
		assert.equal(plans.length, 1);
		for (const { old, next } of plans) assert.ok((await prepare(old.id, next.id)).plan);
	});

	it("R37 a rotation can be ended although another plan has one of its certificates", async () => {
		activate("old", p);
		const { plan } = await start();
		await rotations.plans.create({ ...plan, old: plan.next, next: { id: "third", name: null } });
		assert.equal((await undo()).ended, true);
	});

	it("Undo removes only the plan if the new certificate was deleted and the old has expired", async () => {
		activate("old", p);
		await start();
		fake.activeIn(p).delete("next");
		fake.certificates = fake.certificates.filter(({ id }) => id !== "next");
		now += 25 * DAY * 1000;
		assert.deepEqual(findStepIssues(await prepare(), "finish", now / 1000, 0), ["gone"]);
		const newWrites = writesSince();
		const result = await undo();
		assert.deepEqual([outcomes(result), result.ended], [["project/p done"], true]);
		assert.deepEqual([newWrites(), await rotations.plans.read()], [[], []]);
		assert.equal((await prepare("old", "third")).plan, null, "another one may take over");
	});
});
