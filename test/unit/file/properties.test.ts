import assert from "node:assert/strict";
import { createHash, X509Certificate } from "node:crypto";
import { rootCertificates } from "node:tls";
import fc from "fast-check";
import type { CertificateFile } from "../../../src/domain/certificateFile.ts";
import { type MadeCertificate, makeCertificate } from "../../certificates.ts";
import * as der from "./der.ts";
import { makePrivateKeys, type TestKey } from "./privateKeys.ts";
import { read } from "./reading.ts";

/** Whatever is found in the time it takes; set FC_SEED to see a failure again. */
const seed = Number(process.env.FC_SEED ?? Date.now() & 0x7fffffff);
const RUNS = 10_000;

describe(`Properties of the reader (${RUNS} cases each, FC_SEED=${seed})`, () => {
	let made: MadeCertificate[];
	const keys = makePrivateKeys();

	before(async () => {
		const root = await makeCertificate({ commonName: "Root" });
		made = [root, await makeCertificate({ issuer: root, ca: false }), await makeCertificate({ issuer: root })];
	});

	const check = <T>(arbitrary: fc.Arbitrary<T>, holds: (value: T) => Promise<void>) =>
		fc.assert(fc.asyncProperty(arbitrary, holds), { numRuns: RUNS, seed });

	it("arbitrary bytes, and bytes that look like files, never throw", async () => {
		const bit = fc.constantFrom(
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
		const lookalike = fc.array(fc.oneof(bit, fc.base64String({ maxLength: 40 })), { maxLength: 30 });
		const file = fc.oneof(
			fc.uint8Array({ maxLength: 300 }),
			lookalike.map((parts) => Buffer.from(parts.join(""), "latin1")),
		);
		await check(file, async (bytes) => assertSound(await read(bytes)));
	}).timeout(0);

	it("mutated files never throw, and what comes out reads back to the same bytes, here and in OpenSSL", async () => {
		const ders = [...made.map((one) => one.der), ...rootCertificates.slice(0, 20).map(derOf)];
		const p7 = der.pkcs7(...ders.slice(0, 2));
		const files: Uint8Array[] = ders.flatMap((bytes) => [bytes, Buffer.from(der.armour("CERTIFICATE", bytes))]);
		files.push(p7, Buffer.from(der.armour("PKCS7", p7)));
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
				// OpenSSL writes anew what is not DER before it takes the fingerprint.
				if (findings.some(({ code }) => code === "not-der")) continue;
				assert.equal(fingerprint256.replaceAll(":", "").toLowerCase(), sha256);
			}
		});
		assert.ok(survived > RUNS / 10, `only ${survived} candidates`);
	}).timeout(0);

	it("R06 certificates and keys in any order: the certificates come out as they are, and no byte of a key", async () => {
		const secrets = new Map(keys.map((key) => [key, windowsOf(key, made)]));
		const ending = fc.constantFrom("\n", "\r\n", "\r");
		const between = fc.constantFrom(
			"",
			"\n",
			"# a comment\n",
			"Bag Attributes\n    localKeyID: 01\n",
			"subject=CN = x\n\n",
		);
		const certificate = fc.record({
			certificate: fc.nat(2),
			label: fc.constantFrom("CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"),
			glued: fc.option(fc.constantFrom(...keys.filter((key) => key.der !== null)), { freq: 3 }),
		});
		const block = fc.record({ between, content: fc.oneof(certificate, fc.constantFrom(...keys)) });
		const file = fc.record({ ending, blocks: fc.array(block, { minLength: 1, maxLength: 4 }) });
		await check(file, async ({ ending, blocks }) => {
			const certificates = new Set<MadeCertificate>();
			const used: TestKey[] = [];
			let text = "";
			for (const { between, content } of blocks) {
				text += between;
				if ("text" in content) {
					text += content.text;
					used.push(content);
				} else {
					const one = made[content.certificate];
					assert.ok(one);
					certificates.add(one);
					if (content.glued) used.push(content.glued);
					text += der.armour(content.label, Buffer.concat([one.der, content.glued?.der ?? Buffer.alloc(0)]));
				}
			}
			const found = await read(text.replaceAll("\n", ending));
			assertSound(found);
			assert.deepEqual(
				found.candidates.map(({ pem }) => pem),
				[...certificates].map(({ pem }) => pem),
			);
			assert.equal(found.holdsPrivateKey, used.length > 0);
			const shown = [asJson(found), ...found.candidates.map((one) => Buffer.from(one.der).toString("latin1"))];
			for (const key of used) for (const place of shown) assert.ok(!holdsAny(place, secrets.get(key)));
		});
	}).timeout(0);

	it("R06 a key glued behind in a DER file, with or without something between", async () => {
		const secrets = new Map(keys.map((key) => [key, windowsOf(key, made)]));
		const glued = fc.record({
			certificate: fc.nat(2),
			between: fc.constantFrom("", "\n", "\r\n\0\0"),
			key: fc.constantFrom(...keys),
			before: fc.boolean(),
		});
		await check(glued, async ({ certificate, between, key, before }) => {
			const one = made[certificate];
			assert.ok(one);
			const secret = key.der ?? Buffer.from(key.text);
			const parts =
				before && key.der ? [secret, Buffer.from(between), one.der] : [one.der, Buffer.from(between), secret];
			const found = await read(Buffer.concat(parts));
			assertSound(found);
			assert.equal(found.holdsPrivateKey, true);
			for (const { pem } of found.candidates) assert.equal(pem, one.pem);
			assert.ok(!holdsAny(asJson(found), secrets.get(key)));
		});
	}).timeout(0);

	it("text outside of blocks never changes what is found", async () => {
		const outside = fc
			.string({ unit: "binary-ascii", maxLength: 60 })
			.filter((text) => !/-----|---- BEGIN|PuTTY/.test(text));
		const file = fc.record({ before: outside, between: outside, after: outside, first: fc.nat(2), second: fc.nat(2) });
		await check(file, async ({ before, between, after, first, second }) => {
			const [one, other] = [made[first], made[second]];
			assert.ok(one && other);
			// A block begins on a line of its own, or a dash before it would belong to it.
			const found = await read(`${before}\n${one.pem}${between}\n${other.pem}${after}`);
			assert.deepEqual(
				found.candidates.map(({ sha256 }) => sha256),
				[...new Set([one.sha256, other.sha256])],
			);
		});
	}).timeout(0);

	it("R12 no subject carries what moves a cursor or turns text around", async () => {
		const text = fc.oneof(
			fc.string({ unit: "grapheme-composite", maxLength: 40 }),
			fc.string({ unit: "binary", maxLength: 40 }),
			fc.string({
				unit: fc.constantFrom("\0", "\x1b", "\n", "\u202e", "\u2066", "\u200f", "$", "(", "[", "]", "<", ",", "+"),
			}),
		);
		const parts = { issuer: der.name("x"), signature: Buffer.alloc(8) };
		await check(text, async (commonName) => {
			const [candidate] = (await read(der.certificate({ ...parts, subject: der.name(commonName) }))).candidates;
			assert.equal(candidate?.commonName, commonName.toWellFormed());
			assert.doesNotMatch(
				candidate.subject,
				/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/u,
			);
		});
	}).timeout(0);
});

