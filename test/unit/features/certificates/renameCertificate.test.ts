import assert from "node:assert/strict";
import { CancelledError, type Problem } from "../../../../src/domain/problem.ts";
import { renameCertificate } from "../../../../src/features/certificates/renameCertificate.ts";
import {
	FakeAdminApi,
	type Fault,
	failAfterCommit,
	failWith,
	fakeOrganization,
	project,
} from "../../fakes/adminApi.ts";
import { certificate } from "../../fakes/certificatesApi.ts";

describe("Renaming a certificate", () => {
	const host = "a.test";
	const connectionLost = { reason: "connection-lost", host } as const;
	const unreachable = { reason: "unreachable", host, proxy: null } as const;
	const call = "rename a new";
	let fake: FakeAdminApi;
	let organization: ReturnType<typeof fakeOrganization>;

	beforeEach(() => {
		fake = new FakeAdminApi([certificate("a"), certificate("b")], [project("p")]);
		fake.activeIn({ kind: "organization" }).add("a");
		organization = fakeOrganization(fake);
	});

	const renamed = certificate("a", { name: "new", active: true });
	const renameToNew = (signal?: AbortSignal) =>
		renameCertificate(organization, { organizationRef: "acme", shown: certificate("a"), name: "new" }, signal);
	const failAt = (calls: Readonly<Record<string, Fault>>) => {
		fake.faultFor = (each) => calls[each];
	};
	const names = () => organization.certificates.listing?.certificates.map(({ name }) => name);
	/** Ends the rename with a fault, and fails all later reads. */
	const failRenameAndReads = (fault: Fault) => {
		fake.faultFor = (each) => {
			if (each === call) return fault;
			return fake.writes.length > 0 ? failWith(unreachable) : undefined;
		};
	};

	it("renames, keeps the certificate's other fields, and shows the name in all scopes while the lists are stale", async () => {
		await organization.projects.load();
		fake.listOverrides.set("organization", await fake.list());
		fake.listOverrides.set("project/p", await fake.projectCertificates("p"));
		assert.deepEqual(await renameToNew(), renamed);
		assert.deepEqual(names(), ["new", "b"]);
		await organization.certificates.load();
		assert.deepEqual(organization.certificates.listing?.certificates[0], renamed);
		const { listing } = await organization.projects.loadProject("p");
		assert.deepEqual(listing?.certificates[0], certificate("a", { name: "new" }));
		assert.deepEqual(organization.opened, ["acme"]);
	});

	it("R36 requires a new confirmation if the name has changed meanwhile", async () => {
		await fake.rename("a", "other");
		fake.calls.length = 0;
		await assert.rejects(renameToNew(), { name: "ProblemError", problem: { reason: "changed-meanwhile" } });
		assert.deepEqual(fake.writes, []);
		assert.deepEqual(names(), ["other", "b"]);
	});

	it("R36 reports a deleted certificate, and removes it from the list", async () => {
		await organization.certificates.load();
		fake.certificates = [certificate("b")];
		await assert.rejects(renameToNew(), { problem: { reason: "not-found" } });
		assert.deepEqual(fake.writes, []);
		assert.deepEqual(names(), ["b"]);
	});

	it("R36 reports a certificate that was deleted at the last moment", async () => {
		fake.beforeCall = (each) => {
			if (each === call) fake.certificates = [certificate("b")];
		};
		await assert.rejects(renameToNew(), { problem: { reason: "not-found" } });
		assert.deepEqual(names(), ["b"]);
		fake.certificates = [certificate("a")];
		fake.listOverrides.set("organization", await fake.list());
		await assert.rejects(renameToNew(), { problem: { reason: "not-found" } }, "although a stale list still shows it");
		fake.calls.length = 0;
		fake.beforeCall = () => {};
		failRenameAndReads(failWith({ reason: "not-found" }));
		await assert.rejects(renameToNew(), { problem: { reason: "not-found" } }, "although no list says so");
	});

	it("R53 does not report a certificate as deleted if the list is incomplete", async () => {
		fake.listOverrides.set("organization", { ...(await fake.list()), certificates: [], complete: false });
		await assert.rejects(renameToNew(), {
			problem: { reason: "scopes-unread", organization: true, allProjects: false, projects: [], why: null },
		});
	});

	const unknownOutcomes: readonly Problem[] = [
		connectionLost,
		{ reason: "timeout", host },
		{ reason: "bad-answer", host },
		{ reason: "redirected", host },
		{ reason: "conflict" },
		{ reason: "service-error", status: 502 },
	];
	for (const problem of unknownOutcomes) {
		it(`R34 detects a rename whose response was lost: ${problem.reason}`, async () => {
			failAt({ [call]: failAfterCommit(problem) });
			assert.deepEqual(await renameToNew(), renamed);
			assert.deepEqual(names(), ["new", "b"]);
		});

		it(`R34 detects that the rename was not done: ${problem.reason}`, async () => {
			failAt({ [call]: failWith(problem) });
			await assert.rejects(renameToNew(), { problem });
			assert.deepEqual(names(), ["a", "b"]);
		});
	}

	it("R34 reports an unknown outcome if the name cannot be read back", async () => {
		for (const fault of [failWith(connectionLost), { thrown: new CancelledError() }]) {
			fake.calls.length = 0;
			failRenameAndReads(fault);
			await assert.rejects(renameToNew(), { problem: { reason: "change-unknown", act: "rename" } });
		}
	});

	it("R34 trusts the list, not an older response, after a response was lost", async () => {
		await renameToNew();
		await fake.rename("a", "a");
		fake.listOverrides.set("organization", await fake.list());
		fake.calls.length = 0;
		failAt({ "rename a newer": failWith(connectionLost) });
		const request = { organizationRef: "acme", shown: { id: "a", name: "new" }, name: "newer" };
		await assert.rejects(renameCertificate(organization, request), { problem: connectionLost });
		assert.deepEqual(names(), ["a", "b"]);
	});

	it("R34 reports a deleted certificate if the list lacks it after a lost response", async () => {
		fake.beforeCall = (each) => {
			if (each === call) fake.certificates = [certificate("b")];
		};
		failAt({ [call]: failWith(connectionLost) });
		await assert.rejects(renameToNew(), { problem: { reason: "not-found" } });
	});

	it("passes on a refusal without another call", async () => {
		const rejected = { reason: "rejected", status: 400, code: null, param: "name", fieldRefused: false } as const;
		failAt({ [call]: failWith(rejected) });
		await assert.rejects(renameToNew(), { problem: rejected });
		assert.deepEqual(fake.calls, ["list organization", call]);
		failAt({ [call]: { thrown: new TypeError("a defect") } });
		await assert.rejects(renameToNew(), TypeError);
	});

	it("throws CancelledError if cancelled in time, and returns the new name otherwise", async () => {
		failAt({ [call]: { thrown: new CancelledError() } });
		await assert.rejects(renameToNew(), CancelledError);
		failAt({ [call]: { thrown: new CancelledError(), committed: true } });
		assert.deepEqual(await renameToNew(), renamed);
		const abort = new AbortController();
		fake.certificates = [certificate("a")];
		fake.beforeCall = (each) => each === call && abort.abort();
		failAt({});
		await assert.rejects(renameToNew(abort.signal), CancelledError);
		assert.equal(fake.calls.at(-1), "list organization", "it is read back all the same");
	});
});
