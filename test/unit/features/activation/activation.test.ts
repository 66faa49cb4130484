import assert from "node:assert/strict";
import { setImmediate as nextTurn } from "node:timers/promises";
import { CancelledError, type Problem } from "../../../../src/domain/problem.ts";
import { ORGANIZATION, type Scope, scopeKey } from "../../../../src/domain/scope.ts";
import { type ActivationTarget, prepareActivation, setActive } from "../../../../src/features/activation/activation.ts";
import {
	FakeAdminApi,
	type Fault,
	failAfterCommit,
	failWith,
	fakeOrganization,
	project,
	projectScope,
	scopeResult,
} from "../../fakes/adminApi.ts";
import { certificate } from "../../fakes/certificatesApi.ts";

describe("Activating and deactivating", () => {
	const host = "a.test";
	const [p, q] = [projectScope("p"), projectScope("q")];
	const forbidden = { reason: "forbidden", permission: "api.mtls.write" } as const;
	const connectionLost = { reason: "connection-lost", host } as const;
	const unreachable = { reason: "unreachable", host, proxy: null } as const;
	const unknownOutcomes: readonly Problem[] = [
		connectionLost,
		{ reason: "timeout", host },
		{ reason: "bad-answer", host },
		{ reason: "redirected", host },
		{ reason: "conflict" },
		{ reason: "service-error", status: 500 },
	];
	let fake: FakeAdminApi;
	let organization: ReturnType<typeof fakeOrganization>;

	beforeEach(() => {
		fake = new FakeAdminApi([certificate("a"), certificate("b")], [project("p"), project("q")]);
		organization = fakeOrganization(fake);
	});

	const target = (...scopes: readonly Scope[]): ActivationTarget => ({ organizationRef: "acme", scopes, ids: ["a"] });
	const activate = (
		scopes: readonly Scope[],
		overrides: Partial<Parameters<typeof setActive>[1]> = {},
		signal?: AbortSignal,
	) => setActive(organization, { ...target(...scopes), active: true, ...overrides }, signal);
	const failAt = (calls: Readonly<Record<string, Fault>>) => {
		fake.faultFor = (call) => calls[call];
	};
	/** Fails each read of the organization's list after the first write. */
	const failReadsAfterWrite = (problem: Problem, writeFault?: Fault) => {
		fake.faultFor = (call) => {
			if (call === "list organization") return fake.writes.length > 0 ? failWith(problem) : undefined;
			return call.startsWith("list") ? undefined : writeFault;
		};
	};
	const activeIn = (scope: Scope) => [...fake.activeIn(scope)];

	it("activates in one scope after the other, the organization last, and updates the lists", async () => {
		await organization.projects.load();
		fake.listOverrides.set("project/p", await fake.projectCertificates("p"));
		const results = await activate([ORGANIZATION, p, q]);
		assert.deepEqual(
			results,
			[p, q, ORGANIZATION].map((scope) => scopeResult(scope, { changed: ["a"] })),
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

	it("deactivates in the given order", async () => {
		for (const scope of [ORGANIZATION, p]) fake.activeIn(scope).add("a").add("b");
		const results = await activate([ORGANIZATION, p], { active: false });
		assert.deepEqual(
			results,
			[ORGANIZATION, p].map((scope) => scopeResult(scope, { changed: ["a"] })),
		);
		assert.deepEqual([activeIn(ORGANIZATION), activeIn(p)], [["b"], ["b"]]);
		assert.equal(organization.certificates.listing?.certificates[0]?.active, false);
	});

	it("sends at most ten certificates in each call", async () => {
		fake.certificates = Array.from({ length: 21 }, (_, index) => certificate(`c${index}`));
		const ids = fake.certificates.map(({ id }) => id);
		assert.deepEqual(await activate([p], { ids }), [scopeResult(p, { changed: ids })]);
		assert.deepEqual(
			fake.writes.map((call) => call.split(",").length),
			[10, 10, 1],
		);
	});

	it("stops in a scope that refuses, and continues with the other scopes", async () => {
		fake.certificates = Array.from({ length: 25 }, (_, index) => certificate(`c${index}`));
		const ids = fake.certificates.map(({ id }) => id);
		const [first, second, rest] = [ids.slice(0, 10), ids.slice(10, 20), ids.slice(20)];
		const rejected = { reason: "rejected", status: 400, code: null, param: null, fieldRefused: false } as const;
		for (const problem of [forbidden, rejected, { reason: "not-found" }] as const) {
			failAt({ [`activate project/p ${second.join()}`]: failWith(problem) });
			assert.deepEqual(await activate([p, q], { ids }), [
				scopeResult(p, { changed: first, failed: second, notTried: rest, problem }),
				scopeResult(q, { changed: ids }),
			]);
		}
	});

	it("stops at a problem that all other scopes would have too", async () => {
		failAt({ "activate project/p a": failWith(unreachable) });
		assert.deepEqual(await activate([p, q]), [
			scopeResult(p, { failed: ["a"], problem: unreachable }),
			scopeResult(q, { notTried: ["a"] }),
		]);
	});

	it("throws an unexpected error instead of returning a result", async () => {
		failAt({ "activate project/p a": { thrown: new TypeError("a defect") } });
		await assert.rejects(activate([p]), TypeError);
	});

	for (const scope of [ORGANIZATION, p])
		for (const active of [true, false])
			for (const problem of unknownOutcomes) {
				const call = `${active ? "activate" : "deactivate"} ${scopeKey(scope)} a`;
				it(`R34 reads back the state after “${call}” succeeded and its response was lost: ${problem.reason}`, async () => {
					if (!active) fake.activeIn(scope).add("a");
					failAt({ [call]: failAfterCommit(problem) });
					assert.deepEqual(await activate([scope], { active }), [scopeResult(scope, { changed: ["a"] })]);
				});

				it(`R34 reads back the state after “${call}” failed and its response was lost: ${problem.reason}`, async () => {
					if (!active) fake.activeIn(scope).add("a");
					failAt({ [call]: failWith(problem) });
					assert.deepEqual(await activate([scope], { active }), [scopeResult(scope, { failed: ["a"], problem })]);
				});
			}

	it("R34 continues with the next batch if a call with a lost response succeeded, and with the next scope in any case", async () => {
		fake.certificates = Array.from({ length: 11 }, (_, index) => certificate(`c${index}`));
		const ids = fake.certificates.map(({ id }) => id);
		const first = ids.slice(0, 10);
		failAt({
			[`activate project/p ${first.join()}`]: failAfterCommit(connectionLost),
			[`activate project/q ${first.join()}`]: failWith(connectionLost),
		});
		assert.deepEqual(await activate([p, q, ORGANIZATION], { ids }), [
			scopeResult(p, { changed: ids }),
			scopeResult(q, { failed: first, notTried: ids.slice(10), problem: connectionLost }),
			scopeResult(ORGANIZATION, { changed: ids }),
		]);
	});

	it("R34 reports an unknown outcome if the list cannot be read back completely", async () => {
		failAt({ "activate project/p a": failAfterCommit(connectionLost), "list project/p": failWith(unreachable) });
		const unknown = [scopeResult(p, { unknown: ["a"], problem: connectionLost })];
		assert.deepEqual(await activate([p]), unknown);
		failAt({ "activate project/p a": failAfterCommit(connectionLost) });
		fake.listOverrides.set("project/p", { ...(await fake.projectCertificates("p")), certificates: [], unreadable: 1 });
		assert.deepEqual(await activate([p]), unknown);
	});

	it("R34 trusts the list, not an older response, after a response was lost", async () => {
		await activate([p]);
		fake.activeIn(p).delete("a");
		failAt({ "activate project/p a": failWith(connectionLost) });
		assert.deepEqual(await activate([p]), [scopeResult(p, { failed: ["a"], problem: connectionLost })]);
		assert.equal(organization.projects.scope("p").listing?.certificates[0]?.active, false);
	});

	for (const problem of [
		{ reason: "unauthorized" },
		{ reason: "forbidden", permission: null },
		{ reason: "client-certificate-refused", host, presented: false },
		{ reason: "mtls", code: "certificate_required", status: 401 },
	] as const) {
		it(`R34 reports that an activation in the organization locked this extension out: ${problem.reason}`, async () => {
			failReadsAfterWrite(problem);
			const lockedOut = scopeResult(ORGANIZATION, { changed: ["a"], lockedOut: problem });
			assert.deepEqual(await activate([ORGANIZATION]), [lockedOut]);
		});

		for (const [title, fault] of [
			["done", failAfterCommit(connectionLost)],
			["not done", failWith(connectionLost)],
		] as const)
			it(`R34 reports an unknown outcome if the response was lost and this extension is locked out, ${title}: ${problem.reason}`, async () => {
				await organization.certificates.load();
				failReadsAfterWrite(problem, fault);
				const unknown = scopeResult(ORGANIZATION, { unknown: ["a"], problem: connectionLost, lockedOut: problem });
				assert.deepEqual(await activate([ORGANIZATION]), [unknown]);
				const shown = organization.certificates.listing?.certificates.find(({ id }) => id === "a");
				assert.equal(shown?.active, undefined, "nor does the row");
			});
	}

	it("R34 sends nothing more after a lock-out", async () => {
		fake.certificates = Array.from({ length: 11 }, (_, index) => certificate(`c${index}`));
		const ids = fake.certificates.map(({ id }) => id);
		failReadsAfterWrite({ reason: "unauthorized" });
		assert.deepEqual(await activate([ORGANIZATION], { ids }), [
			scopeResult(ORGANIZATION, {
				changed: ids.slice(0, 10),
				notTried: ids.slice(10),
				lockedOut: { reason: "unauthorized" },
			}),
		]);
	});

	it("R34 reports a lock-out only for an access problem after an activation in the organization", async () => {
		for (const problem of [
			{ reason: "timeout", host },
			{ reason: "mtls", code: "authentication_temporarily_unavailable", status: 503 },
		] as const) {
			failReadsAfterWrite(problem);
			assert.deepEqual(await activate([ORGANIZATION]), [scopeResult(ORGANIZATION, { changed: ["a"] })]);
			fake.calls.length = 0;
		}
		failReadsAfterWrite({ reason: "unauthorized" });
		assert.deepEqual(await activate([p]), [scopeResult(p, { changed: ["a"] })]);
		fake.calls.length = 0;
		failReadsAfterWrite({ reason: "unauthorized" }, failAfterCommit(connectionLost));
		assert.deepEqual(await activate([ORGANIZATION], { active: false }), [
			scopeResult(ORGANIZATION, { unknown: ["a"], problem: connectionLost }),
		]);
	});

	it("returns the results before a cancellation", async () => {
		const abort = new AbortController();
		fake.beforeCall = (call) => call === "activate project/q a" && abort.abort();
		assert.deepEqual(await activate([p, q, ORGANIZATION], {}, abort.signal), [
			scopeResult(p, { changed: ["a"] }),
			scopeResult(q, { failed: ["a"] }),
			scopeResult(ORGANIZATION, { notTried: ["a"] }),
		]);
		assert.equal(fake.calls.at(-1), "list project/q", "what was sent is read back all the same");
	});

	it("reports a change that succeeded despite a cancellation", async () => {
		const abort = new AbortController();
		fake.beforeCall = (call) => call === "activate project/p a" && abort.abort();
		failAt({ "activate project/p a": { thrown: new CancelledError(), committed: true } });
		assert.deepEqual(await activate([p], {}, abort.signal), [scopeResult(p, { changed: ["a"] })]);
	});

	it("throws CancelledError if cancelled before the first change", async () => {
		await assert.rejects(activate([p], {}, AbortSignal.abort()), CancelledError);
		const abort = new AbortController();
		fake.beforeCall = async (call) => {
			if (call !== "list project/p") return;
			await nextTurn();
			abort.abort();
		};
		await assert.rejects(prepareActivation(organization, target(p), abort.signal), CancelledError);
		assert.deepEqual(fake.writes, []);
	});

	it("R36 sends nothing for a deleted certificate, and removes it from the list", async () => {
		await organization.certificates.load();
		fake.certificates = [certificate("b")];
		await assert.rejects(activate([p]), { name: "ProblemError", problem: { reason: "not-found" } });
		await assert.rejects(prepareActivation(organization, target(p)), { problem: { reason: "not-found" } });
		assert.deepEqual(fake.writes, []);
		assert.deepEqual(
			organization.certificates.listing?.certificates.map(({ id }) => id),
			["b"],
		);
	});

	it("continues if the certificate may be in the unread part of the list", async () => {
		fake.listOverrides.set("organization", { ...(await fake.list()), certificates: [], complete: false });
		assert.deepEqual(await activate([p]), [scopeResult(p, { changed: ["a"] })]);
	});

	it("sends nothing if the organization's list cannot be read", async () => {
		failAt({ "list organization": failWith(unreachable) });
		await assert.rejects(activate([p]), { problem: unreachable });
		assert.deepEqual(fake.writes, []);
	});

	it("returns the active certificates of each scope for the confirmation", async () => {
		fake.activeIn(p).add("b").add("a");
		failAt({ "list project/q": failWith(forbidden) });
		const { certificates, scopes } = await prepareActivation(organization, target(ORGANIZATION, p, q));
		assert.deepEqual([...fake.calls].sort(), ["list organization", "list project/p", "list project/q"]);
		assert.deepEqual(certificates, [certificate("a")]);
		assert.deepEqual(scopes, [
			{ scope: ORGANIZATION, active: [], complete: true, problem: null },
			{ scope: p, active: ["a", "b"], complete: true, problem: null },
			{ scope: q, active: [], complete: false, problem: forbidden },
		]);
		assert.deepEqual(fake.writes, []);
	});

	it("marks an incomplete list", async () => {
		fake.listOverrides.set("project/p", { ...(await fake.projectCertificates("p")), complete: false });
		fake.listOverrides.set("organization", { ...(await fake.list()), unreadable: 1 });
		const { scopes } = await prepareActivation(organization, target(ORGANIZATION, p));
		assert.deepEqual(
			scopes.map(({ complete }) => complete),
			[false, false],
		);
	});

	it("R36 makes the confirmed change if a new read shows no difference", async () => {
		fake.activeIn(p).add("b");
		const confirmed = await prepareActivation(organization, target(p));
		assert.deepEqual(await activate([p], { confirmed }), [scopeResult(p, { changed: ["a"] })]);
	});

	for (const [title, change] of [
		["the certificate was renamed", () => fake.rename("a", "other")],
		["the certificate was activated", () => fake.activeIn(p).add("a")],
		["another certificate was activated in the scope", () => fake.activeIn(p).add("b")],
	] as const)
		it(`R36 requires a new confirmation if ${title} since the last`, async () => {
			const confirmed = await prepareActivation(organization, target(p));
			await change();
			fake.calls.length = 0;
			await assert.rejects(activate([p], { confirmed }), { problem: { reason: "changed-meanwhile" } });
			assert.deepEqual(fake.writes, []);
		});

	it("R36 requires a new confirmation for a scope that was not confirmed or not read", async () => {
		failAt({ "list project/p": failWith(forbidden) });
		const confirmed = await prepareActivation(organization, target(p));
		failAt({});
		for (const scope of [p, q])
			await assert.rejects(activate([scope], { confirmed }), { problem: { reason: "changed-meanwhile" } });
		assert.deepEqual(fake.writes, []);
	});

	it("R53 skips a scope that cannot be read, and reports it", async () => {
		const confirmed = await prepareActivation(organization, target(p, q));
		failAt({ "list project/p": failWith(forbidden) });
		assert.deepEqual(await activate([p, q], { confirmed }), [
			scopeResult(p, { notTried: ["a"], problem: forbidden }),
			scopeResult(q, { changed: ["a"] }),
		]);
		assert.deepEqual(fake.writes, ["activate project/q a"]);
	});

	it("sends nothing if the connection changed since the confirmation", async () => {
		const confirmed = await prepareActivation(organization, target(p));
		organization.certificates.generation++;
		await assert.rejects(activate([p], { confirmed }), { problem: { reason: "connection-changed" } });
		assert.deepEqual(fake.writes, []);
	});

	it("stops if the connection changes between calls", async () => {
		fake.beforeCall = (call) => call === "activate project/p a" && organization.projects.reset();
		assert.deepEqual(await activate([p, q]), [
			scopeResult(p, { changed: ["a"] }),
			scopeResult(q, { failed: ["a"], problem: { reason: "connection-changed" } }),
		]);
		assert.equal(organization.projects.scope("p").listing, null);
		assert.equal(fake.calls.at(-1), "activate project/p a");
	});

	it("reads nothing back from another connection", async () => {
		failAt({ "activate project/p a": failAfterCommit(connectionLost) });
		fake.beforeCall = (call) => call.startsWith("activate") && organization.certificates.generation++;
		const unknown = scopeResult(p, { unknown: ["a"], problem: connectionLost });
		assert.deepEqual(await activate([p]), [unknown]);
		assert.equal(fake.calls.at(-1), "activate project/p a");
		assert.deepEqual(await activate([ORGANIZATION]), [scopeResult(ORGANIZATION, { changed: ["a"] })]);
		assert.equal(fake.calls.at(-1), "activate organization a");
	});
});
