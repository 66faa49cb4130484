import assert from "node:assert/strict";
import { setImmediate as nextTurn } from "node:timers/promises";
import { CancelledError, type Problem } from "../../../../src/domain/problem.ts";
import { ORGANIZATION, type Scope } from "../../../../src/domain/scope.ts";
import {
	deactivateEverywhereAndDelete,
	deleteCertificate,
	prepareDeletion,
} from "../../../../src/features/deletion/deleteCertificate.ts";
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
import { certificate, listing } from "../../fakes/certificatesApi.ts";

describe("Deleting a certificate", () => {
	const host = "a.test";
	const [p, q] = [projectScope("p"), projectScope("q")];
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
	let fake: FakeAdminApi;
	let organization: ReturnType<typeof fakeOrganization>;

	beforeEach(() => {
		fake = new FakeAdminApi([certificate("a"), certificate("b")], [project("p"), project("q", { archived: true })]);
		fake.activeIn(ORGANIZATION).add("b");
		organization = fakeOrganization(fake);
	});

	const prepare = () => prepareDeletion(organization, { organizationRef: "acme", id: "a" });
	const failAt = (calls: Readonly<Record<string, Fault>>) => {
		fake.faultFor = (call) => calls[call];
	};
	const ids = () => organization.certificates.listing?.certificates.map(({ id }) => id);
	const activate = (...scopes: readonly Scope[]) => {
		for (const scope of scopes) fake.activeIn(scope).add("a");
	};
	const confirm = async () => ({ organizationRef: "acme", confirmed: await prepare() });
	const unread = (overrides: object) => ({ problem: { reason: "scopes-unread", ...allRead, ...overrides } });

	describe("that is not active anywhere", () => {
		it("reads every scope again, archived projects too, deletes, and hides the certificate while the lists are stale", async () => {
			const request = await confirm();
			fake.listOverrides.set("organization", await fake.list());
			fake.listOverrides.set("project/p", await fake.projectCertificates("p"));
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

		it("returns the active scopes for the confirmation", async () => {
			activate(q);
			const { certificate: found, activeScopes } = await prepare();
			assert.deepEqual(found, certificate("a"));
			const how = "own" as const;
			assert.deepEqual(activeScopes.projects, [{ project: project("q", { archived: true }), how }]);
			assert.deepEqual([activeScopes.organization, activeScopes.complete], [false, true]);
			assert.deepEqual(fake.writes, []);
		});

		const activeCases: readonly [string, readonly Scope[], object][] = [
			["the organization", [ORGANIZATION], { organization: true, projects: [] }],
			["a project", [p], { organization: false, projects: [{ id: "p", name: "Project p" }] }],
			["an archived project", [q], { organization: false, projects: [{ id: "q", name: "Project q" }] }],
			["both", [ORGANIZATION, p], { organization: true, projects: [{ id: "p", name: "Project p" }] }],
		];
		for (const [title, scopes, expected] of activeCases)
			for (const when of ["before", "since"] as const)
				it(`R35 refuses and names the scopes if it is active in ${title}, ${when} the confirmation`, async () => {
					if (when === "before") activate(...scopes);
					const request = await confirm();
					activate(...scopes);
					await assert.rejects(deleteCertificate(organization, request), {
						name: "ProblemError",
						problem: { reason: "certificate-active", ...expected },
					});
					assert.deepEqual(fake.writes, []);
				});

		const scopesUnread: readonly [string, () => unknown, object][] = [
			[
				"a project's list fails",
				() => failAt({ "list project/q": failWith(forbidden) }),
				{ projects: [{ id: "q", name: "Project q" }], why: forbidden },
			],
			[
				"a project's list is incomplete",
				() => fake.listOverrides.set("project/p", { ...listing(certificate("b")), complete: false }),
				{ projects: [{ id: "p", name: "Project p" }] },
			],
			[
				"a project's list has an entry that cannot be read",
				() => fake.listOverrides.set("project/p", { ...listing(), unreadable: 1 }),
				{ projects: [{ id: "p", name: "Project p" }] },
			],
			[
				"the projects cannot be read",
				() => failAt({ "projects 0": failWith(forbidden) }),
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
				"the organization's list is incomplete and lacks the certificate",
				() => fake.listOverrides.set("organization", { ...listing(certificate("b")), complete: false }),
				{ organization: true },
			],
			[
				"the organization's list does not say whether the certificate is active",
				() => fake.listOverrides.set("organization", listing(certificate("a", { active: undefined }))),
				{ organization: true },
			],
		];
		for (const [title, breakRead, expected] of scopesUnread)
			it(`R53 refuses and names the unread list if ${title}`, async () => {
				const request = await confirm();
				breakRead();
				await assert.rejects(deleteCertificate(organization, request), unread(expected));
				await assert.rejects(deactivateEverywhereAndDelete(organization, request), unread(expected));
				assert.deepEqual(fake.writes, []);
			});

		it("sends nothing if the organization's list fails", async () => {
			const request = await confirm();
			failAt({ "list organization": failWith(unreachable) });
			await assert.rejects(deleteCertificate(organization, request), { problem: unreachable });
			assert.deepEqual(fake.writes, []);
		});

		it("R36 requires a new confirmation if the name has changed since the last", async () => {
			const request = await confirm();
			await fake.rename("a", "other");
			fake.calls.length = 0;
			for (const act of [deleteCertificate, deactivateEverywhereAndDelete])
				await assert.rejects(act(organization, request), { problem: { reason: "changed-meanwhile" } });
			assert.deepEqual(fake.writes, []);
		});

		it("R36 reports a deleted certificate, and removes it from the list", async () => {
			const request = await confirm();
			fake.certificates = [certificate("b")];
			for (const act of [deleteCertificate, deactivateEverywhereAndDelete])
				await assert.rejects(act(organization, request), { problem: { reason: "not-found" } });
			await assert.rejects(prepare(), { problem: { reason: "not-found" } });
			assert.deepEqual(fake.writes, []);
			assert.deepEqual(ids(), ["b"]);
		});

		it("sends nothing if the connection changed since the confirmation", async () => {
			const request = await confirm();
			organization.certificates.generation++;
			for (const act of [deleteCertificate, deactivateEverywhereAndDelete])
				await assert.rejects(act(organization, request), { problem: { reason: "connection-changed" } });
			assert.deepEqual(fake.writes, []);
		});

		const unknownOutcomes: readonly Problem[] = [
			connectionLost,
			{ reason: "timeout", host },
			{ reason: "bad-answer", host },
			{ reason: "redirected", host },
			{ reason: "conflict" },
			{ reason: "service-error", status: 502 },
			{ reason: "not-found" },
		];
		for (const problem of unknownOutcomes) {
			it(`R35 detects a deletion whose response was lost: ${problem.reason}`, async () => {
				const request = await confirm();
				failAt({ "remove a": failAfterCommit(problem) });
				await deleteCertificate(organization, request);
				assert.deepEqual(ids(), ["b"]);
			});

			it(`R35 detects that the certificate was not deleted: ${problem.reason}`, async () => {
				const request = await confirm();
				failAt({ "remove a": failWith(problem) });
				await assert.rejects(deleteCertificate(organization, request), { problem });
				assert.deepEqual(ids(), ["a", "b"]);
			});
		}

		it("R35 reports an unknown outcome if the list cannot be read back completely", async () => {
			const request = await confirm();
			const unknown = { problem: { reason: "change-unknown", act: "remove" } };
			fake.faultFor = (call) => {
				if (call === "remove a") return failWith(connectionLost);
				return fake.writes.length > 0 ? failWith(unreachable) : undefined;
			};
			await assert.rejects(deleteCertificate(organization, request), unknown);
			failAt({ "remove a": failAfterCommit(connectionLost) });
			fake.beforeCall = (call) => {
				if (call === "remove a") fake.listOverrides.set("organization", { ...listing(), complete: false });
			};
			await assert.rejects(deleteCertificate(organization, request), unknown);
		});

		it("R35 detects the deletion of a certificate that was just uploaded", async () => {
			organization.certificates.recordWrite({ kind: "added", certificate: certificate("a") }, 0);
			const request = await confirm();
			fake.beforeCall = (call) => {
				if (call === "remove a")
					organization.certificates.recordWrite({ kind: "added", certificate: certificate("a") }, 0);
			};
			failAt({ "remove a": failAfterCommit(connectionLost) });
			await deleteCertificate(organization, request);
			assert.deepEqual(ids(), ["b"]);
		});

		it("R35 passes on the service's refusal", async () => {
			const request = await confirm();
			failAt({ "remove a": failWith(inUse) });
			await assert.rejects(deleteCertificate(organization, request), { problem: inUse });
			assert.equal(fake.calls.at(-1), "remove a");
			failAt({ "remove a": { thrown: new TypeError("a defect") } });
			await assert.rejects(deleteCertificate(organization, request), TypeError);
		});

		it("throws CancelledError if cancelled in time, and not after the deletion", async () => {
			const request = await confirm();
			await assert.rejects(deleteCertificate(organization, request, AbortSignal.abort()), CancelledError);
			const abort = new AbortController();
			fake.beforeCall = async (call) => {
				if (call !== "projects 0") return;
				await nextTurn();
				abort.abort();
			};
			await assert.rejects(deleteCertificate(organization, request, abort.signal), CancelledError);
			fake.beforeCall = () => {};
			assert.deepEqual(fake.writes, []);
			failAt({ "remove a": { thrown: new CancelledError() } });
			await assert.rejects(deleteCertificate(organization, request), CancelledError);
			failAt({ "remove a": { thrown: new CancelledError(), committed: true } });
			await deleteCertificate(organization, request);
			assert.deepEqual(ids(), ["b"]);
		});
	});

	describe("after deactivating it everywhere", () => {
		const done = (scope: Scope) => scopeResult(scope, { changed: ["a"] });
		const run = async (signal?: AbortSignal) => deactivateEverywhereAndDelete(organization, await confirm(), signal);

		for (const inherits of [false, true])
			it(`R35 deletes if a project's list ${inherits ? "shows" : "does not show"} inherited certificates`, async () => {
				activate(ORGANIZATION, q);
				fake.projectListInherits = inherits;
				assert.deepEqual(await run(), { scopes: [done(ORGANIZATION), done(q)], deleted: true, problem: null });
				assert.deepEqual(fake.writes, ["deactivate organization a", "deactivate project/q a", "remove a"]);
				assert.deepEqual(ids(), ["b"]);
			});

		it("R35 deletes a certificate that is active only in projects, or not at all", async () => {
			activate(p, q);
			assert.deepEqual(await run(), { scopes: [done(p), done(q)], deleted: true, problem: null });
			fake.certificates = [certificate("a")];
			organization = fakeOrganization(fake);
			assert.deepEqual(await run(), { scopes: [], deleted: true, problem: null });
		});

		it("R35 deletes although the lists do not show the deactivations yet", async () => {
			activate(ORGANIZATION, p);
			const request = await confirm();
			fake.listOverrides.set("organization", await fake.list());
			fake.listOverrides.set("project/p", await fake.projectCertificates("p"));
			const { deleted } = await deactivateEverywhereAndDelete(organization, request);
			assert.equal(deleted, true);
		});

		it("R35 stops at the first scope that fails, and leaves the certificate active in the others", async () => {
			activate(p, q);
			failAt({ "deactivate project/p a": failWith(forbidden) });
			assert.deepEqual(await run(), {
				scopes: [scopeResult(p, { failed: ["a"], problem: forbidden }), scopeResult(q, { notTried: ["a"] })],
				deleted: false,
				problem: forbidden,
			});
			assert.deepEqual(fake.writes, ["deactivate project/p a"]);
			activate(ORGANIZATION);
			failAt({ "deactivate organization a": failWith(forbidden) });
			assert.deepEqual(await run(), {
				scopes: [scopeResult(ORGANIZATION, { failed: ["a"], problem: forbidden })],
				deleted: false,
				problem: forbidden,
			});
		});

		it("R34 continues if a deactivation with a lost response succeeded", async () => {
			activate(p);
			failAt({ "deactivate project/p a": failAfterCommit(connectionLost) });
			assert.deepEqual(await run(), { scopes: [done(p)], deleted: true, problem: null });
		});

		it("R35 does not delete a certificate that was activated again meanwhile", async () => {
			activate(p);
			fake.beforeCall = (call) => {
				if (call === "deactivate project/p a") activate(q);
			};
			assert.deepEqual(await run(), {
				scopes: [done(p)],
				deleted: false,
				problem: { reason: "certificate-active", organization: false, projects: [{ id: "q", name: "Project q" }] },
			});
		});

		it("R53 stops if a scope can no longer be read", async () => {
			activate(ORGANIZATION, p, q);
			fake.faultFor = (call) => (call === "list project/p" && fake.writes.length > 0 ? failWith(forbidden) : undefined);
			assert.deepEqual(await run(), {
				scopes: [done(ORGANIZATION)],
				deleted: false,
				problem: {
					reason: "scopes-unread",
					...allRead,
					projects: [{ id: "p", name: "Project p" }],
					why: forbidden,
				},
			});
			assert.deepEqual(fake.writes, ["deactivate organization a"]);
		});

		it("R36 requires a new confirmation if the active scopes have changed since the last", async () => {
			activate(p);
			const request = await confirm();
			activate(q);
			await assert.rejects(deactivateEverywhereAndDelete(organization, request), {
				problem: { reason: "changed-meanwhile" },
			});
			assert.deepEqual(fake.writes, []);
		});

		it("returns the results before a cancellation", async () => {
			for (const call of ["deactivate project/p a", "remove a"]) {
				activate(p);
				const abort = new AbortController();
				fake.beforeCall = (each) => each === call && abort.abort();
				const scope = call === "remove a" ? done(p) : scopeResult(p, { failed: ["a"] });
				assert.deepEqual(await run(abort.signal), { scopes: [scope], deleted: false, problem: null });
			}
			await assert.rejects(run(AbortSignal.abort()), CancelledError);
		});

		it("sends and reads nothing more if the connection changes between calls", async () => {
			activate(ORGANIZATION, p);
			fake.beforeCall = (call) => call.startsWith("deactivate") && organization.certificates.generation++;
			const { scopes, problem } = await run();
			assert.deepEqual([scopes, problem], [[done(ORGANIZATION)], { reason: "connection-changed" }]);
			assert.equal(fake.calls.at(-1), "deactivate organization a");
		});

		it("throws an unexpected error instead of returning a result", async () => {
			failAt({ "remove a": { thrown: new TypeError("a defect") } });
			await assert.rejects(run(), TypeError);
		});
	});
});
