import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { FileLocks } from "../../../../src/common/storage/locks.ts";
import type { ParsedCertificate } from "../../../../src/domain/certificateFile.ts";
import { CancelledError, ProblemError } from "../../../../src/domain/problem.ts";
import { ORGANIZATION, type Scope, scopeKey } from "../../../../src/domain/scope.ts";
import type { ActiveScopes } from "../../../../src/features/organization/activeScopes.ts";
import { finishRotation, undoRotation } from "../../../../src/features/rotation/endRotation.ts";
import {
	findIssues,
	prepareRotation,
	type RotationScope,
	type RotationSnapshot,
	type Rotations,
	rotationStage,
} from "../../../../src/features/rotation/rotation.ts";
import type { RotationPlan, RotationStage } from "../../../../src/features/rotation/rotationPlan.ts";
import { RotationPlanStore } from "../../../../src/features/rotation/rotationPlanStore.ts";
import type { RotationResult } from "../../../../src/features/rotation/rotationResult.ts";
import { startRotation } from "../../../../src/features/rotation/startRotation.ts";
import { temporaryFolder } from "../../../temporaryFolders.ts";
import {
	FakeAdministration,
	type Fault,
	failing,
	inProject,
	lost,
	organizationOf,
	project,
} from "../../fakes/adminApi.ts";
import { candidate, certificate, listing } from "../../fakes/certificatesApi.ts";
import { problemIn } from "../../openai/setup.ts";

