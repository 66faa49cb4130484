import assert from "node:assert/strict";
import { constants, generateKeyPairSync, type KeyObject, X509Certificate } from "node:crypto";
import { readElement } from "../../../src/x509/asn1/der.ts";
import { readPublicKey } from "../../../src/x509/publicKey.ts";
import * as der from "./der.ts";
import { findingsOf, read } from "./read.ts";

const CURVES = ["prime192v1", "secp224r1", "prime256v1", "secp384r1", "secp521r1", "secp256k1", "SM2"].concat(
	[160, 192, 224, 256, 320, 384, 512].map((bits) => `brainpoolP${bits}r1`),
);
const SLH_DSA = ["sha2", "shake"].flatMap((hash) =>
	[128, 192, 256].flatMap((bits) => ["s", "f"].map((speed) => `slh-dsa-${hash}-${bits}${speed}`)),
);
const OTHER_KEYS = ["x25519", "x448", "ed25519", "ed448", "ml-dsa-44", "ml-dsa-65", "ml-dsa-87", ...SLH_DSA];

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const dsa = generateKeyPairSync("dsa", { modulusLength: 1024, divisorLength: 160 });
const algorithm = (oid: string, ...parameters: Uint8Array[]) => der.sequence(der.oid(oid), ...parameters);
const keyOf = (publicKey: KeyObject) => readPublicKey(readElement(der.spki(publicKey)) ?? assert.fail());
const selfSigned = async (file: Uint8Array) => (await read(file)).candidates[0]?.selfSigned;

describe("Public keys, compared with OpenSSL", () => {
	for (const curve of CURVES)
		it(curve, () => {
			const { publicKey } = generateKeyPairSync("ec", { namedCurve: curve });
			const bits = curve === "SM2" ? 256 : Number(/(?<=[a-z])\d+/i.exec(curve)?.[0]);
			assert.deepEqual(keyOf(publicKey), {
				...{ type: publicKey.asymmetricKeyType, bits, exponent: null },
				curve: publicKey.asymmetricKeyDetails?.namedCurve,
			});
		});

	it("every other type of key that this runtime supports", () => {
		let made = 0;
		for (const type of OTHER_KEYS) {
			let publicKey: KeyObject;
			try {
				({ publicKey } = generateKeyPairSync(type as "ed25519"));
			} catch {
				continue;
			}
			assert.deepEqual(keyOf(publicKey), { type, bits: null, curve: null, exponent: null });
			made++;
		}
		assert.ok(made >= 4);
	});

	it("RSA, DSA and Diffie-Hellman", () => {
		assert.deepEqual(keyOf(rsa.publicKey), { type: "rsa", bits: 2048, curve: null, exponent: 65_537n });
		assert.deepEqual(keyOf(dsa.publicKey), { type: "dsa", bits: 1024, curve: null, exponent: null });
		const ofModulus = (...modulus: number[]) =>
			der.sequence(
				algorithm("1.2.840.113549.1.1.1"),
				der.bitString(der.sequence(der.integer(...modulus), der.integer(3))),
			);
		for (const [modulus, bits] of [
			[[0, 0x80], 8],
			[[0x7f, 0xff], 15],
			[[0, 0], 0],
		] as const)
			assert.equal(readPublicKey(readElement(ofModulus(...modulus)) ?? assert.fail()).bits, bits);
		for (const oid of ["1.2.840.113549.1.3.1", "1.2.840.10046.2.1"]) {
			const info = der.sequence(algorithm(oid), der.bitString());
			assert.equal(readPublicKey(readElement(info) ?? assert.fail()).type, "dh");
		}
	});

	it("unreadable keys", async () => {
		const RSA = "1.2.840.113549.1.1.1";
		const rows: readonly [Uint8Array, string][] = [
			[der.sequence(algorithm(RSA), der.bitString(der.sequence(der.integer(5)))), "strong key-support-unknown"],
			[der.sequence(algorithm(RSA), der.bitString(der.sequence())), "strong key-support-unknown"],
			[der.sequence(algorithm(RSA), der.bitString()), "strong key-support-unknown"],
			[
				der.sequence(algorithm(RSA), der.bitString(der.sequence(der.tlv(0x02), der.tlv(0x02)))),
				"strong bad-rsa-exponent",
			],
			[der.sequence(algorithm("1.2.840.10040.4.1"), der.bitString(der.integer(1))), "strong key-support-unknown"],
			[
				der.sequence(algorithm("1.2.840.10040.4.1", der.sequence()), der.bitString(der.integer(1))),
				"strong key-support-unknown",
			],
			[der.sequence(algorithm("1.2.840.10045.2.1"), der.bitString(der.integer(1))), "strong key-support-unknown"],
		];
		for (const [publicKey, expected] of rows) {
			const file = der.certificate({ publicKey, issuer: der.name("Another CA") });
			const [found] = (await findingsOf(file)).filter(({ code }) => code.endsWith("unknown") || code.includes("rsa"));
			assert.equal(`${found?.level} ${found?.code}`, expected, Buffer.from(publicKey).toString("hex"));
			assert.equal(await selfSigned(der.certificate({ publicKey })), null);
		}
	});
});

