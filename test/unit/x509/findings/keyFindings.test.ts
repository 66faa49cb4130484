import assert from "node:assert/strict";
import { constants, generateKeyPairSync } from "node:crypto";
import * as der from "../der.ts";
import { read } from "../read.ts";
import { findingWithCode, issuer, levelsAndCodes, otherAuthorityKeyId } from "./setup.ts";

const { certificate, usualExtensions } = der;

describe("R11 Findings of the key and signature:", () => {
	const rsaInfo = (bits: number, ...exponent: number[]) => {
		const modulus = Buffer.alloc(Math.ceil(bits / 8), 0xff);
		modulus[0] = 0xff >> (modulus.length * 8 - bits);
		const key = der.sequence(der.tlv(0x02, Buffer.of(0), modulus), der.integer(...exponent));
		return der.sequence(der.sequence(der.oid("1.2.840.113549.1.1.1"), der.nullValue()), der.bitString(key));
	};
	/** Returns the findings of an intermediate with a key. Its signature is not checked. */
	const ofKey = async (publicKey: Uint8Array) => {
		const file = certificate({ issuer, publicKey, extensions: usualExtensions(otherAuthorityKeyId) });
		return (await levelsAndCodes(file)).filter((finding) => finding !== "warn intermediate");
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
		assert.deepEqual(await findingWithCode(file, "rsa-under-1024"), {
			code: "rsa-under-1024",
			level: "strong",
			bits: 1023,
		});
		const { keyType, keyBits } = (await read(file)).candidates[0] ?? {};
		assert.deepEqual([keyType, keyBits], ["rsa", 1023]);
	});

	it("RSA exponents of 1 and even RSA exponents", async () => {
		for (const exponent of [[1], [2], [1, 0, 0], [0]])
			assert.deepEqual(await ofKey(rsaInfo(2048, ...exponent)), ["strong bad-rsa-exponent"]);
		assert.deepEqual(await ofKey(rsaInfo(2048, 3)), []);
	});

	it("keys that the service may not support", async () => {
		const ec = (namedCurve: string, paramEncoding: "named" | "explicit" = "named") =>
			der.spki(generateKeyPairSync("ec", { namedCurve, paramEncoding }).publicKey);
		const rows: [Uint8Array, string, string, number | null][] = [
			[ec("secp256k1"), "ec, secp256k1", "ec", 256],
			[ec("P-256", "explicit"), "ec, explicit parameters", "ec", null],
			[der.spki(generateKeyPairSync("ed448").publicKey), "ed448", "ed448", null],
			[der.spki(generateKeyPairSync("dsa", { modulusLength: 1024, divisorLength: 160 }).publicKey), "dsa", "dsa", 1024],
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
			assert.deepEqual(await findingWithCode(file, "key-support-unknown"), {
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
		assert.deepEqual(await levelsAndCodes(certificate(parts)), ["info root", "info ed25519"]);
	});

	it("SHA-1 and MD5 signatures: `warn`, but only `info` on a root", async () => {
		const sha1 = { signatureAlgorithm: der.sequence(der.oid("1.2.840.10045.4.1")), hash: "sha1" };
		assert.deepEqual(await levelsAndCodes(certificate(sha1)), ["info root", "info weak-signature"]);
		const extensions = usualExtensions(otherAuthorityKeyId);
		assert.deepEqual(await levelsAndCodes(certificate({ ...sha1, issuer, extensions })), [
			"warn intermediate",
			"warn weak-signature",
		]);
		const signatureAlgorithm = der.sequence(der.oid("1.2.840.113549.1.1.4"), der.nullValue());
		const md5 = certificate({ issuer, extensions, signatureAlgorithm });
		assert.deepEqual(await findingWithCode(md5, "weak-signature"), {
			code: "weak-signature",
			level: "warn",
			hash: "MD5",
		});
	});

	it("a PSS signature, checked with its own hash and salt", async () => {
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
		assert.deepEqual(await levelsAndCodes(certificate(parts)), ["info root", "info pss-signature"]);
		assert.ok(
			(await levelsAndCodes(certificate({ ...parts, signatureAlgorithm: algorithm(20) }))).includes("block damaged"),
		);
		// By default the mask uses SHA-1, which `node:crypto` does not support with another hash.
		const mixed = der.sequence(der.oid("1.2.840.113549.1.1.10"), der.sequence(der.context(0, sha256)));
		const findings = await levelsAndCodes(certificate({ ...parts, signatureAlgorithm: mixed }));
		assert.ok(findings.includes("info signature-not-checked"), findings.join());
	});

	it("the smallest supported RSA key is checked", async () => {
		const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 512 });
		const signatureAlgorithm = der.sequence(der.oid("1.2.840.113549.1.1.11"), der.nullValue());
		const file = certificate({ publicKey: der.spki(publicKey), key: privateKey, signatureAlgorithm });
		assert.equal((await read(file)).candidates[0]?.selfSigned, true);
	});

	it("RSA signatures with every hash are checked, and an unusable RSA key is not called damaged", async () => {
		const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
		const rows = [
			["5", "sha1"],
			["14", "sha224"],
			["11", "sha256"],
			["12", "sha384"],
			["13", "sha512"],
		] as const;
		for (const [arc, hash] of rows) {
			const signatureAlgorithm = der.sequence(der.oid(`1.2.840.113549.1.1.${arc}`), der.nullValue());
			const parts = { publicKey: der.spki(publicKey), key: privateKey, signatureAlgorithm, hash };
			assert.equal((await read(certificate(parts))).candidates[0]?.selfSigned, true, hash);
			for (const broken of [rsaInfo(2048, 1), rsaInfo(16_400, 1, 0, 1), rsaInfo(2048, 1, 0, 0, 0, 0, 0, 0, 1)])
				assert.equal((await read(certificate({ ...parts, publicKey: broken }))).candidates[0]?.selfSigned, null);
		}
	});
});
