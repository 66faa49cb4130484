import assert from "node:assert/strict";
import { CertificateStore } from "../../../../src/features/organization/certificateStore.ts";
import { ContentCache } from "../../../../src/features/organization/contentCache.ts";
import { FakeCertificatesApi, fakeReader, parsedCertificate } from "../../fakes/certificatesApi.ts";

describe("The content cache", () => {
	const acme = parsedCertificate("Acme");
	let service: FakeCertificatesApi;
	let certificates: CertificateStore;
	let contents: ContentCache;
	let states: (string | undefined)[];

	beforeEach(() => {
		service = new FakeCertificatesApi();
		certificates = new CertificateStore(
			async () => service,
			async () => fakeReader(acme),
		);
		contents = new ContentCache(certificates);
		states = [];
		contents.on("change", () => states.push(contents.get("one")?.state));
	});

	it("fetches a content once, and returns `loading` meanwhile", async () => {
		assert.equal(contents.get("one"), undefined);
		service.contentById.set("one", acme.pem);
		await Promise.all([contents.load("one"), contents.load("one")]);
		await contents.load("one");
		assert.deepEqual(service.requestedIds, ["one"]);
		assert.deepEqual(states, ["loading", "read"]);
		assert.deepEqual(contents.get("one"), { state: "read", candidate: acme });
	});

	it("returns why a content could not be fetched, and fetches it again on the next request", async () => {
		await contents.load("one");
		assert.deepEqual(contents.get("one"), { state: "failed", problem: { reason: "not-found" } });
		service.contentById.set("one", "junk");
		await contents.load("one");
		assert.deepEqual(contents.get("one"), { state: "unreadable" });
		service.contentById.set("one", acme.pem);
		await contents.load("one");
		assert.equal(contents.get("one")?.state, "read");
	});

	it("throws an unexpected error", async () => {
		service.contentById.set("one", Promise.reject(new TypeError("a defect")));
		await assert.rejects(contents.load("one"), TypeError);
		assert.equal(contents.get("one")?.state, "unreadable");
	});

	it("drops all contents with the connection, also pending contents", async () => {
		service.contentById.set("one", acme.pem);
		await contents.load("one");
		certificates.reset("another");
		assert.equal(contents.get("one"), undefined);
		const answer = Promise.withResolvers<string>();
		service.contentById.set("two", answer.promise);
		const loaded = contents.load("two");
		certificates.reset("a third");
		answer.resolve(acme.pem);
		await loaded;
		assert.equal(contents.get("two"), undefined);
	});
});