describe("Signatures, compared with OpenSSL", () => {
	type Row = readonly [oid: string, hash: string, keys: Readonly<Record<"publicKey" | "privateKey", KeyObject>>];
	const rows: readonly Row[] = [
		["1.2.840.113549.1.1.5", "sha1", rsa],
		["1.2.840.113549.1.1.14", "sha224", rsa],
		["1.2.840.113549.1.1.11", "sha256", rsa],
		["1.2.840.113549.1.1.12", "sha384", rsa],
		["1.2.840.113549.1.1.13", "sha512", rsa],
		["1.3.14.3.2.29", "sha1", rsa],
		["1.2.840.10045.4.1", "sha1", der.keys],
		["1.2.840.10045.4.3.1", "sha224", der.keys],
		["1.2.840.10045.4.3.2", "sha256", der.keys],
		["1.2.840.10045.4.3.3", "sha384", der.keys],
		["1.2.840.10045.4.3.4", "sha512", der.keys],
	];
	for (const [oid, hash, keys] of rows)
		it(`${oid}, ${hash}: checked, and valid only with this hash and key`, async () => {
			const { publicKey, privateKey: key } = keys;
			const parts = { publicKey: der.spki(publicKey), key, hash, signatureAlgorithm: algorithm(oid, der.nullValue()) };
			const file = der.certificate(parts);
			const openssl = new X509Certificate(file);
			assert.ok(openssl.verify(openssl.publicKey));
			assert.equal(await selfSigned(file), true);
			assert.equal(
				await selfSigned(der.certificate({ ...parts, hash: hash === "sha256" ? "sha384" : "sha256" })),
				false,
			);
			const other = keys === rsa ? der.keys : rsa;
			assert.equal(await selfSigned(der.certificate({ ...parts, publicKey: der.spki(other.publicKey) })), false);
			const weak = (await findingsOf(file)).filter(({ code }) => code === "weak-signature");
			assert.deepEqual(weak, hash === "sha1" ? [{ code: "weak-signature", level: "info", hash: "SHA1" }] : []);
		});

	const unchecked: readonly [oid: string, weak: string | null][] = [
		["1.2.840.113549.1.1.2", "MD2"],
		["1.2.840.113549.1.1.3", "MD4"],
		["1.2.840.113549.1.1.4", "MD5"],
		["1.2.840.10040.4.3", "SHA1"],
		["1.3.14.3.2.27", "SHA1"],
		["2.16.840.1.101.3.4.3.1", null],
		["2.16.840.1.101.3.4.3.2", null],
	];
	for (const [oid, weak] of unchecked)
		it(`${oid}, ${weak ?? "not weak"}: not checked, with any key`, async () => {
			for (const { publicKey } of [rsa, dsa, der.keys]) {
				const parts = { publicKey: der.spki(publicKey), signatureAlgorithm: algorithm(oid, der.nullValue()) };
				const findings = await findingsOf(der.certificate(parts));
				assert.ok(findings.some(({ code }) => code === "signature-not-checked"));
				const hashes = findings.map((finding) => (finding.code === "weak-signature" ? finding.hash : ""));
				assert.equal(hashes.join(""), weak ?? "");
			}
		});

	it("a DSA key with an algorithm for other keys is not checked, and not called damaged", async () => {
		assert.equal(await selfSigned(der.certificate({ publicKey: der.spki(dsa.publicKey) })), null);
	});

	it("a key that does not load is not called damaged", async () => {
		const pointOffCurve = der.sequence(
			algorithm("1.2.840.10045.2.1", der.oid("1.2.840.10045.3.1.7")),
			der.bitString(Buffer.of(4), Buffer.alloc(64, 7)),
		);
		assert.equal(await selfSigned(der.certificate({ publicKey: pointOffCurve })), null);
	});

	it("RSA keys of a size that OpenSSL or BoringSSL rejects are not checked; all others are", async () => {
		const signatureAlgorithm = algorithm("1.2.840.113549.1.1.11", der.nullValue());
		const ofBits = (bits: number) => {
			const modulus = Buffer.alloc(Math.ceil(bits / 8), 0xff);
			modulus[0] = 0xff >> (modulus.length * 8 - bits);
			const key = der.sequence(der.tlv(0x02, Buffer.of(0), modulus), der.integer(1, 0, 1));
			return der.sequence(algorithm("1.2.840.113549.1.1.1", der.nullValue()), der.bitString(key));
		};
		for (const [bits, expected] of [
			[511, null],
			[512, false],
			[8192, false],
			[8193, null],
		] as const)
			assert.equal(
				await selfSigned(der.certificate({ publicKey: ofBits(bits), signatureAlgorithm })),
				expected,
				`${bits}`,
			);
	});
});

