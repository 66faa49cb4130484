import assert from "node:assert/strict";
import { createHash, createPublicKey, generateKeyPairSync } from "node:crypto";
import { rootCertificates } from "node:tls";
import { readElement } from "../../../../src/x509/asn1/der.ts";
import { decodeCertificate } from "../../../../src/x509/certificate.ts";
import { trustFindings } from "../../../../src/x509/findings/trustFindings.ts";
import { isSignedByPublicRoot } from "../../../../src/x509/publicRoots.ts";
import { parseRawCertificate, type RawCertificate } from "../../../../src/x509/rawCertificate.ts";
import * as der from "../der.ts";
import { read } from "../read.ts";
import { issuer, levelsAndCodes, otherAuthorityKeyId, withExtensions } from "./setup.ts";

const { certificate, usualExtensions } = der;

describe("R11 Findings of the signature's issuer:", () => {
	it("an ordinary root: only `root`", async () => {
		assert.deepEqual(await levelsAndCodes(certificate()), ["info root"]);
		assert.deepEqual(
			(await read(certificate())).candidates.map(({ selfSigned }) => selfSigned),
			[true],
		);
	});

	it("a changed self-signed certificate is damaged, with or without an authority key identifier", async () => {
		for (const file of [certificate(), withExtensions({ [der.AUTHORITY_KEY_ID]: null })]) {
			file[60] = (file[60] ?? 0) ^ 1;
			assert.ok((await levelsAndCodes(file)).includes("block damaged"));
			assert.ok(!(await levelsAndCodes(file)).includes("info root"));
			assert.equal((await read(file)).candidates[0]?.selfSigned, false);
		}
	});

	it("a self-signed certificate without a subject key identifier, recognized by the usual identifier of its key", async () => {
		const usual = createHash("sha1").update(der.spki(der.keys.publicKey).subarray(26)).digest();
		const file = withExtensions({
			[der.SUBJECT_KEY_ID]: null,
			[der.AUTHORITY_KEY_ID]: { oid: der.AUTHORITY_KEY_ID, value: der.sequence(der.tlv(0x80, usual)) },
		});
		assert.deepEqual(await levelsAndCodes(file), ["warn no-subject-key-identifier", "info root"]);
		file[60] = (file[60] ?? 0) ^ 1;
		assert.deepEqual(await levelsAndCodes(file), ["block damaged", "warn no-subject-key-identifier"]);
	});

	it("an empty authority key identifier does not name another key", async () => {
		const nothing = { [der.AUTHORITY_KEY_ID]: { oid: der.AUTHORITY_KEY_ID, value: der.sequence() } };
		assert.deepEqual(await levelsAndCodes(withExtensions(nothing)), ["info root"]);
	});

	it("different signature algorithms inside and outside the signed part: damaged", async () => {
		const innerAlgorithm = der.sequence(der.oid("1.2.840.10045.4.3.3"));
		assert.ok((await levelsAndCodes(certificate({ innerAlgorithm }))).includes("block damaged"));
	});

	it("names that differ in case, blanks and encoding are equal (RFC 5280 7.1)", async () => {
		const cn = (text: Uint8Array) => der.sequence(der.set(der.sequence(der.oid("2.5.4.3"), text)));
		const subject = cn(der.text("Test  CA "));
		for (const issuer of [cn(der.text("test ca", 0x13)), cn(der.tlv(0x1e, Buffer.from("TEST CA", "utf16le").swap16()))])
			assert.deepEqual(await levelsAndCodes(certificate({ subject, issuer })), ["info root"]);
	});

	it("MD5, DSA, an unusual curve and an unknown algorithm are not checked, and not called damaged", async () => {
		const secp256k1 = generateKeyPairSync("ec", { namedCurve: "secp256k1" });
		const files = [
			certificate({ signatureAlgorithm: der.sequence(der.oid("1.2.840.113549.1.1.4"), der.nullValue()) }),
			certificate({ signatureAlgorithm: der.sequence(der.oid("1.2.840.10040.4.3")) }),
			certificate({ signatureAlgorithm: der.sequence(der.oid("1.2.3.4")) }),
			certificate({ publicKey: der.spki(secp256k1.publicKey), key: secp256k1.privateKey }),
		];
		for (const file of files) {
			const findings = await levelsAndCodes(file);
			assert.ok(findings.includes("info signature-not-checked") && findings.includes("info root"), findings.join());
			assert.ok(!findings.some((finding) => finding.startsWith("block")), findings.join());
			assert.equal((await read(file)).candidates[0]?.selfSigned, null);
		}
	});

	it("ML-DSA is checked if the runtime supports it, and otherwise not called damaged", async () => {
		const publicKey = der.sequence(
			der.sequence(der.oid("2.16.840.1.101.3.4.3.17")),
			der.bitString(Buffer.alloc(1312, 7)),
		);
		const file = certificate({ publicKey, signatureAlgorithm: der.sequence(der.oid("2.16.840.1.101.3.4.3.17")) });
		const { selfSigned, keyType, keyBits } = (await read(file)).candidates[0] ?? {};
		assert.deepEqual([keyType, keyBits], ["ml-dsa-44", null]);
		assert.equal(selfSigned, isSupported(publicKey) ? false : null);
	});

	it("an authority key identifier with another key: a key rollover", async () => {
		const other = generateKeyPairSync("ec", { namedCurve: "P-256" });
		const file = certificate({ extensions: usualExtensions(otherAuthorityKeyId), key: other.privateKey });
		assert.deepEqual(await levelsAndCodes(file), ["strong key-rollover"]);
		assert.equal((await read(file)).candidates[0]?.selfSigned, false);
		const withoutOwn = usualExtensions({ ...otherAuthorityKeyId, [der.SUBJECT_KEY_ID]: null });
		assert.deepEqual(await levelsAndCodes(certificate({ extensions: withoutOwn, key: other.privateKey })), [
			"strong key-rollover",
			"warn no-subject-key-identifier",
		]);
	});

	it("an authority key identifier with another serial number: a key rollover", async () => {
		const bySerial = (serial: number) => ({
			[der.AUTHORITY_KEY_ID]: {
				oid: der.AUTHORITY_KEY_ID,
				value: der.sequence(der.tlv(0xa1, der.tlv(0xa4, der.name("Test CA"))), der.tlv(0x82, Buffer.of(serial))),
			},
		});
		assert.deepEqual(await levelsAndCodes(withExtensions(bySerial(0x18))), [
			"strong key-rollover",
			"warn authority-key-identifier-without-key",
		]);
		assert.deepEqual(await levelsAndCodes(withExtensions(bySerial(0x17))), ["info root"]);
	});

	it("an intermediate", async () => {
		const file = certificate({ issuer, extensions: usualExtensions(otherAuthorityKeyId) });
		assert.deepEqual(await levelsAndCodes(file), ["warn intermediate"]);
		assert.equal((await read(file)).candidates[0]?.selfSigned, false);
	});

	it("a public web CA, also if reissued for the same key", async () => {
		for (const pem of rootCertificates.slice(0, 3))
			assert.ok((await levelsAndCodes(Buffer.from(pem))).includes("strong public-ca"));
		const { publicKey } = publicRoot();
		const reissued = certificate({ issuer, publicKey, extensions: usualExtensions(otherAuthorityKeyId) });
		assert.ok((await levelsAndCodes(reissued)).includes("strong public-ca"));
		const ofClient = usualExtensions({ ...otherAuthorityKeyId, [der.BASIC_CONSTRAINTS]: null });
		assert.ok(
			!(await levelsAndCodes(certificate({ issuer, publicKey, extensions: ofClient }))).includes("strong public-ca"),
		);
	});

	it("a certificate that a public web CA signed", () => {
		const roots = rootCertificates.map((pem) => rawCertificateOf(pem));
		const signed = roots.filter(isSignedByPublicRoot);
		// A few have keys that are not checked.
		assert.ok(signed.length > roots.length * 0.9, `${signed.length} of ${roots.length}`);
		const [root = assert.fail()] = signed;
		assert.ok(!isSignedByPublicRoot({ ...root, tbs: root.tbs.subarray(1) }));
		assert.ok(!isSignedByPublicRoot({ ...root, issuer: root.notAfter }));
		// No test can sign as a public CA. A public root with another key counts as an intermediate of a public CA.
		const element = readElement(root.der);
		const read = element && decodeCertificate(element);
		assert.ok(read);
		const publicKey = readElement(der.spki(der.keys.publicKey)) ?? assert.fail();
		const intermediate = { ...read, raw: { ...read.raw, publicKey } };
		assert.deepEqual(
			[...trustFindings(intermediate, "intermediate")],
			[
				{ code: "intermediate", level: "warn" },
				{ code: "public-intermediate", level: "strong" },
			],
		);
	});

	it("a damaged public web CA is only damaged", async () => {
		const file = Buffer.from(rootCertificates[0]?.split("-----")[2] ?? "", "base64");
		file[file.length - 1] = (file.at(-1) ?? 0) ^ 1;
		const findings = await levelsAndCodes(file);
		assert.ok(findings.includes("block damaged") && !findings.includes("strong public-ca"), findings.join());
	});

	it("a private CA with the name of a public CA is not public", async () => {
		const { subject } = publicRoot();
		assert.deepEqual(
			await levelsAndCodes(certificate({ issuer: subject, extensions: usualExtensions(otherAuthorityKeyId) })),
			["warn intermediate"],
		);
	});
});

function isSupported(publicKey: Buffer): boolean {
	try {
		return Boolean(createPublicKey({ key: publicKey, format: "der", type: "spki" }));
	} catch {
		return false;
	}
}

function rawCertificateOf(pem = ""): RawCertificate {
	const [, , body = ""] = pem.split("-----");
	return parseRawCertificate(Buffer.from(body, "base64")) ?? assert.fail(pem);
}

/** Returns the subject and key of a public root, in DER. */
function publicRoot(): { subject: Uint8Array; publicKey: Uint8Array } {
	const { subject, publicKey } = rawCertificateOf(rootCertificates[0]);
	return { subject: subject.encoded, publicKey: publicKey.encoded };
}
