import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import {
	describeFileOutcome,
	describeFileRefusal,
	describeSkippedBlock,
} from "../../../src/common/messages/certificateFileMessages.ts";
import { MAX_FILE_BYTES } from "../../../src/domain/limits.ts";
import { makeCertificate, type TestCertificate } from "../../certificates.ts";
import * as der from "./der.ts";
import { makePrivateKeys } from "./privateKeys.ts";
import { fileSummary, findingsWithCode, read } from "./read.ts";

describe("A file without certificates", () => {
	let root: TestCertificate;
	let intermediate: TestCertificate;
	const keys = makePrivateKeys();

	before(async () => {
		root = await makeCertificate({ commonName: "Acme Root" });
		intermediate = await makeCertificate({ commonName: "Acme Intermediate", issuer: root });
	});

	describe("R07 is refused, with the kind of its content:", () => {
		for (const { kind, text, der: key } of keys)
			it(`private key, ${kind}`, async () => {
				for (const file of [text, text.replaceAll("\n", "\r\n"), text.replaceAll("\n", "\r"), ...(key ? [key] : [])]) {
					const found = await read(file);
					assert.deepEqual(
						[found.outcome, found.reason, found.holdsPrivateKey],
						["refuse", "private-key", true],
						`${kind}: ${found.reason}`,
					);
					assert.equal(describeFileOutcome(found), "This is a private key. It wasn't sent. Choose the CA certificate.");
				}
			});

		it("private keys without PEM labels, or cut off", async () => {
			const pkcs8 = keys[0]?.text ?? "";
			const files = [
				"PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n",
				"---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nP2/56wAAA\n---- END SSH2 ENCRYPTED PRIVATE KEY ----\n",
				pkcs8.slice(0, 200),
				pkcs8.slice(200),
				(keys[0]?.der ?? Buffer.alloc(0)).toString("base64"),
				der.pemBlock("CERTIFICATE", keys[0]?.der ?? Buffer.alloc(0)),
			];
			for (const file of files) {
				const found = await read(file);
				assert.deepEqual([found.outcome, found.reason, found.holdsPrivateKey], ["refuse", "private-key", true], file);
			}
		});

		it("PKCS#12 with any content, and how to extract the CA certificate", async () => {
			const p12 = der.sequence(der.integer(3), der.sequence(der.oid("1.2.840.113549.1.7.1"), der.context(0)));
			for (const file of [p12, der.pemBlock("PKCS12", p12), p12.toString("base64")]) {
				const found = await read(file);
				assert.deepEqual([found.reason, found.holdsPrivateKey], ["pkcs12", true]);
				assert.match(describeFileOutcome(found), /openssl pkcs12 -in FILE -cacerts -nokeys/);
			}
		});

		it("but not as PKCS#12 if it only begins like PKCS#12", async () => {
			for (const version of [1, 4]) {
				const other = der.sequence(der.integer(version), der.sequence(der.oid("1.2.3")));
				assert.equal((await read(der.pemBlock("CERTIFICATE", other))).reason, "unreadable");
			}
			const twoOctets = der.sequence(der.integer(3, 0), der.sequence(der.oid("1.2.3")));
			assert.equal((await read(der.pemBlock("CERTIFICATE", twoOctets))).reason, "unreadable");
		});

		it("a block of unknown content, by its label", async () => {
			const rows = {
				"X509 CERTIFICATE": "certificate unreadable",
				"TRUSTED CERTIFICATE": "certificate unreadable",
				"CERTIFICATE REQUEST": "certificate-request certificate-request",
				"NEW CERTIFICATE REQUEST": "certificate-request certificate-request",
				"X509 CRL": "crl crl",
				PKCS7: "pkcs7 unreadable",
				"PKCS #7 SIGNED DATA": "pkcs7 unreadable",
				CMS: "pkcs7 unreadable",
				PKCS12: "pkcs12 pkcs12",
				"ANY PRIVATE KEY": "private-key private-key",
			};
			for (const [label, expected] of Object.entries(rows)) {
				const found = await read(der.pemBlock(label, Buffer.from("hello")));
				assert.deepEqual(fileSummary(found), ["refuse", [], [`1 ${expected}`]], label);
				assert.equal(found.holdsPrivateKey, /PRIVATE|12/.test(label), label);
			}
		});

		it("a private key by its label, with any content", async () => {
			const found = await read(der.pemBlock("PRIVATE KEY", root.der));
			assert.deepEqual(fileSummary(found), ["refuse", [], ["1 private-key private-key"]]);
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
		const refused: [title: string, reason: string, kind: string, files: (string | Uint8Array)[]][] = [
			[
				"a public key",
				"public-key",
				"public-key",
				[
					der.spki(publicKey),
					pkcs1,
					der.pemBlock("PUBLIC KEY", der.spki(publicKey)),
					der.pemBlock("RSA PUBLIC KEY", pkcs1),
					der.pemBlock("PGP PUBLIC KEY BLOCK", Buffer.from("abc")),
				],
			],
			[
				"key parameters",
				"parameters",
				"parameters",
				[
					der.pemBlock("EC PARAMETERS", der.oid("1.2.840.10045.3.1.7")),
					der.pemBlock("DH PARAMETERS", der.sequence(der.integer(7), der.integer(2))),
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
				[request, der.pemBlock("CERTIFICATE REQUEST", request), der.pemBlock("NEW CERTIFICATE REQUEST", request)],
			],
			["a revocation list", "crl", "crl", [list, der.pemBlock("X509 CRL", list)]],
			[
				"PKCS#7 without certificates",
				"no-certificates",
				"pkcs7",
				[
					der.pemBlock("PKCS7", der.pkcs7()),
					der.pkcs7(),
					der.pemBlock("PKCS7", der.sequence(der.oid("1.2.840.113549.1.7.2"))),
					der.pemBlock("PKCS7", der.sequence(der.oid("1.2.840.113549.1.7.2"), der.context(0))),
					der.pemBlock("PKCS7", der.sequence(der.oid("1.2.840.113549.1.7.2"), der.context(0, der.sequence()))),
					der.sequence(der.oid("1.2.840.113549.1.7.3"), der.context(0, der.sequence(der.context(0, der.name("x"))))),
				],
			],
			["another label", "unknown", "unknown", [der.pemBlock("SOMETHING ELSE", Buffer.from("x"))]],
		];
		for (const [title, reason, kind, files] of refused)
			it(title, async () => {
				for (const file of files) {
					const found = await read(file);
					assert.deepEqual(fileSummary(found), ["refuse", [], [`1 ${kind} ${reason}`]]);
					assert.deepEqual([found.reason, found.holdsPrivateKey], [reason, false]);
					assert.equal(describeFileOutcome(found), describeFileRefusal(found.reason ?? "empty"));
				}
			});

		it("an empty file, and a text without a block, with different messages", async () => {
			for (const file of ["", " \r\n\t", "\ufeff", Buffer.of(0xff, 0xfe)])
				assert.deepEqual([(await read(file)).reason, (await read(file)).skipped], ["empty", []]);
			for (const file of [
				"Dear all,\nhere is our CA.",
				"0 is not DER",
				"Our key is ssh-rsa AAAAB3NzaC1yc2E.",
				"MIIBszCCAVmgAwIBAgIUW",
				Buffer.from([1, 2, 3]),
			])
				assert.deepEqual([(await read(file)).reason, (await read(file)).skipped], ["no-block", []]);
			assert.notEqual(describeFileRefusal("empty"), describeFileRefusal("no-block"));
		});

		it("R09 a file over 1 MiB", async () => {
			const large = await read(Buffer.alloc(MAX_FILE_BYTES + 1, 0x0a));
			assert.deepEqual(
				[large.reason, fileSummary(large), large.holdsPrivateKey],
				["too-large", ["refuse", [], []], false],
			);
			assert.equal((await read(Buffer.alloc(MAX_FILE_BYTES, 0x0a))).reason, "empty");
		});
	});

	describe("R07 with invalid blocks is refused, with the number, line and fault of each:", () => {
		const message = async (file: string | Uint8Array) => describeFileOutcome(await read(file));
		const withBadCharacter = (pem: string) => pem.replace("\nMII", "\nMI!");

		it("no END line", async () => {
			const file = `# CA\n${root.pem.split("-----END")[0]}`;
			assert.deepEqual(fileSummary(await read(file)), ["refuse", [], ["1 certificate no-end"]]);
			assert.equal(
				await message(file),
				describeSkippedBlock({ block: 1, line: 2, kind: "certificate", reason: "no-end" }),
			);
		});

		it("an END line of another label, which counts as another block", async () => {
			const file = root.pem.replace("END CERTIFICATE", "END PRIVATE KEY");
			const found = await read(file);
			assert.deepEqual(fileSummary(found), ["refuse", [], ["1 certificate no-end", "2 private-key private-key"]]);
			assert.equal(found.holdsPrivateKey, true);
		});

		it("no BEGIN line", async () => {
			const file = root.pem.slice(30);
			assert.deepEqual(fileSummary(await read(file)), ["refuse", [], ["1 certificate no-begin"]]);
			assert.ok((await message(file)).endsWith(describeFileRefusal("no-begin")));
		});

		it("a character that is not base64", async () => {
			const file = `\n\n${withBadCharacter(root.pem)}`;
			const found = await read(file);
			const skipped = { block: 1, line: 3, kind: "certificate", reason: "bad-base64", faultLine: 4 } as const;
			assert.deepEqual(found.skipped, [skipped]);
			assert.equal(describeFileOutcome(found), describeSkippedBlock(skipped));
		});

		it("every character that is not base64, and a colon outside a header", async () => {
			const lines = root.pem.split("\n");
			for (const character of ["{", "[", "`", "@", ":", ".", "\0", "\b", "\u00e9", "\\x", "\\"]) {
				const file = lines.with(3, `MI${character}${lines[3]?.slice(3)}`).join("\n");
				assert.deepEqual(
					(await read(file)).skipped,
					[{ block: 1, line: 1, kind: "certificate", reason: "bad-base64", faultLine: 4 }],
					JSON.stringify(character),
				);
			}
			const header = lines.with(4, `${lines[4]}:`).toSpliced(1, 0, "Comment: one", " \t").join("\n");
			assert.equal((await read(header)).skipped[0]?.faultLine, 7);
		});

		it("base64 with missing final characters or missing padding", async () => {
			const padded = der.pemBlock(
				"CERTIFICATE",
				Buffer.concat([root.der, Buffer.alloc((4 - (root.der.length % 3)) % 3)]),
			);
			assert.match(padded, /[^=]==\n-----END/);
			for (const file of [padded.replace("==", "="), padded.replace(/.==/, ""), padded.replace(/.(?=.==)/, "")])
				assert.deepEqual(fileSummary(await read(file)), ["refuse", [], ["1 certificate cut-off"]], file);
		});

		it("base64 after its padding", async () => {
			const [begin, ...rest] = der
				.pemBlock("CERTIFICATE", Buffer.concat([root.der, Buffer.alloc(3 - (root.der.length % 3) + 1)]))
				.split("\n");
			assert.deepEqual(fileSummary(await read([begin, "AA==", ...rest].join("\n"))), [
				"refuse",
				[],
				["1 certificate bad-base64"],
			]);
		});

		it("missing lines inside or at the end, or half of a DER file", async () => {
			const lines = root.pem.split("\n");
			const files = [
				lines.toSpliced(-4, 1).join("\n"),
				lines.toSpliced(-3, 1).join("\n"),
				der.pemBlock("PKCS7", der.pkcs7(root.der).subarray(0, 300)),
				root.der.subarray(0, 300),
				Buffer.from(root.der.subarray(0, 300)).toString("base64"),
			];
			for (const file of files) assert.equal((await read(file)).reason, "cut-off");
			assert.deepEqual(fileSummary(await read(root.der.subarray(0, 300))), ["refuse", [], ["1 unknown cut-off"]]);
		});

		it("an empty block, and a block with other content", async () => {
			for (const bytes of [
				Buffer.alloc(0),
				Buffer.from("hello"),
				der.sequence(der.integer(1)),
				Buffer.alloc(200, 0x30),
			])
				assert.deepEqual(fileSummary(await read(der.pemBlock("CERTIFICATE", bytes))), [
					"refuse",
					[],
					["1 certificate unreadable"],
				]);
		});

		it("one changed character of a self-signed certificate: accepted, as damaged", async () => {
			const at = root.pem.length - 60;
			const altered = root.pem[at] === "A" ? "B" : "A";
			const found = await read(root.pem.slice(0, at) + altered + root.pem.slice(at + 1));
			assert.deepEqual(
				[found.outcome, findingsWithCode(found, "damaged")],
				["accept", [{ code: "damaged", level: "block" }]],
			);
		});

		it("an invalid block and a good block, in either order: accepted", async () => {
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
				assert.deepEqual(findingsWithCode(found, "unreadable-block"), [finding]);
				assert.equal(found.skipped[0]?.reason, file.includes("!") ? "bad-base64" : "no-end");
			}
		});
	});
});
