import assert from "node:assert/strict";
import { CertificateStore } from "../../../../src/features/organization/certificateStore.ts";
import { ContentCache } from "../../../../src/features/organization/contentCache.ts";
import { candidate, FakeService, readerOf } from "../../fakes/certificatesApi.ts";

describe("The content cache", () => {
	const acme = candidate("Acme");
	let service: FakeService;
	let certificates: CertificateStore;
	let contents: ContentCache;
	let states: (string | undefined)[];

	beforeEach(() => {
		service = new FakeService();
		certificates = new CertificateStore(
			async () => service,
			async () => readerOf(acme),
		);
		contents = new ContentCache(certificates);
		states = [];
		contents.on("change", () => states.push(contents.of("one")?.state));
	});

	it("fetches a content once, and returns `loading` meanwhile", async () => {
		assert.equal(contents.of("one"), undefined);
		service.kept.set("one", acme.pem);
		await Promise.all([contents.load("one"), contents.load("one")]);
		await contents.load("one");
		assert.deepEqual(service.asked, ["one"]);
		assert.deepEqual(states, ["loading", "read"]);
		assert.deepEqual(contents.of("one"), { state: "read", candidate: acme });
	});

	it("returns why a content could not be fetched, and fetches it again on the next request", async () => {
		await contents.load("one");
		assert.deepEqual(contents.of("one"), { state: "failed", problem: { reason: "not-found" } });
		service.kept.set("one", "junk");
		await contents.load("one");
		assert.deepEqual(contents.of("one"), { state: "unreadable" });
		service.kept.set("one", acme.pem);
		await contents.load("one");
		assert.equal(contents.of("one")?.state, "read");
	});

	it("throws an unexpected error", async () => {
		service.kept.set("one", Promise.reject(new TypeError("a defect")));
		await assert.rejects(contents.load("one"), TypeError);
		assert.equal(contents.of("one")?.state, "unreadable");
	});

	it("drops all contents with the connection, also pending contents", async () => {
		service.kept.set("one", acme.pem);
		await contents.load("one");
		certificates.reset("another");
		assert.equal(contents.of("one"), undefined);
		const answer = Promise.withResolvers<string>();
		service.kept.set("two", answer.promise);
		const loaded = contents.load("two");
		certificates.reset("a third");
		answer.resolve(acme.pem);
		await loaded;
		assert.equal(contents.of("two"), undefined);
	});
});
