import assert from "node:assert/strict";
import { once } from "node:events";
import { CertificateStore } from "../../../src/features/organization/certificateStore.ts";
import { ContentCache } from "../../../src/features/organization/contentCache.ts";
import { ProjectStore } from "../../../src/features/organization/projectStore.ts";
import { FakeAdministration, project } from "../fakes/adminApi.ts";
import { candidate, certificate, listing, readerOf } from "../fakes/certificatesApi.ts";

describe("A listener that throws", () => {
	const defect = new RangeError("a row could not be drawn");
	const fake = new FakeAdministration([certificate("one")], [project("p")]);
	fake.content = async () => candidate("one").pem;
	const certificates = new CertificateStore(
		async () => fake,
		async () => readerOf(candidate("one")),
	);
	const projects = new ProjectStore(async () => fake);
	const contents = new ContentCache(certificates);

	for (const [title, source, change] of [
		["the certificates", certificates, () => certificates.load()],
		["the projects", projects, () => projects.load()],
		["the contents", contents, () => contents.load("one")],
	] as const)
		it(`breaks nothing for whoever changes ${title}, nor for others that listen, and is told of`, async () => {
			let told = 0;
			source.on("change", () => {
				throw defect;
			});
			source.on("change", () => told++);
			const failed = once(source, "change");
			const reported = new Promise((resolve) => source.once("error", resolve));
			await Promise.all([change(), failed]);
			assert.equal(await reported, defect);
			assert.ok(told > 0);
			source.on("error", () => {});
		});

	it("does not keep the others from knowing that all is forgotten", () => {
		let forgotten = 0;
		certificates.on("forget", () => {
			throw defect;
		});
		certificates.on("forget", () => forgotten++);
		certificates.reset("other");
		assert.deepEqual([forgotten, certificates.state.listing, certificates.organizationRef], [1, null, "other"]);
		certificates.replaceListing(listing());
	});
});
