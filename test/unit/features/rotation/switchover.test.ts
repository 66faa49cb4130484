import assert from "node:assert/strict";
import type { AdministrationApi } from "../../../../src/domain/adminApi.ts";
import type { Problem } from "../../../../src/domain/problem.ts";
import { ORGANIZATION, type Scope, scopeKey } from "../../../../src/domain/scope.ts";
import { failAfterCommit, failWith } from "../../fakes/adminApi.ts";
import { certificate, listing } from "../../fakes/certificatesApi.ts";
import { outcomes, p, q, RotationFixture } from "./setup.ts";

describe("A switchover", () => {
	const forbidden = { reason: "forbidden", permission: null } as const;
	const connectionLost = { reason: "connection-lost", host: "a.test" } as const;
	const defect = new TypeError("a defect");
	let rotation: RotationFixture;

	beforeEach(() => {
		rotation = new RotationFixture();
	});
	afterEach(() => rotation.folder.remove());

	/** Starts a rotation in scopes. */
	const startIn = async (...scopes: readonly Scope[]) => {
		rotation.activate("old", ...scopes);
		await rotation.start();
	};
	const unread = (scope: Scope): Problem => ({
		reason: "scopes-unread",
		organization: scope.kind === "organization",
		allProjects: false,
		projects: scope.kind === "project" ? [{ id: scope.id, name: null }] : [],
		why: null,
	});
	const both = [certificate("old", { active: true }), certificate("next", { active: true })] as const;

	for (const scope of [ORGANIZATION, p]) {
		const key = scopeKey(scope);

		it(`changes nothing after an incomplete read, and reports this scope as unread: ${key}`, async () => {
			await startIn(scope);
			rotation.beforeRead(2, scope, () => rotation.listOnly(scope, ...both));
			const result = await rotation.finish();
			assert.deepEqual([outcomes(result), result.problem], [[`${key} failed`], unread(scope)]);
			assert.deepEqual(rotation.fake.writes, []);
		});

		it(`reports a scope as unread if the list after the deactivation is incomplete: ${key}`, async () => {
			await startIn(scope);
			rotation.beforeRead(3, scope, () => rotation.listOnly(scope, certificate("old"), both[1]));
			const result = await rotation.finish();
			assert.deepEqual([outcomes(result), result.problem], [[`${key} unread`], unread(scope)]);
		});

		it(`reads a scope again after an unexpected error: ${key}`, async () => {
			await startIn(scope);
			rotation.beforeRead(3, scope, () => {
				throw defect;
			});
			const result = await rotation.finish();
			assert.deepEqual(result.scopes, [{ scope, outcome: "done", problem: null, defect }]);
		});

		it(`activates nothing where it cannot tell that the other certificate is active: ${key}`, async () => {
			rotation.activate("old", scope);
			rotation.beforeRead(2, scope, () => rotation.listOnly(scope, certificate("next")));
			const [result] = (await rotation.start()).scopes;
			assert.deepEqual([result?.notTried, result?.problem], [["next"], unread(scope)]);
			assert.deepEqual(rotation.fake.writes, []);
		});
	}

	it("reports why the read before an activation failed", async () => {
		rotation.activate("old", p);
		rotation.beforeRead(2, p, () => rotation.failAt({ "list project/p": failWith(forbidden) }));
		const [result] = (await rotation.start()).scopes;
		assert.deepEqual([result?.problem, rotation.fake.writes], [forbidden, []]);
	});

	for (const [certificateId, certificates] of [
		["old", [certificate("old", { active: undefined }), certificate("next", { active: true })]],
		["next", [certificate("old", { active: true }), certificate("next", { active: undefined })]],
	] as const)
		it(`changes nothing if a list does not say whether the certificate “${certificateId}” is active`, async () => {
			await startIn(p);
			rotation.beforeRead(2, p, () => rotation.fake.listOverrides.set("project/p", listing(...certificates)));
			assert.deepEqual(outcomes(await rotation.finish()), ["project/p failed"]);
			assert.deepEqual(rotation.fake.writes, []);
		});

	for (const [certificateId, certificates] of [
		["old", [certificate("old", { active: undefined }), certificate("next", { active: true })]],
		["next", [certificate("old"), certificate("next", { active: undefined })]],
	] as const)
		it(`reports a scope as unread if the list afterwards does not say whether “${certificateId}” is active`, async () => {
			await startIn(p);
			rotation.beforeRead(3, p, () => rotation.fake.listOverrides.set("project/p", listing(...certificates)));
			assert.deepEqual(outcomes(await rotation.finish()), ["project/p unread"]);
		});

	it("reactivates nothing where the deactivated certificate is already active again", async () => {
		await startIn(p);
		rotation.beforeRead(3, p, () => {
			rotation.fake.activeIn(p).clear();
			rotation.activate("old", p);
		});
		await rotation.finish();
		assert.equal(rotation.fake.writes.at(-1), "deactivate project/p old");
	});

	it("does not deactivate if cancelled during the read before, and does not try the remaining scopes", async () => {
		await startIn(p, q);
		const abort = new AbortController();
		rotation.beforeRead(2, p, () => abort.abort());
		const result = await rotation.finish({}, abort.signal);
		assert.deepEqual(outcomes(result), ["project/p failed", "project/q not-tried"]);
		assert.deepEqual([result.ended, result.problem, await rotation.planCount()], [false, null, 1]);
	});

	it("does not deactivate if cancelled just when the activation is answered", async () => {
		await startIn(p);
		const abort = new AbortController();
		const { fake } = rotation;
		const setActive = fake.setActive.bind(fake);
		fake.setActive = async (...call) => {
			const changed = await setActive(...call);
			abort.abort();
			return changed;
		};
		const result = await rotation.finish({}, abort.signal);
		assert.deepEqual([outcomes(result), result.problem], [["project/p failed"], null]);
		assert.deepEqual(fake.writes, ["activate project/p next"]);
	});

	it("reads the result of a deactivation during which it was cancelled", async () => {
		await startIn(p, q);
		const abort = new AbortController();
		const { fake } = rotation;
		fake.beforeCall = (call) => {
			if (call !== "deactivate project/p old") return;
			fake.activeIn(p).delete("old");
			abort.abort();
		};
		const result = await rotation.finish({}, abort.signal);
		assert.deepEqual(outcomes(result), ["project/p done", "project/q failed"]);
		assert.equal(await rotation.planCount(), 1);
	});

	it("R36 never has a deactivation repeated, because the read before it would be out of date", async () => {
		await startIn(p);
		const { fake } = rotation;
		const setActive = fake.setActive.bind(fake);
		const once: unknown[] = [];
		fake.setActive = async (...call: Parameters<AdministrationApi["setActive"]>) => {
			const [scope, ids, active, signal, isOnce = false] = call;
			once.push([active, isOnce]);
			return setActive(scope, ids, active, signal);
		};
		await rotation.finish();
		assert.deepEqual(once, [
			[true, false],
			[false, true],
		]);
	});

	it("R57 throws an unexpected error before any deactivation", async () => {
		await startIn(p);
		rotation.failAt({ "activate project/p next": { thrown: defect } });
		await assert.rejects(rotation.finish(), defect);
		assert.equal(await rotation.planCount(), 1);
	});

	it("R57 cannot tell after an unexpected error whether a project still has what the organization requires, too", async () => {
		await startIn(p);
		rotation.activate("next", ORGANIZATION);
		rotation.fake.projectListInherits = true;
		rotation.failAt({ "deactivate project/p next": { thrown: defect } });
		assert.deepEqual(outcomes(await rotation.undo()), ["project/p unknown"]);
	});

	for (const [title, certificates] of [
		["the deactivated", [certificate("next", { active: true })]],
		["the activated", [certificate("old")]],
	] as const)
		it(`R57 changes nothing after an unexpected error if the list omits ${title} certificate`, async () => {
			await startIn(p);
			rotation.fake.beforeCall = (call) => {
				if (call === "deactivate project/p old") rotation.listOnly(p, ...certificates);
			};
			rotation.failAt({ "deactivate project/p old": { thrown: defect } });
			assert.deepEqual(outcomes(await rotation.finish()), ["project/p unknown"]);
			assert.equal(rotation.fake.writes.at(-1), "deactivate project/p old");
		});

	it("reports why a reactivation after an unexpected error failed", async () => {
		await startIn(p);
		rotation.fake.beforeCall = (call) => call === "deactivate project/p old" && rotation.fake.activeIn(p).clear();
		rotation.failAt({
			"deactivate project/p old": { thrown: defect },
			"activate project/p old": failWith(forbidden),
		});
		const result = await rotation.finish();
		assert.deepEqual([outcomes(result), result.problem], [["project/p emptied"], forbidden]);
	});

	it("stops a cancelled start without a problem", async () => {
		rotation.activate("old", p);
		const abort = new AbortController();
		rotation.beforeRead(2, p, () => abort.abort());
		const [result] = (await rotation.start({}, abort.signal)).scopes;
		assert.deepEqual([result?.notTried, result?.problem], [["next"], null]);
	});

	it("reads back only the scopes that it changed", async () => {
		rotation.activate("old", p);
		rotation.failAt({ "activate project/p next": failWith(forbidden) });
		await rotation.start();
		assert.equal(rotation.fake.calls.at(-1), "activate project/p next");
	});

	describe("shows in the lists", () => {
		it("answered changes even if the list could not be read back", async () => {
			await startIn(p);
			rotation.beforeRead(3, p, () => rotation.failAt({ "list project/p": failWith(forbidden) }));
			await rotation.finish();
			assert.deepEqual([rotation.shown("old", p), rotation.shown("next", p)], [false, true]);
		});

		it("a deactivation without an answer as unknown until a list was read", async () => {
			await startIn(p);
			rotation.failAt({ "deactivate project/p old": failWith(connectionLost) });
			rotation.beforeRead(3, p, () => rotation.failAt({ "list project/p": failWith(forbidden) }));
			await rotation.finish();
			assert.deepEqual([rotation.shown("old", p), rotation.shown("next", p)], [undefined, true]);
		});

		it("no change after a refused deactivation", async () => {
			await startIn(p);
			rotation.failAt({ "deactivate project/p old": failWith(forbidden) });
			rotation.beforeRead(3, p, () => rotation.failAt({ "list project/p": failWith(forbidden) }));
			await rotation.finish();
			assert.deepEqual([rotation.shown("old", p), rotation.shown("next", p)], [true, true]);
		});

		it("an activation without an answer as unknown", async () => {
			await startIn(p);
			rotation.failAt({ "activate project/p next": failAfterCommit(connectionLost) });
			await rotation.finish();
			assert.deepEqual([rotation.shown("old", p), rotation.shown("next", p)], [true, undefined]);
		});

		it("an activation as unknown that somebody else undid, if that was the last read", async () => {
			await startIn(p);
			rotation.beforeRead(3, p, () => rotation.listOnly(p, certificate("next")));
			assert.deepEqual(outcomes(await rotation.finish()), ["project/p unread"]);
			assert.equal(rotation.shown("next", p), undefined);
		});

		it("no activation that somebody else undid", async () => {
			await startIn(p);
			rotation.fake.beforeCall = (call) =>
				call === "deactivate project/p old" && rotation.fake.activeIn(p).delete("next");
			assert.deepEqual(outcomes(await rotation.finish()), ["project/p restored"]);
			assert.deepEqual([rotation.shown("old", p), rotation.shown("next", p)], [true, false]);
		});
	});
});