describe("PSS signatures (RFC 4055), compared with OpenSSL", () => {
	const HASHES = {
		sha1: "1.3.14.3.2.26",
		sha224: "2.16.840.1.101.3.4.2.4",
		sha256: "2.16.840.1.101.3.4.2.1",
		sha384: "2.16.840.1.101.3.4.2.2",
		sha512: "2.16.840.1.101.3.4.2.3",
	};
	const pss = generateKeyPairSync("rsa-pss", { modulusLength: 2048 });
	const MGF1 = "1.2.840.113549.1.1.8";
	/** Makes a PSS algorithm with the given parameters. Omitted parameters have their default. */
	const withFields = (hash?: string, mask?: string, salt?: readonly number[]) =>
		algorithm(
			"1.2.840.113549.1.1.10",
			der.sequence(
				...(hash === undefined ? [] : [der.context(0, algorithm(hash))]),
				...(mask === undefined ? [] : [der.context(1, algorithm(MGF1, algorithm(mask)))]),
				...(salt === undefined ? [] : [der.context(2, der.integer(...salt))]),
			),
		);
	const signedBy = (keys: typeof rsa, hash: string, saltLength: number, signatureAlgorithm: Uint8Array) =>
		der.certificate({
			publicKey: der.spki(keys.publicKey),
			key: { key: keys.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength },
			...{ hash, signatureAlgorithm },
		});

	for (const [hash, oid] of Object.entries(HASHES))
		it(`${hash}, with an RSA key and a key for PSS only`, async () => {
			for (const keys of [rsa, pss]) {
				assert.equal(await selfSigned(signedBy(keys, hash, 32, withFields(oid, oid, [32]))), true);
				assert.equal(await selfSigned(signedBy(keys, hash, 20, withFields(oid, oid))), true);
				assert.equal(await selfSigned(signedBy(keys, hash, 32, withFields(oid, oid))), false);
			}
		});

	it("no parameters: SHA-1 and a salt of 20 bytes", async () => {
		const file = signedBy(rsa, "sha1", 20, withFields());
		assert.equal(await selfSigned(file), true);
		const codes = (await findingsOf(file)).map(({ code }) => code);
		assert.deepEqual(codes, ["root", "weak-signature", "pss-signature"]);
	});

	it("a salt length of two octets", async () => {
		const { sha256 } = HASHES;
		const large = generateKeyPairSync("rsa", { modulusLength: 4096 });
		assert.equal(await selfSigned(signedBy(large, "sha256", 258, withFields(sha256, sha256, [1, 2]))), true);
	});

	it("a mask with another hash, and unknown hashes, are not checked", async () => {
		const { sha256, sha384 } = HASHES;
		for (const [hash, mask] of [
			[sha256, sha384],
			[sha256, undefined],
			[undefined, sha256],
			["1.2.3", "1.2.3"],
			["1.2.3", sha256],
		] as const)
			assert.equal(await selfSigned(signedBy(rsa, "sha256", 20, withFields(hash, mask))), null, `${hash} ${mask}`);
		const noMask = der.sequence(der.context(0, algorithm(sha256)), der.context(1, algorithm(MGF1)));
		const without = algorithm("1.2.840.113549.1.1.10", noMask);
		assert.equal(await selfSigned(signedBy(rsa, "sha256", 20, without)), null);
		for (const broken of [der.sequence(), der.integer(1)])
			for (const fields of [[der.context(0, broken)], [der.context(0, algorithm(sha256)), der.context(1, broken)]]) {
				const signatureAlgorithm = algorithm("1.2.840.113549.1.1.10", der.sequence(...fields));
				assert.equal(await selfSigned(signedBy(rsa, "sha256", 20, signatureAlgorithm)), null);
			}
	});
});