/** What decides about structure when it stands in the wrong place. */
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

/** What holds of every file that was read. */
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
		assert.ok(block >= 1 && line >= 1);
	}
	for (const { block, line } of skipped) assert.ok(block >= 1 && line >= 1);
}

/** All but the DER, which the PEM holds again. */
function asJson(found: CertificateFile): string {
	return JSON.stringify(found, (name, value) => (name === "der" ? undefined : value));
}

const WINDOW = 16;

/** Every run of 16 characters of a key, as bytes and as base64, that none of the certificates has as well. */
function windowsOf(key: TestKey, certificates: readonly MadeCertificate[]): Set<string> {
	const body = key.text.replace(/-----[^-]+-----|^.*: .*$/gm, "").replaceAll(/\s/g, "");
	const windows = new Set([...runsOf(key.bytes.toString("latin1")), ...runsOf(body)]);
	// Names of algorithms are no secret, and stand in both.
	for (const { der: bytes, pem } of certificates)
		for (const run of [...runsOf(Buffer.from(bytes).toString("latin1")), ...runsOf(pem)]) windows.delete(run);
	assert.ok(windows.size > 40, key.kind);
	return windows;
}

function* runsOf(text: string): Generator<string> {
	for (let at = 0; at + WINDOW <= text.length; at++) yield text.slice(at, at + WINDOW);
}

function holdsAny(text: string, windows: ReadonlySet<string> | undefined): boolean {
	assert.ok(windows);
	for (const run of runsOf(text.replaceAll("\\n", ""))) if (windows.has(run)) return true;
	return false;
}
