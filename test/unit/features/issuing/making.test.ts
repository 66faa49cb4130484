import assert from "node:assert/strict";
import { type MadeCertificate, NewPrivateKey } from "../../../../src/domain/certificateMaking.ts";
import { CancelledError, ProblemError } from "../../../../src/domain/problem.ts";
import { unlessCancelled } from "../../../../src/features/issuing/making.ts";

describe("The making of a certificate", () => {
	const pem = Buffer.from("key");
	const made = (key: NewPrivateKey | null = null): MadeCertificate => ({
		...{ certificatePem: "", key, serial: "0a", sha256: "ff", notBefore: 0, notAfter: 1, commonName: "a", names: [] },
	});

	it("is waited for", async () => {
		const certificate = made();
		assert.equal(await unlessCancelled(Promise.resolve(certificate), new AbortController().signal), certificate);
	});

	it("may fail", async () => {
		const problem = new ProblemError({ reason: "ca-refused", why: "expired" });
		await assert.rejects(unlessCancelled(Promise.reject(problem), new AbortController().signal), problem);
	});

	for (const when of ["before", "during"])
		it(`R60 that is cancelled ${when} it ends at once, and the key is discarded once it's there`, async () => {
			const abort = new AbortController();
			const making = Promise.withResolvers<MadeCertificate>();
			if (when === "before") abort.abort();
			const waiting = unlessCancelled(making.promise, abort.signal);
			if (when === "during") abort.abort();
			await assert.rejects(waiting, CancelledError);
			const key = new NewPrivateKey(Buffer.from(pem));
			making.resolve(made(key));
			await making.promise;
			await assert.rejects(key.write(async () => {}));
		});

	it("that fails after a cancellation is ignored", async () => {
		const abort = new AbortController();
		const making = Promise.withResolvers<MadeCertificate>();
		const waiting = unlessCancelled(making.promise, abort.signal);
		abort.abort();
		await assert.rejects(waiting, CancelledError);
		making.reject(new Error("late"));
		await assert.rejects(making.promise);
	});
});
