import assert from "node:assert/strict";
import { X509CertificateFileReader } from "../../../../src/x509/certificateFileReader.ts";
import { makeCertificate, type TestCertificate } from "../../../certificates.ts";
import { makePrivateKeys, type TestKey } from "../../x509/privateKeys.ts";
import { apiFixtureForEachTest } from "../setup.ts";

/** Length in bytes that identifies a key: longer than the algorithm identifier, which the certificate's key shares. */
const WINDOW = 24;

describe("R06 A private key beside the certificate never reaches the service", () => {
	const fixture = apiFixtureForEachTest();
	const reader = new X509CertificateFileReader();
	let root: TestCertificate;

	before(async () => {
		root = await makeCertificate({ commonName: "Acme Root CA" });
	});

	/** Yields files that contain the certificate and this key. */
	function* filesWith({ text, der }: TestKey): Generator<Uint8Array> {
		const orders = [text + root.pem, root.pem + text, `${text}\n# between\n${root.pem}${text}`];
		for (const order of orders)
			for (const ending of ["\n", "\r\n", "\r"]) yield Buffer.from(order.replaceAll("\n", ending));
		if (!der) return;
		const concatenated = Buffer.concat([root.der, der]);
		yield concatenated;
		const body = concatenated
			.toString("base64")
			.match(/.{1,64}/g)
			?.join("\n");
		yield Buffer.from(`-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`);
	}

	for (const key of makePrivateKeys())
		it(`${key.kind}, in any order, with any line ending, appended`, async () => {
			const { api, emulator } = fixture;
			emulator.switches.certificateLimit = 100;
			let files = 0;
			for (const file of filesWith(key)) {
				const { candidates, holdsPrivateKey } = await reader.read(file, Date.now() / 1000, 30);
				assert.equal(candidates.length, 1);
				const [{ pem, sha256, findings } = assert.fail()] = candidates;
				assert.equal(sha256, root.sha256);
				assert.ok(holdsPrivateKey || findings.some(({ code }) => code === "bytes-follow"));
				await api.upload({ pem, name: `n${files++}` });
			}
			assert.equal(emulator.state.certificates.length, files);
			const bodies = emulator.exchanges.map(({ requestBody }) => JSON.parse(requestBody).certificate as string);
			for (const body of bodies) assert.equal(body, root.pem);
			const sent = Buffer.concat(bodies.map((body) => Buffer.from(body.split("-----")[2] ?? "", "base64")));
			for (let at = 0; at + WINDOW <= key.bytes.length; at++)
				assert.ok(!sent.includes(key.bytes.subarray(at, at + WINDOW)), `byte ${at} of the key`);
		});
});
