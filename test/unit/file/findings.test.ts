import assert from "node:assert/strict";
import { constants, createPublicKey, generateKeyPairSync } from "node:crypto";
import { rootCertificates } from "node:tls";
import { type Finding, withServiceClock } from "../../../src/domain/certificateFile.ts";
import { readStructure } from "../../../src/file/structure.ts";
import * as der from "./der.ts";
import { findingsOf, read } from "./reading.ts";

const { certificate, usualExtensions } = der;
const NOW = Date.UTC(2027, 5, 1);
const DAY = 86_400;

/** What a certificate is found to be, as `level code`, in the order of their weight. */
async function judge(file: Uint8Array, at = Date.now() / 1000): Promise<string[]> {
	return (await findingsOf(file, at)).map(({ level, code }) => `${level} ${code}`);
}

async function detail(file: Uint8Array, code: string, at?: number): Promise<Finding | undefined> {
	return (await findingsOf(file, at)).find((finding) => finding.code === code);
}

describe("R11 Findings before the upload", () => {
	const issuer = der.name("Another CA");
	const authority = (keyId: string) => ({
		oid: der.AUTHORITY_KEY,
		value: der.sequence(der.tlv(0x80, Buffer.from(keyId))),
	});
	const ofAnother = { [der.AUTHORITY_KEY]: authority("another key") };
	const withExtensions = (replaced: Parameters<typeof usualExtensions>[0], more: der.ExtensionParts[] = []) =>
		certificate({ extensions: [...usualExtensions(replaced), ...more] });

	it("has nothing to say of an ordinary root but that it is one", async () => {
		assert.deepEqual(await judge(certificate()), ["info root"]);
		assert.deepEqual(
			(await read(certificate())).candidates.map(({ selfSigned }) => selfSigned),
			[true],
		);
	});

	describe("of its dates:", () => {
		const from = (notBefore: Date, notAfter: Date) =>
			certificate({ notBefore: der.time(notBefore), notAfter: der.time(notAfter) });
		const ends = NOW / 1000;
		const file = from(new Date(NOW - 365 * der.DAY), new Date(NOW));
		const times: [left: number, expected: string, seconds: number][] = [
			[0, "block expired", 0],
			[-3 * DAY, "block expired", 3 * DAY],
			[1, "block expires-within-a-day", 1],
			[DAY, "block expires-within-a-day", DAY],
			[DAY + 1, "warn expires-soon", DAY + 1],
			[30 * DAY, "warn expires-soon", 30 * DAY],
		];
		for (const [left, expected, seconds] of times)
			it(`${left} seconds left: ${expected}`, async () => {
				assert.deepEqual(await judge(file, ends - left), [expected, "info root"]);
				const [finding] = await findingsOf(file, ends - left);
				assert.equal(finding && "seconds" in finding && finding.seconds, seconds);
			});
		it("more than the reminder left: nothing", async () => {
			assert.deepEqual(await judge(file, ends - 30 * DAY - 1), ["info root"]);
		});

		it("a clock that differs from the service's makes an expiry a warning, and is said", async () => {
			const findings = await findingsOf(file, ends + 60);
			const shown = (ours: number, service: number) =>
				withServiceClock(findings, ours, service).map(({ level, code }) => `${level} ${code}`);
			assert.deepEqual(shown(ends + 60, ends - 240), ["block expired", "info root"]);
			for (const [ours, service] of [
				[ends + 60, ends - 241],
				[ends - 241, ends + 60],
			] as const)
				assert.deepEqual(shown(ours, service), ["warn expired", "warn clock-differs", "info root"]);
			assert.deepEqual(withServiceClock([], 0, 10_000), []);
			const lastDay = await findingsOf(file, ends - 60);
			assert.deepEqual(
				withServiceClock(lastDay, 0, 301).map(({ level }) => level),
				["warn", "warn", "info"],
			);
		});

		it("not valid yet", async () => {
			const file = from(new Date(NOW), new Date(NOW + 365 * der.DAY));
			assert.deepEqual(await judge(file, ends - 60), ["warn not-yet-valid", "info root"]);
			assert.deepEqual(await detail(file, "not-yet-valid", ends - 60), {
				code: "not-yet-valid",
				level: "warn",
				seconds: 60,
			});
			assert.deepEqual(await judge(file, ends), ["info root"]);
		});

		it("notAfter before notBefore", async () => {
			const file = from(new Date(NOW), new Date(NOW - 1000));
			assert.deepEqual(await judge(file, ends - 60 * DAY), ["block dates-reversed", "warn not-yet-valid", "info root"]);
			assert.deepEqual(await judge(from(new Date(NOW), new Date(NOW)), ends - 60 * DAY), [
				"warn not-yet-valid",
				"info root",
			]);
		});

		it("no expiry", async () => {
			const file = certificate({ notAfter: der.generalizedTime("99991231235959Z") });
			assert.deepEqual(await judge(file), ["info root", "info no-expiry"].toSorted());
		});

		it("a date encoded wrongly", async () => {
			const wrong = [
				{ notAfter: der.generalizedTime("20490101000000Z") },
				{ notAfter: der.utcTime("490101000000+0100") },
				{ notAfter: der.generalizedTime("20600101000000.5Z") },
				{ notBefore: der.generalizedTime("20200101000000Z") },
			];
			for (const parts of wrong) assert.deepEqual(await judge(certificate(parts)), ["warn date-encoding", "info root"]);
			assert.deepEqual(await judge(certificate({ notAfter: der.generalizedTime("20500101000000Z") })), ["info root"]);
		});

		it("a date that is no date", async () => {
			for (const date of ["491301000000Z", "490230000000Z", "490101240000Z", "49010100000 Z", "4901010000001"]) {
				const file = certificate({ notAfter: der.utcTime(date) });
				assert.deepEqual(await judge(file), ["strong unreadable-date", "info root"]);
				assert.equal((await read(file)).candidates[0]?.notAfter, null);
			}
		});
	});

	describe("of who signed it:", () => {
		it("an altered self-signed certificate is damaged, whether it has an authority key identifier or not", async () => {
			for (const file of [certificate(), withExtensions({ [der.AUTHORITY_KEY]: null })]) {
				file[60] = (file[60] ?? 0) ^ 1;
				assert.ok((await judge(file)).includes("block damaged"));
				assert.ok(!(await judge(file)).includes("info root"));
				assert.equal((await read(file)).candidates[0]?.selfSigned, false);
			}
		});

		it("a signature algorithm inside that differs from the one outside does not verify", async () => {
			const innerAlgorithm = der.sequence(der.oid("1.2.840.10045.4.3.3"));
			assert.ok((await judge(certificate({ innerAlgorithm }))).includes("block damaged"));
		});

		it("names that differ in case, blanks and encoding are the same (RFC 5280 7.1)", async () => {
			const cn = (text: Uint8Array) => der.sequence(der.set(der.sequence(der.oid("2.5.4.3"), text)));
			const subject = cn(der.text("Test  CA "));
			for (const issuer of [
				cn(der.text("test ca", 0x13)),
				cn(der.tlv(0x1e, Buffer.from("TEST CA", "utf16le").swap16())),
			])
				assert.deepEqual(await judge(certificate({ subject, issuer })), ["info root"]);
		});

		it("MD5, DSA, an unusual curve and an unknown algorithm are not checked, which is not damage", async () => {
			const secp256k1 = generateKeyPairSync("ec", { namedCurve: "secp256k1" });
			const files = [
				certificate({ signatureAlgorithm: der.sequence(der.oid("1.2.840.113549.1.1.4"), der.nothing()) }),
				certificate({ signatureAlgorithm: der.sequence(der.oid("1.2.840.10040.4.3")) }),
				certificate({ signatureAlgorithm: der.sequence(der.oid("1.2.3.4")) }),
				certificate({ publicKey: der.spki(secp256k1.publicKey), key: secp256k1.privateKey }),
			];
			for (const file of files) {
				const judged = await judge(file);
				assert.ok(judged.includes("info signature-not-checked") && judged.includes("info root"), judged.join());
				assert.ok(!judged.some((finding) => finding.startsWith("block")), judged.join());
				assert.equal((await read(file)).candidates[0]?.selfSigned, null);
			}
		});

		it("ML-DSA is checked where the runtime can, and else not called damaged", async () => {
			const publicKey = der.sequence(
				der.sequence(der.oid("2.16.840.1.101.3.4.3.17")),
				der.bitString(Buffer.alloc(1312, 7)),
			);
			const file = certificate({ publicKey, signatureAlgorithm: der.sequence(der.oid("2.16.840.1.101.3.4.3.17")) });
			const { selfSigned, keyType, keyBits } = (await read(file)).candidates[0] ?? {};
			assert.deepEqual([keyType, keyBits], ["ml-dsa-44", null]);
			assert.equal(selfSigned, canLoad(publicKey) ? false : null);
		});

		it("another key's name in the authority key identifier: a key rollover", async () => {
			const other = generateKeyPairSync("ec", { namedCurve: "P-256" });
			const file = certificate({ extensions: usualExtensions(ofAnother), key: other.privateKey });
			assert.deepEqual(await judge(file), ["strong key-rollover"]);
			assert.equal((await read(file)).candidates[0]?.selfSigned, false);
			const withoutOwn = usualExtensions({ ...ofAnother, [der.SUBJECT_KEY]: null });
			assert.deepEqual(await judge(certificate({ extensions: withoutOwn, key: other.privateKey })), [
				"strong key-rollover",
				"warn no-subject-key-identifier",
			]);
		});

		it("another serial number in the authority key identifier: a key rollover too", async () => {
			const bySerial = (serial: number) => ({
				[der.AUTHORITY_KEY]: {
					oid: der.AUTHORITY_KEY,
					value: der.sequence(der.tlv(0xa1, der.tlv(0xa4, der.name("Test CA"))), der.tlv(0x82, Buffer.of(serial))),
				},
			});
			assert.deepEqual(await judge(withExtensions(bySerial(0x18))), [
				"strong key-rollover",
				"warn authority-key-identifier-without-key",
			]);
			assert.deepEqual(await judge(withExtensions(bySerial(0x17))), ["info root"]);
		});

		it("an intermediate", async () => {
			const file = certificate({ issuer, extensions: usualExtensions(ofAnother) });
			assert.deepEqual(await judge(file), ["warn intermediate"]);
			assert.equal((await read(file)).candidates[0]?.selfSigned, false);
		});

		it("a public web CA, also when issued anew for the same key", async () => {
			for (const pem of rootCertificates.slice(0, 3))
				assert.ok((await judge(Buffer.from(pem))).includes("strong public-ca"));
			const { publicKey } = publicRoot();
			const again = certificate({ issuer, publicKey, extensions: usualExtensions(ofAnother) });
			assert.ok((await judge(again)).includes("strong public-ca"));
		});

		it("a damaged public web CA is damaged, and no more", async () => {
			const file = Buffer.from(rootCertificates[0]?.split("-----")[2] ?? "", "base64");
			file[file.length - 1] = (file.at(-1) ?? 0) ^ 1;
			const judged = await judge(file);
			assert.ok(judged.includes("block damaged") && !judged.includes("strong public-ca"), judged.join());
		});

		it("a CA of one's own that has a public one's name is not public", async () => {
			const { subject } = publicRoot();
			assert.deepEqual(await judge(certificate({ issuer: subject, extensions: usualExtensions(ofAnother) })), [
				"warn intermediate",
			]);
		});
	});

	describe("of whether it is a CA for clients:", () => {
		const basic = (...parts: Uint8Array[]) => ({
			[der.BASIC_CONSTRAINTS]: { oid: der.BASIC_CONSTRAINTS, critical: true, value: der.sequence(...parts) },
		});
		const keyUsage = (...octets: number[]) => ({
			[der.KEY_USAGE]: { oid: der.KEY_USAGE, critical: true, value: der.tlv(0x03, Buffer.from(octets)) },
		});
		const usages = (...oids: string[]) => ({
			[der.EXTENDED_KEY_USAGE]: { oid: der.EXTENDED_KEY_USAGE, value: der.sequence(...oids.map(der.oid)) },
		});
		const names = (tag: number, critical: boolean) => ({
			[der.NAME_CONSTRAINTS]: {
				oid: der.NAME_CONSTRAINTS,
				critical,
				value: der.sequence(
					der.context(0, der.sequence(tag === 0xa4 ? der.tlv(tag, der.name("Acme")) : der.text("a.test", tag))),
				),
			},
		});
		const unknown = { oid: "1.3.6.1.4.1.99999.1", value: der.nothing() };
		const rows: [what: string, file: Uint8Array, expected: string[]][] = [
			["CA:FALSE", withExtensions(basic()), ["strong not-a-ca"]],
			["CA:FALSE written out", withExtensions(basic(der.boolean(false))), ["strong not-a-ca"]],
			["no basic constraints", withExtensions({ [der.BASIC_CONSTRAINTS]: null }), ["strong no-basic-constraints"]],
			[
				"version 1, which says so alone",
				certificate({ version: null, extensions: [] }),
				["warn version-1", "info root"],
			],
			["version 1 of another's", certificate({ version: null, extensions: [], issuer }), ["warn version-1"]],
			["version 1 with extensions all the same", certificate({ version: null }), ["warn version-1", "info root"]],
			["version 3 with none", certificate({ extensions: [] }), ["strong no-basic-constraints"]],
			[
				"key usage without Certificate Sign",
				withExtensions(keyUsage(1, 0b0000_0010)),
				["strong no-certificate-sign", "info root"],
			],
			["key usage without CRL Sign", withExtensions(keyUsage(2, 0b0000_0100)), ["warn no-crl-sign", "info root"]],
			["no key usage at all", withExtensions({ [der.KEY_USAGE]: null }), ["info root"]],
			[
				"extended key usage without client authentication",
				withExtensions(usages("1.3.6.1.5.5.7.3.1")),
				["strong no-client-authentication", "info root"],
			],
			["extended key usage with it", withExtensions(usages("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2")), ["info root"]],
			["extended key usage any alone", withExtensions(usages("2.5.29.37.0")), ["warn any-usage-only", "info root"]],
			[
				"an unknown critical extension",
				withExtensions({}, [{ ...unknown, critical: true }]),
				["strong unknown-critical-extension", "info root"],
			],
			["an unknown extension that is not critical", withExtensions({}, [unknown]), ["info root"]],
			[
				"a critical directoryName constraint",
				withExtensions(names(0xa4, true)),
				["strong directory-name-constraint", "info root"],
			],
			["one that is not critical", withExtensions(names(0xa4, false)), ["warn name-constraints", "info root"]],
			["a critical constraint on DNS names", withExtensions(names(0x82, true)), ["warn name-constraints", "info root"]],
			["a path length", withExtensions(basic(der.boolean(true), der.integer(0))), ["info root", "info path-length"]],
			[
				"no subject key identifier",
				withExtensions({ [der.SUBJECT_KEY]: null }),
				["warn no-subject-key-identifier", "info root"],
			],
			[
				"no authority key identifier on a root",
				withExtensions({ [der.AUTHORITY_KEY]: null }),
				["info root", "info no-authority-key-identifier"],
			],
			[
				"no authority key identifier on an intermediate",
				certificate({ issuer, extensions: usualExtensions({ [der.AUTHORITY_KEY]: null }) }),
				["warn intermediate", "warn no-authority-key-identifier"],
			],
			[
				"an authority key identifier that names no key",
				certificate({
					issuer,
					extensions: usualExtensions({ [der.AUTHORITY_KEY]: { oid: der.AUTHORITY_KEY, value: der.sequence() } }),
				}),
				["warn intermediate", "warn authority-key-identifier-without-key"],
			],
			[
				"an extension twice",
				withExtensions({}, [unknown, unknown, unknown]),
				["strong duplicate-extension", "info root"],
			],
			["a negative serial number", certificate({ serial: der.integer(0x80) }), ["strong negative-serial", "info root"]],
			["an empty subject", certificate({ subject: der.sequence() }), ["strong empty-subject", "info root"]],
		];
		for (const [what, file, expected] of rows)
			it(what, async () => {
				assert.deepEqual(await judge(file), expected);
			});

		it("an extension that is empty or broken, while the certificate is readable", async () => {
			for (const oid of [der.BASIC_CONSTRAINTS, der.KEY_USAGE, der.SUBJECT_KEY, der.AUTHORITY_KEY])
				for (const value of [Buffer.alloc(0), Buffer.from("junk"), der.sequence(der.sequence(der.integer(0)))]) {
					const file = withExtensions({ [oid]: { oid, value } });
					const judged = await judge(file);
					assert.ok(judged.includes("strong unreadable-extension"), `${oid} ${value.toString("hex")} ${judged}`);
					assert.deepEqual(await detail(file, "unreadable-extension"), {
						code: "unreadable-extension",
						level: "strong",
						oid,
					});
				}
			const junk = { oid: der.BASIC_CONSTRAINTS, value: Buffer.from("junk") };
			assert.equal((await read(withExtensions({ [junk.oid]: junk }))).candidates[0]?.isCa, null);
		});

		it("a path length that is none, or an extension larger than any, which do not keep the editor waiting", async () => {
			for (const length of [der.integer(0xff), der.tlv(0x02, Buffer.alloc(20, 0x11))])
				assert.deepEqual(await judge(withExtensions(basic(der.boolean(true), length))), [
					"strong unreadable-extension",
					"info root",
				]);
			const large = { oid: der.SUBJECT_KEY, value: der.octetString(Buffer.alloc(20_000)) };
			assert.ok((await judge(withExtensions({ [large.oid]: large }))).includes("strong unreadable-extension"));
		});

		it("BER in place of DER", async () => {
			const open = (element: Uint8Array) => {
				const content = element.subarray(element[1] === 0x82 ? 4 : element[1] === 0x81 ? 3 : 2);
				return Buffer.concat([Buffer.of(0x30, 0x80), content, Buffer.alloc(2)]);
			};
			assert.deepEqual(await judge(open(certificate())), ["strong not-der", "info root"]);
			const long = Buffer.concat([Buffer.of(0x30, 0x83, 0), certificate().subarray(2)]);
			assert.deepEqual(await judge(long), ["strong not-der", "info root"]);
			const extra = der.sequence(der.oid("1.2.840.10045.4.3.2"), Buffer.of(0x05, 0x81, 0x00));
			assert.deepEqual(await judge(certificate({ signatureAlgorithm: extra })), ["strong not-der", "info root"]);
		});
	});

	describe("of its key and signature:", () => {
		const rsaInfo = (bits: number, ...exponent: number[]) => {
			const modulus = Buffer.alloc(Math.ceil(bits / 8), 0xff);
			modulus[0] = 0xff >> (modulus.length * 8 - bits);
			const key = der.sequence(der.tlv(0x02, Buffer.of(0), modulus), der.integer(...exponent));
			return der.sequence(der.sequence(der.oid("1.2.840.113549.1.1.1"), der.nothing()), der.bitString(key));
		};
		/** An intermediate's findings: its signature is another's, and does not matter here. */
		const ofKey = async (publicKey: Uint8Array) => {
			const file = certificate({ issuer, publicKey, extensions: usualExtensions(ofAnother) });
			return (await judge(file)).filter((finding) => finding !== "warn intermediate");
		};

		it("RSA by its bits", async () => {
			const rows: [number, string[]][] = [
				[1023, ["strong rsa-under-1024"]],
				[1024, ["warn rsa-under-2048"]],
				[2047, ["warn rsa-under-2048"]],
				[2048, []],
			];
			for (const [bits, expected] of rows) assert.deepEqual(await ofKey(rsaInfo(bits, 1, 0, 1)), expected, `${bits}`);
			const file = certificate({ issuer, publicKey: rsaInfo(1023, 3) });
			assert.deepEqual(await detail(file, "rsa-under-1024"), { code: "rsa-under-1024", level: "strong", bits: 1023 });
			const { keyType, keyBits } = (await read(file)).candidates[0] ?? {};
			assert.deepEqual([keyType, keyBits], ["rsa", 1023]);
		});

		it("RSA exponents of 1, and even ones", async () => {
			for (const exponent of [[1], [2], [1, 0, 0], [0]])
				assert.deepEqual(await ofKey(rsaInfo(2048, ...exponent)), ["strong bad-rsa-exponent"]);
			assert.deepEqual(await ofKey(rsaInfo(2048, 3)), []);
		});

		it("keys of which it is not known whether the service takes them", async () => {
			const ec = (namedCurve: string, paramEncoding: "named" | "explicit" = "named") =>
				der.spki(generateKeyPairSync("ec", { namedCurve, paramEncoding }).publicKey);
			const rows: [Uint8Array, string, string, number | null][] = [
				[ec("secp256k1"), "ec, secp256k1", "ec", 256],
				[ec("P-256", "explicit"), "ec, explicit parameters", "ec", null],
				[der.spki(generateKeyPairSync("ed448").publicKey), "ed448", "ed448", null],
				[
					der.spki(generateKeyPairSync("dsa", { modulusLength: 1024, divisorLength: 160 }).publicKey),
					"dsa",
					"dsa",
					1024,
				],
				[der.spki(generateKeyPairSync("rsa-pss", { modulusLength: 2048 }).publicKey), "rsa-pss", "rsa-pss", 2048],
				[
					der.sequence(der.sequence(der.oid("2.16.840.1.101.3.4.3.18")), der.bitString(Buffer.of(1))),
					"ml-dsa-65",
					"ml-dsa-65",
					null,
				],
				[
					der.sequence(der.sequence(der.oid("2.16.840.1.101.3.4.3.20")), der.bitString(Buffer.of(1))),
					"slh-dsa-sha2-128s",
					"slh-dsa-sha2-128s",
					null,
				],
				[der.sequence(der.sequence(der.oid("1.2.3")), der.bitString(Buffer.of(1))), "1.2.3", "1.2.3", null],
			];
			for (const [publicKey, key, type, bits] of rows) {
				assert.deepEqual(await ofKey(publicKey), ["strong key-support-unknown"]);
				const file = certificate({ issuer, publicKey });
				assert.deepEqual(await detail(file, "key-support-unknown"), {
					code: "key-support-unknown",
					level: "strong",
					key,
				});
				const { keyType, keyBits } = (await read(file)).candidates[0] ?? {};
				assert.deepEqual([keyType, keyBits], [type, bits]);
			}
			for (const curve of ["P-256", "P-384", "P-521"]) assert.deepEqual(await ofKey(ec(curve)), []);
		});

		it("Ed25519", async () => {
			const { publicKey, privateKey } = generateKeyPairSync("ed25519");
			const signatureAlgorithm = der.sequence(der.oid("1.3.101.112"));
			const parts = { publicKey: der.spki(publicKey), key: privateKey, hash: null, signatureAlgorithm };
			assert.deepEqual(await judge(certificate(parts)), ["info root", "info ed25519"]);
		});

		it("SHA-1 and MD5 signatures: a warning, but only a note on a root", async () => {
			const sha1 = { signatureAlgorithm: der.sequence(der.oid("1.2.840.10045.4.1")), hash: "sha1" };
			assert.deepEqual(await judge(certificate(sha1)), ["info root", "info weak-signature"]);
			const extensions = usualExtensions(ofAnother);
			assert.deepEqual(await judge(certificate({ ...sha1, issuer, extensions })), [
				"warn intermediate",
				"warn weak-signature",
			]);
			const signatureAlgorithm = der.sequence(der.oid("1.2.840.113549.1.1.4"), der.nothing());
			const md5 = certificate({ issuer, extensions, signatureAlgorithm });
			assert.deepEqual(await detail(md5, "weak-signature"), { code: "weak-signature", level: "warn", hash: "MD5" });
		});

		it("a PSS signature, checked with the hash and salt that it names", async () => {
			const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
			const sha256 = der.sequence(der.oid("2.16.840.1.101.3.4.2.1"));
			const parameters = (salt: number) =>
				der.sequence(
					der.context(0, sha256),
					der.context(1, der.sequence(der.oid("1.2.840.113549.1.1.8"), sha256)),
					der.context(2, der.integer(salt)),
				);
			const algorithm = (salt: number) => der.sequence(der.oid("1.2.840.113549.1.1.10"), parameters(salt));
			const key = { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
			const parts = { publicKey: der.spki(publicKey), key, signatureAlgorithm: algorithm(32) };
			assert.deepEqual(await judge(certificate(parts)), ["info root", "info pss-signature"]);
			assert.ok((await judge(certificate({ ...parts, signatureAlgorithm: algorithm(20) }))).includes("block damaged"));
			// By default the mask is made with SHA-1, which `node:crypto` cannot be told beside another hash.
			const mixed = der.sequence(der.oid("1.2.840.113549.1.1.10"), der.sequence(der.context(0, sha256)));
			const judged = await judge(certificate({ ...parts, signatureAlgorithm: mixed }));
			assert.ok(judged.includes("info signature-not-checked"), judged.join());
		});

		it("the smallest RSA key that can be is still checked", async () => {
			const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 512 });
			const signatureAlgorithm = der.sequence(der.oid("1.2.840.113549.1.1.11"), der.nothing());
			const file = certificate({ publicKey: der.spki(publicKey), key: privateKey, signatureAlgorithm });
			assert.equal((await read(file)).candidates[0]?.selfSigned, true);
		});

		it("RSA and every hash are checked, and an unusable RSA key is not called damage", async () => {
			const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
			const rows = [
				["5", "sha1"],
				["14", "sha224"],
				["11", "sha256"],
				["12", "sha384"],
				["13", "sha512"],
			] as const;
			for (const [arc, hash] of rows) {
				const signatureAlgorithm = der.sequence(der.oid(`1.2.840.113549.1.1.${arc}`), der.nothing());
				const parts = { publicKey: der.spki(publicKey), key: privateKey, signatureAlgorithm, hash };
				assert.equal((await read(certificate(parts))).candidates[0]?.selfSigned, true, hash);
				for (const broken of [rsaInfo(2048, 1), rsaInfo(16_400, 1, 0, 1), rsaInfo(2048, 1, 0, 0, 0, 0, 0, 0, 1)])
					assert.equal((await read(certificate({ ...parts, publicKey: broken }))).candidates[0]?.selfSigned, null);
			}
		});
	});
});

function canLoad(publicKey: Buffer): boolean {
	try {
		return Boolean(createPublicKey({ key: publicKey, format: "der", type: "spki" }));
	} catch {
		return false;
	}
}

/** The parts of the first public root that another certificate may share with it. */
function publicRoot(): { subject: Uint8Array; publicKey: Uint8Array } {
	const [, , body = ""] = rootCertificates[0]?.split("-----") ?? [];
	const structure = readStructure(Buffer.from(body, "base64"));
	assert.ok(structure);
	return { subject: structure.subject.whole, publicKey: structure.publicKey.whole };
}
