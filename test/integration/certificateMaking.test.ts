import assert from "node:assert/strict";
import * as vscode from "vscode";
import { problemOf } from "../../src/domain/problem.ts";
import { X509CertificateMaker } from "../../src/x509/making/certificateMaker.ts";

// The desktop's extension host has BoringSSL instead of OpenSSL.
describe(`Certificates, made in the extension host of ${vscode.env.appName}`, () => {
	for (const keyType of ["p-256", "p-384", "rsa-2048"] as const)
		it(`have keys of type ${keyType} that this host reads again`, async () => {
			const passphrase = "correct horse battery staple";
			const maker = new X509CertificateMaker();
			const made = await maker.createCa({ commonName: "CA", validDays: 365, keyType, passphrase });
			const key = (await made.key?.write(async (pem) => Buffer.from(pem))) ?? assert.fail();
			const certificate = Buffer.from(made.certificatePem);
			const ca = await maker.openCa(certificate, key, passphrase);
			const request = { commonName: "agent", names: [], validDays: 90, keyType, passphrase: null };
			const { notBefore, notAfter } = await ca.issue(request);
			assert.equal(notAfter - notBefore, 3600 + 90 * 86_400);
			for (const [wrong, why] of [
				[null, "passphrase-needed"],
				["correct horse battery staplf", "passphrase-wrong"],
			] as const)
				await assert.rejects(maker.openCa(certificate, key, wrong), (thrown) => {
					assert.deepEqual(problemOf(thrown), { reason: "ca-refused", why });
					return true;
				});
		});
});
