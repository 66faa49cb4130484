import assert from "node:assert/strict";
import { setImmediate as nextTurn } from "node:timers/promises";
import { CancelledError, type Problem } from "../../../../src/domain/problem.ts";
import { ORGANIZATION, type Scope } from "../../../../src/domain/scope.ts";
import type { ScopeResult } from "../../../../src/features/activation/activation.ts";
import {
	deactivateEverywhereAndDelete,
	deleteCertificate,
	prepareDeletion,
} from "../../../../src/features/deletion/deleteCertificate.ts";
import {
	FakeAdministration,
	type Fault,
	failing,
	inProject,
	lost,
	organizationOf,
	project,
} from "../../fakes/adminApi.ts";
import { certificate, listing } from "../../fakes/certificatesApi.ts";

describe("Deleting", () => {
	const host = "a.test";
	const [p, q] = [inProject("p"), inProject("q")];
	const connectionLost = { reason: "connection-lost", host } as const;
	const unreachable = { reason: "unreachable", host, proxy: null } as const;
	const forbidden = { reason: "forbidden", permission: "api.management.read" } as const;
	const inUse = {
		reason: "rejected",
		status: 400,
		code: "certificate_in_use",
		param: null,
		fieldRefused: false,
	} as const;
	const allRead = { organization: false, allProjects: false, projects: [], why: null };
	let fake: FakeAdministration;
	let organization: ReturnType<typeof organizationOf>;

	beforeEach(() => {
		fake = new FakeAdministration(
			[certificate("a"), certificate("b")],
			[project("p"), project("q", { archived: true })],
		);
		fake.activeIn(ORGANIZATION).add("b");
		organization = organizationOf(fake);
	});

	const prepare = () => prepareDeletion(organization, { organizationRef: "acme", id: "a" });
	const failAt = (calls: Readonly<Record<string, Fault>>) => {
		fake.fault = (call) => calls[call];
	};
	const ids = () => organization.certificates.listing?.certificates.map(({ id }) => id);
	const activate = (...scopes: readonly Scope[]) => {
		for (const scope of scopes) fake.activeIn(scope).add("a");
	};
	const confirm = async () => ({ organizationRef: "acme", confirmed: await prepare() });
	const unread = (more: object) => ({ problem: { reason: "scopes-unread", ...allRead, ...more } });

	describe("what is active nowhere", () => {
		it("reads every scope anew, archived projects too, deletes, and shows it while the lists do not", async () => {
			const request = await confirm();
			fake.shown.set("organization", await fake.list());
			fake.shown.set("project/p", await fake.projectCertificates("p"));
			fake.calls.length = 0;
			await deleteCertificate(organization, request);
			assert.deepEqual([...fake.calls.slice(0, -1)].sort(), [
				"list organization",
				"list project/p",
				"list project/q",
				"projects 0",
			]);
			assert.deepEqual(fake.writes, ["remove a"]);
			assert.deepEqual(ids(), ["b"]);
			await organization.certificates.load();
			assert.deepEqual(ids(), ["b"]);
			assert.deepEqual((await organization.projects.loadProject("p")).listing, listing(certificate("b")));
			assert.deepEqual(organization.opened, ["acme", "acme"]);
		});

		it("tells what a person has to know: where it is active", async () => {
			activate(q);
			const { certificate: found, where } = await prepare();
			assert.deepEqual(found, certificate("a"));
			const how = "own" as const;
			assert.deepEqual(where.projects, [{ project: project("q", { archived: true }), how }]);
			assert.deepEqual([where.organization, where.complete], [false, true]);
			assert.deepEqual(fake.writes, []);
		});

		const holders: readonly [string, readonly Scope[], object][] = [
			["the organization", [ORGANIZATION], { organization: true, projects: [] }],
			["a project", [p], { organization: false, projects: [{ id: "p", name: "Project p" }] }],
			["an archived project", [q], { organization: false, projects: [{ id: "q", name: "Project q" }] }],
			["both", [ORGANIZATION, p], { organization: true, projects: [{ id: "p", name: "Project p" }] }],
		];
		for (const [what, scopes, holding] of holders)
			for (const when of ["before", "since"] as const)
				it(`R35 refuses where it is active in ${what}, ${when} it was confirmed, and names it`, async () => {
					if (when === "before") activate(...scopes);
					const request = await confirm();
					activate(...scopes);
					await assert.rejects(deleteCertificate(organization, request), {
						name: "Failure",
						problem: { reason: "certificate-active", ...holding },
					});
					assert.deepEqual(fake.writes, []);
				});

		const scopesUnread: readonly [string, () => unknown, object][] = [
			[
				"a project's list fails",
				() => failAt({ "list project/q": failing(forbidden) }),
				{ projects: [{ id: "q", name: "Project q" }], why: forbidden },
			],
			[
				"a project's list is capped",
				() => fake.shown.set("project/p", { ...listing(certificate("b")), complete: false }),
				{ projects: [{ id: "p", name: "Project p" }] },
			],
			[
				"a project's list holds what cannot be read",
				() => fake.shown.set("project/p", { ...listing(), unreadable: 1 }),
				{ projects: [{ id: "p", name: "Project p" }] },
			],
			[
				"the projects cannot be read",
				() => failAt({ "projects 0": failing(forbidden) }),
				{ allProjects: true, why: forbidden },
			],
			[
				"there are more projects than can be read",
				() => {
					fake.projectListing = { complete: false };
				},
				{ allProjects: true },
			],
			[
				"a project cannot be read",
				() => {
					fake.projectListing = { unreadable: 1 };
				},
				{ allProjects: true },
			],
			[
				"the organization's list is capped and does not show it",
				() => fake.shown.set("organization", { ...listing(certificate("b")), complete: false }),
				{ organization: true },
			],
			[
				"the organization's list does not say whether it is active",
				() => fake.shown.set("organization", listing(certificate("a", { active: undefined }))),
				{ organization: true },
			],
		];
		for (const [what, happen, named] of scopesUnread)
			it(`R53 refuses where ${what}, and names it`, async () => {
				const request = await confirm();
				happen();
				await assert.rejects(deleteCertificate(organization, request), unread(named));
				await assert.rejects(deactivateEverywhereAndDelete(organization, request), unread(named));
				assert.deepEqual(fake.writes, []);
			});

		it("sends nothing where the organization's list fails", async () => {
			const request = await confirm();
			failAt({ "list organization": failing(unreachable) });
			await assert.rejects(deleteCertificate(organization, request), { problem: unreachable });
			assert.deepEqual(fake.writes, []);
		});

		it("R36 asks again where it has another name than was confirmed", async () => {
			const request = await confirm();
			await fake.rename("a", "other");
			fake.calls.length = 0;
			for (const act of [deleteCertificate, deactivateEverywhereAndDelete])
				await assert.rejects(act(organization, request), { problem: { reason: "changed-meanwhile" } });
			assert.deepEqual(fake.writes, []);
		});

		it("R36 says that it is gone, and shows that it is", async () => {
			const request = await confirm();
			fake.certificates = [certificate("b")];
			for (const act of [deleteCertificate, deactivateEverywhereAndDelete])
				await assert.rejects(act(organization, request), { problem: { reason: "not-found" } });
			await assert.rejects(prepare(), { problem: { reason: "not-found" } });
			assert.deepEqual(fake.writes, []);
			assert.deepEqual(ids(), ["b"]);
		});

		it("sends nothing to another connection than was confirmed", async () => {
			const request = await confirm();
			organization.certificates.generation++;
			for (const act of [deleteCertificate, deactivateEverywhereAndDelete])
				await assert.rejects(act(organization, request), { problem: { reason: "connection-changed" } });
			assert.deepEqual(fake.writes, []);
		});

		const lostAnswers: readonly Problem[] = [
			connectionLost,
			{ reason: "timeout", host },
			{ reason: "bad-answer", host },
			{ reason: "redirected", host },
			{ reason: "conflict" },
			{ reason: "service-error", status: 502 },
			{ reason: "not-found" },
		];
		for (const problem of lostAnswers) {
			it(`R35 finds that it is deleted although the answer was lost: ${problem.reason}`, async () => {
				const request = await confirm();
				failAt({ "remove a": lost(problem) });
				await deleteCertificate(organization, request);
				assert.deepEqual(ids(), ["b"]);
			});

			it(`R35 finds that it is still there: ${problem.reason}`, async () => {
				const request = await confirm();
				failAt({ "remove a": failing(problem) });
				await assert.rejects(deleteCertificate(organization, request), { problem });
				assert.deepEqual(ids(), ["a", "b"]);
			});
		}

		it("R35 says that it does not know where it cannot read back, or not as a whole", async () => {
			const request = await confirm();
			const unknown = { problem: { reason: "change-unknown", act: "remove" } };
			fake.fault = (call) => {
				if (call === "remove a") return failing(connectionLost);
				return fake.writes.length > 0 ? failing(unreachable) : undefined;
			};
			await assert.rejects(deleteCertificate(organization, request), unknown);
			failAt({ "remove a": lost(connectionLost) });
			fake.gate = (call) => {
				if (call === "remove a") fake.shown.set("organization", { ...listing(), complete: false });
			};
			await assert.rejects(deleteCertificate(organization, request), unknown);
		});

		it("R35 finds that it is deleted where it was only just uploaded", async () => {
			organization.certificates.recordWrite({ kind: "added", certificate: certificate("a") }, 0);
			const request = await confirm();
			fake.gate = (call) => {
				if (call === "remove a")
					organization.certificates.recordWrite({ kind: "added", certificate: certificate("a") }, 0);
			};
			failAt({ "remove a": lost(connectionLost) });
			await deleteCertificate(organization, request);
			assert.deepEqual(ids(), ["b"]);
		});

		it("R35 hands on the service's own refusal", async () => {
			const request = await confirm();
			failAt({ "remove a": failing(inUse) });
			await assert.rejects(deleteCertificate(organization, request), { problem: inUse });
			assert.equal(fake.calls.at(-1), "remove a");
			failAt({ "remove a": { thrown: new TypeError("a defect") } });
			await assert.rejects(deleteCertificate(organization, request), TypeError);
		});

		it("is silent where it was cancelled in time, and not where it is deleted", async () => {
			const request = await confirm();
			await assert.rejects(deleteCertificate(organization, request, AbortSignal.abort()), CancelledError);
			const abort = new AbortController();
			fake.gate = async (call) => {
				if (call !== "projects 0") return;
				await nextTurn();
				abort.abort();
			};
			await assert.rejects(deleteCertificate(organization, request, abort.signal), CancelledError);
			fake.gate = () => {};
			assert.deepEqual(fake.writes, []);
			failAt({ "remove a": { thrown: new CancelledError() } });
			await assert.rejects(deleteCertificate(organization, request), CancelledError);
			failAt({ "remove a": { thrown: new CancelledError(), committed: true } });
			await deleteCertificate(organization, request);
			assert.deepEqual(ids(), ["b"]);
		});
	});

	describe("what is active, after deactivating it everywhere", () => {
		const account = (scope: Scope, more: Partial<ScopeResult> = {}): ScopeResult => ({
			scope,
			changed: [],
			failed: [],
			unknown: [],
			notTried: [],
			problem: null,
			lockedOut: false,
			...more,
		});
		const done = (scope: Scope) => account(scope, { changed: ["a"] });
		const run = async (signal?: AbortSignal) => deactivateEverywhereAndDelete(organization, await confirm(), signal);

		for (const inherits of [false, true])
			it(`R35 does so where a project's list ${inherits ? "tells" : "does not tell"} of what it inherits`, async () => {
				activate(ORGANIZATION, q);
				fake.inherits = inherits;
				assert.deepEqual(await run(), { scopes: [done(ORGANIZATION), done(q)], removed: true, problem: null });
				assert.deepEqual(fake.writes, ["deactivate organization a", "deactivate project/q a", "remove a"]);
				assert.deepEqual(ids(), ["b"]);
			});

		it("R35 does so in projects alone, and where it is active nowhere", async () => {
			activate(p, q);
			assert.deepEqual(await run(), { scopes: [done(p), done(q)], removed: true, problem: null });
			fake.certificates = [certificate("a")];
			organization = organizationOf(fake);
			assert.deepEqual(await run(), { scopes: [], removed: true, problem: null });
		});

		it("R35 is not held up by lists that do not show the deactivations yet", async () => {
			activate(ORGANIZATION, p);
			const request = await confirm();
			fake.shown.set("organization", await fake.list());
			fake.shown.set("project/p", await fake.projectCertificates("p"));
			const { removed } = await deactivateEverywhereAndDelete(organization, request);
			assert.equal(removed, true);
		});

		it("R35 stops at the first scope that fails, and leaves the others enforced", async () => {
			activate(p, q);
			failAt({ "deactivate project/p a": failing(forbidden) });
			assert.deepEqual(await run(), {
				scopes: [account(p, { failed: ["a"], problem: forbidden }), account(q, { notTried: ["a"] })],
				removed: false,
				problem: forbidden,
			});
			assert.deepEqual(fake.writes, ["deactivate project/p a"]);
			activate(ORGANIZATION);
			failAt({ "deactivate organization a": failing(forbidden) });
			assert.deepEqual(await run(), {
				scopes: [account(ORGANIZATION, { failed: ["a"], problem: forbidden })],
				removed: false,
				problem: forbidden,
			});
		});

		it("R34 goes on where a lost answer turns out well", async () => {
			activate(p);
			failAt({ "deactivate project/p a": lost(connectionLost) });
			assert.deepEqual(await run(), { scopes: [done(p)], removed: true, problem: null });
		});

		it("R35 does not delete what was activated again meanwhile", async () => {
			activate(p);
			fake.gate = (call) => {
				if (call === "deactivate project/p a") activate(q);
			};
			assert.deepEqual(await run(), {
				scopes: [done(p)],
				removed: false,
				problem: { reason: "certificate-active", organization: false, projects: [{ id: "q", name: "Project q" }] },
			});
		});

		it("R53 stops where a scope cannot be read any more", async () => {
			activate(ORGANIZATION, p, q);
			fake.fault = (call) => (call === "list project/p" && fake.writes.length > 0 ? failing(forbidden) : undefined);
			assert.deepEqual(await run(), {
				scopes: [done(ORGANIZATION)],
				removed: false,
				problem: {
					reason: "scopes-unread",
					...allRead,
					projects: [{ id: "p", name: "Project p" }],
					why: forbidden,
				},
			});
			assert.deepEqual(fake.writes, ["deactivate organization a"]);
		});

		it("R36 asks again where it is active elsewhere than was confirmed", async () => {
			activate(p);
			const request = await confirm();
			activate(q);
			await assert.rejects(deactivateEverywhereAndDelete(organization, request), {
				problem: { reason: "changed-meanwhile" },
			});
			assert.deepEqual(fake.writes, []);
		});

		it("tells what was done before it was cancelled", async () => {
			for (const call of ["deactivate project/p a", "remove a"]) {
				activate(p);
				const abort = new AbortController();
				fake.gate = (each) => each === call && abort.abort();
				const scope = call === "remove a" ? done(p) : account(p, { failed: ["a"] });
				assert.deepEqual(await run(abort.signal), { scopes: [scope], removed: false, problem: null });
			}
			await assert.rejects(run(AbortSignal.abort()), CancelledError);
		});

		it("sends and reads nothing more where the connection changes on the way", async () => {
			activate(ORGANIZATION, p);
			fake.gate = (call) => call.startsWith("deactivate") && organization.certificates.generation++;
			const { scopes, problem } = await run();
			assert.deepEqual([scopes, problem], [[done(ORGANIZATION)], { reason: "connection-changed" }]);
			assert.equal(fake.calls.at(-1), "deactivate organization a");
		});

		it("does not take a defect for an outcome", async () => {
			failAt({ "remove a": { thrown: new TypeError("a defect") } });
			await assert.rejects(run(), TypeError);
		});
	});
});
