import assert from "node:assert/strict";
import { createHash, X509Certificate } from "node:crypto";
import { rootCertificates } from "node:tls";
import fc from "fast-check";
import type { CertificateFile } from "../../../src/domain/certificateFile.ts";
import { makeCertificate, type TestCertificate } from "../../certificates.ts";
import { anyCharacter, SEED } from "../../random.ts";
import * as der from "./der.ts";
import { makePrivateKeys, type TestKey } from "./privateKeys.ts";
import { read } from "./read.ts";

const RUNS = 10_000;

describe(`Properties of the reader (${RUNS} cases each, seed ${SEED})`, () => {
	let made: TestCertificate[];
	const keys = makePrivateKeys();

	before(async () => {
		const root = await makeCertificate({ commonName: "Root" });
		// Reading extensions would be slow, and most of these tests do not need them.
		const bare = { issuer: root, extensions: () => [] };
		made = [root, await makeCertificate({ ...bare, commonName: "One" }), await makeCertificate(bare)];
	});

	const check = <T>(arbitrary: fc.Arbitrary<T>, property: (value: T) => Promise<void>) =>
		fc.assert(fc.asyncProperty(arbitrary, property), { numRuns: RUNS, seed: SEED });

	it("never throws for arbitrary bytes, or for bytes that resemble files", async () => {
		const fragment = fc.constantFrom(
			...[
				"-----BEGIN CERTIFICATE-----",
				"-----END CERTIFICATE-----",
				"-----BEGIN PRIVATE KEY-----",
				"-----BEGIN ",
				"-----",
			],
			...[
				"\n",
				"\r\n",
				" ",
				"\\n",
				"\\",
				"=",
				"MIIB",
				"Proc-Type: 4",
				":",
				"\ufeff",
				"\0",
				"0\x82",
				"0\x80",
				"0\x03\x02\x01",
			],
		);
		const lookalike = fc.array(fc.oneof(fragment, fc.base64String({ maxLength: 40 })), { maxLength: 30 });
		const file = fc.oneof(
			fc.uint8Array({ maxLength: 300 }),
			lookalike.map((parts) => Buffer.from(parts.join(""), "latin1")),
		);
		await check(file, async (bytes) => assertSound(await read(bytes)));
	});

	it("never throws for mutated files, and returns certificates that OpenSSL reads as the same bytes", async () => {
		const ders = [...made.map((one) => one.der), ...rootCertificates.slice(0, 20).map(derOf)];
		const p7 = der.pkcs7(...ders.slice(0, 2));
		const files: Uint8Array[] = ders.flatMap((bytes) => [bytes, Buffer.from(der.pemBlock("CERTIFICATE", bytes))]);
		files.push(p7, Buffer.from(der.pemBlock("PKCS7", p7)));
		const share = fc.integer({ min: 0, max: 9999 }).map((tenThousandths) => tenThousandths / 10_000);
		const edit = fc.record({ at: share, octet: fc.oneof(fc.nat(255), TAGS) });
		const mutated = fc.record({
			file: fc.constantFrom(...files),
			edits: fc.array(edit, { minLength: 1, maxLength: 3 }),
			cut: fc.oneof({ weight: 9, arbitrary: fc.constant(1) }, share),
		});
		let survived = 0;
		await check(mutated, async ({ file, edits, cut }) => {
			const bytes = Buffer.from(file.subarray(0, Math.ceil(file.length * cut)));
			for (const { at, octet } of edits) bytes[Math.floor(at * bytes.length)] = octet;
			const found = await read(bytes);
			assertSound(found);
			survived += found.candidates.length;
			for (const { pem, sha256, findings } of found.candidates) {
				const { fingerprint256 } = new X509Certificate(pem);
				// OpenSSL re-encodes certificates that are not DER before it calculates the fingerprint.
				if (findings.some(({ code }) => code === "not-der")) continue;
				assert.equal(fingerprint256.replaceAll(":", "").toLowerCase(), sha256);
			}
		});
		assert.ok(survived > RUNS / 10, `only ${survived} candidates`);
	});

	it("R06 reads certificates among keys in any order, with any text around, unchanged and without any part of a key", async () => {
		const secrets = new Secrets(keys, made);
		const ending = fc.constantFrom("\n", "\r\n", "\r");
		// A block begins on a new line. Otherwise a dash in front would belong to its label.
		const outside = fc
			.string({ unit: "binary-ascii", maxLength: 60 })
			.filter((text) => !/-----|---- BEGIN|PuTTY/.test(text))
			.map((text) => `${text}\n`);
		const usual = ["", "\n", "# a comment\n", "Bag Attributes\n    localKeyID: 01\n", "subject=CN = x\n\n"];
		const around = fc.oneof(fc.constantFrom(...usual), outside);
		const certificate = fc.record({
			certificate: fc.nat(2),
			label: fc.constantFrom("CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"),
			appended: fc.option(fc.constantFrom(...keys.filter((key) => key.der !== null)), { freq: 3 }),
		});
		const block = fc.record({ before: around, content: fc.oneof(certificate, fc.constantFrom(...keys)) });
		const blocks = fc.array(block, { minLength: 1, maxLength: 4 });
		await check(fc.record({ ending, blocks, after: around }), async ({ ending, blocks, after }) => {
			const certificates = new Set<TestCertificate>();
			const used: TestKey[] = [];
			let text = "";
			for (const { before, content } of blocks) {
				text += before;
				if ("text" in content) {
					text += content.text;
					used.push(content);
				} else {
					const one = made[content.certificate];
					assert.ok(one);
					certificates.add(one);
					if (content.appended) used.push(content.appended);
					text += der.pemBlock(content.label, Buffer.concat([one.der, content.appended?.der ?? Buffer.alloc(0)]));
				}
			}
			const found = await read((text + after).replaceAll("\n", ending));
			assertSound(found);
			assert.deepEqual(
				found.candidates.map(({ pem }) => pem),
				[...certificates].map(({ pem }) => pem),
			);
			assert.equal(found.holdsPrivateKey, used.length > 0);
			secrets.assertAbsent(found);
		});
	});

	it("R06 reads a certificate in a DER file with a key after or before it, without any part of the key", async () => {
		const secrets = new Secrets(keys, made);
		const appended = fc.record({
			certificate: fc.nat(2),
			between: fc.constantFrom("", "\n", "\r\n\0\0"),
			key: fc.constantFrom(...keys),
			before: fc.boolean(),
		});
		await check(appended, async ({ certificate, between, key, before }) => {
			const one = made[certificate];
			assert.ok(one);
			const secret = key.der ?? Buffer.from(key.text);
			const parts =
				before && key.der ? [secret, Buffer.from(between), one.der] : [one.der, Buffer.from(between), secret];
			const found = await read(Buffer.concat(parts));
			assertSound(found);
			assert.equal(found.holdsPrivateKey, true);
			for (const { pem } of found.candidates) assert.equal(pem, one.pem);
			secrets.assertAbsent(found);
		});
	});

	it("R12 returns no subject with control characters or bidirectional controls", async () => {
		const text = fc.oneof(
			fc.string({ unit: "grapheme-composite", maxLength: 40 }),
			fc.string({ unit: anyCharacter, maxLength: 40 }),
			fc.string({
				unit: fc.constantFrom("\0", "\x1b", "\n", "\u202e", "\u2066", "\u200f", "$", "(", "[", "]", "<", ",", "+"),
			}),
		);
		const parts = { issuer: der.name("x"), extensions: [], signature: Buffer.alloc(8) };
		await check(text, async (commonName) => {
			const [candidate] = (await read(der.certificate({ ...parts, subject: der.name(commonName) }))).candidates;
			assert.equal(candidate?.commonName, commonName.toWellFormed());
			assert.doesNotMatch(
				candidate.subject,
				/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/u,
			);
		});
	});
});