describe("Rotating", () => {
	const organizationRef = randomUUID();
	const DAY = 86_400;
	const at = 1000 * DAY;
	const [p, q] = [inProject("p"), inProject("q")];
	const connectionLost = { reason: "connection-lost", host: "a.test" } as const;
	const forbidden = { reason: "forbidden", permission: null } as const;
	const changed = { reason: "changed-meanwhile" } as const;
	let fake: FakeAdministration;
	let folder: ReturnType<typeof temporaryFolder>;
	let contents: Map<string, ParsedCertificate>;
	let rotations: Rotations & { organization: ReturnType<typeof organizationOf> };

	beforeEach(() => {
		const dates = (until: number) => ({ validAt: at - DAY, expiresAt: at + until * DAY });
		fake = new FakeAdministration(
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

	/** As another window, or this one after a restart. */
	function open(): void {
		rotations = {
			organization: organizationOf(fake),
			plans: plansHere(() => at * 1000),
			contentOf: async (id) => contents.get(id) ?? null,
			now: () => at * 1000,
		};
	}

	const activate = (id: string, ...scopes: readonly Scope[]) => {
		for (const scope of scopes) fake.activeIn(scope).add(id);
	};
	const activeIn = (scope: Scope) => [...fake.activeIn(scope)].sort().join();
	const failAt = (calls: Readonly<Record<string, Fault>>) => {
		fake.fault = (call) => calls[call];
	};
	const prepare = (more: object = {}) =>
		prepareRotation(rotations, { organizationRef, oldId: "old", nextId: "next", ...more });
	const start = async (more: object = {}, signal?: AbortSignal) =>
		startRotation(rotations, { confirmed: await prepare(), unclear: "imposed", soonDays: 30, ...more }, signal);
	const finish = async (more: object = {}, signal?: AbortSignal) => {
		const request = { confirmed: await prepare(), remove: false, ownAccess: async () => true, ...more };
		fake.calls.length = 0;
		return finishRotation(rotations, request, signal);
	};
	const undo = async (more: object = {}) => {
		const request = { confirmed: await prepare(), ownAccess: async () => true, ...more };
		fake.calls.length = 0;
		return undoRotation(rotations, request);
	};
	const outcomes = ({ scopes }: RotationResult) => scopes.map(({ scope, outcome }) => `${scopeKey(scope)} ${outcome}`);
	/** The calls about one scope, without the reading of everything. */
	const callsIn = (scope: Scope) => fake.calls.filter((call) => call.includes(` ${scopeKey(scope)}`));
	const known = async () => (await rotations.plans.read()).length;
	const row = (scope: Scope, old: RotationScope["old"], next: boolean, planned: boolean) => ({
		scope,
		old,
		next,
		planned,
	});

	describe("before it starts", () => {
		it("reads everything, archived projects too, and writes nothing", async () => {
			activate("old", p, q);
			activate("next", q);
			activate("third", ORGANIZATION);
			const basis = await prepare();
			assert.deepEqual(basis.scopes, [row(p, "active", false, false), row(q, "active", true, false)]);
			assert.equal(basis.plan, null);
			assert.deepEqual(basis.inOrganization, ["third"]);
			assert.deepEqual([fake.writes, await known()], [[], 0]);
		});

		it("R53 stops where a list is in part, fails, or holds what cannot be read", async () => {
			activate("old", p);
			const unread = async (more: object) => {
				const problem = await problemIn(prepare());
				const nothing = { reason: "scopes-unread", organization: false, allProjects: false, projects: [], why: null };
				assert.deepEqual(problem, { ...nothing, ...more });
			};
			const projects = [{ id: "q", name: "Project q" }];
			failAt({ "list project/q": failing(forbidden) });
			await unread({ projects, why: forbidden });
			failAt({});
			const all = ["old", "next", "third"].map((id) => certificate(id));
			for (const part of [{ unreadable: 1 }, { complete: false }]) {
				fake.shown.set("project/q", { ...listing(...all), ...part });
				await unread({ projects });
			}
			fake.shown.clear();
			fake.shown.set("organization", { ...listing(...all), unreadable: 1 });
			await unread({ organization: true });
			fake.shown.clear();
			fake.projectListing = { complete: false };
			await unread({ allProjects: true });
		});

		for (const inherits of [false, true])
			it(`asks where it cannot be told, and only there: lists ${inherits ? "show" : "do not show"} what is imposed`, async () => {
				fake.inherits = inherits;
				activate("old", ORGANIZATION, p);
				const [organization, ...projects] = (await prepare()).scopes;
				assert.deepEqual(organization, row(ORGANIZATION, "active", false, false));
				// That it is not in one of the lists tells that no list shows what is imposed.
				const unclear = [row(p, "unclear", false, false), row(q, "unclear", false, false)];
				assert.deepEqual(projects, inherits ? unclear : [row(p, "active", false, false)]);
			});

		it("asks also where all lists show it, and not where another one tells that they show their own only", async () => {
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

		it("says what keeps from it, and refuses to start then", async () => {
			assert.deepEqual(findIssues(await prepare(), "start", at, 30), ["inactive"]);
			activate("old", p);
			assert.deepEqual(findIssues(await prepare(), "start", at, 30), []);
			assert.deepEqual(findIssues(await prepare(), "start", at, 500), ["expires-soon"]);
			contents.set("next", candidate("next", { findings: [{ code: "not-a-ca", level: "strong" }] }));
			assert.deepEqual(await problemIn(start()), { reason: "rotation-refused", flaw: "leaf" });
			const confirmed = await prepare({ oldId: "next", nextId: "old" });
			const request = { confirmed, unclear: "imposed", soonDays: 30 } as const;
			assert.deepEqual(await problemIn(startRotation(rotations, request)), {
				reason: "rotation-refused",
				flaw: "not-longer",
			});
			assert.deepEqual([fake.writes, await known()], [[], 0]);
		});

		it("says that one of the two is gone", async () => {
			for (const ids of [{ oldId: "gone" }, { nextId: "gone" }])
				assert.deepEqual(await problemIn(prepare(ids)), { reason: "not-found" });
		});

		it("refuses what another rotation that is not over has", async () => {
			activate("old", p);
			activate("third", p);
			await start();
			const pending = { reason: "rotation-pending", name: "old" };
			for (const pair of [
				{ oldId: "old", nextId: "third" },
				{ oldId: "next", nextId: "old" },
				{ oldId: "next", nextId: "third" },
				{ oldId: "third", nextId: "old" },
				// The undo of one would take what the clients of the other one, once finished, rely on.
				{ oldId: "third", nextId: "next" },
			])
				assert.deepEqual(await problemIn(prepare(pair)), pending);
		});
	});

	describe("at its start", () => {
		it("writes the plan first, then activates exactly where the old one is, the organization last", async () => {
			activate("old", ORGANIZATION, q);
			activate("third", p);
			let written = 0;
			fake.gate = async (call) => {
				if (call.startsWith("activate")) written += (await rotations.plans.read()).length;
			};
			const { plan, scopes } = await start();
			assert.deepEqual(fake.writes, ["activate project/q next", "activate organization next"]);
			assert.deepEqual(plan.scopes, [
				{ scope: ORGANIZATION, nextWasActive: false },
				{ scope: q, nextWasActive: false },
			]);
			assert.ok(scopes.every((account) => account.changed.length === 1));
			assert.equal(written, 2);
			// So that what was written does not hide what others do there.
			assert.deepEqual(fake.calls.slice(-2).sort(), ["list organization", "list project/q"]);
			assert.deepEqual([activeIn(ORGANIZATION), activeIn(p), activeIn(q)], ["next,old", "third", "next,old"]);
		});

		for (const unclear of ["own", "imposed"] as const)
			it(`goes by the person's word on what is unclear: ${unclear}`, async () => {
				fake.inherits = true;
				activate("old", ORGANIZATION, p);
				await start({ unclear });
				const own = ["activate project/p next", "activate project/q next"];
				assert.deepEqual(fake.writes, [...(unclear === "own" ? own : []), "activate organization next"]);
			});

		it("goes on from what is there after it was stopped, and does nothing twice", async () => {
			activate("old", p, q);
			failAt({ "activate project/q next": failing(forbidden) });
			const { scopes } = await start();
			assert.deepEqual(
				scopes.map(({ problem }) => problem),
				[null, forbidden],
			);
			failAt({});
			open();
			fake.calls.length = 0;
			const again = await start();
			assert.deepEqual(fake.writes, ["activate project/q next"]);
			assert.equal(again.plan.scopes.length, 2);
			assert.equal(await known(), 1);
			fake.calls.length = 0;
			assert.deepEqual((await start()).scopes, []);
			assert.deepEqual(fake.writes, []);
		});

		it("adds to the plan where the old one was activated since", async () => {
			activate("old", p);
			await start();
			activate("old", q);
			assert.deepEqual((await prepare()).scopes[1], row(q, "active", false, false));
			await start();
			assert.deepEqual((await prepare()).scopes[1], row(q, "active", true, true));
			await undo();
			assert.deepEqual([activeIn(p), activeIn(q)], ["old", "old"]);
		});

		it("R36 does nothing where it is not as it was confirmed", async () => {
			activate("old", p);
			const confirmed = await prepare();
			activate("old", q);
			assert.deepEqual(await problemIn(start({ confirmed })), changed);
			rotations.organization.certificates.generation++;
			assert.deepEqual(await problemIn(start({ confirmed })), { reason: "connection-changed" });
			await assert.rejects(start({}, AbortSignal.abort()), CancelledError);
			assert.deepEqual([fake.writes, await known()], [[], 0]);
		});

		it("R37 does nothing where another window was first, or what it wrote cannot be read", async () => {
			activate("old", p);
			const confirmed = await prepare();
			const create = rotations.plans.create.bind(rotations.plans);
			rotations.plans.create = async (plan) => {
				await plansHere().create({ ...plan, startedAt: 1 });
				return create(plan);
			};
			assert.deepEqual(await problemIn(start({ confirmed })), changed);
			assert.deepEqual(fake.writes, []);
			const { scopes } = await start();
			assert.equal(scopes.length, 1, "it goes on with the other window's plan");
		});

		it("sends nothing where the plan cannot be written", async () => {
			activate("old", p);
			const confirmed = await prepare();
			rotations.plans.create = async () => false;
			assert.deepEqual(await problemIn(start({ confirmed })), { reason: "not-recorded", code: null });
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
			const account = await finish();
			assert.deepEqual(outcomes(account), ["organization done", "project/q done"]);
			assert.deepEqual([account.ended, account.removed, account.problem], [true, false, null]);
			assert.deepEqual(callsIn(q).slice(-6, -1), [`list project/q`, ...step("project/q")]);
			assert.deepEqual(fake.writes, [
				"activate organization next",
				"deactivate organization old",
				"activate project/q next",
				"deactivate project/q old",
			]);
			assert.deepEqual([activeIn(ORGANIZATION), activeIn(q), await known()], ["next", "next", 0]);
		});

		it("R34 is over once the old one is deleted, also where that cannot be written down", async () => {
			activate("old", p);
			await start();
			rotations.plans.remove = async () => {
				throw new ProblemError({ reason: "not-recorded", code: null });
			};
			for (const [remove, ended] of [
				[false, false],
				[true, true],
			] as const) {
				const account = await finish({ remove });
				assert.deepEqual([account.ended, account.removed], [ended, remove]);
				assert.equal(account.problem?.reason, ended ? undefined : "not-recorded");
			}
		});

		it("R35 deletes only if that is wished, and only what is active nowhere", async () => {
			activate("old", p);
			await start();
			const account = await finish({ remove: true });
			assert.deepEqual([account.ended, account.removed, fake.writes.at(-1)], [true, true, "remove old"]);
			assert.equal(await known(), 0);
		});

		it("R35 does not delete what somebody activated elsewhere meanwhile, and keeps the plan", async () => {
			activate("old", p);
			await start();
			fake.gate = (call) => {
				if (call === "deactivate project/p old") activate("old", q);
			};
			for (const remove of [true, false]) {
				activate("old", p);
				fake.activeIn(q).delete("old");
				const { ended, problem } = await finish({ remove });
				assert.deepEqual([ended, problem?.reason], [false, remove ? "certificate-active" : "changed-meanwhile"]);
				assert.equal(await known(), 1);
			}
		});

		const failures: readonly [string, Fault, string, object | null][] = [
			["refused", failing(forbidden), "failed", forbidden],
			["lost", lost(connectionLost), "failed", connectionLost],
			["cancelled", { thrown: new CancelledError() }, "failed", null],
		];
		for (const [what, fault, outcome, problem] of failures)
			it(`R34 deactivates nothing where the activation before is ${what}`, async () => {
				activate("old", p, q);
				await start();
				failAt({ "activate project/p next": fault });
				const account = await finish();
				assert.deepEqual(outcomes(account), [`project/p ${outcome}`, "project/q not-tried"]);
				assert.deepEqual([account.ended, account.problem], [false, problem]);
				assert.deepEqual(fake.writes, ["activate project/p next"]);
				assert.equal(await known(), 1);
			});

		it("deactivates nothing where the read before fails", async () => {
			activate("old", p);
			await start();
			const confirmed = await prepare();
			fake.calls.length = 0;
			fake.fault = (call) => (call === "list project/p" && callsIn(p).length === 2 ? failing(forbidden) : undefined);
			assert.deepEqual(
				outcomes(await finishRotation(rotations, { confirmed, remove: false, ownAccess: async () => true })),
				["project/p failed"],
			);
			assert.deepEqual(fake.writes, []);
		});

		it("R34 finds out what became of a deactivation without an answer", async () => {
			activate("old", p, q);
			await start();
			failAt({ "deactivate project/p old": lost(connectionLost) });
			assert.deepEqual(outcomes(await finish()), ["project/p done", "project/q done"]);
			activate("old", p, q);
			open();
			await start();
			failAt({ "deactivate project/p old": failing(connectionLost) });
			const account = await finish();
			assert.deepEqual([outcomes(account)[0], account.problem], ["project/p failed", connectionLost]);
			assert.deepEqual([activeIn(p), await known()], ["next,old", 1]);
		});

		for (const [what, ends, outcome] of [
			["an answer", undefined, "unread"],
			["none", lost(connectionLost), "unknown"],
		] as const)
			it(`says that it could not be read back: ${what} to the deactivation`, async () => {
				activate("old", p);
				await start();
				fake.fault = (call) => {
					if (call === "deactivate project/p old") return ends;
					const isAfter = fake.writes.at(-1) === "deactivate project/p old";
					return call === "list project/p" && isAfter ? failing(forbidden) : undefined;
				};
				assert.deepEqual(outcomes(await finish()), [`project/p ${outcome}`]);
				assert.equal(await known(), 1);
			});

		it("activates the old one again at once where neither is active after it, and ends there", async () => {
			activate("old", p, q);
			await start();
			fake.gate = (call) => {
				if (call === "deactivate project/p old") fake.activeIn(p).delete("next");
			};
			const account = await finish();
			assert.deepEqual(outcomes(account), ["project/p restored", "project/q not-tried"]);
			assert.deepEqual(fake.writes.slice(-2), ["deactivate project/p old", "activate project/p old"]);
			const { length } = fake.calls;
			assert.equal(fake.calls.lastIndexOf("activate project/p old"), length - 2, "nothing but the read comes between");
			assert.deepEqual([activeIn(p), account.ended, await known()], ["old", false, 1]);
		});

		it("tells where it could not be activated again", async () => {
			activate("old", p);
			await start();
			fake.gate = (call) => {
				if (call === "deactivate project/p old") fake.activeIn(p).delete("next");
			};
			failAt({ "activate project/p old": failing(forbidden) });
			const account = await finish();
			assert.deepEqual([outcomes(account), account.problem], [["project/p emptied"], forbidden]);
		});

		for (const [what, meanwhile, fails, outcome] of [
			["activated again where neither is active", () => fake.activeIn(p).delete("next"), null, "restored"],
			[
				"told to be active nowhere where that fails",
				() => fake.activeIn(p).delete("next"),
				"activate project/p old",
				"emptied",
			],
			["told to be unknown where it cannot be read either", () => {}, "list project/p", "unknown"],
			["done where only the new one is active", () => {}, null, "done"],
		] as const)
			it(`R57 is ${what}, after a defect behind the deactivation, which comes out as well`, async () => {
				activate("old", p, q);
				await start();
				const { projects } = rotations.organization;
				const defect = new TypeError("a defect");
				let deactivated = false;
				fake.gate = (call) => {
					if (call !== "deactivate project/p old") return;
					deactivated = true;
					meanwhile();
					if (fails) failAt({ [fails]: failing(forbidden) });
				};
				const loadProject = projects.loadProject.bind(projects);
				projects.loadProject = (...call) => (deactivated ? Promise.reject(defect) : loadProject(...call));
				const account = await finish();
				assert.deepEqual(outcomes(account), [`project/p ${outcome}`, "project/q not-tried"]);
				assert.equal(account.scopes[0]?.defect, defect);
				assert.deepEqual([account.ended, await known()], [false, 1]);
				assert.equal(activeIn(p), { restored: "old", emptied: "", unknown: "next", done: "next" }[outcome]);
			});

		it("tells where neither is active, and leaves it so", async () => {
			activate("old", p, q);
			await start();
			fake.activeIn(p).clear();
			const account = await finish();
			assert.deepEqual(outcomes(account), ["project/q done", "project/p neither"]);
			assert.deepEqual([account.ended, activeIn(p)], [true, ""]);
		});

		it("does not touch the organization unless its own access is proven by what stays active there", async () => {
			activate("old", ORGANIZATION, p);
			activate("third", ORGANIZATION);
			await start();
			let anchors: readonly string[] = [];
			const ownAccess = async (ids: readonly string[]) => {
				anchors = ids;
				return false;
			};
			assert.deepEqual(await problemIn(finish({ ownAccess })), { reason: "own-access" });
			assert.deepEqual([...anchors].sort(), ["next", "third"]);
			assert.deepEqual([fake.writes, await known()], [[], 1]);
		});

		it("needs no access of its own for projects", async () => {
			activate("old", p);
			await start();
			assert.equal((await finish({ ownAccess: async () => assert.fail() })).ended, true);
		});

		it("stops where a project that was said to inherit has it by itself, and asks again", async () => {
			fake.inherits = true;
			activate("old", ORGANIZATION, p);
			await start({ unclear: "imposed" });
			const account = await finish();
			assert.deepEqual([outcomes(account), account.problem], [["organization done"], changed]);
			assert.deepEqual((await prepare()).scopes, [
				row(ORGANIZATION, "inactive", true, true),
				row(p, "active", true, false),
			]);
			assert.deepEqual(outcomes(await finish()), ["project/p done"]);
			assert.equal(await known(), 0);
		});

		it("R36 does nothing where it is not as it was confirmed, or the plan is gone", async () => {
			activate("old", p);
			await start();
			const confirmed = await prepare();
			activate("old", q);
			assert.deepEqual(await problemIn(finish({ confirmed })), changed);
			fake.activeIn(q).clear();
			for (const plan of await rotations.plans.read()) await plansHere().remove(plan);
			assert.deepEqual(await problemIn(finish({ confirmed })), changed);
			assert.deepEqual(await problemIn(finish()), { reason: "no-rotation" });
			assert.deepEqual(fake.writes, []);
		});

		it("does not go on to a certificate that is gone or has expired, but to one that expires soon", async () => {
			activate("old", p);
			await start();
			fake.certificates = fake.certificates.map((each) =>
				each.id === "next" ? { ...each, expiresAt: at + 21 * DAY } : each,
			);
			const soon: RotationSnapshot = await prepare();
			assert.deepEqual(findIssues(soon, "finish", at, 30), []);
			assert.deepEqual(findIssues(soon, "finish", at + 21 * DAY, 30), ["expired"]);
			fake.certificates = fake.certificates.filter(({ id }) => id !== "next");
			fake.activeIn(p).delete("next");
			assert.deepEqual(await problemIn(finish()), { reason: "rotation-refused", flaw: "gone" });
			assert.deepEqual(outcomes(await undo()), ["project/p done"]);
			assert.deepEqual([activeIn(p), await known()], ["old", 0]);
		});

		it("is over where somebody else deleted the old one on the way", async () => {
			activate("old", p);
			await start();
			fake.gate = (call) => {
				if (call !== "list project/p" || fake.writes.at(-1) !== "deactivate project/p old") return;
				fake.certificates = fake.certificates.filter(({ id }) => id !== "old");
			};
			for (const remove of [true, false]) {
				const account = await finish({ remove });
				assert.deepEqual([account.ended, account.removed, await known()], [true, true, 0]);
				fake.calls.length = 0;
				fake.certificates.push(certificate("old", { validAt: at - DAY, expiresAt: at + DAY }));
				activate("old", p);
				open();
				await start();
			}
		});

		it("tells what was done before it was cancelled", async () => {
			activate("old", p, q);
			await start();
			const abort = new AbortController();
			fake.gate = (call) => call === "activate project/q next" && abort.abort();
			const account = await finish({}, abort.signal);
			assert.deepEqual(outcomes(account), ["project/p done", "project/q failed"]);
			assert.deepEqual([account.problem, activeIn(q), await known()], [null, "next,old", 1]);
		});

		it("sends nothing more where the connection changes on the way", async () => {
			activate("old", p);
			await start();
			fake.gate = (call) => call === "activate project/p next" && rotations.organization.certificates.generation++;
			const account = await finish();
			assert.deepEqual(fake.writes, ["activate project/p next"]);
			assert.deepEqual(account.problem, { reason: "connection-changed" });
		});

		it("R57 does not take a defect for an outcome, and tells how the scope is", async () => {
			activate("old", p);
			await start();
			const defect = new TypeError("a defect");
			failAt({ "deactivate project/p old": { thrown: defect } });
			const { scopes, ended } = await finish();
			assert.deepEqual([scopes, ended], [[{ scope: p, outcome: "failed", problem: null, defect }], false]);
		});
	});

	describe("when undone", () => {
		it("leaves the scopes as they were, and what was there before where it was", async () => {
			activate("old", ORGANIZATION, p, q);
			activate("next", q);
			activate("third", ORGANIZATION);
			await start();
			const account = await undo();
			assert.deepEqual(outcomes(account), ["organization done", "project/p done", "project/q kept"]);
			assert.deepEqual([activeIn(ORGANIZATION), activeIn(p), activeIn(q)], ["old,third", "old", "next,old"]);
			assert.deepEqual(fake.writes, [
				"activate organization old",
				"deactivate organization next",
				"activate project/p old",
				"deactivate project/p next",
			]);
			assert.deepEqual([account.ended, account.removed, await known()], [true, false, 0]);
		});

		it("activates the old one again where a finish took it, also beside what was there before", async () => {
			activate("old", p, q);
			activate("next", q);
			await start();
			failAt({ "remove old": failing(forbidden) });
			assert.equal((await finish({ remove: true })).ended, false);
			assert.deepEqual([activeIn(p), activeIn(q)], ["next", "next"]);
			assert.deepEqual(outcomes(await undo()), ["project/p done", "project/q returned"]);
			assert.deepEqual([activeIn(p), activeIn(q)], ["old", "next,old"]);
		});

		it("tells where that could not be done, and keeps the plan", async () => {
			activate("old", p, q);
			activate("next", p);
			await start();
			fake.activeIn(p).delete("old");
			failAt({ "activate project/p old": failing(forbidden) });
			const account = await undo();
			assert.deepEqual(outcomes(account), ["project/p not-returned", "project/q not-tried"]);
			assert.deepEqual([account.problem, await known()], [forbidden, 1]);
		});

		it("activates the new one again where neither is active after it", async () => {
			activate("old", p);
			await start();
			fake.gate = (call) => {
				if (call === "deactivate project/p next") fake.activeIn(p).delete("old");
			};
			const account = await undo();
			assert.deepEqual([outcomes(account), activeIn(p)], [["project/p restored"], "next"]);
			assert.equal(await known(), 1);
		});

		it("needs its own access in the organization, and an old certificate that is valid", async () => {
			activate("old", ORGANIZATION);
			await start();
			assert.deepEqual(await problemIn(undo({ ownAccess: async () => false })), { reason: "own-access" });
			const basis = await prepare();
			assert.deepEqual(findIssues(basis, "undo", at, 30), []);
			assert.deepEqual(findIssues(basis, "undo", at + 20 * DAY, 30), ["old-expired"]);
			assert.deepEqual(fake.writes, []);
			fake.activeIn(ORGANIZATION).delete("next");
			assert.deepEqual(findIssues(await prepare(), "undo", at + 20 * DAY, 30), [], "nothing returns to it");
		});

		it("does not say that the new one stays where the organization had only imposed it", async () => {
			fake.inherits = true;
			activate("old", ORGANIZATION, p);
			await start({ unclear: "imposed" });
			await finish();
			await start();
			assert.deepEqual(outcomes(await undo()), ["organization done", "project/p done"]);
			assert.deepEqual([activeIn(ORGANIZATION), activeIn(p)], ["old", "old"]);
		});

		it("takes nothing where a project's list only says what the organization imposes", async () => {
			fake.inherits = true;
			activate("old", p);
			activate("next", ORGANIZATION);
			await start();
			assert.deepEqual(outcomes(await undo()), ["project/p kept"]);
			assert.deepEqual([activeIn(p), activeIn(ORGANIZATION)], ["old", "next"]);
		});
	});

	it("can be taken up where nothing is written down, but then the new one stays where it is", async () => {
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

	describe("How far it is", () => {
		const plan: RotationPlan = {
			organizationRef,
			old: { id: "old", name: null },
			next: { id: "next", name: null },
			scopes: [p, q].map((scope) => ({ scope, nextWasActive: false })),
			startedAt: 1,
		};
		const where = (scopes: readonly Scope[], complete = true): ActiveScopes => ({
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
			["both are in every scope of the plan", where([p, q]), where([p, q]), "waiting"],
			["the new one is missing in one of them", where([p, q]), where([q]), "activating"],
			["it is missing where the old one is not any more", where([p]), where([p]), "waiting"],
			["it is missing outside the plan", where([ORGANIZATION, p, q]), where([p, q]), "waiting"],
			["the old one is nowhere", where([]), where([p]), "finished"],
			["not all is known of the old one", where([p, q], false), where([q]), "unknown"],
			["not all is known of the new one", where([]), where([q], false), "unknown"],
		];
		for (const [when, old, next, stage] of stages)
			it(`is “${stage}” where ${when}`, () => assert.equal(rotationStage(plan, old, next), stage));
	});
});
