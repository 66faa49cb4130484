import assert from "node:assert/strict";
import { Certificates } from "../../../src/application/certificates.ts";
import { Uploads } from "../../../src/application/uploads.ts";
import { Failure } from "../../../src/domain/failure.ts";
import { certificate, FakeService, readerOf } from "./fakes.ts";

describe("Uploads", () => {
	let service: FakeService;
	let certificates: Certificates;
	let uploads: Uploads;
	/** What a view would show after each change: names on their way, then ids in the list. */
	let seen: string[][];

	beforeEach(() => {
		service = new FakeService();
		const open = async () => service;
		certificates = new Certificates(open, async () => readerOf());
		uploads = new Uploads(open, certificates);
		seen = [];
		const look = () => seen.push([...running(), ...listed()]);
		certificates.on("change", look);
		uploads.on("change", look);
	});

	const running = () => uploads.running.map(({ name }) => name);
	const listed = () => certificates.state.listing?.certificates.map(({ id }) => id) ?? [];

	it("is on its way until it is in the list, at every moment in one of them", async () => {
		const answer = service.nextUpload();
		const uploading = uploads.upload({ pem: "PEM", name: "Root" });
		assert.deepEqual(running(), ["Root"]);
		answer.resolve(certificate("one"));
		assert.deepEqual(await uploading, certificate("one"));
		assert.deepEqual(service.sent, [{ pem: "PEM", name: "Root" }]);
		assert.deepEqual(seen, [["Root"], ["Root", "one"], ["one"]]);
	});

	it("is on its way no more once it has failed, and does not get into the list", async () => {
		service.nextUpload().reject(new Failure({ reason: "unconfirmed", name: "Root" }));
		await assert.rejects(uploads.upload({ pem: "PEM", name: "Root" }), { name: "Failure", message: "unconfirmed" });
		assert.deepEqual(seen, [["Root"], []]);
	});

	it("is on its way no more where the service could not be opened", async () => {
		const closed = new Uploads(() => Promise.reject(new Failure({ reason: "no-key" })), certificates);
		await assert.rejects(closed.upload({ pem: "PEM", name: "Root" }), { name: "Failure" });
		assert.deepEqual(closed.running, []);
	});

	it("R25 is cancelled alone, whatever else is on its way", async () => {
		const answers = [service.nextUpload(), service.nextUpload()];
		const uploading = [
			uploads.upload({ pem: "PEM 1", name: "Root" }),
			uploads.upload({ pem: "PEM 2", name: "Root" }),
		] as const;
		const [first, second] = uploads.running;
		assert.notEqual(first?.id, second?.id);
		second?.cancel();
		await assert.rejects(uploading[1], { name: "Cancelled" });
		assert.deepEqual(
			uploads.running.map(({ id }) => id),
			[first?.id],
		);
		answers[0]?.resolve(certificate("one"));
		await uploading[0];
		assert.deepEqual(seen.at(-1), ["one"]);
	});

	it("does not get into another connection's list", async () => {
		const answer = service.nextUpload();
		const uploading = uploads.upload({ pem: "PEM", name: "Root" });
		certificates.forget("another");
		answer.resolve(certificate("one"));
		assert.deepEqual(await uploading, certificate("one"));
		assert.deepEqual(listed(), []);
		assert.deepEqual(running(), []);
	});
});
