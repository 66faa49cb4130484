import assert from "node:assert/strict";
import { once } from "node:events";
import { CertificateStore } from "../../../src/features/organization/certificateStore.ts";
import { ContentCache } from "../../../src/features/organization/contentCache.ts";
import { ProjectStore } from "../../../src/features/organization/projectStore.ts";
import { FakeAdminApi, project } from "../fakes/adminApi.ts";
import { certificate, fakeReader, listing, parsedCertificate } from "../fakes/certificatesApi.ts";

describe("A listener that throws", () => {
	const listenerError = new RangeError("a row could not be drawn");
	const fake = new FakeAdminApi([certificate("one")], [project("p")]);
	fake.content = async () => parsedCertificate("one").pem;
	const certificates = new CertificateStore(
		async () => fake,
		async () => fakeReader(parsedCertificate("one")),
	);
	const projects = new ProjectStore(async () => fake);
	const contents = new ContentCache(certificates);

	for (const [title, source, change] of [
		["the certificates", certificates, () => certificates.load()],
		["the projects", projects, () => projects.load()],
		["the contents", contents, () => contents.load("one")],
	] as const)
		it(`affects neither a change of ${title} nor other listeners, and is reported`, async () => {
			let calls = 0;
			source.on("change", () => {
				throw listenerError;
			});
			source.on("change", () => calls++);
			const failed = once(source, "change");
			const reported = new Promise((resolve) => source.once("error", resolve));
			await Promise.all([change(), failed]);
			assert.equal(await reported, listenerError);
			assert.ok(calls > 0);
			source.on("error", () => {});
		});

	it("does not prevent other listeners from receiving `forget`", () => {
		let forgetCalls = 0;
		certificates.on("forget", () => {
			throw listenerError;
		});
		certificates.on("forget", () => forgetCalls++);
		certificates.reset("other");
		assert.deepEqual([forgetCalls, certificates.state.listing, certificates.organizationRef], [1, null, "other"]);
		certificates.replaceListing(listing());
	});
});
