import assert from "node:assert/strict";
import type { Certificate, CertificateListing } from "../../../../src/domain/certificate.ts";
import { CancelledError } from "../../../../src/domain/problem.ts";
import { CertificateStore } from "../../../../src/features/organization/certificateStore.ts";
import { duplicateFindings, limitFindings, nameFindings } from "../../../../src/features/upload/duplicateCheck.ts";
import { candidate, certificate, FakeService, listing, readerOf } from "../../fakes/certificatesApi.ts";

describe("Comparison with what is uploaded", () => {
	const acme = candidate("Acme");
	const renewed = candidate("Acme renewed", { subject: acme.subject, publicKeySha256: acme.publicKeySha256 });
	const otherKey = candidate("Acme, other key", { subject: acme.subject });
	const otherSubject = candidate("Other subject", { publicKeySha256: acme.publicKeySha256 });
	const { signal } = new AbortController();
	let service: FakeService;
	let certificates: CertificateStore;

	beforeEach(() => {
		service = new FakeService();
		certificates = new CertificateStore(
			async () => service,
			async () => readerOf(acme, renewed, otherKey, otherSubject),
		);
	});

	it("says that there is no room from the 50th certificate on", () => {
		const holding = (count: number) =>
			limitFindings(listing(...Array.from({ length: count }, (_, index) => certificate(`${index}`))));
		assert.deepEqual(holding(49), []);
		assert.deepEqual(holding(50), [{ code: "limit-reached", level: "strong", count: 50 }]);
		assert.deepEqual(holding(51), [{ code: "limit-reached", level: "strong", count: 51 }]);
	});

	const duplicates = (listed: CertificateListing) => duplicateFindings(acme, listed, certificates, signal);
	const notCompared = { code: "not-compared", level: "warn" };
	const uploadedAs = (id: string) => ({ code: "already-uploaded", level: "strong", id, name: `name of ${id}` });
	const named = (id: string, more: Partial<Certificate> = {}) => certificate(id, { name: `name of ${id}`, ...more });

	it("R24 finds the same certificate under every name, and no other one of the same dates", async () => {
		service.kept.set("same", acme.pem).set("renewed", renewed.pem).set("again", acme.pem);
		const found = await duplicates(listing(named("same"), named("renewed"), named("again")));
		assert.deepEqual(found, [uploadedAs("same"), uploadedAs("again")]);
	});

	it("R23 looks into what has the same dates, or may have, and into nothing else", async () => {
		for (const id of ["same", "no start", "no end", "neither"]) service.kept.set(id, acme.pem);
		const found = await duplicates(
			listing(
				named("same"),
				named("no start", { validAt: null }),
				named("no end", { expiresAt: null }),
				named("neither", { validAt: null, expiresAt: null }),
				named("other start", { validAt: 101 }),
				named("other end", { expiresAt: 201 }),
				named("other start, no end", { validAt: 101, expiresAt: null }),
				named("no start, other end", { validAt: null, expiresAt: 201 }),
			),
		);
		assert.deepEqual(service.asked, ["same", "no start", "no end", "neither"]);
		assert.deepEqual(found, ["same", "no start", "no end", "neither"].map(uploadedAs));
	});

	it("R24 finds what was uploaded from here by its fingerprint, whatever its dates, and does not ask for it", async () => {
		const uploaded = named("uploaded", { validAt: null, expiresAt: 1 });
		certificates.add(uploaded, certificates.generation, acme.sha256);
		assert.deepEqual(await duplicates(listing(uploaded)), [uploadedAs("uploaded")]);
		assert.deepEqual(service.asked, []);
	});

	it("is sure of nothing to find where all could be compared", async () => {
		service.kept.set("renewed", renewed.pem);
		assert.deepEqual(await duplicates(listing(named("renewed"), named("elsewhen", { validAt: 1 }))), []);
	});

	const doubts: readonly [string, CertificateListing][] = [
		["the list is incomplete", { ...listing(), complete: false }],
		["an entry of the list cannot be read", { ...listing(), unreadable: 1 }],
		["a content is absent", listing(named("absent"))],
		["a content cannot be read", listing(named("junk"))],
		["a certificate is gone by now", listing(named("gone"))],
	];
	for (const [what, { certificates: listed, ...rest }] of doubts)
		it(`R23 says that not all was compared where ${what}, beside what was found`, async () => {
			service.kept.set("absent", null).set("junk", "junk").set("same", acme.pem);
			assert.deepEqual(await duplicates({ ...rest, certificates: listed }), [notCompared]);
			assert.deepEqual(await duplicates({ ...rest, certificates: [named("same"), ...listed] }), [
				uploadedAs("same"),
				notCompared,
			]);
		});

	const names = (...listed: readonly Certificate[]) =>
		nameFindings(acme, "Root", listing(...listed), certificates, signal);
	const namesake = (id: string) => certificate(id, { name: "Root" });

	it("says nothing of a name that nobody has, and looks into nothing", async () => {
		assert.deepEqual(await names(certificate("one", { name: "root" }), certificate("two", { name: null })), []);
		assert.deepEqual(service.asked, []);
	});

	const kinds: readonly [string, string | null, readonly unknown[]][] = [
		["the same subject and key renews it", renewed.pem, [{ code: "renewal", level: "info", id: "one" }]],
		["another key is another one", otherKey.pem, [{ code: "name-in-use", level: "warn", id: "one" }]],
		["another subject is another one", otherSubject.pem, [{ code: "name-in-use", level: "warn", id: "one" }]],
		["a content that is absent is another one", null, [{ code: "name-in-use", level: "warn", id: "one" }]],
		["the very same is told elsewhere", acme.pem, []],
	];
	for (const [what, content, findings] of kinds)
		it(`of a certificate with the same name: ${what}`, async () => {
			service.kept.set("one", content);
			assert.deepEqual(await names(namesake("one"), certificate("two")), findings);
			assert.deepEqual(service.asked, ["one"]);
		});

	it("tells of each that has the name, also of one that is gone by now", async () => {
		service.kept.set("one", renewed.pem);
		assert.deepEqual(await names(namesake("gone"), namesake("one")), [
			{ code: "name-in-use", level: "warn", id: "gone" },
			{ code: "renewal", level: "info", id: "one" },
		]);
	});

	it("ends where the person has cancelled", async () => {
		const aborted = AbortSignal.abort();
		const listed = listing(namesake("one"));
		await assert.rejects(duplicateFindings(acme, listed, certificates, aborted), CancelledError);
		await assert.rejects(nameFindings(acme, "Root", listed, certificates, aborted), CancelledError);
	});
});
