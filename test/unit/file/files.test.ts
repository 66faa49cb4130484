import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import type { CertificateFile } from "../../../src/domain/certificateFile.ts";
import { MAX_FILE_BYTES } from "../../../src/domain/certificateFile.ts";
import { outcomeWords, refusalWords } from "../../../src/ui/words/certificateFile.ts";
import { type MadeCertificate, makeCertificate } from "../../certificates.ts";
import * as der from "./der.ts";
import { makePrivateKeys } from "./privateKeys.ts";
import { read } from "./reading.ts";

describe("What may be right-clicked", () => {
	let root: MadeCertificate;
	let intermediate: MadeCertificate;
	let client: MadeCertificate;
	const keys = makePrivateKeys();

	before(async () => {
		root = await makeCertificate({ commonName: "Acme Root" });
		intermediate = await makeCertificate({ commonName: "Acme Intermediate", issuer: root });
		client = await makeCertificate({ ca: false, issuer: intermediate });
	});

	describe("is accepted", () => {
		const bodyOf = (pem: string) => pem.split("\n").slice(1, -2);
		const files: Record<string, (pem: string) => string | Uint8Array> = {
			"one CERTIFICATE with LF": (pem) => pem,
			"with CRLF": (pem) => pem.replaceAll("\n", "\r\n"),
			"with CR only": (pem) => pem.replaceAll("\n", "\r"),
			"with a UTF-8 byte order mark": (pem) => `\ufeff${pem}`,
			"in UTF-16, little endian": (pem) => Buffer.from(`\ufeff${pem}`, "utf16le"),
			"in UTF-16, big endian": (pem) => Buffer.from(`\ufeff${pem}`, "utf16le").swap16(),
			"with its base64 on one line": (pem) =>
				`-----BEGIN CERTIFICATE-----\n${bodyOf(pem).join("")}\n-----END CERTIFICATE-----\n`,
			"with trailing blanks": (pem) => pem.replaceAll("\n", " \t \n"),
			"without a last newline": (pem) => pem.trimEnd(),
			"indented as in YAML": (pem) => `tls:\n  ca: |\n${pem.replaceAll(/^/gm, "    ")}`,
			"indented by tabs": (pem) => pem.replaceAll(/^/gm, "\t"),
			"with blank lines inside": (pem) => pem.replaceAll("\n", "\n\n"),
			"with newlines turned into blanks": (pem) => pem.replaceAll("\n", " "),
			"with literal \\n, as in JSON": (pem) => JSON.stringify({ ca: pem }),
			"with literal \\r\\n": (pem) => JSON.stringify({ ca: pem.replaceAll("\n", "\r\n") }),
			"with escaped slashes, as in PHP's JSON": (pem) => JSON.stringify({ ca: pem }).replaceAll("/", "\\/"),
			"in JSON in JSON": (pem) => JSON.stringify(JSON.stringify({ ca: pem })),
			"after the text that openssl -text writes": (pem) => `Certificate:\n    Data:\n        Version: 3 (0x2)\n${pem}`,
			"after Bag Attributes": (pem) => `Bag Attributes\n    friendlyName: Acme\nsubject=CN = Acme\n${pem}`,
			"between comments": (pem) => `# our CA\n${pem}# until 2030\n`,
			"labelled X509 CERTIFICATE": (pem) => pem.replaceAll("CERTIFICATE", "X509 CERTIFICATE"),
			"with headers inside of the block": (pem) =>
				pem.replace("-----\n", "-----\nProc-Type: 0,CLEAR\nComment: one\n two\n\n"),
			"with headers, CRLF": (pem) =>
				pem.replace("-----\n", "-----\nComment: one\nComment: two\n\n").replaceAll("\n", "\r\n"),
			"with headers, in JSON": (pem) => JSON.stringify(pem.replace("-----\n", "-----\nComment: one\n\n")),
			"with headers, CRLF, in JSON": (pem) =>
				JSON.stringify(pem.replace("-----\n", "-----\nComment: one\n\n").replaceAll("\n", "\r\n")),
			"with headers and no blank line": (pem) => pem.replace("-----\n", "-----\nComment: one\n"),
			"as base64 without armour": (pem) => bodyOf(pem).join("\n"),
			"as base64 without armour, in quotes": (pem) => `"${bodyOf(pem).join("")}"\n`,
			"as base64 without padding": (pem) => bodyOf(pem).join("\n").replaceAll("=", ""),
			"as DER": (pem) => Buffer.from(bodyOf(pem).join(""), "base64"),
		};
		for (const [how, write] of Object.entries(files))
			it(`R10 ${how}`, async () => {
				const found = await read(write(root.pem));
				assert.deepEqual(ends(found), ["accept", [root.sha256], []]);
				assert.equal(found.candidates[0]?.pem, root.pem);
				assert.deepEqual(codes(found), ["root"]);
			});

		it("R10 labelled TRUSTED CERTIFICATE, without the data that OpenSSL puts behind it", async () => {
			const trust = der.sequence(der.sequence(der.oid("1.3.6.1.5.5.7.3.2")), der.text("an alias"));
			const found = await read(der.armour("TRUSTED CERTIFICATE", Buffer.concat([root.der, trust])));
			assert.deepEqual([ends(found), codes(found)], [["accept", [root.sha256], []], ["root"]]);
			const more = await read(der.armour("TRUSTED CERTIFICATE", Buffer.concat([root.der, trust, trust])));
			assert.deepEqual(
				[ends(more), codes(more)],
				[
					["accept", [root.sha256], []],
					["bytes-follow", "root"],
				],
			);
		});

		it("R10 at every length, in 64 columns and without a blank line", async () => {
			for (let length = 0; length < 48; length++) {
				const padding = { oid: "1.2.3", value: Buffer.alloc(length) };
				const bytes = der.certificate({ extensions: [...der.usualExtensions(), padding] });
				assert.equal((await read(bytes)).candidates[0]?.pem, der.armour("CERTIFICATE", bytes));
			}
		});

		it("the same certificate twice, as one", async () => {
			const found = await read(root.pem + der.armour("X509 CERTIFICATE", root.der));
			assert.deepEqual(ends(found), ["accept", [root.sha256], ["2 certificate duplicate"]]);
		});

		it("a label that says something else than the content, by the content", async () => {
			assert.deepEqual(ends(await read(der.armour("CERTIFICATE REQUEST", root.der))), ["accept", [root.sha256], []]);
		});
	});

	describe("R08 several certificates are offered, never silently the first:", () => {
		const lines = (pem: string) => pem.split("\n").length - 1;

		it("a chain, with text between", async () => {
			const found = await read(`# client\n${client.pem}# CA\n${intermediate.pem}\n${root.pem}`);
			assert.deepEqual(ends(found), ["choose", [client.sha256, intermediate.sha256, root.sha256], []]);
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
			const files = [
				p7,
				der.armour("PKCS7", p7),
				p7.toString("base64"),
				der.armour("CERTIFICATE", p7),
				der.armour("CMS", p7),
			];
			for (const file of files) assert.deepEqual(ends(await read(file)), ["choose", [client.sha256, root.sha256], []]);
		});

		it("PKCS#7 in BER, with indefinite lengths", async () => {
			const open = (tag: number, ...parts: Uint8Array[]) =>
				Buffer.concat([Buffer.of(tag, 0x80), ...parts, Buffer.alloc(2)]);
			const data = open(0x30, der.oid("1.2.840.113549.1.7.1"));
			const signedData = open(0x30, der.integer(1), der.set(), data, open(0xa0, client.der, root.der), der.set());
			const file = open(0x30, der.oid("1.2.840.113549.1.7.2"), open(0xa0, signedData));
			assert.deepEqual(ends(await read(file)), ["choose", [client.sha256, root.sha256], []]);
		});

		it("the lines of blocks are counted whatever ends them", async () => {
			const lines = client.pem.split("\n").length + 2;
			for (const ending of ["\n", "\r\n", "\r"]) {
				const found = await read(`# one\n\n${client.pem}${root.pem}`.replaceAll("\n", ending));
				assert.deepEqual(
					found.candidates.map(({ line }) => line),
					[3, lines],
				);
			}
		});

		it("in a DER file, one that is damaged does not hide the other", async () => {
			const p7 = der.pkcs7(der.sequence(der.integer(1)), root.der);
			assert.deepEqual(ends(await read(p7)), ["accept", [root.sha256], ["1 certificate unreadable"]]);
		});
	});

	describe("R06 a private key beside a certificate is named by its line, and the certificate goes on:", () => {
		for (const { kind, text } of keys)
			it(kind, async () => {
				for (const [file, line] of [
					[text + root.pem, 1],
					[root.pem + text, root.pem.split("\n").length],
				] as const) {
					const found = await read(file);
					assert.deepEqual([found.outcome, found.holdsPrivateKey], ["accept", true]);
					assert.equal(found.candidates[0]?.pem, root.pem);
					assert.deepEqual(detail(found, "private-key-in-file"), [
						{ code: "private-key-in-file", level: "warn", line },
					]);
				}
			});

		for (const { kind, der: key } of keys) {
			if (key === null) continue;
			it(`${kind} in DER, glued behind it, in a file or inside one block`, async () => {
				const glued = Buffer.concat([root.der, key]);
				const apart = Buffer.concat([root.der, Buffer.from("\n"), key]);
				for (const file of [glued, apart, der.armour("CERTIFICATE", glued), der.armour("TRUSTED CERTIFICATE", glued)]) {
					const found = await read(file);
					assert.deepEqual([found.outcome, found.holdsPrivateKey], ["accept", true]);
					assert.deepEqual([found.candidates[0]?.pem, found.candidates[0]?.sha256], [root.pem, root.sha256]);
					const bytes: number = file === apart ? key.length + 1 : key.length;
					assert.deepEqual(detail(found, "bytes-follow"), [{ code: "bytes-follow", level: "warn", bytes }]);
					assert.equal(detail(found, "private-key-in-file").length, 1);
				}
			});
		}

		it("in PEM, behind a certificate in DER", async () => {
			for (const { text } of keys) {
				const found = await read(Buffer.concat([root.der, Buffer.from(text)]));
				assert.deepEqual([found.outcome, found.holdsPrivateKey], ["accept", true]);
				assert.equal(found.candidates[0]?.pem, root.pem);
			}
		});

		it("behind PKCS#7", async () => {
			const key = keys[0]?.der ?? Buffer.alloc(0);
			const found = await read(Buffer.concat([der.pkcs7(root.der), key]));
			assert.deepEqual([found.outcome, found.holdsPrivateKey, codes(found)[0]], ["accept", true, "bytes-follow"]);
		});
	});

	it("bytes behind the certificate's element are counted and left out", async () => {
		for (const junk of [Buffer.of(0), Buffer.from("\n"), Buffer.from("junk"), Buffer.alloc(700, 0xff)])
			for (const file of [
				Buffer.concat([root.der, junk]),
				der.armour("CERTIFICATE", Buffer.concat([root.der, junk])),
			]) {
				const found = await read(file);
				assert.deepEqual(ends(found), ["accept", [root.sha256], []]);
				assert.equal(found.holdsPrivateKey, false);
				assert.deepEqual(detail(found, "bytes-follow"), [{ code: "bytes-follow", level: "warn", bytes: junk.length }]);
			}
	});

	describe("R07 is refused, and named:", () => {
		for (const { kind, text, der: key } of keys)
			it(`private key, ${kind}`, async () => {
				for (const file of [text, text.replaceAll("\n", "\r\n"), text.replaceAll("\n", "\r"), ...(key ? [key] : [])]) {
					const found = await read(file);
					assert.deepEqual(
						[found.outcome, found.reason, found.holdsPrivateKey],
						["refuse", "private-key", true],
						`${kind}: ${found.reason}`,
					);
					assert.equal(outcomeWords(found), "This is a private key. Nothing was sent. Choose the CA certificate.");
				}
			});

		it("private keys that are text without armour, or cut off", async () => {
			const pkcs8 = keys[0]?.text ?? "";
			const files = [
				"PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n",
				"---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nP2/56wAAA\n---- END SSH2 ENCRYPTED PRIVATE KEY ----\n",
				pkcs8.slice(0, 200),
				pkcs8.slice(200),
				(keys[0]?.der ?? Buffer.alloc(0)).toString("base64"),
				der.armour("CERTIFICATE", keys[0]?.der ?? Buffer.alloc(0)),
			];
			for (const file of files) {
				const found = await read(file);
				assert.deepEqual([found.outcome, found.reason, found.holdsPrivateKey], ["refuse", "private-key", true], file);
			}
		});

		it("PKCS#12, whatever is in it, with how to get the CA certificate out", async () => {
			const p12 = der.sequence(der.integer(3), der.sequence(der.oid("1.2.840.113549.1.7.1"), der.context(0)));
			for (const file of [p12, der.armour("PKCS12", p12), p12.toString("base64")]) {
				const found = await read(file);
				assert.deepEqual([found.reason, found.holdsPrivateKey], ["pkcs12", true]);
				assert.match(outcomeWords(found), /openssl pkcs12 -in FILE -cacerts -nokeys/);
			}
		});

		it("but not what only begins as PKCS#12 does", async () => {
			for (const version of [1, 4]) {
				const other = der.sequence(der.integer(version), der.sequence(der.oid("1.2.3")));
				assert.equal((await read(der.armour("CERTIFICATE", other))).reason, "unreadable");
			}
			const twoOctets = der.sequence(der.integer(3, 0), der.sequence(der.oid("1.2.3")));
			assert.equal((await read(der.armour("CERTIFICATE", twoOctets))).reason, "unreadable");
		});

		const publicKey = generateKeyPairSync("rsa", { modulusLength: 1024 }).publicKey;
		const request = der.sequence(
			der.sequence(der.integer(0), der.name("Acme"), der.spki(publicKey), der.context(0)),
			der.ECDSA_SHA256,
			der.bitString(Buffer.alloc(64)),
		);
		const list = der.sequence(
			der.sequence(der.integer(1), der.ECDSA_SHA256, der.name("Acme"), der.utcTime("260101000000Z")),
			der.ECDSA_SHA256,
			der.bitString(Buffer.alloc(64)),
		);
		const pkcs1 = publicKey.export({ type: "pkcs1", format: "der" });
		const refused: [what: string, reason: string, kind: string, files: (string | Uint8Array)[]][] = [
			[
				"a public key",
				"public-key",
				"public-key",
				[
					der.spki(publicKey),
					pkcs1,
					der.armour("PUBLIC KEY", der.spki(publicKey)),
					der.armour("RSA PUBLIC KEY", pkcs1),
					der.armour("PGP PUBLIC KEY BLOCK", Buffer.from("abc")),
				],
			],
			[
				"key parameters",
				"parameters",
				"parameters",
				[
					der.armour("EC PARAMETERS", der.oid("1.2.840.10045.3.1.7")),
					der.armour("DH PARAMETERS", der.sequence(der.integer(7), der.integer(2))),
					der.sequence(der.integer(7), der.integer(2), der.integer(3)),
				],
			],
			[
				"an SSH public key",
				"ssh-public-key",
				"ssh-public-key",
				[
					"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ me@here\n",
					"# mine\n  ecdsa-sha2-nistp256 AAAAE2VjZHNh me@here\n",
					"sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1l me\n",
					"ssh-rsa-cert-v01@openssh.com AAAAHHNzaC1yc2E me\n",
					"---- BEGIN SSH2 PUBLIC KEY ----\nAAAAC3Nz\n---- END SSH2 PUBLIC KEY ----\n",
				],
			],
			[
				"a certificate request",
				"certificate-request",
				"certificate-request",
				[request, der.armour("CERTIFICATE REQUEST", request), der.armour("NEW CERTIFICATE REQUEST", request)],
			],
			["a revocation list", "crl", "crl", [list, der.armour("X509 CRL", list)]],
			[
				"PKCS#7 without certificates",
				"no-certificates",
				"pkcs7",
				[
					der.armour("PKCS7", der.pkcs7()),
					der.pkcs7(),
					der.sequence(der.oid("1.2.840.113549.1.7.3"), der.context(0, der.sequence(der.context(0, der.name("x"))))),
				],
			],
			["another label", "unknown", "unknown", [der.armour("SOMETHING ELSE", Buffer.from("x"))]],
		];
		for (const [what, reason, kind, files] of refused)
			it(what, async () => {
				for (const file of files) {
					const found = await read(file);
					assert.deepEqual(ends(found), ["refuse", [], [`1 ${kind} ${reason}`]]);
					assert.deepEqual([found.reason, found.holdsPrivateKey], [reason, false]);
					assert.equal(outcomeWords(found), refusalWords(found.reason ?? "empty"));
				}
			});

		it("an empty file, and a text without a block, each in its own words", async () => {
			for (const file of ["", " \r\n\t", "\ufeff", Buffer.of(0xff, 0xfe)])
				assert.deepEqual([(await read(file)).reason, (await read(file)).skipped], ["empty", []]);
			for (const file of [
				"Dear all,\nhere is our CA.",
				"0 is not DER",
				"MIIBszCCAVmgAwIBAgIUW",
				Buffer.from([1, 2, 3]),
			])
				assert.deepEqual([(await read(file)).reason, (await read(file)).skipped], ["no-block", []]);
			assert.notEqual(refusalWords("empty"), refusalWords("no-block"));
		});

		it("R09 a file over 1 MiB", async () => {
			assert.equal((await read(Buffer.alloc(MAX_FILE_BYTES + 1, 0x0a))).reason, "too-large");
			assert.equal((await read(Buffer.alloc(MAX_FILE_BYTES, 0x0a))).reason, "empty");
		});
	});

	describe("R07 broken blocks are refused by number, line and fault:", () => {
		const message = async (file: string | Uint8Array) => outcomeWords(await read(file));
		const withBadCharacter = (pem: string) => pem.replace("\nMII", "\nMI!");

		it("no END line", async () => {
			const file = `# CA\n${root.pem.split("-----END")[0]}`;
			assert.deepEqual(ends(await read(file)), ["refuse", [], ["1 certificate no-end"]]);
			assert.match(await message(file), /^Block 1 \(line 2, certificate\): Its END line is missing/);
		});

		it("an END line of another label, and what its label says it is", async () => {
			const file = root.pem.replace("END CERTIFICATE", "END PRIVATE KEY");
			const found = await read(file);
			assert.deepEqual(ends(found), ["refuse", [], ["1 certificate no-end", "2 private-key private-key"]]);
			assert.equal(found.holdsPrivateKey, true);
		});

		it("no BEGIN line", async () => {
			const file = root.pem.slice(30);
			assert.deepEqual(ends(await read(file)), ["refuse", [], ["1 certificate no-begin"]]);
			assert.match(await message(file), /Its BEGIN line is missing/);
		});

		it("a character that is not base64", async () => {
			const file = `\n\n${withBadCharacter(root.pem)}`;
			const found = await read(file);
			assert.deepEqual(found.skipped, [{ block: 1, line: 3, kind: "certificate", reason: "bad-base64", faultLine: 4 }]);
			assert.match(outcomeWords(found), /^Block 1 \(line 3, certificate\): Line 4 holds something that is not base64/);
		});

		it("base64 after its padding", async () => {
			const [begin, ...rest] = der
				.armour("CERTIFICATE", Buffer.concat([root.der, Buffer.alloc(3 - (root.der.length % 3) + 1)]))
				.split("\n");
			assert.deepEqual(ends(await read([begin, "AA==", ...rest].join("\n"))), [
				"refuse",
				[],
				["1 certificate bad-base64"],
			]);
		});

		it("lines lost within, at the end, or half of a DER file", async () => {
			const lines = root.pem.split("\n");
			const files = [
				lines.toSpliced(-4, 1).join("\n"),
				lines.toSpliced(-3, 1).join("\n"),
				root.der.subarray(0, 300),
				Buffer.from(root.der.subarray(0, 300)).toString("base64"),
			];
			for (const file of files) assert.equal((await read(file)).reason, "cut-off");
		});

		it("an empty block, and one of something else", async () => {
			for (const bytes of [
				Buffer.alloc(0),
				Buffer.from("hello"),
				der.sequence(der.integer(1)),
				Buffer.alloc(200, 0x30),
			])
				assert.deepEqual(ends(await read(der.armour("CERTIFICATE", bytes))), [
					"refuse",
					[],
					["1 certificate unreadable"],
				]);
		});

		it("one altered character of a self-signed certificate: damaged", async () => {
			const at = root.pem.length - 60;
			const altered = root.pem[at] === "A" ? "B" : "A";
			const found = await read(root.pem.slice(0, at) + altered + root.pem.slice(at + 1));
			assert.deepEqual([found.outcome, detail(found, "damaged")], ["accept", [{ code: "damaged", level: "block" }]]);
		});

		it("and never hide a good one, whichever stands first", async () => {
			const bad = withBadCharacter(intermediate.pem);
			const cut = intermediate.pem.slice(0, 300);
			for (const [file, block, line] of [
				[bad + root.pem, 1, 1],
				[`${cut}\n${root.pem}`, 1, 1],
				[root.pem + bad, 2, root.pem.split("\n").length],
				[root.pem + cut, 2, root.pem.split("\n").length],
			] as const) {
				const found = await read(file);
				assert.equal(found.candidates[0]?.sha256, root.sha256);
				const finding = { code: "unreadable-block", level: "warn", block, line, count: 1 };
				assert.deepEqual(detail(found, "unreadable-block"), [finding]);
			}
		});
	});

	it("R09 a certificate over 16 kB is a candidate with a strong finding", async () => {
		const large = { oid: "1.2.3.4", value: Buffer.alloc(20_000, 7) };
		const found = await read(der.certificate({ extensions: [...der.usualExtensions(), large] }));
		const bytes = found.candidates[0]?.pem.length ?? 0;
		assert.deepEqual(detail(found, "over-16-kb"), [{ code: "over-16-kb", level: "strong", bytes }]);
	});
});

/** Outcome, fingerprints, and what was skipped: block, kind and reason. */
function ends({ outcome, candidates, skipped }: CertificateFile) {
	return [
		outcome,
		candidates.map(({ sha256 }) => sha256),
		skipped.map(({ block, kind, reason }) => `${block} ${kind} ${reason}`),
	];
}

function codes({ candidates }: CertificateFile) {
	return candidates.flatMap(({ findings }) => findings.map(({ code }) => code));
}

function detail({ candidates }: CertificateFile, code: string) {
	return candidates.flatMap(({ findings }) => findings.filter((finding) => finding.code === code));
}
