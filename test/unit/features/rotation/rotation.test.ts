import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { CancelledError, ProblemError } from "../../../../src/domain/problem.ts";
import { ORGANIZATION, type Scope, scopeKey } from "../../../../src/domain/scope.ts";
import type { ActiveScopes } from "../../../../src/features/organization/activeScopes.ts";
import { finishRotation } from "../../../../src/features/rotation/finishOrUndoRotation.ts";
import {
	findStepIssues,
	type RotationScope,
	type RotationSnapshot,
	rotationStage,
	undoStep,
} from "../../../../src/features/rotation/rotation.ts";
import type {
	RotatedCertificate,
	RotationPlan,
	RotationStage,
} from "../../../../src/features/rotation/rotationPlan.ts";
import { startRotation } from "../../../../src/features/rotation/startRotation.ts";
import { type Fault, failAfterCommit, failWith, project } from "../../fakes/adminApi.ts";
import { certificate, listing, parsedCertificate, uniqueOrganizationRef } from "../../fakes/certificatesApi.ts";
import { expectProblem } from "../../openai/setup.ts";
import { AT, DAY, outcomes, p, q, RotationFixture } from "./setup.ts";

describe("A rotation", () => {
	const connectionLost = { reason: "connection-lost", host: "a.test" } as const;
	const forbidden = { reason: "forbidden", permission: null } as const;
	const changed = { reason: "changed-meanwhile" } as const;
	let rotation: RotationFixture;

	beforeEach(() => {
		rotation = new RotationFixture();
	});
	afterEach(() => rotation.folder.remove());

	/** Returns the calls for one scope. */
	const callsIn = (scope: Scope) => rotation.fake.calls.filter((call) => call.includes(` ${scopeKey(scope)}`));
	const named = (id: string, name: string | null = id): RotatedCertificate => ({ id, name });
	const storedPlan = (old: RotatedCertificate, next: RotatedCertificate): RotationPlan => ({
		...{ organizationRef: rotation.organizationRef, old, next, scopes: [], startedAt: 1 },
	});
	const scopeState = (scope: Scope, old: RotationScope["old"], next: boolean, planned: boolean) => ({
		scope,
		old,
		next,
		planned,
	});

	describe("before it starts", () => {
		it("reads all scopes, archived projects too, and changes nothing", async () => {
			rotation.activate("old", p, q);
			rotation.activate("next", q);
			rotation.activate("third", ORGANIZATION);
			const snapshot = await rotation.prepare();
			assert.deepEqual(snapshot.scopes, [scopeState(p, "active", false, false), scopeState(q, "active", true, false)]);
			assert.equal(snapshot.plan, null);
			assert.deepEqual(snapshot.activeInOrganization, ["third"]);
			assert.deepEqual([rotation.fake.writes, await rotation.planCount()], [[], 0]);
		});

		it("R53 stops if a list is incomplete, fails or has an entry that cannot be read", async () => {
			rotation.activate("old", p);
			const assertUnread = async (overrides: object) => {
				const problem = await expectProblem(rotation.prepare());
				const nothing = { reason: "scopes-unread", organization: false, allProjects: false, projects: [], why: null };
				assert.deepEqual(problem, { ...nothing, ...overrides });
			};
			const projects = [{ id: "q", name: "Project q" }];
			rotation.failAt({ "list project/q": failWith(forbidden) });
			await assertUnread({ projects, why: forbidden });
			rotation.failAt({});
			const all = ["old", "next", "third"].map((id) => certificate(id));
			for (const incomplete of [{ unreadable: 1 }, { complete: false }]) {
				rotation.fake.listOverrides.set("project/q", { ...listing(...all), ...incomplete });
				await assertUnread({ projects });
			}
			rotation.fake.listOverrides.clear();
			rotation.fake.listOverrides.set("organization", { ...listing(...all), unreadable: 1 });
			await assertUnread({ organization: true });
			rotation.fake.listOverrides.clear();
			rotation.fake.projectListing = { complete: false };
			await assertUnread({ allProjects: true });
		});

		for (const inherits of [false, true])
			it(`marks projects as unclear only if needed: lists ${inherits ? "show" : "do not show"} inherited certificates`, async () => {
				rotation.fake.projectListInherits = inherits;
				rotation.activate("old", ORGANIZATION, p);
				const [organization, ...projects] = (await rotation.prepare()).scopes;
				assert.deepEqual(organization, scopeState(ORGANIZATION, "active", false, false));
				// The certificate is missing in one list, so no list shows inherited certificates.
				const unclear = [scopeState(p, "unclear", false, false), scopeState(q, "unclear", false, false)];
				assert.deepEqual(projects, inherits ? unclear : [scopeState(p, "active", false, false)]);
			});

		it("marks projects as unclear if all lists show the certificate, unless another shows that lists contain only their own", async () => {
			rotation.activate("old", ORGANIZATION, p, q);
			assert.deepEqual(
				(await rotation.prepare()).scopes.map(({ old }) => old),
				["active", "unclear", "unclear"],
			);
			rotation.activate("third", ORGANIZATION);
			assert.deepEqual(
				(await rotation.prepare()).scopes.map(({ old }) => old),
				["active", "active", "active"],
			);
		});

		it("returns the issues, and refuses to start with an issue", async () => {
			assert.deepEqual(findStepIssues(await rotation.prepare(), "start", AT, 30), ["inactive"]);
			rotation.activate("old", p);
			assert.deepEqual(findStepIssues(await rotation.prepare(), "start", AT, 30), []);
			assert.deepEqual(findStepIssues(await rotation.prepare(), "start", AT, 500), ["expires-soon"]);
			rotation.contents.set("next", parsedCertificate("next", { findings: [{ code: "not-a-ca", level: "strong" }] }));
			assert.deepEqual(await expectProblem(rotation.start()), { reason: "rotation-refused", issue: "leaf" });
			const confirmed = await rotation.prepare({ oldId: "next", nextId: "old" });
			const request = { confirmed, unclear: "inherited", soonDays: 30 } as const;
			assert.deepEqual(await expectProblem(startRotation(rotation.deps, request)), {
				reason: "rotation-refused",
				issue: "not-longer",
			});
			assert.deepEqual([rotation.fake.writes, await rotation.planCount()], [[], 0]);
		});

		it("cannot start if only the new certificate is active, and shows where it is", async () => {
			rotation.activate("next", p);
			const snapshot = await rotation.prepare();
			assert.deepEqual(snapshot.scopes, [scopeState(p, "inactive", true, false)]);
			assert.deepEqual(findStepIssues(snapshot, "start", AT, 30), ["inactive"]);
		});

		it("requires a long validity of the new certificate only for the first start", async () => {
			rotation.activate("old", p);
			const before = await rotation.prepare();
			const issuesOf = (snapshot: RotationSnapshot, step: "start" | "finish") =>
				findStepIssues(snapshot, step, AT, 500);
			assert.deepEqual([issuesOf(before, "start"), issuesOf(before, "finish")], [["expires-soon"], []]);
			await rotation.start();
			assert.deepEqual(issuesOf(await rotation.prepare(), "start"), []);
		});

		it("reports that one of the certificates was deleted", async () => {
			for (const ids of [{ oldId: "gone" }, { nextId: "gone" }])
				assert.deepEqual(await expectProblem(rotation.prepare(ids)), { reason: "not-found" });
		});

		it("refuses certificates of another unfinished rotation", async () => {
			rotation.activate("old", p);
			rotation.activate("third", p);
			await rotation.start();
			const pending = { reason: "rotation-pending", name: "old" };
			for (const pair of [
				{ oldId: "old", nextId: "third" },
				{ oldId: "next", nextId: "old" },
				{ oldId: "next", nextId: "third" },
				{ oldId: "third", nextId: "old" },
				// Undo of one rotation would deactivate the certificate that clients use after Finish of the other.
				{ oldId: "third", nextId: "next" },
			])
				assert.deepEqual(await expectProblem(rotation.prepare(pair)), pending);
		});

		it("names the other unfinished rotation by its old certificate's name, else its id", async () => {
			for (const [name, shown] of [
				["Third", "Third"],
				[null, "third"],
			] as const) {
				const other = storedPlan(named("third", name), named("next"));
				await rotation.plans.create(other);
				assert.deepEqual(await expectProblem(rotation.prepare()), { reason: "rotation-pending", name: shown });
				await rotation.plans.remove(other);
			}
		});

		it("is independent of rotations of other certificates, and of another organization", async () => {
			rotation.activate("old", p);
			const [old, next, third] = [named("old"), named("next"), named("third")];
			await rotation.plans.create(storedPlan(third, named("fourth")));
			const elsewhere = uniqueOrganizationRef();
			await rotation.plans.create({ ...storedPlan(old, next), organizationRef: elsewhere });
			await rotation.plans.create({ ...storedPlan(next, third), organizationRef: elsewhere });
			assert.equal((await rotation.prepare()).plan, null);
			const { plan } = await rotation.start();
			assert.equal(plan.organizationRef, rotation.organizationRef);
			assert.equal(await rotation.planCount(), 4);
		});
	});

	describe("at its start", () => {
		it("writes the plan first, then activates exactly where the old certificate is active, the organization last", async () => {
			rotation.activate("old", ORGANIZATION, q);
			rotation.activate("third", p);
			let plansFound = 0;
			rotation.fake.beforeCall = async (call) => {
				if (call.startsWith("activate")) plansFound += (await rotation.plans.read()).length;
			};
			const { plan, scopes } = await rotation.start();
			assert.deepEqual(rotation.fake.writes, ["activate project/q next", "activate organization next"]);
			assert.deepEqual(plan.scopes, [
				{ scope: ORGANIZATION, nextWasActive: false },
				{ scope: q, nextWasActive: false },
			]);
			assert.ok(scopes.every((result) => result.changed.length === 1));
			assert.equal(plansFound, 2);
			// These reads end the optimistic writes, which could hide changes by others.
			assert.deepEqual(rotation.fake.calls.slice(-2).sort(), ["list organization", "list project/q"]);
			assert.deepEqual(
				[rotation.activeIn(ORGANIZATION), rotation.activeIn(p), rotation.activeIn(q)],
				["next,old", "third", "next,old"],
			);
		});

		for (const unclear of ["own", "inherited"] as const)
			it(`uses the user's answer for unclear projects: ${unclear}`, async () => {
				rotation.fake.projectListInherits = true;
				rotation.activate("old", ORGANIZATION, p);
				await rotation.start({ unclear });
				const own = ["activate project/p next", "activate project/q next"];
				assert.deepEqual(rotation.fake.writes, [...(unclear === "own" ? own : []), "activate organization next"]);
			});

		it("resumes from the current state after an interruption, and repeats no change", async () => {
			rotation.activate("old", p, q);
			rotation.failAt({ "activate project/q next": failWith(forbidden) });
			const { scopes } = await rotation.start();
			assert.deepEqual(
				scopes.map(({ problem }) => problem),
				[null, forbidden],
			);
			rotation.failAt({});
			rotation.reopen();
			rotation.fake.calls.length = 0;
			const resumed = await rotation.start();
			assert.deepEqual(rotation.fake.writes, ["activate project/q next"]);
			assert.equal(resumed.plan.scopes.length, 2);
			assert.equal(await rotation.planCount(), 1);
			rotation.fake.calls.length = 0;
			assert.deepEqual((await rotation.start()).scopes, []);
			assert.deepEqual(rotation.fake.writes, []);
		});

		it("adds scopes to the plan where the old certificate was activated since", async () => {
			rotation.activate("old", p);
			await rotation.start();
			rotation.activate("old", q);
			assert.deepEqual((await rotation.prepare()).scopes[1], scopeState(q, "active", false, false));
			await rotation.start();
			assert.deepEqual((await rotation.prepare()).scopes[1], scopeState(q, "active", true, true));
			await rotation.undo();
			assert.deepEqual([rotation.activeIn(p), rotation.activeIn(q)], ["old", "old"]);
		});

		it("R36 changes nothing if the state differs from the confirmed state", async () => {
			rotation.activate("old", p);
			const confirmed = await rotation.prepare();
			rotation.activate("old", q);
			assert.deepEqual(await expectProblem(rotation.start({ confirmed })), changed);
			rotation.organization.certificates.generation++;
			assert.deepEqual(await expectProblem(rotation.start({ confirmed })), { reason: "connection-changed" });
			await assert.rejects(rotation.start({}, AbortSignal.abort()), CancelledError);
			assert.deepEqual([rotation.fake.writes, await rotation.planCount()], [[], 0]);
		});

		it("R37 changes nothing if another window started first, and later continues with its plan", async () => {
			rotation.activate("old", p);
			const confirmed = await rotation.prepare();
			const create = rotation.plans.create.bind(rotation.plans);
			rotation.plans.create = async (plan) => {
				await rotation.openPlans().create({ ...plan, startedAt: 1 });
				return create(plan);
			};
			assert.deepEqual(await expectProblem(rotation.start({ confirmed })), changed);
			assert.deepEqual(rotation.fake.writes, []);
			const { scopes } = await rotation.start();
			assert.equal(scopes.length, 1, "it goes on with the other window's plan");
		});

		it("sends nothing if the plan cannot be written", async () => {
			rotation.activate("old", p);
			const confirmed = await rotation.prepare();
			rotation.plans.create = async () => false;
			assert.deepEqual(await expectProblem(rotation.start({ confirmed })), { reason: "not-recorded", code: null });
			assert.deepEqual(rotation.fake.writes, []);
		});
	});

	describe("at its finish", () => {
		const step = (scope: string) => [
			`list ${scope}`,
			`activate ${scope} next`,
			`deactivate ${scope} old`,
			`list ${scope}`,
		];

		it("R36 reads, activates, deactivates and reads back, the organization first", async () => {
			rotation.activate("old", ORGANIZATION, q);
			await rotation.start();
			const result = await rotation.finish();
			assert.deepEqual(outcomes(result), ["organization done", "project/q done"]);
			assert.deepEqual([result.ended, result.deleted, result.problem], [true, false, null]);
			assert.deepEqual(callsIn(q).slice(-6, -1), [`list project/q`, ...step("project/q")]);
			assert.deepEqual(rotation.fake.writes, [
				"activate organization next",
				"deactivate organization old",
				"activate project/q next",
				"deactivate project/q old",
			]);
			assert.deepEqual(
				[rotation.activeIn(ORGANIZATION), rotation.activeIn(q), await rotation.planCount()],
				["next", "next", 0],
			);
		});

		it("R34 is finished once the old certificate is deleted, even if that cannot be recorded", async () => {
			rotation.activate("old", p);
			await rotation.start();
			rotation.plans.remove = async () => {
				throw new ProblemError({ reason: "not-recorded", code: null });
			};
			for (const [remove, ended] of [
				[false, false],
				[true, true],
			] as const) {
				const result = await rotation.finish({ deleteOld: remove });
				assert.deepEqual([result.ended, result.deleted], [ended, remove]);
				assert.equal(result.problem?.reason, ended ? undefined : "not-recorded");
			}
		});

		it("R35 deletes only on request, and only a certificate that is not active anywhere", async () => {
			rotation.activate("old", p);
			await rotation.start();
			const result = await rotation.finish({ deleteOld: true });
			assert.deepEqual([result.ended, result.deleted, rotation.fake.writes.at(-1)], [true, true, "remove old"]);
			assert.equal(await rotation.planCount(), 0);
		});

		it("R35 does not delete a certificate that somebody activated in another scope, and keeps the plan", async () => {
			rotation.activate("old", p);
			await rotation.start();
			rotation.fake.beforeCall = (call) => {
				if (call === "deactivate project/p old") rotation.activate("old", q);
			};
			for (const remove of [true, false]) {
				rotation.activate("old", p);
				rotation.fake.activeIn(q).delete("old");
				const { ended, problem } = await rotation.finish({ deleteOld: remove });
				assert.deepEqual([ended, problem?.reason], [false, remove ? "certificate-active" : "changed-meanwhile"]);
				assert.equal(await rotation.planCount(), 1);
			}
		});

		const failures: readonly [string, Fault, string, object | null][] = [
			["refused", failWith(forbidden), "failed", forbidden],
			["lost", failAfterCommit(connectionLost), "failed", connectionLost],
			["cancelled", { thrown: new CancelledError() }, "failed", null],
		];
		for (const [title, fault, outcome, problem] of failures)
			it(`R34 deactivates nothing if the activation before is ${title}`, async () => {
				rotation.activate("old", p, q);
				await rotation.start();
				rotation.failAt({ "activate project/p next": fault });
				const result = await rotation.finish();
				assert.deepEqual(outcomes(result), [`project/p ${outcome}`, "project/q not-tried"]);
				assert.deepEqual([result.ended, result.problem], [false, problem]);
				assert.deepEqual(rotation.fake.writes, ["activate project/p next"]);
				assert.equal(await rotation.planCount(), 1);
			});

		it("deactivates nothing if the read before fails", async () => {
			rotation.activate("old", p);
			await rotation.start();
			const confirmed = await rotation.prepare();
			rotation.fake.calls.length = 0;
			rotation.fake.faultFor = (call) =>
				call === "list project/p" && callsIn(p).length === 2 ? failWith(forbidden) : undefined;
			assert.deepEqual(
				outcomes(await finishRotation(rotation.deps, { confirmed, deleteOld: false, hasSelfAccess: async () => true })),
				["project/p failed"],
			);
			assert.deepEqual(rotation.fake.writes, []);
		});

		it("R34 reads back the outcome of a deactivation without a response", async () => {
			rotation.activate("old", p, q);
			await rotation.start();
			rotation.failAt({ "deactivate project/p old": failAfterCommit(connectionLost) });
			assert.deepEqual(outcomes(await rotation.finish()), ["project/p done", "project/q done"]);
			rotation.activate("old", p, q);
			rotation.reopen();
			await rotation.start();
			rotation.failAt({ "deactivate project/p old": failWith(connectionLost) });
			const result = await rotation.finish();
			assert.deepEqual([outcomes(result)[0], result.problem], ["project/p failed", connectionLost]);
			assert.deepEqual([rotation.activeIn(p), await rotation.planCount()], ["next,old", 1]);
		});

		for (const [title, fault, outcome] of [
			["a response", undefined, "unread"],
			["no response", failAfterCommit(connectionLost), "unknown"],
		] as const)
			it(`reports that the scope could not be read back: ${title} to the deactivation`, async () => {
				rotation.activate("old", p);
				await rotation.start();
				rotation.fake.faultFor = (call) => {
					if (call === "deactivate project/p old") return fault;
					const isAfter = rotation.fake.writes.at(-1) === "deactivate project/p old";
					return call === "list project/p" && isAfter ? failWith(forbidden) : undefined;
				};
				assert.deepEqual(outcomes(await rotation.finish()), [`project/p ${outcome}`]);
				assert.equal(await rotation.planCount(), 1);
			});

		it("reactivates the old certificate at once if neither is active afterwards, and stops", async () => {
			rotation.activate("old", p, q);
			await rotation.start();
			rotation.fake.beforeCall = (call) => {
				if (call === "deactivate project/p old") rotation.fake.activeIn(p).delete("next");
			};
			const result = await rotation.finish();
			assert.deepEqual(outcomes(result), ["project/p restored", "project/q not-tried"]);
			assert.deepEqual(rotation.fake.writes.slice(-2), ["deactivate project/p old", "activate project/p old"]);
			const { length } = rotation.fake.calls;
			assert.equal(
				rotation.fake.calls.lastIndexOf("activate project/p old"),
				length - 2,
				"nothing but the read comes between",
			);
			assert.deepEqual([rotation.activeIn(p), result.ended, await rotation.planCount()], ["old", false, 1]);
		});

		it("reports a failed reactivation", async () => {
			rotation.activate("old", p);
			await rotation.start();
			rotation.fake.beforeCall = (call) => {
				if (call === "deactivate project/p old") rotation.fake.activeIn(p).delete("next");
			};
			rotation.failAt({ "activate project/p old": failWith(forbidden) });
			const result = await rotation.finish();
			assert.deepEqual([outcomes(result), result.problem], [["project/p emptied"], forbidden]);
		});

		for (const [title, meanwhile, fails, outcome] of [
			[
				"reactivates the old certificate if neither is active",
				() => rotation.fake.activeIn(p).delete("next"),
				null,
				"restored",
			],
			[
				"reports no active certificate if the reactivation fails",
				() => rotation.fake.activeIn(p).delete("next"),
				"activate project/p old",
				"emptied",
			],
			["reports an unknown state if the scope cannot be read either", () => {}, "list project/p", "unknown"],
			["reports success if only the new certificate is active", () => {}, null, "done"],
		] as const)
			it(`R57 returns an unexpected error after the deactivation, and ${title}`, async () => {
				rotation.activate("old", p, q);
				await rotation.start();
				const { projects } = rotation.organization;
				const defect = new TypeError("a defect");
				let deactivated = false;
				rotation.fake.beforeCall = (call) => {
					if (call !== "deactivate project/p old") return;
					deactivated = true;
					meanwhile();
					if (fails) rotation.failAt({ [fails]: failWith(forbidden) });
				};
				const loadProject = projects.loadProject.bind(projects);
				projects.loadProject = (...args) => (deactivated ? Promise.reject(defect) : loadProject(...args));
				const result = await rotation.finish();
				assert.deepEqual(outcomes(result), [`project/p ${outcome}`, "project/q not-tried"]);
				assert.equal(result.scopes[0]?.defect, defect);
				assert.deepEqual([result.ended, await rotation.planCount()], [false, 1]);
				assert.equal(rotation.activeIn(p), { restored: "old", emptied: "", unknown: "next", done: "next" }[outcome]);
			});

		it("reports scopes where neither certificate is active, and leaves them unchanged", async () => {
			rotation.activate("old", p, q);
			await rotation.start();
			rotation.fake.activeIn(p).clear();
			const result = await rotation.finish();
			assert.deepEqual(outcomes(result), ["project/q done", "project/p neither"]);
			assert.deepEqual([result.ended, rotation.activeIn(p)], [true, ""]);
		});

		it("does not change the organization unless the remaining certificates prove the extension's own access", async () => {
			rotation.activate("old", ORGANIZATION, p);
			rotation.activate("third", ORGANIZATION);
			await rotation.start();
			let anchors: readonly string[] = [];
			const ownAccess = async (ids: readonly string[]) => {
				anchors = ids;
				return false;
			};
			assert.deepEqual(await expectProblem(rotation.finish({ hasSelfAccess: ownAccess })), { reason: "own-access" });
			assert.deepEqual([...anchors].sort(), ["next", "third"]);
			assert.deepEqual([rotation.fake.writes, await rotation.planCount()], [[], 1]);
		});

		it("needs no proof of its own access for projects", async () => {
			rotation.activate("old", p);
			await rotation.start();
			assert.equal((await rotation.finish({ hasSelfAccess: async () => assert.fail() })).ended, true);
		});

		it("stops and requires a new confirmation if a project with an assumed inheritance has an own activation", async () => {
			rotation.fake.projectListInherits = true;
			rotation.activate("old", ORGANIZATION, p);
			await rotation.start({ unclear: "inherited" });
			const result = await rotation.finish();
			assert.deepEqual([outcomes(result), result.problem], [["organization done"], changed]);
			assert.deepEqual((await rotation.prepare()).scopes, [
				scopeState(ORGANIZATION, "inactive", true, true),
				scopeState(p, "active", true, false),
			]);
			assert.deepEqual(outcomes(await rotation.finish()), ["project/p done"]);
			assert.equal(await rotation.planCount(), 0);
		});

		it("R36 changes nothing if the state differs from the confirmed state, or the plan was removed", async () => {
			rotation.activate("old", p);
			await rotation.start();
			const confirmed = await rotation.prepare();
			rotation.activate("old", q);
			assert.deepEqual(await expectProblem(rotation.finish({ confirmed })), changed);
			rotation.fake.activeIn(q).clear();
			for (const plan of await rotation.plans.read()) await rotation.openPlans().remove(plan);
			assert.deepEqual(await expectProblem(rotation.finish({ confirmed })), changed);
			assert.deepEqual(await expectProblem(rotation.finish()), { reason: "no-rotation" });
			assert.deepEqual(rotation.fake.writes, []);
		});

		it("refuses a deleted or expired new certificate, but accepts one that expires soon", async () => {
			rotation.activate("old", p);
			await rotation.start();
			rotation.fake.certificates = rotation.fake.certificates.map((each) =>
				each.id === "next" ? { ...each, expiresAt: AT + 21 * DAY } : each,
			);
			const expiringSoon: RotationSnapshot = await rotation.prepare();
			assert.deepEqual(findStepIssues(expiringSoon, "finish", AT, 30), []);
			assert.deepEqual(findStepIssues(expiringSoon, "finish", AT + 21 * DAY, 30), ["expired"]);
			rotation.fake.certificates = rotation.fake.certificates.filter(({ id }) => id !== "next");
			rotation.fake.activeIn(p).delete("next");
			assert.deepEqual(await expectProblem(rotation.finish()), { reason: "rotation-refused", issue: "gone" });
			assert.deepEqual(outcomes(await rotation.undo()), ["project/p done"]);
			assert.deepEqual([rotation.activeIn(p), await rotation.planCount()], ["old", 0]);
		});

		it("is finished if somebody deleted the old certificate meanwhile", async () => {
			rotation.activate("old", p);
			await rotation.start();
			rotation.fake.beforeCall = (call) => {
				if (call !== "list project/p" || rotation.fake.writes.at(-1) !== "deactivate project/p old") return;
				rotation.fake.certificates = rotation.fake.certificates.filter(({ id }) => id !== "old");
			};
			for (const remove of [true, false]) {
				const result = await rotation.finish({ deleteOld: remove });
				assert.deepEqual([result.ended, result.deleted, await rotation.planCount()], [true, true, 0]);
				rotation.fake.calls.length = 0;
				rotation.fake.certificates.push(certificate("old", { validAt: AT - DAY, expiresAt: AT + DAY }));
				rotation.activate("old", p);
				rotation.reopen();
				await rotation.start();
			}
		});

		it("returns the results before a cancellation", async () => {
			rotation.activate("old", p, q);
			await rotation.start();
			const abort = new AbortController();
			rotation.fake.beforeCall = (call) => call === "activate project/q next" && abort.abort();
			const result = await rotation.finish({}, abort.signal);
			assert.deepEqual(outcomes(result), ["project/p done", "project/q failed"]);
			assert.deepEqual([result.problem, rotation.activeIn(q), await rotation.planCount()], [null, "next,old", 1]);
		});

		it("sends nothing more if the connection changes between calls", async () => {
			rotation.activate("old", p);
			await rotation.start();
			rotation.fake.beforeCall = (call) =>
				call === "activate project/p next" && rotation.organization.certificates.generation++;
			const result = await rotation.finish();
			assert.deepEqual(rotation.fake.writes, ["activate project/p next"]);
			assert.deepEqual(result.problem, { reason: "connection-changed" });
		});

		it("R57 returns an unexpected error next to the outcome of its scope", async () => {
			rotation.activate("old", p);
			await rotation.start();
			const defect = new TypeError("a defect");
			rotation.failAt({ "deactivate project/p old": { thrown: defect } });
			const { scopes, ended } = await rotation.finish();
			assert.deepEqual([scopes, ended], [[{ scope: p, outcome: "failed", problem: null, defect }], false]);
		});
	});

	describe("when undone", () => {
		it("restores the scopes, and keeps the new certificate where it was active before", async () => {
			rotation.activate("old", ORGANIZATION, p, q);
			rotation.activate("next", q);
			rotation.activate("third", ORGANIZATION);
			await rotation.start();
			const result = await rotation.undo();
			assert.deepEqual(outcomes(result), ["organization done", "project/p done", "project/q kept"]);
			assert.deepEqual(
				[rotation.activeIn(ORGANIZATION), rotation.activeIn(p), rotation.activeIn(q)],
				["old,third", "old", "next,old"],
			);
			assert.deepEqual(rotation.fake.writes, [
				"activate organization old",
				"deactivate organization next",
				"activate project/p old",
				"deactivate project/p next",
			]);
			assert.deepEqual([result.ended, result.deleted, await rotation.planCount()], [true, false, 0]);
		});

		it("reactivates the old certificate where Finish deactivated it, even if the new certificate stays there", async () => {
			rotation.activate("old", p, q);
			rotation.activate("next", q);
			await rotation.start();
			rotation.failAt({ "remove old": failWith(forbidden) });
			assert.equal((await rotation.finish({ deleteOld: true })).ended, false);
			assert.deepEqual([rotation.activeIn(p), rotation.activeIn(q)], ["next", "next"]);
			assert.deepEqual(outcomes(await rotation.undo()), ["project/p done", "project/q returned"]);
			assert.deepEqual([rotation.activeIn(p), rotation.activeIn(q)], ["old", "next,old"]);
		});

		it("reports a failed reactivation, and keeps the plan", async () => {
			rotation.activate("old", p, q);
			rotation.activate("next", p);
			await rotation.start();
			rotation.fake.activeIn(p).delete("old");
			rotation.failAt({ "activate project/p old": failWith(forbidden) });
			const result = await rotation.undo();
			assert.deepEqual(outcomes(result), ["project/p not-returned", "project/q not-tried"]);
			assert.deepEqual([result.problem, await rotation.planCount()], [forbidden, 1]);
		});

		it("reactivates the new certificate if neither is active afterwards", async () => {
			rotation.activate("old", p);
			await rotation.start();
			rotation.fake.beforeCall = (call) => {
				if (call === "deactivate project/p next") rotation.fake.activeIn(p).delete("old");
			};
			const result = await rotation.undo();
			assert.deepEqual([outcomes(result), rotation.activeIn(p)], [["project/p restored"], "next"]);
			assert.equal(await rotation.planCount(), 1);
		});

		it("requires its own access in the organization, and a valid old certificate", async () => {
			rotation.activate("old", ORGANIZATION);
			await rotation.start();
			assert.deepEqual(await expectProblem(rotation.undo({ hasSelfAccess: async () => false })), {
				reason: "own-access",
			});
			const snapshot = await rotation.prepare();
			assert.deepEqual(findStepIssues(snapshot, "undo", AT, 30), []);
			assert.deepEqual(findStepIssues(snapshot, "undo", AT + 20 * DAY, 30), ["old-expired"]);
			assert.deepEqual(rotation.fake.writes, []);
			rotation.fake.activeIn(ORGANIZATION).delete("next");
			assert.deepEqual(
				findStepIssues(await rotation.prepare(), "undo", AT + 20 * DAY, 30),
				[],
				"nothing returns to it",
			);
		});

		it("refuses an expired old certificate if one project returns to it, but not one without dates", async () => {
			rotation.activate("old", p, q);
			rotation.activate("next", p);
			const { plan } = await rotation.start();
			rotation.fake.activeIn(p).delete("old");
			rotation.fake.activeIn(q).delete("next");
			const snapshot = await rotation.prepare();
			assert.deepEqual(
				snapshot.scopes.map((each) => undoStep(each, plan)),
				["reactivate-old", "none"],
			);
			assert.deepEqual(findStepIssues(snapshot, "undo", AT + 20 * DAY, 30), ["old-expired"]);
			rotation.fake.certificates = rotation.fake.certificates.map((each) =>
				each.id === "old" ? { ...each, expiresAt: null } : each,
			);
			assert.deepEqual(findStepIssues(await rotation.prepare(), "undo", AT + 20 * DAY, 30), []);
		});

		it("does not keep the new certificate in a project where it was only inherited", async () => {
			rotation.fake.projectListInherits = true;
			rotation.activate("old", ORGANIZATION, p);
			await rotation.start({ unclear: "inherited" });
			await rotation.finish();
			await rotation.start();
			assert.deepEqual(outcomes(await rotation.undo()), ["organization done", "project/p done"]);
			assert.deepEqual([rotation.activeIn(ORGANIZATION), rotation.activeIn(p)], ["old", "old"]);
		});

		it("deactivates nothing in a project whose list only shows the organization's certificates", async () => {
			rotation.fake.projectListInherits = true;
			rotation.activate("old", p);
			rotation.activate("next", ORGANIZATION);
			await rotation.start();
			assert.deepEqual(outcomes(await rotation.undo()), ["project/p kept"]);
			assert.deepEqual([rotation.activeIn(p), rotation.activeIn(ORGANIZATION)], ["old", "next"]);
		});
	});

	it("can be resumed without a plan, but then Undo keeps the new certificate", async () => {
		rotation.activate("old", p, q);
		await rotation.start();
		for (const each of await rotation.plans.read()) await rotation.openPlans().remove(each);
		rotation.reopen();
		const { plan, scopes } = await rotation.prepare();
		assert.deepEqual([plan, scopes.map(({ next }) => next)], [null, [true, true]]);
		assert.deepEqual((await rotation.start()).scopes, []);
		assert.deepEqual(outcomes(await rotation.undo()), ["project/p kept", "project/q kept"]);
		assert.deepEqual(rotation.activeIn(p), "next,old");
	});

	describe("in its stages", () => {
		const plan: RotationPlan = {
			organizationRef: randomUUID(),
			old: { id: "old", name: null },
			next: { id: "next", name: null },
			scopes: [p, q].map((scope) => ({ scope, nextWasActive: false })),
			startedAt: 1,
		};
		const activeScopes = (scopes: readonly Scope[], complete = true): ActiveScopes => ({
			organization: scopes.includes(ORGANIZATION),
			projects: scopes.flatMap((scope) =>
				scope.kind === "project" ? [{ project: project(scope.id), how: "own" as const }] : [],
			),
			unknown: [],
			allProjects: true,
			complete,
			problem: null,
		});
		const stages: readonly [string, ActiveScopes, ActiveScopes, RotationStage][] = [
			["both are active in every scope of the plan", activeScopes([p, q]), activeScopes([p, q]), "waiting"],
			[
				"the new certificate is missing in one scope of the plan",
				activeScopes([p, q]),
				activeScopes([q]),
				"activating",
			],
			[
				"the new certificate is missing only where the old is no longer active",
				activeScopes([p]),
				activeScopes([p]),
				"waiting",
			],
			[
				"the new certificate is missing only outside the plan",
				activeScopes([ORGANIZATION, p, q]),
				activeScopes([p, q]),
				"waiting",
			],
			["the old certificate is not active anywhere", activeScopes([]), activeScopes([p]), "finished"],
			[
				"the scopes of the old certificate are not completely known",
				activeScopes([p, q], false),
				activeScopes([q]),
				"unknown",
			],
			[
				"the scopes of the new certificate are not completely known",
				activeScopes([]),
				activeScopes([q], false),
				"unknown",
			],
		];
		for (const [when, old, next, stage] of stages)
			it(`is “${stage}” if ${when}`, () => assert.equal(rotationStage(plan, old, next), stage));
	});
});
