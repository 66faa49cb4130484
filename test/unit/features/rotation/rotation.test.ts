import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { FileLocks } from "../../../../src/common/storage/locks.ts";
import type { ParsedCertificate } from "../../../../src/domain/certificateFile.ts";
import { CancelledError, ProblemError } from "../../../../src/domain/problem.ts";
import { ORGANIZATION, type Scope, scopeKey } from "../../../../src/domain/scope.ts";
import type { ActiveScopes } from "../../../../src/features/organization/activeScopes.ts";
import {
	type EndRequest,
	type FinishRequest,
	finishRotation,
	undoRotation,
} from "../../../../src/features/rotation/finishOrUndoRotation.ts";
import {
	findStepIssues,
	prepareRotation,
	type RotationDeps,
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
import { RotationPlanStore } from "../../../../src/features/rotation/rotationPlanStore.ts";
import type { RotationResult } from "../../../../src/features/rotation/rotationResult.ts";
import { startRotation } from "../../../../src/features/rotation/startRotation.ts";
import { temporaryFolder } from "../../../temporaryFolders.ts";
import {
	FakeAdminApi,
	type Fault,
	failAfterCommit,
	failWith,
	fakeOrganization,
	project,
	projectScope,
} from "../../fakes/adminApi.ts";
import { certificate, listing, parsedCertificate, uniqueOrganizationRef } from "../../fakes/certificatesApi.ts";
import { expectProblem } from "../../openai/setup.ts";

describe("A rotation", () => {
	const organizationRef = randomUUID();
	const DAY = 86_400;
	const at = 1000 * DAY;
	const [p, q] = [projectScope("p"), projectScope("q")];
	const connectionLost = { reason: "connection-lost", host: "a.test" } as const;
	const forbidden = { reason: "forbidden", permission: null } as const;
	const changed = { reason: "changed-meanwhile" } as const;
	let fake: FakeAdminApi;
	let folder: ReturnType<typeof temporaryFolder>;
	let contents: Map<string, ParsedCertificate>;
	let rotations: RotationDeps & { organization: ReturnType<typeof fakeOrganization> };

	beforeEach(() => {
		const dates = (until: number) => ({ validAt: at - DAY, expiresAt: at + until * DAY });
		fake = new FakeAdminApi(
			[certificate("old", dates(20)), certificate("next", dates(500)), certificate("third", dates(500))],
			[project("p"), project("q", { archived: true })],
		);
		folder = temporaryFolder("rotation");
		contents = new Map();
		open();
	});
	afterEach(() => folder.remove());

	const plansHere = (now?: () => number) =>
		new RotationPlanStore(folder.path, new FileLocks(join(folder.path, "locks")), now);

	/** Opens another window, or this window after a restart. */
	function open(): void {
		rotations = {
			organization: fakeOrganization(fake),
			plans: plansHere(() => at * 1000),
			readContent: async (id) => contents.get(id) ?? null,
			now: () => at * 1000,
		};
	}

	const activate = (id: string, ...scopes: readonly Scope[]) => {
		for (const scope of scopes) fake.activeIn(scope).add(id);
	};
	const activeIn = (scope: Scope) => [...fake.activeIn(scope)].sort().join();
	const failAt = (calls: Readonly<Record<string, Fault>>) => {
		fake.faultFor = (call) => calls[call];
	};
	const prepare = (overrides: Partial<Parameters<typeof prepareRotation>[1]> = {}) =>
		prepareRotation(rotations, { organizationRef, oldId: "old", nextId: "next", ...overrides });
	const start = async (overrides: Partial<Parameters<typeof startRotation>[1]> = {}, signal?: AbortSignal) =>
		startRotation(rotations, { confirmed: await prepare(), unclear: "inherited", soonDays: 30, ...overrides }, signal);
	const finish = async (overrides: Partial<FinishRequest> = {}, signal?: AbortSignal) => {
		const request: FinishRequest = {
			confirmed: await prepare(),
			deleteOld: false,
			hasSelfAccess: async () => true,
			...overrides,
		};
		fake.calls.length = 0;
		return finishRotation(rotations, request, signal);
	};
	const undo = async (overrides: Partial<EndRequest> = {}) => {
		const request: EndRequest = { confirmed: await prepare(), hasSelfAccess: async () => true, ...overrides };
		fake.calls.length = 0;
		return undoRotation(rotations, request);
	};
	const outcomes = ({ scopes }: RotationResult) => scopes.map(({ scope, outcome }) => `${scopeKey(scope)} ${outcome}`);
	/** Returns the calls for one scope. */
	const callsIn = (scope: Scope) => fake.calls.filter((call) => call.includes(` ${scopeKey(scope)}`));
	const named = (id: string, name: string | null = id): RotatedCertificate => ({ id, name });
	const storedPlan = (old: RotatedCertificate, next: RotatedCertificate): RotationPlan => ({
		...{ organizationRef, old, next, scopes: [], startedAt: 1 },
	});
	const planCount = async () => (await rotations.plans.read()).length;
	const scopeState = (scope: Scope, old: RotationScope["old"], next: boolean, planned: boolean) => ({
		scope,
		old,
		next,
		planned,
	});

	describe("before it starts", () => {
		it("reads all scopes, archived projects too, and changes nothing", async () => {
			activate("old", p, q);
			activate("next", q);
			activate("third", ORGANIZATION);
			const snapshot = await prepare();
			assert.deepEqual(snapshot.scopes, [scopeState(p, "active", false, false), scopeState(q, "active", true, false)]);
			assert.equal(snapshot.plan, null);
			assert.deepEqual(snapshot.activeInOrganization, ["third"]);
			assert.deepEqual([fake.writes, await planCount()], [[], 0]);
		});

		it("R53 stops if a list is incomplete, fails or has an entry that cannot be read", async () => {
			activate("old", p);
			const assertUnread = async (overrides: object) => {
				const problem = await expectProblem(prepare());
				const nothing = { reason: "scopes-unread", organization: false, allProjects: false, projects: [], why: null };
				assert.deepEqual(problem, { ...nothing, ...overrides });
			};
			const projects = [{ id: "q", name: "Project q" }];
			failAt({ "list project/q": failWith(forbidden) });
			await assertUnread({ projects, why: forbidden });
			failAt({});
			const all = ["old", "next", "third"].map((id) => certificate(id));
			for (const incomplete of [{ unreadable: 1 }, { complete: false }]) {
				fake.listOverrides.set("project/q", { ...listing(...all), ...incomplete });
				await assertUnread({ projects });
			}
			fake.listOverrides.clear();
			fake.listOverrides.set("organization", { ...listing(...all), unreadable: 1 });
			await assertUnread({ organization: true });
			fake.listOverrides.clear();
			fake.projectListing = { complete: false };
			await assertUnread({ allProjects: true });
		});

		for (const inherits of [false, true])
			it(`marks projects as unclear only if needed: lists ${inherits ? "show" : "do not show"} inherited certificates`, async () => {
				fake.projectListInherits = inherits;
				activate("old", ORGANIZATION, p);
				const [organization, ...projects] = (await prepare()).scopes;
				assert.deepEqual(organization, scopeState(ORGANIZATION, "active", false, false));
				// The certificate is missing in one list, so no list shows inherited certificates.
				const unclear = [scopeState(p, "unclear", false, false), scopeState(q, "unclear", false, false)];
				assert.deepEqual(projects, inherits ? unclear : [scopeState(p, "active", false, false)]);
			});

		it("marks projects as unclear if all lists show the certificate, unless another shows that lists contain only their own", async () => {
			activate("old", ORGANIZATION, p, q);
			assert.deepEqual(
				(await prepare()).scopes.map(({ old }) => old),
				["active", "unclear", "unclear"],
			);
			activate("third", ORGANIZATION);
			assert.deepEqual(
				(await prepare()).scopes.map(({ old }) => old),
				["active", "active", "active"],
			);
		});

		it("returns the issues, and refuses to start with an issue", async () => {
			assert.deepEqual(findStepIssues(await prepare(), "start", at, 30), ["inactive"]);
			activate("old", p);
			assert.deepEqual(findStepIssues(await prepare(), "start", at, 30), []);
			assert.deepEqual(findStepIssues(await prepare(), "start", at, 500), ["expires-soon"]);
			contents.set("next", parsedCertificate("next", { findings: [{ code: "not-a-ca", level: "strong" }] }));
			assert.deepEqual(await expectProblem(start()), { reason: "rotation-refused", issue: "leaf" });
			const confirmed = await prepare({ oldId: "next", nextId: "old" });
			const request = { confirmed, unclear: "inherited", soonDays: 30 } as const;
			assert.deepEqual(await expectProblem(startRotation(rotations, request)), {
				reason: "rotation-refused",
				issue: "not-longer",
			});
			assert.deepEqual([fake.writes, await planCount()], [[], 0]);
		});

		it("cannot start if only the new certificate is active, and shows where it is", async () => {
			activate("next", p);
			const snapshot = await prepare();
			assert.deepEqual(snapshot.scopes, [scopeState(p, "inactive", true, false)]);
			assert.deepEqual(findStepIssues(snapshot, "start", at, 30), ["inactive"]);
		});

		it("requires a long validity of the new certificate only for the first start", async () => {
			activate("old", p);
			const before = await prepare();
			const issuesOf = (snapshot: RotationSnapshot, step: "start" | "finish") =>
				findStepIssues(snapshot, step, at, 500);
			assert.deepEqual([issuesOf(before, "start"), issuesOf(before, "finish")], [["expires-soon"], []]);
			await start();
			assert.deepEqual(issuesOf(await prepare(), "start"), []);
		});

		it("reports that one of the certificates was deleted", async () => {
			for (const ids of [{ oldId: "gone" }, { nextId: "gone" }])
				assert.deepEqual(await expectProblem(prepare(ids)), { reason: "not-found" });
		});

		it("refuses certificates of another unfinished rotation", async () => {
			activate("old", p);
			activate("third", p);
			await start();
			const pending = { reason: "rotation-pending", name: "old" };
			for (const pair of [
				{ oldId: "old", nextId: "third" },
				{ oldId: "next", nextId: "old" },
				{ oldId: "next", nextId: "third" },
				{ oldId: "third", nextId: "old" },
				// Undo of one rotation would deactivate the certificate that clients use after Finish of the other.
				{ oldId: "third", nextId: "next" },
			])
				assert.deepEqual(await expectProblem(prepare(pair)), pending);
		});

		it("names the other unfinished rotation by its old certificate's name, else its id", async () => {
			for (const [name, shown] of [
				["Third", "Third"],
				[null, "third"],
			] as const) {
				const other = storedPlan(named("third", name), named("next"));
				await rotations.plans.create(other);
				assert.deepEqual(await expectProblem(prepare()), { reason: "rotation-pending", name: shown });
				await rotations.plans.remove(other);
			}
		});

		it("is independent of rotations of other certificates, and of another organization", async () => {
			activate("old", p);
			const [old, next, third] = [named("old"), named("next"), named("third")];
			await rotations.plans.create(storedPlan(third, named("fourth")));
			const elsewhere = uniqueOrganizationRef();
			await rotations.plans.create({ ...storedPlan(old, next), organizationRef: elsewhere });
			await rotations.plans.create({ ...storedPlan(next, third), organizationRef: elsewhere });
			assert.equal((await prepare()).plan, null);
			const { plan } = await start();
			assert.equal(plan.organizationRef, organizationRef);
			assert.equal(await planCount(), 4);
		});
	});

	describe("at its start", () => {
		it("writes the plan first, then activates exactly where the old certificate is active, the organization last", async () => {
			activate("old", ORGANIZATION, q);
			activate("third", p);
			let plansFound = 0;
			fake.beforeCall = async (call) => {
				if (call.startsWith("activate")) plansFound += (await rotations.plans.read()).length;
			};
			const { plan, scopes } = await start();
			assert.deepEqual(fake.writes, ["activate project/q next", "activate organization next"]);
			assert.deepEqual(plan.scopes, [
				{ scope: ORGANIZATION, nextWasActive: false },
				{ scope: q, nextWasActive: false },
			]);
			assert.ok(scopes.every((result) => result.changed.length === 1));
			assert.equal(plansFound, 2);
			// These reads end the optimistic writes, which could hide changes by others.
			assert.deepEqual(fake.calls.slice(-2).sort(), ["list organization", "list project/q"]);
			assert.deepEqual([activeIn(ORGANIZATION), activeIn(p), activeIn(q)], ["next,old", "third", "next,old"]);
		});

		for (const unclear of ["own", "inherited"] as const)
			it(`uses the user's answer for unclear projects: ${unclear}`, async () => {
				fake.projectListInherits = true;
				activate("old", ORGANIZATION, p);
				await start({ unclear });
				const own = ["activate project/p next", "activate project/q next"];
				assert.deepEqual(fake.writes, [...(unclear === "own" ? own : []), "activate organization next"]);
			});

		it("resumes from the current state after an interruption, and repeats no change", async () => {
			activate("old", p, q);
			failAt({ "activate project/q next": failWith(forbidden) });
			const { scopes } = await start();
			assert.deepEqual(
				scopes.map(({ problem }) => problem),
				[null, forbidden],
			);
			failAt({});
			open();
			fake.calls.length = 0;
			const resumed = await start();
			assert.deepEqual(fake.writes, ["activate project/q next"]);
			assert.equal(resumed.plan.scopes.length, 2);
			assert.equal(await planCount(), 1);
			fake.calls.length = 0;
			assert.deepEqual((await start()).scopes, []);
			assert.deepEqual(fake.writes, []);
		});

		it("adds scopes to the plan where the old certificate was activated since", async () => {
			activate("old", p);
			await start();
			activate("old", q);
			assert.deepEqual((await prepare()).scopes[1], scopeState(q, "active", false, false));
			await start();
			assert.deepEqual((await prepare()).scopes[1], scopeState(q, "active", true, true));
			await undo();
			assert.deepEqual([activeIn(p), activeIn(q)], ["old", "old"]);
		});

		it("R36 changes nothing if the state differs from the confirmed state", async () => {
			activate("old", p);
			const confirmed = await prepare();
			activate("old", q);
			assert.deepEqual(await expectProblem(start({ confirmed })), changed);
			rotations.organization.certificates.generation++;
			assert.deepEqual(await expectProblem(start({ confirmed })), { reason: "connection-changed" });
			await assert.rejects(start({}, AbortSignal.abort()), CancelledError);
			assert.deepEqual([fake.writes, await planCount()], [[], 0]);
		});

		it("R37 changes nothing if another window started first, and later continues with its plan", async () => {
			activate("old", p);
			const confirmed = await prepare();
			const create = rotations.plans.create.bind(rotations.plans);
			rotations.plans.create = async (plan) => {
				await plansHere().create({ ...plan, startedAt: 1 });
				return create(plan);
			};
			assert.deepEqual(await expectProblem(start({ confirmed })), changed);
			assert.deepEqual(fake.writes, []);
			const { scopes } = await start();
			assert.equal(scopes.length, 1, "it goes on with the other window's plan");
		});

		it("sends nothing if the plan cannot be written", async () => {
			activate("old", p);
			const confirmed = await prepare();
			rotations.plans.create = async () => false;
			assert.deepEqual(await expectProblem(start({ confirmed })), { reason: "not-recorded", code: null });
			assert.deepEqual(fake.writes, []);
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
			activate("old", ORGANIZATION, q);
			await start();
			const result = await finish();
			assert.deepEqual(outcomes(result), ["organization done", "project/q done"]);
			assert.deepEqual([result.ended, result.deleted, result.problem], [true, false, null]);
			assert.deepEqual(callsIn(q).slice(-6, -1), [`list project/q`, ...step("project/q")]);
			assert.deepEqual(fake.writes, [
				"activate organization next",
				"deactivate organization old",
				"activate project/q next",
				"deactivate project/q old",
			]);
			assert.deepEqual([activeIn(ORGANIZATION), activeIn(q), await planCount()], ["next", "next", 0]);
		});

		it("R34 is finished once the old certificate is deleted, even if that cannot be recorded", async () => {
			activate("old", p);
			await start();
			rotations.plans.remove = async () => {
				throw new ProblemError({ reason: "not-recorded", code: null });
			};
			for (const [remove, ended] of [
				[false, false],
				[true, true],
			] as const) {
				const result = await finish({ deleteOld: remove });
				assert.deepEqual([result.ended, result.deleted], [ended, remove]);
				assert.equal(result.problem?.reason, ended ? undefined : "not-recorded");
			}
		});

		it("R35 deletes only on request, and only a certificate that is not active anywhere", async () => {
			activate("old", p);
			await start();
			const result = await finish({ deleteOld: true });
			assert.deepEqual([result.ended, result.deleted, fake.writes.at(-1)], [true, true, "remove old"]);
			assert.equal(await planCount(), 0);
		});

		it("R35 does not delete a certificate that somebody activated in another scope, and keeps the plan", async () => {
			activate("old", p);
			await start();
			fake.beforeCall = (call) => {
				if (call === "deactivate project/p old") activate("old", q);
			};
			for (const remove of [true, false]) {
				activate("old", p);
				fake.activeIn(q).delete("old");
				const { ended, problem } = await finish({ deleteOld: remove });
				assert.deepEqual([ended, problem?.reason], [false, remove ? "certificate-active" : "changed-meanwhile"]);
				assert.equal(await planCount(), 1);
			}
		});

		const failures: readonly [string, Fault, string, object | null][] = [
			["refused", failWith(forbidden), "failed", forbidden],
			["lost", failAfterCommit(connectionLost), "failed", connectionLost],
			["cancelled", { thrown: new CancelledError() }, "failed", null],
		];
		for (const [title, fault, outcome, problem] of failures)
			it(`R34 deactivates nothing if the activation before is ${title}`, async () => {
				activate("old", p, q);
				await start();
				failAt({ "activate project/p next": fault });
				const result = await finish();
				assert.deepEqual(outcomes(result), [`project/p ${outcome}`, "project/q not-tried"]);
				assert.deepEqual([result.ended, result.problem], [false, problem]);
				assert.deepEqual(fake.writes, ["activate project/p next"]);
				assert.equal(await planCount(), 1);
			});

		it("deactivates nothing if the read before fails", async () => {
			activate("old", p);
			await start();
			const confirmed = await prepare();
			fake.calls.length = 0;
			fake.faultFor = (call) =>
				call === "list project/p" && callsIn(p).length === 2 ? failWith(forbidden) : undefined;
			assert.deepEqual(
				outcomes(await finishRotation(rotations, { confirmed, deleteOld: false, hasSelfAccess: async () => true })),
				["project/p failed"],
			);
			assert.deepEqual(fake.writes, []);
		});

		it("R34 reads back the outcome of a deactivation without a response", async () => {
			activate("old", p, q);
			await start();
			failAt({ "deactivate project/p old": failAfterCommit(connectionLost) });
			assert.deepEqual(outcomes(await finish()), ["project/p done", "project/q done"]);
			activate("old", p, q);
			open();
			await start();
			failAt({ "deactivate project/p old": failWith(connectionLost) });
			const result = await finish();
			assert.deepEqual([outcomes(result)[0], result.problem], ["project/p failed", connectionLost]);
			assert.deepEqual([activeIn(p), await planCount()], ["next,old", 1]);
		});

		for (const [title, fault, outcome] of [
			["a response", undefined, "unread"],
			["no response", failAfterCommit(connectionLost), "unknown"],
		] as const)
			it(`reports that the scope could not be read back: ${title} to the deactivation`, async () => {
				activate("old", p);
				await start();
				fake.faultFor = (call) => {
					if (call === "deactivate project/p old") return fault;
					const isAfter = fake.writes.at(-1) === "deactivate project/p old";
					return call === "list project/p" && isAfter ? failWith(forbidden) : undefined;
				};
				assert.deepEqual(outcomes(await finish()), [`project/p ${outcome}`]);
				assert.equal(await planCount(), 1);
			});

		it("reactivates the old certificate at once if neither is active afterwards, and stops", async () => {
			activate("old", p, q);
			await start();
			fake.beforeCall = (call) => {
				if (call === "deactivate project/p old") fake.activeIn(p).delete("next");
			};
			const result = await finish();
			assert.deepEqual(outcomes(result), ["project/p restored", "project/q not-tried"]);
			assert.deepEqual(fake.writes.slice(-2), ["deactivate project/p old", "activate project/p old"]);
			const { length } = fake.calls;
			assert.equal(fake.calls.lastIndexOf("activate project/p old"), length - 2, "nothing but the read comes between");
			assert.deepEqual([activeIn(p), result.ended, await planCount()], ["old", false, 1]);
		});

		it("reports a failed reactivation", async () => {
			activate("old", p);
			await start();
			fake.beforeCall = (call) => {
				if (call === "deactivate project/p old") fake.activeIn(p).delete("next");
			};
			failAt({ "activate project/p old": failWith(forbidden) });
			const result = await finish();
			assert.deepEqual([outcomes(result), result.problem], [["project/p emptied"], forbidden]);
		});

		for (const [title, meanwhile, fails, outcome] of [
			["reactivates the old certificate if neither is active", () => fake.activeIn(p).delete("next"), null, "restored"],
			[
				"reports no active certificate if the reactivation fails",
				() => fake.activeIn(p).delete("next"),
				"activate project/p old",
				"emptied",
			],
			["reports an unknown state if the scope cannot be read either", () => {}, "list project/p", "unknown"],
			["reports success if only the new certificate is active", () => {}, null, "done"],
		] as const)
			it(`R57 returns an unexpected error after the deactivation, and ${title}`, async () => {
				activate("old", p, q);
				await start();
				const { projects } = rotations.organization;
				const defect = new TypeError("a defect");
				let deactivated = false;
				fake.beforeCall = (call) => {
					if (call !== "deactivate project/p old") return;
					deactivated = true;
					meanwhile();
					if (fails) failAt({ [fails]: failWith(forbidden) });
				};
				const loadProject = projects.loadProject.bind(projects);
				projects.loadProject = (...args) => (deactivated ? Promise.reject(defect) : loadProject(...args));
				const result = await finish();
				assert.deepEqual(outcomes(result), [`project/p ${outcome}`, "project/q not-tried"]);
				assert.equal(result.scopes[0]?.defect, defect);
				assert.deepEqual([result.ended, await planCount()], [false, 1]);
				assert.equal(activeIn(p), { restored: "old", emptied: "", unknown: "next", done: "next" }[outcome]);
			});

		it("reports scopes where neither certificate is active, and leaves them unchanged", async () => {
			activate("old", p, q);
			await start();
			fake.activeIn(p).clear();
			const result = await finish();
			assert.deepEqual(outcomes(result), ["project/q done", "project/p neither"]);
			assert.deepEqual([result.ended, activeIn(p)], [true, ""]);
		});

		it("does not change the organization unless the remaining certificates prove the extension's own access", async () => {
			activate("old", ORGANIZATION, p);
			activate("third", ORGANIZATION);
			await start();
			let anchors: readonly string[] = [];
			const ownAccess = async (ids: readonly string[]) => {
				anchors = ids;
				return false;
			};
			assert.deepEqual(await expectProblem(finish({ hasSelfAccess: ownAccess })), { reason: "own-access" });
			assert.deepEqual([...anchors].sort(), ["next", "third"]);
			assert.deepEqual([fake.writes, await planCount()], [[], 1]);
		});

		it("needs no proof of its own access for projects", async () => {
			activate("old", p);
			await start();
			assert.equal((await finish({ hasSelfAccess: async () => assert.fail() })).ended, true);
		});

		it("stops and requires a new confirmation if a project with an assumed inheritance has an own activation", async () => {
			fake.projectListInherits = true;
			activate("old", ORGANIZATION, p);
			await start({ unclear: "inherited" });
			const result = await finish();
			assert.deepEqual([outcomes(result), result.problem], [["organization done"], changed]);
			assert.deepEqual((await prepare()).scopes, [
				scopeState(ORGANIZATION, "inactive", true, true),
				scopeState(p, "active", true, false),
			]);
			assert.deepEqual(outcomes(await finish()), ["project/p done"]);
			assert.equal(await planCount(), 0);
		});

		it("R36 changes nothing if the state differs from the confirmed state, or the plan was removed", async () => {
			activate("old", p);
			await start();
			const confirmed = await prepare();
			activate("old", q);
			assert.deepEqual(await expectProblem(finish({ confirmed })), changed);
			fake.activeIn(q).clear();
			for (const plan of await rotations.plans.read()) await plansHere().remove(plan);
			assert.deepEqual(await expectProblem(finish({ confirmed })), changed);
			assert.deepEqual(await expectProblem(finish()), { reason: "no-rotation" });
			assert.deepEqual(fake.writes, []);
		});

		it("refuses a deleted or expired new certificate, but accepts one that expires soon", async () => {
			activate("old", p);
			await start();
			fake.certificates = fake.certificates.map((each) =>
				each.id === "next" ? { ...each, expiresAt: at + 21 * DAY } : each,
			);
			const expiringSoon: RotationSnapshot = await prepare();
			assert.deepEqual(findStepIssues(expiringSoon, "finish", at, 30), []);
			assert.deepEqual(findStepIssues(expiringSoon, "finish", at + 21 * DAY, 30), ["expired"]);
			fake.certificates = fake.certificates.filter(({ id }) => id !== "next");
			fake.activeIn(p).delete("next");
			assert.deepEqual(await expectProblem(finish()), { reason: "rotation-refused", issue: "gone" });
			assert.deepEqual(outcomes(await undo()), ["project/p done"]);
			assert.deepEqual([activeIn(p), await planCount()], ["old", 0]);
		});

		it("is finished if somebody deleted the old certificate meanwhile", async () => {
			activate("old", p);
			await start();
			fake.beforeCall = (call) => {
				if (call !== "list project/p" || fake.writes.at(-1) !== "deactivate project/p old") return;
				fake.certificates = fake.certificates.filter(({ id }) => id !== "old");
			};
			for (const remove of [true, false]) {
				const result = await finish({ deleteOld: remove });
				assert.deepEqual([result.ended, result.deleted, await planCount()], [true, true, 0]);
				fake.calls.length = 0;
				fake.certificates.push(certificate("old", { validAt: at - DAY, expiresAt: at + DAY }));
				activate("old", p);
				open();
				await start();
			}
		});

		it("returns the results before a cancellation", async () => {
			activate("old", p, q);
			await start();
			const abort = new AbortController();
			fake.beforeCall = (call) => call === "activate project/q next" && abort.abort();
			const result = await finish({}, abort.signal);
			assert.deepEqual(outcomes(result), ["project/p done", "project/q failed"]);
			assert.deepEqual([result.problem, activeIn(q), await planCount()], [null, "next,old", 1]);
		});

		it("sends nothing more if the connection changes between calls", async () => {
			activate("old", p);
			await start();
			fake.beforeCall = (call) =>
				call === "activate project/p next" && rotations.organization.certificates.generation++;
			const result = await finish();
			assert.deepEqual(fake.writes, ["activate project/p next"]);
			assert.deepEqual(result.problem, { reason: "connection-changed" });
		});

		it("R57 returns an unexpected error next to the outcome of its scope", async () => {
			activate("old", p);
			await start();
			const defect = new TypeError("a defect");
			failAt({ "deactivate project/p old": { thrown: defect } });
			const { scopes, ended } = await finish();
			assert.deepEqual([scopes, ended], [[{ scope: p, outcome: "failed", problem: null, defect }], false]);
		});
	});

	describe("when undone", () => {
		it("restores the scopes, and keeps the new certificate where it was active before", async () => {
			activate("old", ORGANIZATION, p, q);
			activate("next", q);
			activate("third", ORGANIZATION);
			await start();
			const result = await undo();
			assert.deepEqual(outcomes(result), ["organization done", "project/p done", "project/q kept"]);
			assert.deepEqual([activeIn(ORGANIZATION), activeIn(p), activeIn(q)], ["old,third", "old", "next,old"]);
			assert.deepEqual(fake.writes, [
				"activate organization old",
				"deactivate organization next",
				"activate project/p old",
				"deactivate project/p next",
			]);
			assert.deepEqual([result.ended, result.deleted, await planCount()], [true, false, 0]);
		});

		it("reactivates the old certificate where Finish deactivated it, even if the new certificate stays there", async () => {
			activate("old", p, q);
			activate("next", q);
			await start();
			failAt({ "remove old": failWith(forbidden) });
			assert.equal((await finish({ deleteOld: true })).ended, false);
			assert.deepEqual([activeIn(p), activeIn(q)], ["next", "next"]);
			assert.deepEqual(outcomes(await undo()), ["project/p done", "project/q returned"]);
			assert.deepEqual([activeIn(p), activeIn(q)], ["old", "next,old"]);
		});

		it("reports a failed reactivation, and keeps the plan", async () => {
			activate("old", p, q);
			activate("next", p);
			await start();
			fake.activeIn(p).delete("old");
			failAt({ "activate project/p old": failWith(forbidden) });
			const result = await undo();
			assert.deepEqual(outcomes(result), ["project/p not-returned", "project/q not-tried"]);
			assert.deepEqual([result.problem, await planCount()], [forbidden, 1]);
		});

		it("reactivates the new certificate if neither is active afterwards", async () => {
			activate("old", p);
			await start();
			fake.beforeCall = (call) => {
				if (call === "deactivate project/p next") fake.activeIn(p).delete("old");
			};
			const result = await undo();
			assert.deepEqual([outcomes(result), activeIn(p)], [["project/p restored"], "next"]);
			assert.equal(await planCount(), 1);
		});

		it("requires its own access in the organization, and a valid old certificate", async () => {
			activate("old", ORGANIZATION);
			await start();
			assert.deepEqual(await expectProblem(undo({ hasSelfAccess: async () => false })), { reason: "own-access" });
			const snapshot = await prepare();
			assert.deepEqual(findStepIssues(snapshot, "undo", at, 30), []);
			assert.deepEqual(findStepIssues(snapshot, "undo", at + 20 * DAY, 30), ["old-expired"]);
			assert.deepEqual(fake.writes, []);
			fake.activeIn(ORGANIZATION).delete("next");
			assert.deepEqual(findStepIssues(await prepare(), "undo", at + 20 * DAY, 30), [], "nothing returns to it");
		});

		it("refuses an expired old certificate if one project returns to it, but not one without dates", async () => {
			activate("old", p, q);
			activate("next", p);
			const { plan } = await start();
			fake.activeIn(p).delete("old");
			fake.activeIn(q).delete("next");
			const snapshot = await prepare();
			assert.deepEqual(
				snapshot.scopes.map((each) => undoStep(each, plan)),
				["reactivate-old", "none"],
			);
			assert.deepEqual(findStepIssues(snapshot, "undo", at + 20 * DAY, 30), ["old-expired"]);
			fake.certificates = fake.certificates.map((each) => (each.id === "old" ? { ...each, expiresAt: null } : each));
			assert.deepEqual(findStepIssues(await prepare(), "undo", at + 20 * DAY, 30), []);
		});

		it("does not keep the new certificate in a project where it was only inherited", async () => {
			fake.projectListInherits = true;
			activate("old", ORGANIZATION, p);
			await start({ unclear: "inherited" });
			await finish();
			await start();
			assert.deepEqual(outcomes(await undo()), ["organization done", "project/p done"]);
			assert.deepEqual([activeIn(ORGANIZATION), activeIn(p)], ["old", "old"]);
		});

		it("deactivates nothing in a project whose list only shows the organization's certificates", async () => {
			fake.projectListInherits = true;
			activate("old", p);
			activate("next", ORGANIZATION);
			await start();
			assert.deepEqual(outcomes(await undo()), ["project/p kept"]);
			assert.deepEqual([activeIn(p), activeIn(ORGANIZATION)], ["old", "next"]);
		});
	});

	it("can be resumed without a plan, but then Undo keeps the new certificate", async () => {
		activate("old", p, q);
		await start();
		folder.remove();
		folder = temporaryFolder("rotation");
		open();
		const { plan, scopes } = await prepare();
		assert.deepEqual([plan, scopes.map(({ next }) => next)], [null, [true, true]]);
		assert.deepEqual((await start()).scopes, []);
		assert.deepEqual(outcomes(await undo()), ["project/p kept", "project/q kept"]);
		assert.deepEqual(activeIn(p), "next,old");
	});

	describe("in its stages", () => {
		const plan: RotationPlan = {
			organizationRef,
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
