import assert from "node:assert/strict";
import * as fc from "fast-check";
import { ORGANIZATION, type Scope, scopeKey } from "../../../../src/domain/scope.ts";
import { finishRotation, undoRotation } from "../../../../src/features/rotation/finishOrUndoRotation.ts";
import { findStepIssues, prepareRotation, undoStep } from "../../../../src/features/rotation/rotation.ts";
import { startRotation } from "../../../../src/features/rotation/startRotation.ts";
import { SEED } from "../../../random.ts";
import { listing } from "../../fakes/certificatesApi.ts";
import { DAY, outcomes, p, q, RotationFixture } from "./setup.ts";

describe("Concurrent changes during a rotation", () => {
	const changed = { reason: "changed-meanwhile" } as const;
	let rotation: RotationFixture;

	beforeEach(() => {
		rotation = new RotationFixture();
	});
	afterEach(() => rotation.folder.remove());

	const pair = (oldId: string, nextId: string) => ({ organizationRef: rotation.organizationRef, oldId, nextId });

	it("R36 Undo activates nothing in a scope where somebody deactivated both certificates", async () => {
		rotation.activate("old", p, q);
		await rotation.start({ unclear: "own" });
		for (const scope of [p, q]) rotation.fake.activeIn(scope).clear();
		const result = await rotation.undo();
		assert.deepEqual(outcomes(result), ["project/p neither", "project/q neither"]);
		assert.deepEqual([rotation.fake.writes, rotation.activeIn(p), rotation.activeIn(q)], [[], "", ""]);
		assert.equal(result.ended, true);
	});

	it("R36 Finish and Undo change only the scopes named in the prompt", async () => {
		const before = fc.record({ old: fc.boolean(), next: fc.boolean() });
		const scopes = fc.tuple(...[ORGANIZATION, p, q].map((scope) => fc.tuple(fc.constant(scope), before, before)));
		await fc.assert(
			fc.asyncProperty(scopes, fc.boolean(), fc.constantFrom("finish", "undo"), async (all, inherits, step) => {
				rotation.folder.remove();
				rotation = new RotationFixture();
				rotation.fake.projectListInherits = inherits;
				const set = (scope: Scope, { old, next }: { readonly old: boolean; readonly next: boolean }) => {
					rotation.fake.activeIn(scope).clear();
					if (old) rotation.activate("old", scope);
					if (next) rotation.activate("next", scope);
				};
				for (const [scope, first] of all) set(scope, first);
				if (!(await rotation.prepare()).scopes.some(({ old }) => old !== "inactive")) return;
				const { plan } = await rotation.start({ unclear: "own" });
				for (const [scope, , since] of all) set(scope, since);
				rotation.reopen();
				const { scopes } = await rotation.prepare();
				const named = scopes.filter((each) =>
					step === "finish" ? each.old === "active" : ["switch-back", "reactivate-old"].includes(undoStep(each, plan)),
				);
				await (step === "finish" ? rotation.finish() : rotation.undo());
				const keys = named.map(({ scope }) => scopeKey(scope));
				for (const call of rotation.fake.writes) assert.ok(keys.includes(call.split(" ")[1] ?? ""), call);
				for (const each of await rotation.plans.read()) await rotation.plans.remove(each);
			}),
			{ numRuns: 100, seed: SEED },
		);
	});

	it("R36 Undo deactivates the new certificate only in scopes named in the prompt, even if it was activated since", async () => {
		rotation.activate("old", p);
		await rotation.start({ unclear: "own" });
		rotation.fake.activeIn(p).delete("next");
		const confirmed = await rotation.prepare();
		let reads = 0;
		rotation.fake.beforeCall = (call) => {
			if (call === "list project/p" && ++reads === 2) rotation.activate("next", p);
		};
		const result = await undoRotation(rotation.deps, { confirmed, hasSelfAccess: async () => true });
		assert.deepEqual([outcomes(result), result.problem, result.ended], [["project/p failed"], changed, false]);
		assert.equal(rotation.activeIn(p), "next,old");
	});

	it("R36 a start skips a scope where the old certificate was deactivated just before", async () => {
		rotation.activate("old", ORGANIZATION, p, q);
		rotation.fake.beforeCall = (call) => {
			if (call === "activate project/q next") rotation.fake.activeIn(ORGANIZATION).clear();
		};
		const { scopes } = await rotation.start({ unclear: "own" });
		assert.deepEqual(rotation.fake.writes, ["activate project/p next", "activate project/q next"]);
		assert.deepEqual(
			scopes.map(({ scope, changed, notTried, problem }) => [scopeKey(scope), changed, notTried, problem]),
			[
				["project/p", ["next"], [], null],
				["project/q", ["next"], [], null],
				["organization", [], ["next"], changed],
			],
		);
		assert.equal(rotation.activeIn(ORGANIZATION), "");
	});

	it("R36 only one of concurrent Finish and Undo deactivates a certificate, even with stale lists", async () => {
		rotation.activate("old", p);
		await rotation.start({ unclear: "own" });
		const confirmed = await rotation.prepare();
		const both = listing(...rotation.fake.certificates.map((each) => ({ ...each, active: each.id !== "third" })));
		rotation.fake.listOverrides.set("project/p", both);
		rotation.fake.calls.length = 0;
		const ended = await Promise.allSettled([
			finishRotation(rotation.deps, { confirmed, deleteOld: false, hasSelfAccess: async () => true }),
			undoRotation(rotation.openWindow(), { confirmed, hasSelfAccess: async () => true }),
			startRotation(rotation.openWindow(), { confirmed, unclear: "own", soonDays: 30 }),
		]);
		const problems = ended.flatMap((each) => (each.status === "rejected" ? [each.reason.problem?.reason] : []));
		assert.ok(
			problems.every((reason) => ["locked", "changed-meanwhile", "no-rotation"].includes(reason)),
			problems.join(),
		);
		// A start that runs first has nothing left to activate, and blocks neither.
		const statuses = ended.slice(0, 2).map(({ status }) => status);
		assert.deepEqual(statuses.toSorted(), ["fulfilled", "rejected"]);
		assert.ok(rotation.fake.writes.filter((call) => call.startsWith("deactivate")).length < 2);
		assert.notEqual(rotation.activeIn(p), "");
	});

	it("R37 only one of two rotations with a common certificate can start", async () => {
		rotation.activate("old", p);
		rotation.activate("next", q);
		const [one, other] = [rotation.openWindow(), rotation.openWindow()];
		const confirmed = [
			await prepareRotation(one, pair("old", "next")),
			await prepareRotation(other, pair("next", "third")),
		] as const;
		const request = { unclear: "own", soonDays: 30 } as const;
		await Promise.allSettled([
			startRotation(one, { ...request, confirmed: confirmed[0] }),
			startRotation(other, { ...request, confirmed: confirmed[1] }),
		]);
		await rotation.start({ unclear: "own" }).catch(() => {});
		const later = async () =>
			startRotation(rotation.deps, { ...request, confirmed: await rotation.prepare(pair("next", "third")) });
		await later().catch(() => {});
		const plans = await one.plans.read();
		assert.equal(plans.length, 1);
		for (const { old, next } of plans) assert.ok((await rotation.prepare(pair(old.id, next.id))).plan);
	});

	it("R37 a rotation can be ended although another plan has one of its certificates", async () => {
		rotation.activate("old", p);
		const { plan } = await rotation.start({ unclear: "own" });
		await rotation.plans.create({ ...plan, old: plan.next, next: { id: "third", name: null } });
		assert.equal((await rotation.undo()).ended, true);
	});

	it("Undo removes only the plan if the new certificate was deleted and the old has expired", async () => {
		rotation.activate("old", p);
		await rotation.start({ unclear: "own" });
		rotation.fake.activeIn(p).delete("next");
		rotation.fake.certificates = rotation.fake.certificates.filter(({ id }) => id !== "next");
		rotation.now += 25 * DAY * 1000;
		assert.deepEqual(findStepIssues(await rotation.prepare(), "finish", rotation.now / 1000, 0), ["gone"]);
		const result = await rotation.undo();
		assert.deepEqual([outcomes(result), result.ended], [["project/p done"], true]);
		assert.deepEqual([rotation.fake.writes, await rotation.plans.read()], [[], []]);
		assert.equal((await rotation.prepare({ nextId: "third" })).plan, null, "another one may take over");
	});
});
