import assert from "node:assert/strict";
import { CancelledError, type Problem } from "../../../../src/domain/problem.ts";
import { renameCertificate } from "../../../../src/features/certificates/renameCertificate.ts";
import { FakeAdministration, type Fault, failing, lost, organizationOf, project } from "../../fakes/adminApi.ts";
import { certificate } from "../../fakes/certificatesApi.ts";

describe("Renaming", () => {
	const host = "a.test";
	const connectionLost = { reason: "connection-lost", host } as const;
	const unreachable = { reason: "unreachable", host, proxy: null } as const;
	const call = "rename a new";
	let fake: FakeAdministration;
	let organization: ReturnType<typeof organizationOf>;

	beforeEach(() => {
		fake = new FakeAdministration([certificate("a"), certificate("b")], [project("p")]);
		fake.activeIn({ kind: "organization" }).add("a");
		organization = organizationOf(fake);
	});

	const renamed = certificate("a", { name: "new", active: true });
	const toNew = (signal?: AbortSignal) =>
		renameCertificate(organization, { organizationRef: "acme", shown: certificate("a"), name: "new" }, signal);
	const failAt = (calls: Readonly<Record<string, Fault>>) => {
		fake.fault = (each) => calls[each];
	};
	const names = () => organization.certificates.listing?.certificates.map(({ name }) => name);
	/** The list can be read until the rename is sent. */
	const unreadableAfter = (fault: Fault) => {
		fake.fault = (each) => {
			if (each === call) return fault;
			return fake.writes.length > 0 ? failing(unreachable) : undefined;
		};
	};

	it("renames, keeps what was known of the certificate, and shows it in all scopes while the lists do not", async () => {
		await organization.projects.load();
		fake.shown.set("organization", await fake.list());
		fake.shown.set("project/p", await fake.projectCertificates("p"));
		assert.deepEqual(await toNew(), renamed);
		assert.deepEqual(names(), ["new", "b"]);
		await organization.certificates.load();
		assert.deepEqual(organization.certificates.listing?.certificates[0], renamed);
		const { listing } = await organization.projects.loadProject("p");
		assert.deepEqual(listing?.certificates[0], certificate("a", { name: "new" }));
		assert.deepEqual(organization.opened, ["acme"]);
	});

	it("R36 asks again where it has another name by now", async () => {
		await fake.rename("a", "other");
		fake.calls.length = 0;
		await assert.rejects(toNew(), { name: "Failure", problem: { reason: "changed-meanwhile" } });
		assert.deepEqual(fake.writes, []);
		assert.deepEqual(names(), ["other", "b"]);
	});

	it("R36 says that it is gone, and shows that it is", async () => {
		await organization.certificates.load();
		fake.certificates = [certificate("b")];
		await assert.rejects(toNew(), { problem: { reason: "not-found" } });
		assert.deepEqual(fake.writes, []);
		assert.deepEqual(names(), ["b"]);
	});

	it("R36 says so too where it went at the last moment", async () => {
		fake.gate = (each) => {
			if (each === call) fake.certificates = [certificate("b")];
		};
		await assert.rejects(toNew(), { problem: { reason: "not-found" } });
		assert.deepEqual(names(), ["b"]);
		fake.certificates = [certificate("a")];
		fake.shown.set("organization", await fake.list());
		await assert.rejects(toNew(), { problem: { reason: "not-found" } }, "although a stale list still shows it");
		fake.calls.length = 0;
		fake.gate = () => {};
		unreadableAfter(failing({ reason: "not-found" }));
		await assert.rejects(toNew(), { problem: { reason: "not-found" } }, "although no list says so");
	});

	it("R53 does not call gone what may be in what could not be read", async () => {
		fake.shown.set("organization", { ...(await fake.list()), certificates: [], complete: false });
		await assert.rejects(toNew(), {
			problem: { reason: "scopes-unread", organization: true, allProjects: false, projects: [], why: null },
		});
	});

	const lostAnswers: readonly Problem[] = [
		connectionLost,
		{ reason: "timeout", host },
		{ reason: "bad-answer", host },
		{ reason: "redirected", host },
		{ reason: "conflict" },
		{ reason: "service-error", status: 502 },
	];
	for (const problem of lostAnswers) {
		it(`R34 finds that it was done although the answer was lost: ${problem.reason}`, async () => {
			failAt({ [call]: lost(problem) });
			assert.deepEqual(await toNew(), renamed);
			assert.deepEqual(names(), ["new", "b"]);
		});

		it(`R34 finds that it came to nothing: ${problem.reason}`, async () => {
			failAt({ [call]: failing(problem) });
			await assert.rejects(toNew(), { problem });
			assert.deepEqual(names(), ["a", "b"]);
		});
	}

	it("R34 says that it does not know where it cannot read back", async () => {
		for (const fault of [failing(connectionLost), { thrown: new CancelledError() }]) {
			fake.calls.length = 0;
			unreadableAfter(fault);
			await assert.rejects(toNew(), { problem: { reason: "change-unknown", act: "rename" } });
		}
	});

	it("R34 believes the list and not an older answer after one was lost", async () => {
		await toNew();
		await fake.rename("a", "a");
		fake.shown.set("organization", await fake.list());
		fake.calls.length = 0;
		failAt({ "rename a newer": failing(connectionLost) });
		const request = { organizationRef: "acme", shown: { id: "a", name: "new" }, name: "newer" };
		await assert.rejects(renameCertificate(organization, request), { problem: connectionLost });
		assert.deepEqual(names(), ["a", "b"]);
	});

	it("R34 says that it is gone where the list says so after the answer was lost", async () => {
		fake.gate = (each) => {
			if (each === call) fake.certificates = [certificate("b")];
		};
		failAt({ [call]: failing(connectionLost) });
		await assert.rejects(toNew(), { problem: { reason: "not-found" } });
	});

	it("hands on a refusal without another call", async () => {
		const rejected = { reason: "rejected", status: 400, code: null, param: "name", fieldRefused: false } as const;
		failAt({ [call]: failing(rejected) });
		await assert.rejects(toNew(), { problem: rejected });
		assert.deepEqual(fake.calls, ["list organization", call]);
		failAt({ [call]: { thrown: new TypeError("a defect") } });
		await assert.rejects(toNew(), TypeError);
	});

	it("is silent where it was cancelled in time, and tells the new name where it was not", async () => {
		failAt({ [call]: { thrown: new CancelledError() } });
		await assert.rejects(toNew(), CancelledError);
		failAt({ [call]: { thrown: new CancelledError(), committed: true } });
		assert.deepEqual(await toNew(), renamed);
		const abort = new AbortController();
		fake.certificates = [certificate("a")];
		fake.gate = (each) => each === call && abort.abort();
		failAt({});
		await assert.rejects(toNew(abort.signal), CancelledError);
		assert.equal(fake.calls.at(-1), "list organization", "it is read back all the same");
	});
});
