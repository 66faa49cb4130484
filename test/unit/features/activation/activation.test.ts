import assert from "node:assert/strict";
import { setImmediate as nextTurn } from "node:timers/promises";
import { CancelledError, type Problem } from "../../../../src/domain/problem.ts";
import { ORGANIZATION, type Scope, scopeKey } from "../../../../src/domain/scope.ts";
import {
	type ActivationTarget,
	prepareActivation,
	type ScopeResult,
	setActive,
} from "../../../../src/features/activation/activation.ts";
import {
	FakeAdministration,
	type Fault,
	failing,
	inProject,
	lost,
	organizationOf,
	project,
} from "../../fakes/adminApi.ts";
import { certificate } from "../../fakes/certificatesApi.ts";

describe("Activating and deactivating", () => {
	const host = "a.test";
	const [p, q] = [inProject("p"), inProject("q")];
	const forbidden = { reason: "forbidden", permission: "api.mtls.write" } as const;
	const connectionLost = { reason: "connection-lost", host } as const;
	const unreachable = { reason: "unreachable", host, proxy: null } as const;
	const lostAnswers: readonly Problem[] = [
		connectionLost,
		{ reason: "timeout", host },
		{ reason: "bad-answer", host },
		{ reason: "redirected", host },
		{ reason: "conflict" },
		{ reason: "service-error", status: 500 },
	];
	let fake: FakeAdministration;
	let organization: ReturnType<typeof organizationOf>;

	beforeEach(() => {
		fake = new FakeAdministration([certificate("a"), certificate("b")], [project("p"), project("q")]);
		organization = organizationOf(fake);
	});

	const target = (...scopes: readonly Scope[]): ActivationTarget => ({ organizationRef: "acme", scopes, ids: ["a"] });
	const activate = (
		scopes: readonly Scope[],
		more: Partial<Parameters<typeof setActive>[1]> = {},
		signal?: AbortSignal,
	) => setActive(organization, { ...target(...scopes), active: true, ...more }, signal);
	const account = (scope: Scope, more: Partial<ScopeResult>): ScopeResult => ({
		scope,
		changed: [],
		failed: [],
		unknown: [],
		notTried: [],
		problem: null,
		lockedOut: false,
		...more,
	});
	const failAt = (calls: Readonly<Record<string, Fault>>) => {
		fake.fault = (call) => calls[call];
	};
	/** The organization's list cannot be read any more once something was written. */
	const shutOutBy = (problem: Problem, writeFault?: Fault) => {
		fake.fault = (call) => {
			if (call === "list organization") return fake.writes.length > 0 ? failing(problem) : undefined;
			return call.startsWith("list") ? undefined : writeFault;
		};
	};
	const activeIn = (scope: Scope) => [...fake.activeIn(scope)];

	it("activates in one scope after the other, in the organization last, and shows it", async () => {
		await organization.projects.load();
		fake.shown.set("project/p", await fake.projectCertificates("p"));
		const accounts = await activate([ORGANIZATION, p, q]);
		assert.deepEqual(
			accounts,
			[p, q, ORGANIZATION].map((scope) => account(scope, { changed: ["a"] })),
		);
		assert.deepEqual(fake.writes, ["activate project/p a", "activate project/q a", "activate organization a"]);
		assert.deepEqual(organization.opened, ["acme"]);
		for (const { certificates } of [organization.certificates.listing, organization.projects.scope("p").listing].map(
			(each) => each ?? assert.fail(),
		))
			assert.deepEqual(
				certificates.map(({ id, active }) => [id, active]),
				[
					["a", true],
					["b", false],
				],
			);
		assert.equal((await organization.projects.loadProject("p")).listing?.certificates[0]?.active, true, "a stale list");
	});

	it("deactivates in the order that it is told", async () => {
		for (const scope of [ORGANIZATION, p]) fake.activeIn(scope).add("a").add("b");
		const accounts = await activate([ORGANIZATION, p], { active: false });
		assert.deepEqual(
			accounts,
			[ORGANIZATION, p].map((scope) => account(scope, { changed: ["a"] })),
		);
		assert.deepEqual([activeIn(ORGANIZATION), activeIn(p)], [["b"], ["b"]]);
		assert.equal(organization.certificates.listing?.certificates[0]?.active, false);
	});

	it("sends ten at most with each call", async () => {
		fake.certificates = Array.from({ length: 21 }, (_, index) => certificate(`c${index}`));
		const ids = fake.certificates.map(({ id }) => id);
		assert.deepEqual(await activate([p], { ids }), [account(p, { changed: ids })]);
		assert.deepEqual(
			fake.writes.map((call) => call.split(",").length),
			[10, 10, 1],
		);
	});

	it("ends a scope that refuses, with the others going on", async () => {
		fake.certificates = Array.from({ length: 25 }, (_, index) => certificate(`c${index}`));
		const ids = fake.certificates.map(({ id }) => id);
		const [first, second, rest] = [ids.slice(0, 10), ids.slice(10, 20), ids.slice(20)];
		const rejected = { reason: "rejected", status: 400, code: null, param: null, fieldRefused: false } as const;
		for (const problem of [forbidden, rejected, { reason: "not-found" }] as const) {
			failAt({ [`activate project/p ${second.join()}`]: failing(problem) });
			assert.deepEqual(await activate([p, q], { ids }), [
				account(p, { changed: first, failed: second, notTried: rest, problem }),
				account(q, { changed: ids }),
			]);
		}
	});

	it("ends at what no other scope would escape", async () => {
		failAt({ "activate project/p a": failing(unreachable) });
		assert.deepEqual(await activate([p, q]), [
			account(p, { failed: ["a"], problem: unreachable }),
			account(q, { notTried: ["a"] }),
		]);
	});

	it("does not take a defect for an outcome", async () => {
		failAt({ "activate project/p a": { thrown: new TypeError("a defect") } });
		await assert.rejects(activate([p]), TypeError);
	});

	for (const scope of [ORGANIZATION, p])
		for (const active of [true, false])
			for (const problem of lostAnswers) {
				const call = `${active ? "activate" : "deactivate"} ${scopeKey(scope)} a`;
				it(`R34 says what is found after “${call}” was done and its answer lost: ${problem.reason}`, async () => {
					if (!active) fake.activeIn(scope).add("a");
					failAt({ [call]: lost(problem) });
					assert.deepEqual(await activate([scope], { active }), [account(scope, { changed: ["a"] })]);
				});

				it(`R34 says what is found after “${call}” came to nothing and its answer was lost: ${problem.reason}`, async () => {
					if (!active) fake.activeIn(scope).add("a");
					failAt({ [call]: failing(problem) });
					assert.deepEqual(await activate([scope], { active }), [account(scope, { failed: ["a"], problem })]);
				});
			}

	it("R34 goes on with the next batch where a lost answer turns out well, and with the next scope in any case", async () => {
		fake.certificates = Array.from({ length: 11 }, (_, index) => certificate(`c${index}`));
		const ids = fake.certificates.map(({ id }) => id);
		const first = ids.slice(0, 10);
		failAt({
			[`activate project/p ${first.join()}`]: lost(connectionLost),
			[`activate project/q ${first.join()}`]: failing(connectionLost),
		});
		assert.deepEqual(await activate([p, q, ORGANIZATION], { ids }), [
			account(p, { changed: ids }),
			account(q, { failed: first, notTried: ids.slice(10), problem: connectionLost }),
			account(ORGANIZATION, { changed: ids }),
		]);
	});

	it("R34 says that it does not know where it cannot read back, or not as a whole", async () => {
		failAt({ "activate project/p a": lost(connectionLost), "list project/p": failing(unreachable) });
		const unknown = [account(p, { unknown: ["a"], problem: connectionLost })];
		assert.deepEqual(await activate([p]), unknown);
		failAt({ "activate project/p a": lost(connectionLost) });
		fake.shown.set("project/p", { ...(await fake.projectCertificates("p")), certificates: [], unreadable: 1 });
		assert.deepEqual(await activate([p]), unknown);
	});

	it("R34 believes the list and not an older answer after one was lost", async () => {
		await activate([p]);
		fake.activeIn(p).delete("a");
		failAt({ "activate project/p a": failing(connectionLost) });
		assert.deepEqual(await activate([p]), [account(p, { failed: ["a"], problem: connectionLost })]);
		assert.equal(organization.projects.scope("p").listing?.certificates[0]?.active, false);
	});

	for (const problem of [
		{ reason: "unauthorized" },
		{ reason: "forbidden", permission: null },
		{ reason: "client-certificate-refused", host, presented: false },
	] as const) {
		it(`R34 says that an activation in the organization locked this extension out: ${problem.reason}`, async () => {
			shutOutBy(problem);
			const lockedOut = account(ORGANIZATION, { changed: ["a"], lockedOut: true });
			assert.deepEqual(await activate([ORGANIZATION]), [lockedOut]);
		});

		for (const [what, fault] of [
			["done", lost(connectionLost)],
			["not done", failing(connectionLost)],
		] as const)
			it(`R34 does not say that it was activated where no answer says so and it is shut out, ${what}: ${problem.reason}`, async () => {
				await organization.certificates.load();
				shutOutBy(problem, fault);
				const unknown = account(ORGANIZATION, { unknown: ["a"], problem: connectionLost, lockedOut: true });
				assert.deepEqual(await activate([ORGANIZATION]), [unknown]);
				const shown = organization.certificates.listing?.certificates.find(({ id }) => id === "a");
				assert.equal(shown?.active, undefined, "nor does the row");
			});
	}

	it("R34 sends nothing more once it is locked out", async () => {
		fake.certificates = Array.from({ length: 11 }, (_, index) => certificate(`c${index}`));
		const ids = fake.certificates.map(({ id }) => id);
		shutOutBy({ reason: "unauthorized" });
		assert.deepEqual(await activate([ORGANIZATION], { ids }), [
			account(ORGANIZATION, { changed: ids.slice(0, 10), notTried: ids.slice(10), lockedOut: true }),
		]);
	});

	it("R34 does not take another failure for a lock-out, nor a deactivation or a project for its cause", async () => {
		shutOutBy({ reason: "timeout", host });
		assert.deepEqual(await activate([ORGANIZATION]), [account(ORGANIZATION, { changed: ["a"] })]);
		fake.calls.length = 0;
		shutOutBy({ reason: "unauthorized" });
		assert.deepEqual(await activate([p]), [account(p, { changed: ["a"] })]);
		fake.calls.length = 0;
		shutOutBy({ reason: "unauthorized" }, lost(connectionLost));
		assert.deepEqual(await activate([ORGANIZATION], { active: false }), [
			account(ORGANIZATION, { unknown: ["a"], problem: connectionLost }),
		]);
	});

	it("tells what was done before it was cancelled", async () => {
		const abort = new AbortController();
		fake.gate = (call) => call === "activate project/q a" && abort.abort();
		assert.deepEqual(await activate([p, q, ORGANIZATION], {}, abort.signal), [
			account(p, { changed: ["a"] }),
			account(q, { failed: ["a"] }),
			account(ORGANIZATION, { notTried: ["a"] }),
		]);
		assert.equal(fake.calls.at(-1), "list project/q", "what was sent is read back all the same");
	});

	it("tells what was done although it was cancelled", async () => {
		const abort = new AbortController();
		fake.gate = (call) => call === "activate project/p a" && abort.abort();
		failAt({ "activate project/p a": { thrown: new CancelledError(), committed: true } });
		assert.deepEqual(await activate([p], {}, abort.signal), [account(p, { changed: ["a"] })]);
	});

	it("throws where it is cancelled before anything was sent", async () => {
		await assert.rejects(activate([p], {}, AbortSignal.abort()), CancelledError);
		const abort = new AbortController();
		fake.gate = async (call) => {
			if (call !== "list project/p") return;
			await nextTurn();
			abort.abort();
		};
		await assert.rejects(prepareActivation(organization, target(p), abort.signal), CancelledError);
		assert.deepEqual(fake.writes, []);
	});

	it("R36 sends nothing for a certificate that is gone, and shows that it is", async () => {
		await organization.certificates.load();
		fake.certificates = [certificate("b")];
		await assert.rejects(activate([p]), { name: "Failure", problem: { reason: "not-found" } });
		await assert.rejects(prepareActivation(organization, target(p)), { problem: { reason: "not-found" } });
		assert.deepEqual(fake.writes, []);
		assert.deepEqual(
			organization.certificates.listing?.certificates.map(({ id }) => id),
			["b"],
		);
	});

	it("goes on where the certificate may be in what could not be read", async () => {
		fake.shown.set("organization", { ...(await fake.list()), certificates: [], complete: false });
		assert.deepEqual(await activate([p]), [account(p, { changed: ["a"] })]);
	});

	it("sends nothing where the organization's list cannot be read", async () => {
		failAt({ "list organization": failing(unreachable) });
		await assert.rejects(activate([p]), { problem: unreachable });
		assert.deepEqual(fake.writes, []);
	});

	it("tells what a person has to know: what is active in each scope", async () => {
		fake.activeIn(p).add("b").add("a");
		failAt({ "list project/q": failing(forbidden) });
		const { certificates, scopes } = await prepareActivation(organization, target(ORGANIZATION, p, q));
		assert.deepEqual([...fake.calls].sort(), ["list organization", "list project/p", "list project/q"]);
		assert.deepEqual(certificates, [certificate("a")]);
		assert.deepEqual(scopes, [
			{ scope: ORGANIZATION, active: [], whole: true, problem: null },
			{ scope: p, active: ["a", "b"], whole: true, problem: null },
			{ scope: q, active: [], whole: false, problem: forbidden },
		]);
		assert.deepEqual(fake.writes, []);
	});

	it("says that there may be more where a list is not whole", async () => {
		fake.shown.set("project/p", { ...(await fake.projectCertificates("p")), complete: false });
		fake.shown.set("organization", { ...(await fake.list()), unreadable: 1 });
		const { scopes } = await prepareActivation(organization, target(ORGANIZATION, p));
		assert.deepEqual(
			scopes.map(({ whole }) => whole),
			[false, false],
		);
	});

	it("R36 does what was confirmed where a fresh read shows the same", async () => {
		fake.activeIn(p).add("b");
		const confirmed = await prepareActivation(organization, target(p));
		assert.deepEqual(await activate([p], { confirmed }), [account(p, { changed: ["a"] })]);
	});

	for (const [what, change] of [
		["the certificate was renamed", () => fake.rename("a", "other")],
		["it was activated", () => fake.activeIn(p).add("a")],
		["another one was activated in the scope", () => fake.activeIn(p).add("b")],
	] as const)
		it(`R36 asks again where ${what} since it was confirmed`, async () => {
			const confirmed = await prepareActivation(organization, target(p));
			await change();
			fake.calls.length = 0;
			await assert.rejects(activate([p], { confirmed }), { problem: { reason: "changed-meanwhile" } });
			assert.deepEqual(fake.writes, []);
		});

	it("R36 asks again for a scope that was not confirmed, or could not be read then", async () => {
		failAt({ "list project/p": failing(forbidden) });
		const confirmed = await prepareActivation(organization, target(p));
		failAt({});
		for (const scope of [p, q])
			await assert.rejects(activate([scope], { confirmed }), { problem: { reason: "changed-meanwhile" } });
		assert.deepEqual(fake.writes, []);
	});

	it("R53 leaves a scope alone that cannot be read, and says so", async () => {
		const confirmed = await prepareActivation(organization, target(p, q));
		failAt({ "list project/p": failing(forbidden) });
		assert.deepEqual(await activate([p, q], { confirmed }), [
			account(p, { notTried: ["a"], problem: forbidden }),
			account(q, { changed: ["a"] }),
		]);
		assert.deepEqual(fake.writes, ["activate project/q a"]);
	});

	it("sends nothing to another connection than was confirmed", async () => {
		const confirmed = await prepareActivation(organization, target(p));
		organization.certificates.generation++;
		await assert.rejects(activate([p], { confirmed }), { problem: { reason: "connection-changed" } });
		assert.deepEqual(fake.writes, []);
	});

	it("stops where the connection changes on the way", async () => {
		fake.gate = (call) => call === "activate project/p a" && organization.projects.reset();
		assert.deepEqual(await activate([p, q]), [
			account(p, { changed: ["a"] }),
			account(q, { failed: ["a"], problem: { reason: "connection-changed" } }),
		]);
		assert.equal(organization.projects.scope("p").listing, null);
		assert.equal(fake.calls.at(-1), "activate project/p a");
	});

	it("reads nothing back from another connection", async () => {
		failAt({ "activate project/p a": lost(connectionLost) });
		fake.gate = (call) => call.startsWith("activate") && organization.certificates.generation++;
		const unknown = account(p, { unknown: ["a"], problem: connectionLost });
		assert.deepEqual(await activate([p]), [unknown]);
		assert.equal(fake.calls.at(-1), "activate project/p a");
		assert.deepEqual(await activate([ORGANIZATION]), [account(ORGANIZATION, { changed: ["a"] })]);
		assert.equal(fake.calls.at(-1), "activate organization a");
	});
});
