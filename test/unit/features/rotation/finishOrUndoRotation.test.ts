import assert from "node:assert/strict";
import { CancelledError, ProblemError } from "../../../../src/domain/problem.ts";
import { ORGANIZATION } from "../../../../src/domain/scope.ts";
import { failAfterCommit, failWith } from "../../fakes/adminApi.ts";
import { certificate } from "../../fakes/certificatesApi.ts";
import { outcomes, p, q, RotationFixture } from "./setup.ts";

describe("The end of a rotation", () => {
	const forbidden = { reason: "forbidden", permission: null } as const;
	const connectionLost = { reason: "connection-lost", host: "a.test" } as const;
	const notFound = { reason: "not-found" } as const;
	const notRecorded = new ProblemError({ reason: "not-recorded", code: null });
	const defect = new TypeError("a defect");
	let rotation: RotationFixture;

	beforeEach(() => {
		rotation = new RotationFixture();
	});
	afterEach(() => rotation.folder.remove());

	const deleteOld = () => {
		rotation.fake.certificates = rotation.fake.certificates.filter(({ id }) => id !== "old");
	};
	/** Deletes the old certificate before the last read, as somebody else. */
	const deleteOldBeforeLastRead = () => rotation.beforeRead(2, ORGANIZATION, deleteOld);

	describe("by Finish", () => {
		beforeEach(async () => {
			rotation.activate("old", p);
			await rotation.start();
		});

		it("lists a scope once where only the old certificate is active", async () => {
			rotation.fake.activeIn(p).delete("next");
			assert.deepEqual(outcomes(await rotation.finish()), ["project/p done"]);
			assert.equal(rotation.activeIn(p), "next");
		});

		it("R36 deactivates nothing in a scope where somebody activated the old certificate since the prompt", async () => {
			rotation.fake.activeIn(p).clear();
			rotation.beforeRead(2, p, () => rotation.activate("old", p));
			const result = await rotation.finish();
			assert.deepEqual([outcomes(result), result.problem], [["project/p failed"], { reason: "changed-meanwhile" }]);
			assert.equal(rotation.activeIn(p), "old");
		});

		it("does not report the old certificate as deleted after a failure", async () => {
			rotation.failAt({ "activate project/p next": failWith(forbidden) });
			const { ended, deleted } = await rotation.finish({ deleteOld: true });
			assert.deepEqual([ended, deleted], [false, false]);
		});

		it("keeps the plan and the results if cancelled after the last scope", async () => {
			const abort = new AbortController();
			rotation.beforeRead(2, ORGANIZATION, () => abort.abort());
			const result = await rotation.finish({}, abort.signal);
			assert.deepEqual([outcomes(result), result.ended, result.problem], [["project/p done"], false, null]);
			assert.equal(await rotation.planCount(), 1);
		});

		it("reads nothing more after a cancellation, even if the old certificate was deleted meanwhile", async () => {
			const abort = new AbortController();
			rotation.beforeRead(2, ORGANIZATION, () => {
				deleteOld();
				abort.abort();
			});
			assert.equal((await rotation.finish({}, abort.signal)).ended, false);
			assert.equal(rotation.fake.calls.filter((call) => call === "list organization").length, 2);
		});

		it("R57 throws an unexpected error of the last read, and keeps the plan", async () => {
			rotation.beforeRead(2, ORGANIZATION, () => {
				throw defect;
			});
			await assert.rejects(rotation.finish(), defect);
			assert.equal(await rotation.planCount(), 1);
		});

		it("reports that the old certificate was not found for its deletion, although it still exists", async () => {
			rotation.failAt({ "remove old": failWith(notFound) });
			const result = await rotation.finish({ deleteOld: true });
			assert.deepEqual([result.ended, result.deleted, result.problem], [false, false, notFound]);
			assert.equal(await rotation.planCount(), 1);
		});

		for (const [title, breakList] of [
			["fails", () => rotation.failAt({ "list organization": failWith(forbidden) })],
			["is incomplete", () => rotation.listOnly(ORGANIZATION, certificate("next"))],
		] as const)
			it(`keeps the plan if the old certificate is missing, but the list that would confirm that ${title}`, async () => {
				rotation.beforeRead(2, ORGANIZATION, () => {
					deleteOld();
					rotation.beforeRead(3, ORGANIZATION, breakList);
				});
				const result = await rotation.finish();
				assert.deepEqual([result.ended, result.deleted, result.problem], [false, false, notFound]);
				assert.equal(await rotation.planCount(), 1);
			});

		it("R34 is over if somebody deleted the old certificate, even if the plan cannot be removed", async () => {
			rotation.plans.remove = () => Promise.reject(notRecorded);
			deleteOldBeforeLastRead();
			const { ended, deleted, problem } = await rotation.finish();
			assert.deepEqual([ended, deleted, problem], [true, true, null]);
		});

		it("R57 throws an unexpected error of removing the plan", async () => {
			rotation.plans.remove = () => Promise.reject(defect);
			await assert.rejects(rotation.finish({ deleteOld: true }), defect);
		});

		it("R57 throws an unexpected error of removing the plan after somebody deleted the old certificate", async () => {
			rotation.plans.remove = () => Promise.reject(defect);
			deleteOldBeforeLastRead();
			await assert.rejects(rotation.finish(), defect);
		});
	});

	describe("by Undo", () => {
		it("needs no proof of its own access for projects", async () => {
			rotation.activate("old", p);
			await rotation.start();
			assert.equal((await rotation.undo({ hasSelfAccess: async () => assert.fail() })).ended, true);
		});

		it("needs no proof of its own access where the organization keeps the new certificate", async () => {
			rotation.activate("old", ORGANIZATION);
			rotation.activate("next", ORGANIZATION);
			await rotation.start();
			const result = await rotation.undo({ hasSelfAccess: async () => assert.fail() });
			assert.deepEqual(outcomes(result), ["organization kept"]);
		});

		it("removes the plan if its only project no longer exists", async () => {
			rotation.activate("old", q);
			await rotation.start();
			rotation.fake.allProjects = rotation.fake.allProjects.filter(({ id }) => id !== "q");
			const result = await rotation.undo();
			assert.deepEqual([outcomes(result), result.ended, await rotation.planCount()], [[], true, 0]);
		});

		it("says that a scope to keep was read in part only, where its list lacks the new certificate", async () => {
			rotation.activate("old", p);
			rotation.activate("next", p);
			await rotation.start();
			rotation.beforeRead(2, p, () => rotation.listOnly(p, certificate("old")));
			const { scopes } = await rotation.undo();
			const projects = [{ id: "p", name: null }];
			const problem = { reason: "scopes-unread", organization: false, allProjects: false, projects, why: null };
			assert.deepEqual(scopes, [{ scope: p, outcome: "failed", problem }]);
		});

		it("stops at a scope to keep whose list cannot be read", async () => {
			rotation.activate("old", p, q);
			rotation.activate("next", p);
			await rotation.start();
			rotation.beforeRead(2, p, () => rotation.failAt({ "list project/p": failWith(forbidden) }));
			const result = await rotation.undo();
			assert.deepEqual(outcomes(result), ["project/p failed", "project/q not-tried"]);
			assert.deepEqual([result.problem, await rotation.planCount()], [forbidden, 1]);
		});

		it("is over once the old certificate is active again beside the new certificate", async () => {
			rotation.activate("old", p);
			rotation.activate("next", p);
			await rotation.start();
			rotation.fake.activeIn(p).delete("old");
			const result = await rotation.undo();
			assert.deepEqual([outcomes(result), result.ended], [["project/p returned"], true]);
			assert.deepEqual([rotation.activeIn(p), await rotation.planCount()], ["next,old", 0]);
		});

		it("cannot tell whether a project still has the new certificate that the organization requires, too", async () => {
			rotation.activate("old", p);
			await rotation.start();
			rotation.activate("next", ORGANIZATION);
			rotation.fake.projectListInherits = true;
			rotation.failAt({ "deactivate project/p next": failAfterCommit(connectionLost) });
			const result = await rotation.undo();
			assert.deepEqual([outcomes(result), result.problem], [["project/p unknown"], connectionLost]);
		});

		it("reports an answered refusal as a failure, even if the organization requires the certificate, too", async () => {
			rotation.activate("old", p);
			await rotation.start();
			rotation.activate("next", ORGANIZATION);
			rotation.fake.projectListInherits = true;
			rotation.failAt({ "deactivate project/p next": failWith(forbidden) });
			const result = await rotation.undo();
			assert.deepEqual([outcomes(result), result.problem], [["project/p failed"], forbidden]);
		});

		for (const scope of [ORGANIZATION, p])
			it(`knows that a lost deactivation failed where the new certificate is still active: ${scope.kind}`, async () => {
				rotation.activate("old", scope);
				await rotation.start();
				const name = scope.kind === "organization" ? "organization" : "project/p";
				rotation.failAt({ [`deactivate ${name} next`]: failWith(connectionLost) });
				const result = await rotation.undo();
				assert.deepEqual([outcomes(result), result.problem], [[`${name} failed`], connectionLost]);
			});

		it("reports a scope as not tried if cancelled right before a reactivation", async () => {
			rotation.activate("old", p);
			rotation.activate("next", p);
			await rotation.start();
			rotation.fake.activeIn(p).delete("old");
			const abort = new AbortController();
			rotation.beforeRead(2, p, () => abort.abort());
			const result = await rotation.undo({}, abort.signal);
			assert.deepEqual([outcomes(result), rotation.fake.writes], [["project/p not-tried"], []]);
			assert.deepEqual([result.problem, await rotation.planCount()], [null, 1]);
		});

		it("stops without a problem if cancelled, and keeps the plan", async () => {
			rotation.activate("old", p, q);
			await rotation.start();
			rotation.failAt({ "deactivate project/p next": { thrown: new CancelledError() } });
			const result = await rotation.undo();
			assert.deepEqual(outcomes(result), ["project/p failed", "project/q not-tried"]);
			assert.deepEqual([result.ended, result.problem, await rotation.planCount()], [false, null, 1]);
		});
	});
});
