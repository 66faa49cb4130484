import assert from "node:assert/strict";
import { makeCertificate, type TestCertificate } from "../../certificates.ts";
import * as der from "./der.ts";
import { makePrivateKeys } from "./privateKeys.ts";
import { fileSummary, findingCodes, findingsWithCode, read } from "./read.ts";

describe("A certificate file", () => {
	let root: TestCertificate;
	let intermediate: TestCertificate;
	let client: TestCertificate;
	const keys = makePrivateKeys();

	before(async () => {
		root = await makeCertificate({ commonName: "Acme Root" });
		intermediate = await makeCertificate({ commonName: "Acme Intermediate", issuer: root });
		client = await makeCertificate({ ca: false, issuer: intermediate });
	});

	describe("is accepted", () => {
		const bodyOf = (pem: string) => pem.split("\n").slice(1, -2);
		const files: Record<string, (pem: string) => string | Uint8Array> = {
			"with LF": (pem) => pem,
			"with CRLF": (pem) => pem.replaceAll("\n", "\r\n"),
			"with CR only": (pem) => pem.replaceAll("\n", "\r"),
			"with a UTF-8 byte order mark": (pem) => `\ufeff${pem}`,
			"in UTF-16, little endian": (pem) => Buffer.from(`\ufeff${pem}`, "utf16le"),
			"in UTF-16, big endian": (pem) => Buffer.from(`\ufeff${pem}`, "utf16le").swap16(),
			"with base64 on one line": (pem) =>
				`-----BEGIN CERTIFICATE-----\n${bodyOf(pem).join("")}\n-----END CERTIFICATE-----\n`,
			"with trailing blanks": (pem) => pem.replaceAll("\n", " \t \n"),
			"without a final newline": (pem) => pem.trimEnd(),
			"indented as in YAML": (pem) => `tls:\n  ca: |\n${pem.replaceAll(/^/gm, "    ")}`,
			"indented by tabs": (pem) => pem.replaceAll(/^/gm, "\t"),
			"with blank lines inside": (pem) => pem.replaceAll("\n", "\n\n"),
			"with blanks instead of newlines": (pem) => pem.replaceAll("\n", " "),
			"with escaped newlines, as in JSON": (pem) => JSON.stringify({ ca: pem }),
			"indented by escaped tabs": (pem) => JSON.stringify(pem.replaceAll(/^/gm, "\t")),
			"with escaped CRLF": (pem) => JSON.stringify({ ca: pem.replaceAll("\n", "\r\n") }),
			"with escaped slashes, as in PHP's JSON": (pem) => JSON.stringify({ ca: pem }).replaceAll("/", "\\/"),
			"in JSON in JSON": (pem) => JSON.stringify(JSON.stringify({ ca: pem })),
			"after the output of openssl -text": (pem) => `Certificate:\n    Data:\n        Version: 3 (0x2)\n${pem}`,
			"after Bag Attributes": (pem) => `Bag Attributes\n    friendlyName: Acme\nsubject=CN = Acme\n${pem}`,
			"between comments": (pem) => `# our CA\n${pem}# until 2030\n`,
			"labelled X509 CERTIFICATE": (pem) => pem.replaceAll("CERTIFICATE", "X509 CERTIFICATE"),
			"with headers inside the block": (pem) =>
				pem.replace("-----\n", "-----\nProc-Type: 0,CLEAR\nComment: one\n two\n\n"),
			"with headers, CRLF": (pem) =>
				pem.replace("-----\n", "-----\nComment: one\nComment: two\n\n").replaceAll("\n", "\r\n"),
			"with headers, CR only": (pem) => pem.replace("-----\n", "-----\nComment: one\n\n").replaceAll("\n", "\r"),
			"with headers, CR only and no blank line": (pem) =>
				pem.replace("-----\n", "-----\nComment: one\n").replaceAll("\n", "\r"),
			"with headers, in JSON": (pem) => JSON.stringify(pem.replace("-----\n", "-----\nComment: one\n\n")),
			"with headers, CRLF, in JSON": (pem) =>
				JSON.stringify(pem.replace("-----\n", "-----\nComment: one\n\n").replaceAll("\n", "\r\n")),
			"with headers and no blank line": (pem) => pem.replace("-----\n", "-----\nComment: one\n"),
			"with two blanks before the labels": (pem) => pem.replaceAll(" CERTIFICATE", "  CERTIFICATE"),
			"as base64 without PEM labels": (pem) => bodyOf(pem).join("\n"),
			"as base64 without PEM labels, in quotes": (pem) => `"${bodyOf(pem).join("")}"\n`,
			"as base64 without padding": (pem) => bodyOf(pem).join("\n").replaceAll("=", ""),
			"as DER": (pem) => Buffer.from(bodyOf(pem).join(""), "base64"),
		};
		for (const [how, write] of Object.entries(files))
			it(`R10 ${how}`, async () => {
				const found = await read(write(root.pem));
				assert.deepEqual(fileSummary(found), ["accept", [root.sha256], []]);
				assert.equal(found.candidates[0]?.pem, root.pem);
				assert.deepEqual(findingCodes(found), ["root"]);
			});

		it("R10 labelled TRUSTED CERTIFICATE, without OpenSSL's trailing trust data", async () => {
			const trust = der.sequence(der.sequence(der.oid("1.3.6.1.5.5.7.3.2")), der.text("an alias"));
			const found = await read(der.pemBlock("TRUSTED CERTIFICATE", Buffer.concat([root.der, trust])));
			assert.deepEqual([fileSummary(found), findingCodes(found)], [["accept", [root.sha256], []], ["root"]]);
			const more = await read(der.pemBlock("TRUSTED CERTIFICATE", Buffer.concat([root.der, trust, trust])));
			assert.deepEqual(
				[fileSummary(more), findingCodes(more)],
				[
					["accept", [root.sha256], []],
					["bytes-follow", "root"],
				],
			);
		});

		it("R10 after bytes that are not a byte order mark", async () => {
			for (const bytes of [[0xff], [0x41, 0xfe], [0xfe], [0x41, 0xff], [0xef, 0xbb], [0xef], [0x41, 0xbb]]) {
				const found = await read(Buffer.concat([Buffer.from(bytes), Buffer.from(root.pem)]));
				assert.deepEqual(fileSummary(found), ["accept", [root.sha256], []], bytes.join());
			}
		});

		it("R10 labelled CERTIFICATE with OpenSSL's trust data, and TRUSTED CERTIFICATE with other trailing data", async () => {
			const trust = der.sequence(der.sequence(der.oid("1.3.6.1.5.5.7.3.2")), der.text("an alias"));
			const others = [
				der.set(der.text("an alias")),
				der.sequence(der.text("an alias"), der.integer(1)),
				Buffer.from("junk"),
			];
			for (const [label, data] of [
				["CERTIFICATE", trust],
				...others.map((other) => ["TRUSTED CERTIFICATE", other] as const),
			] as const) {
				const found = await read(der.pemBlock(label, Buffer.concat([root.der, data])));
				assert.deepEqual(
					[fileSummary(found), findingCodes(found)],
					[
						["accept", [root.sha256], []],
						["bytes-follow", "root"],
					],
				);
			}
		});

		it("with an SSH public key, which is ignored in a file with a block", async () => {
			assert.deepEqual(fileSummary(await read(`${root.pem}ssh-rsa AAAAB3 me\n`)), ["accept", [root.sha256], []]);
		});

		it("as base64 without PEM labels after blank lines, with its line number", async () => {
			const [candidate] = (await read(`\n \n${bodyOf(root.pem).join("\n")}`)).candidates;
			assert.deepEqual([candidate?.sha256, candidate?.line], [root.sha256, 3]);
		});

		it("R10 of every length, in 64 columns and without a blank line", async () => {
			for (let length = 0; length < 48; length++) {
				const padding = { oid: "1.2.3", value: Buffer.alloc(length) };
				const bytes = der.certificate({ extensions: [...der.usualExtensions(), padding] });
				assert.equal((await read(bytes)).candidates[0]?.pem, der.pemBlock("CERTIFICATE", bytes));
			}
		});

		it("with the same certificate twice, as one certificate", async () => {
			const found = await read(root.pem + der.pemBlock("X509 CERTIFICATE", root.der));
			assert.deepEqual(fileSummary(found), ["accept", [root.sha256], ["2 certificate duplicate"]]);
		});

		it("with a wrong label, by its content", async () => {
			assert.deepEqual(fileSummary(await read(der.pemBlock("CERTIFICATE REQUEST", root.der))), [
				"accept",
				[root.sha256],
				[],
			]);
		});
	});

	describe("R08 with several certificates offers all, and never silently chooses the first:", () => {
		const lines = (pem: string) => pem.split("\n").length - 1;

		it("a chain with text in between", async () => {
			const found = await read(`# client\n${client.pem}# CA\n${intermediate.pem}\n${root.pem}`);
			assert.deepEqual(fileSummary(found), ["choose", [client.sha256, intermediate.sha256, root.sha256], []]);
			const [first = 0, second = 0] = [lines(client.pem), lines(intermediate.pem)];
			assert.deepEqual(
				found.candidates.map(({ block, line, isCa }) => [block, line, isCa]),
				[
					[1, 2, false],
					[2, 3 + first, true],
					[3, 4 + first + second, true],
				],
			);
		});

		it("PKCS#7, in DER, PEM, base64, and labelled CERTIFICATE as some web servers do", async () => {
			const p7 = der.pkcs7(client.der, root.der);
			const attributes = der.pkcs7(client.der, der.context(1, der.integer(1)), root.der);
			const files = [
				p7,
				attributes,
				der.pemBlock("PKCS7", p7),
				p7.toString("base64"),
				der.pemBlock("CERTIFICATE", p7),
				der.pemBlock("CMS", p7),
			];
			for (const file of files)
				assert.deepEqual(fileSummary(await read(file)), ["choose", [client.sha256, root.sha256], []]);
		});

		it("PKCS#7 in BER, with indefinite lengths", async () => {
			const open = (tag: number, ...parts: Uint8Array[]) =>
				Buffer.concat([Buffer.of(tag, 0x80), ...parts, Buffer.alloc(2)]);
			const data = open(0x30, der.oid("1.2.840.113549.1.7.1"));
			const signedData = open(0x30, der.integer(1), der.set(), data, open(0xa0, client.der, root.der), der.set());
			const file = open(0x30, der.oid("1.2.840.113549.1.7.2"), open(0xa0, signedData));
			assert.deepEqual(fileSummary(await read(file)), ["choose", [client.sha256, root.sha256], []]);
		});

		it("line numbers with every kind of line ending", async () => {
			const lines = client.pem.split("\n").length + 2;
			for (const ending of ["\n", "\r\n", "\r"]) {
				const found = await read(`# one\n\n${client.pem}${root.pem}`.replaceAll("\n", ending));
				assert.deepEqual(
					found.candidates.map(({ line }) => line),
					[3, lines],
				);
			}
		});

		it("a damaged certificate in a DER file, and a good one", async () => {
			const p7 = der.pkcs7(der.sequence(der.integer(1)), root.der);
			const found = await read(p7);
			assert.deepEqual(fileSummary(found), ["accept", [root.sha256], ["1 certificate unreadable"]]);
			assert.deepEqual([found.candidates[0]?.line, found.skipped[0]?.line], [null, null]);
		});
	});

	describe("R06 with a private key is accepted, with the line of the key:", () => {
		for (const { kind, text } of keys)
			it(kind, async () => {
				for (const [file, line] of [
					[text + root.pem, 1],
					[root.pem + text, root.pem.split("\n").length],
				] as const) {
					const found = await read(file);
					assert.deepEqual([found.outcome, found.holdsPrivateKey], ["accept", true]);
					assert.equal(found.candidates[0]?.pem, root.pem);
					assert.deepEqual(findingsWithCode(found, "private-key-in-file"), [
						{ code: "private-key-in-file", level: "warn", line, count: 1 },
					]);
				}
			});

		for (const { kind, der: key } of keys) {
			if (key === null) continue;
			it(`${kind} in DER, appended to the certificate, in a DER file or a PEM block`, async () => {
				const appended = Buffer.concat([root.der, key]);
				const separated = Buffer.concat([root.der, Buffer.from("\n"), key]);
				for (const file of [
					appended,
					separated,
					der.pemBlock("CERTIFICATE", appended),
					der.pemBlock("TRUSTED CERTIFICATE", appended),
				]) {
					const found = await read(file);
					assert.deepEqual([found.outcome, found.holdsPrivateKey], ["accept", true]);
					assert.deepEqual([found.candidates[0]?.pem, found.candidates[0]?.sha256], [root.pem, root.sha256]);
					const bytes: number = file === separated ? key.length + 1 : key.length;
					assert.deepEqual(findingsWithCode(found, "bytes-follow"), [{ code: "bytes-follow", level: "warn", bytes }]);
					const line = file === appended || file === separated ? null : 1;
					assert.deepEqual(findingsWithCode(found, "private-key-in-file"), [
						{ code: "private-key-in-file", level: "warn", line, count: 1 },
					]);
				}
			});
		}

		it("several keys, with their number", async () => {
			const [one, other] = keys.map(({ text }) => text);
			const found = await read(`${one}${root.pem}${other}`);
			assert.deepEqual(findingsWithCode(found, "private-key-in-file"), [
				{ code: "private-key-in-file", level: "warn", line: 1, count: 2 },
			]);
		});

		it("in PEM, after a certificate in DER", async () => {
			for (const { text } of keys) {
				const found = await read(Buffer.concat([root.der, Buffer.from(text)]));
				assert.deepEqual([found.outcome, found.holdsPrivateKey], ["accept", true]);
				assert.equal(found.candidates[0]?.pem, root.pem);
			}
		});

		it("after PKCS#7", async () => {
			const key = keys[0]?.der ?? Buffer.alloc(0);
			const found = await read(Buffer.concat([der.pkcs7(root.der), key]));
			assert.deepEqual(
				[found.outcome, found.holdsPrivateKey, findingCodes(found)[0]],
				["accept", true, "bytes-follow"],
			);
		});
	});

	it("is accepted without bytes that follow the certificate, which are counted", async () => {
		for (const junk of [Buffer.of(0), Buffer.from("\n"), Buffer.from("junk"), Buffer.alloc(700, 0xff)])
			for (const file of [
				Buffer.concat([root.der, junk]),
				der.pemBlock("CERTIFICATE", Buffer.concat([root.der, junk])),
			]) {
				const found = await read(file);
				assert.deepEqual(fileSummary(found), ["accept", [root.sha256], []]);
				assert.equal(found.holdsPrivateKey, false);
				assert.deepEqual(findingsWithCode(found, "bytes-follow"), [
					{ code: "bytes-follow", level: "warn", bytes: junk.length },
				]);
			}
	});
	it("R09 with a certificate over 16 kB is accepted, with a strong finding", async () => {
		const large = { oid: "1.2.3.4", value: Buffer.alloc(20_000, 7) };
		const found = await read(der.certificate({ extensions: [...der.usualExtensions(), large] }));
		const bytes = found.candidates[0]?.pem.length ?? 0;
		assert.deepEqual(findingsWithCode(found, "over-16-kb"), [{ code: "over-16-kb", level: "strong", bytes }]);
	});
});
