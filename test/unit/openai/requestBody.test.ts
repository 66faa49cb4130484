import assert from "node:assert/strict";
import { X509CertificateFileReader } from "../../../src/x509/certificateFileReader.ts";
import { makeCertificate } from "../../certificates.ts";
import { apiFixtureForEachTest } from "./setup.ts";

describe("R10 The body of an upload", () => {
	const fixture = apiFixtureForEachTest();
	const reader = new X509CertificateFileReader();

	const files: Readonly<Record<string, (pem: string, der: Uint8Array) => string | Uint8Array>> = {
		"a clean file": (pem) => pem,
		"a file with headers in the block": (pem) => pem.replace("-----\n", "-----\nComment: sk-x\n\n"),
		"a file with Bag Attributes": (pem) => `Bag Attributes\n    friendlyName: Acme\nsubject=CN = Acme\n${pem}`,
		"a file with junk before and after the block": (pem) => `junk\n${pem}junk\u0000\n-----BEGIN NOTHING`,
		"one line of base64": (_, der) => Buffer.from(der).toString("base64"),
		"CRLF and long lines": (_, der) =>
			`-----BEGIN CERTIFICATE-----\r\n${Buffer.from(der).toString("base64")}\r\n-----END CERTIFICATE-----\r\n`,
		DER: (_, der) => der,
		"DER with trailing bytes": (_, der) => Buffer.concat([der, Buffer.from("junk")]),
	};
	for (const [title, encode] of Object.entries(files))
		it(`contains only the name and one canonical PEM block, for ${title}`, async () => {
			const { api, emulator } = fixture;
			const { pem, der } = await makeCertificate({ commonName: "Acme Root CA" });
			const { candidates } = await reader.read(Buffer.from(encode(pem, der)), Date.now() / 1000, 30);
			const [candidate = assert.fail()] = candidates;
			await api.upload({ pem: candidate.pem, name: "Acme" });
			const [exchange, ...others] = emulator.exchanges;
			assert.deepEqual(others, []);
			assert.deepEqual(JSON.parse(exchange?.requestBody ?? ""), { name: "Acme", certificate: pem });
			const [begin, ...lines] = pem.trimEnd().split("\n");
			assert.equal(begin, "-----BEGIN CERTIFICATE-----");
			assert.equal(lines.pop(), "-----END CERTIFICATE-----");
			assert.ok(lines.slice(0, -1).every((line) => line.length === 64));
		});
});