/** Octets that change the structure if inserted at another position. */
const TAGS = fc.constantFrom(
	0x00,
	0x01,
	0x02,
	0x03,
	0x04,
	0x05,
	0x06,
	0x0c,
	0x13,
	0x17,
	0x18,
	0x1e,
	0x30,
	0x31,
	0x80,
	0x81,
	0x82,
	0xa0,
	0xa3,
	0xff,
);

function derOf(pem: string): Buffer {
	return Buffer.from(pem.split("-----")[2] ?? "", "base64");
}

/** Asserts the invariants of every result. */
function assertSound({ outcome, reason, candidates, skipped }: CertificateFile): void {
	assert.equal(outcome, candidates.length === 0 ? "refuse" : candidates.length === 1 ? "accept" : "choose");
	assert.equal(reason === null, candidates.length > 0);
	for (const { der: bytes, pem, sha256, block, line } of candidates) {
		assert.match(
			pem,
			/^-----BEGIN CERTIFICATE-----\n(?:[\w+/]{64}\n)*[\w+/]{1,64}={0,2}\n-----END CERTIFICATE-----\n$/,
		);
		assert.deepEqual(derOf(pem), Buffer.from(bytes));
		assert.equal(bytes.buffer.byteLength, bytes.length, "shares memory with the file");
		assert.equal(createHash("sha256").update(bytes).digest("hex"), sha256);
		assert.ok(block >= 1 && (line ?? 1) >= 1);
	}
	for (const { block, line } of skipped) assert.ok(block >= 1 && (line ?? 1) >= 1);
}

const WINDOW = 16;

/** All runs of 16 characters of keys, as bytes and as base64, except runs that certificates contain too. */
class Secrets {
	readonly #runs = new Set<string>();
	/** Texts without any secret, cached because most results contain the same certificates. */
	readonly #clean = new Set<string>();

	constructor(keys: readonly TestKey[], certificates: readonly TestCertificate[]) {
		// The names of algorithms are not secret, and occur in both.
		const publicRuns = new Set<string>();
		for (const { der: bytes, pem } of certificates)
			for (const run of [...runsOf(Buffer.from(bytes).toString("latin1")), ...runsOf(pem)]) publicRuns.add(run);
		for (const key of keys) {
			const body = key.text.replace(/-----[^-]+-----|^.*: .*$/gm, "").replaceAll(/\s/g, "");
			const runs = [...runsOf(key.bytes.toString("latin1")), ...runsOf(body)].filter((run) => !publicRuns.has(run));
			assert.ok(new Set(runs).size > 40, key.kind);
			for (const run of runs) this.#runs.add(run);
		}
	}

	/** Fails if a text or bytes in a value contain a secret run. Ignores line feeds. */
	assertAbsent(value: unknown): void {
		if (value instanceof Uint8Array) this.#assertFree(Buffer.from(value).toString("latin1"));
		else if (typeof value === "string") this.#assertFree(value.replaceAll("\n", ""));
		else if (typeof value === "object" && value !== null)
			for (const part of Object.values(value)) this.assertAbsent(part);
	}

	#assertFree(text: string): void {
		if (this.#clean.has(text)) return;
		for (const run of runsOf(text)) assert.ok(!this.#runs.has(run), "contains part of a private key");
		this.#clean.add(text);
	}
}

function* runsOf(text: string): Generator<string> {
	for (let at = 0; at + WINDOW <= text.length; at++) yield text.slice(at, at + WINDOW);
}
