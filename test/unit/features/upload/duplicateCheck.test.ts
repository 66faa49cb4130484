import assert from "node:assert/strict";
import type { Certificate, CertificateListing } from "../../../../src/domain/certificate.ts";
import { CancelledError } from "../../../../src/domain/problem.ts";
import { CertificateStore } from "../../../../src/features/organization/certificateStore.ts";
import { duplicateFindings, limitFindings, nameFindings } from "../../../../src/features/upload/duplicateCheck.ts";
import {
	certificate,
	FakeCertificatesApi,
	fakeReader,
	listing,
	parsedCertificate,
} from "../../fakes/certificatesApi.ts";

describe("The duplicate check", () => {
	const acme = parsedCertificate("Acme");
	const renewed = parsedCertificate("Acme renewed", { subject: acme.subject, publicKeySha256: acme.publicKeySha256 });
	const otherKey = parsedCertificate("Acme, other key", { subject: acme.subject });
	const otherSubject = parsedCertificate("Other subject", { publicKeySha256: acme.publicKeySha256 });
	const { signal } = new AbortController();
	let service: FakeCertificatesApi;
	let certificates: CertificateStore;

	beforeEach(() => {
		service = new FakeCertificatesApi();
		certificates = new CertificateStore(
			async () => service,
			async () => fakeReader(acme, renewed, otherKey, otherSubject),
		);
	});

	it("reports the limit from the 50th certificate on", () => {
		const findingsFor = (count: number) =>
			limitFindings(listing(...Array.from({ length: count }, (_, index) => certificate(`${index}`))));
		assert.deepEqual(findingsFor(49), []);
		assert.deepEqual(findingsFor(50), [{ code: "limit-reached", level: "strong", count: 50 }]);
		assert.deepEqual(findingsFor(51), [{ code: "limit-reached", level: "strong", count: 51 }]);
	});

	const duplicates = (listed: CertificateListing) => duplicateFindings(acme, listed, certificates, signal);
	const notCompared = { code: "not-compared", level: "warn" };
	const uploadedAs = (id: string) => ({ code: "already-uploaded", level: "strong", id, name: `name of ${id}` });
	const named = (id: string, overrides: Partial<Certificate> = {}) =>
		certificate(id, { name: `name of ${id}`, ...overrides });

	it("R24 finds the identical certificate under every name, and no other with equal dates", async () => {
		service.contentById.set("same", acme.pem).set("renewed", renewed.pem).set("again", acme.pem);
		const found = await duplicates(listing(named("same"), named("renewed"), named("again")));
		assert.deepEqual(found, [uploadedAs("same"), uploadedAs("again")]);
	});

	it("R23 reads only contents of certificates whose dates are equal or unknown", async () => {
		for (const id of ["same", "no start", "no end", "neither"]) service.contentById.set(id, acme.pem);
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
		assert.deepEqual(service.requestedIds, ["same", "no start", "no end", "neither"]);
		assert.deepEqual(found, ["same", "no start", "no end", "neither"].map(uploadedAs));
	});

	it("R24 finds an own upload by its fingerprint without a request, whatever its dates", async () => {
		const uploaded = named("uploaded", { validAt: null, expiresAt: 1 });
		certificates.add(uploaded, certificates.generation, acme.sha256);
		assert.deepEqual(await duplicates(listing(uploaded)), [uploadedAs("uploaded")]);
		assert.deepEqual(service.requestedIds, []);
	});

	it("finds nothing if all certificates were compared without a match", async () => {
		service.contentById.set("renewed", renewed.pem);
		assert.deepEqual(await duplicates(listing(named("renewed"), named("elsewhen", { validAt: 1 }))), []);
	});

	const incompleteLists: readonly [string, CertificateListing][] = [
		["the list is incomplete", { ...listing(), complete: false }],
		["an entry of the list cannot be read", { ...listing(), unreadable: 1 }],
		["a content is absent", listing(named("absent"))],
		["a content cannot be read", listing(named("junk"))],
		["a certificate was deleted meanwhile", listing(named("gone"))],
	];
	for (const [title, { certificates: listed, ...rest }] of incompleteLists)
		it(`R23 reports an incomplete comparison in addition to matches if ${title}`, async () => {
			service.contentById.set("absent", null).set("junk", "junk").set("same", acme.pem);
			assert.deepEqual(await duplicates({ ...rest, certificates: listed }), [notCompared]);
			assert.deepEqual(await duplicates({ ...rest, certificates: [named("same"), ...listed] }), [
				uploadedAs("same"),
				notCompared,
			]);
		});

	const findNameFindings = (...listed: readonly Certificate[]) =>
		nameFindings(acme, "Root", listing(...listed), certificates, signal);
	const namesake = (id: string) => certificate(id, { name: "Root" });

	it("finds nothing for an unused name, and reads no content", async () => {
		assert.deepEqual(
			await findNameFindings(certificate("one", { name: "root" }), certificate("two", { name: null })),
			[],
		);
		assert.deepEqual(service.requestedIds, []);
	});

	const cases: readonly [string, string | null, readonly unknown[]][] = [
		["equal subject and key is a renewal", renewed.pem, [{ code: "renewal", level: "info", id: "one" }]],
		["another key is another certificate", otherKey.pem, [{ code: "name-in-use", level: "warn", id: "one" }]],
		["another subject is another certificate", otherSubject.pem, [{ code: "name-in-use", level: "warn", id: "one" }]],
		["an absent content is another certificate", null, [{ code: "name-in-use", level: "warn", id: "one" }]],
		["the identical certificate is left to the duplicate findings", acme.pem, []],
	];
	for (const [title, content, findings] of cases)
		it(`compares a certificate of the same name: ${title}`, async () => {
			service.contentById.set("one", content);
			assert.deepEqual(await findNameFindings(namesake("one"), certificate("two")), findings);
			assert.deepEqual(service.requestedIds, ["one"]);
		});

	it("has a finding for each certificate of the name, even if deleted meanwhile", async () => {
		service.contentById.set("one", renewed.pem);
		assert.deepEqual(await findNameFindings(namesake("gone"), namesake("one")), [
			{ code: "name-in-use", level: "warn", id: "gone" },
			{ code: "renewal", level: "info", id: "one" },
		]);
	});

	it("throws CancelledError if the user has cancelled", async () => {
		const aborted = AbortSignal.abort();
		const listed = listing(namesake("one"));
		await assert.rejects(duplicateFindings(acme, listed, certificates, aborted), CancelledError);
		await assert.rejects(nameFindings(acme, "Root", listed, certificates, aborted), CancelledError);
	});
});
