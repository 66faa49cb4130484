import assert from "node:assert/strict";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { type KeyType, makeCertificate } from "../../certificates.ts";

// node:crypto is the witness for what the other tests are made of.
describe("certificates for tests", () => {
	const keyTypes: KeyType[] = ["p-256", "p-384", "p-521", "rsa-1024", "rsa-2048", "rsa-pss-2048", "ed25519"];

	for (const keyType of keyTypes) {
		it(`makes an authority with a ${keyType} key, and what it issues`, async () => {
			const root = await makeCertificate({ commonName: 'A, "b" #c=d é ', keyType });
			const leaf = await makeCertificate({ ca: false, issuer: root });
			const [readRoot, readLeaf] = [new X509Certificate(root.pem), new X509Certificate(leaf.pem)];
			assert.ok(readRoot.verify(readRoot.publicKey));
			assert.ok(readLeaf.verify(readRoot.publicKey));
			assert.ok(readLeaf.checkIssued(readRoot));
			assert.ok(readRoot.ca);
			assert.ok(!readLeaf.ca);
			assert.equal(readRoot.toLegacyObject().subject.CN, 'A, "b" #c=d é ');
			assert.ok(readRoot.checkPrivateKey(createPrivateKey(root.privateKeyPem)));
			assert.equal(readRoot.toString(), root.pem);
			assert.deepEqual(readRoot.raw, Buffer.from(root.der));
			assert.equal(readRoot.fingerprint256.replaceAll(":", "").toLowerCase(), root.sha256);
		});
	}

	it("takes subject, dates, serial number, hash, key and extensions as they are given", async () => {
		const first = await makeCertificate({ keyType: "rsa-2048" });
		const made = await makeCertificate({
			subject: "CN=Root, O=Acme",
			notBefore: new Date(1_000_000_000_000),
			notAfter: new Date(2_000_000_000_000),
			serialNumber: "0a0b",
			hash: "SHA-1",
			keyOf: first,
			extensions: () => [],
		});
		const read = new X509Certificate(made.pem);
		assert.equal(read.subject, "CN=Root\nO=Acme");
		assert.equal(read.validFromDate.getTime(), 1_000_000_000_000);
		assert.equal(read.validToDate.getTime(), 2_000_000_000_000);
		assert.equal(read.serialNumber, "0A0B");
		assert.equal(read.ca, false);
		assert.ok(read.verify(new X509Certificate(first.pem).publicKey));
		// sha1WithRSAEncryption, 1.2.840.113549.1.1.5
		assert.ok(read.raw.includes(Buffer.from("06092a864886f70d010105", "hex")));
	});
});
