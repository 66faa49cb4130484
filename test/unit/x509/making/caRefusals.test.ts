import "reflect-metadata/lite";
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createPrivateKey, generateKeyPairSync, KeyObject, X509Certificate } from "node:crypto";
import { BasicConstraintsExtension, Extension, KeyUsageFlags, KeyUsagesExtension } from "@peculiar/x509";
import type { CaIssue } from "../../../../src/domain/certificateMaking.ts";
import { problemOf } from "../../../../src/domain/problem.ts";
import { checkChain } from "../../../../src/x509/chainCheck.ts";
import { X509CertificateMaker } from "../../../../src/x509/making/certificateMaker.ts";
import { encryptKey } from "../../../../src/x509/making/keyEncryption.ts";
import { daysFromNow, makeCertificate, type TestCertificate } from "../../../certificates.ts";
import { hasOpenssl3 } from "../../../network/opensslServer.ts";
import { skipTest } from "../../../skipTest.ts";
import { expectProblem } from "../../openai/setup.ts";
import * as der from "../der.ts";
import { FAST_KEYS, SLOW_KEYS } from "../encryptedKeys.ts";
import { makePrivateKeys } from "../privateKeys.ts";
import { PASSPHRASE } from "./keyTypeTests.ts";

const REQUEST = { commonName: "agent", names: [], validDays: 90, keyType: "p-256", passphrase: null } as const;

type File = string | Uint8Array;
const bytes = (file: File) => (typeof file === "string" ? Buffer.from(file) : file);
const openCa = (certificates: File, key: File, passphrase: string | null = null) =>
	new X509CertificateMaker().openCa(bytes(certificates), bytes(key), passphrase);

/** Checks that opening a CA is refused, and that the error contains nothing of the key's file. */
async function assertRefused(why: CaIssue, certificates: File, key: File, passphrase?: string): Promise<void> {
	await assert.rejects(openCa(certificates, key, passphrase), (thrown) => {
		assert.deepEqual(problemOf(thrown), { reason: "ca-refused", why });
		assert.deepEqual([(thrown as Error).cause, (thrown as Error).message], [undefined, "ca-refused"]);
		return true;
	});
}

describe("A CA is refused:", () => {
	let ca: TestCertificate;

	before(async () => {
		ca = await makeCertificate({ commonName: "Acme CA" });
	});

	it("a file without a certificate, or one that is too large", async () => {
		await assertRefused("no-certificate", "", ca.privateKeyPem);
		await assertRefused("no-certificate", ca.privateKeyPem, ca.privateKeyPem);
		await assertRefused("no-certificate", ca.der.slice(0, -1), ca.privateKeyPem);
		await assertRefused("too-large", Buffer.alloc(1_048_577), ca.privateKeyPem);
		await assertRefused("too-large", ca.pem, Buffer.alloc(1_048_577));
	});

	it("a leaf, also one that signed itself or has no basic constraints", async () => {
		const leaf = await makeCertificate({ ca: false, issuer: ca });
		await assertRefused("not-a-ca", leaf.pem, leaf.privateKeyPem);
		await assertRefused("not-a-ca", leaf.pem + ca.pem, leaf.privateKeyPem);
		const own = await makeCertificate({ ca: false });
		await assertRefused("not-a-ca", own.pem, own.privateKeyPem);
		const bare = await makeCertificate({ extensions: () => [] });
		await assertRefused("not-a-ca", bare.pem, bare.privateKeyPem);
	});

	it("one that has expired or isn't valid yet", async () => {
		const expired = await makeCertificate({ notBefore: daysFromNow(-2), notAfter: daysFromNow(-1) });
		await assertRefused("expired", expired.pem, expired.privateKeyPem);
		const leaf = await makeCertificate({ ca: false, issuer: expired });
		await assertRefused("expired", leaf.pem + expired.pem, "");
		const early = await makeCertificate({ notBefore: daysFromNow(1) });
		await assertRefused("not-yet-valid", early.pem, early.privateKeyPem);
	});

	it("one with CRL, AIA or policy extensions", async () => {
		for (const oid of [
			...["2.5.29.31", "2.5.29.46", "1.3.6.1.5.5.7.1.1", "1.3.6.1.5.5.7.1.11"],
			...["2.5.29.32", "2.5.29.33", "2.5.29.36", "2.5.29.54"],
		]) {
			const extension = new Extension(oid, false, der.sequence());
			const managed = await makeCertificate({ keyOf: ca, extensions: (defaults) => [...defaults, extension] });
			await assertRefused("managed", managed.pem, managed.privateKeyPem);
		}
	});

	it("one with a weak key, or a key that this extension can't sign with", async () => {
		const weak = await makeCertificate({ keyType: "rsa-1024" });
		await assertRefused("weak-key", weak.pem, weak.privateKeyPem);
		const other = await makeCertificate({ keyType: "ed25519" });
		await assertRefused("unsupported-key", other.pem, other.privateKeyPem);
		const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "secp256k1" });
		const curve = der.certificate({ publicKey: der.spki(publicKey), key: privateKey });
		await assertRefused("unsupported-key", curve, privateKey.export({ type: "pkcs8", format: "pem" }));
	});

	it("an intermediate below a root whose path length is 0", async () => {
		const root = await makeCertificate({
			extensions: ([, ...others]) => [new BasicConstraintsExtension(true, 0, true), ...others],
		});
		const intermediate = await makeCertificate({ commonName: "Intermediate", issuer: root });
		await assertRefused("path-too-long", intermediate.pem + root.pem, intermediate.privateKeyPem);
		const { sha256 } = await openCa(root.pem + intermediate.pem, root.privateKeyPem);
		assert.equal(sha256, root.sha256);
	});

	it("one of which the check wouldn't accept a client certificate", async () => {
		const usage = new KeyUsagesExtension(KeyUsageFlags.cRLSign, true);
		const cannotSign = await makeCertificate({ extensions: ([basic]) => (basic ? [basic, usage] : []) });
		await assertRefused("not-accepted", cannotSign.pem, cannotSign.privateKeyPem);
		const unknown = new Extension("1.2.3.4", true, der.sequence());
		const strange = await makeCertificate({ extensions: (defaults) => [...defaults, unknown] });
		await assertRefused("not-accepted", strange.pem, strange.privateKeyPem);
		// Without subject key identifier, and with a key identifier that differs from the hash in its own.
		const keyId = { oid: der.SUBJECT_KEY_ID, value: der.sequence() };
		const malformed = der.certificate({ extensions: der.usualExtensions({ [der.SUBJECT_KEY_ID]: keyId }) });
		const key = der.keys.privateKey.export({ type: "pkcs8", format: "pem" });
		await assertRefused("not-accepted", malformed, key);
	});

	it("one whose names can't be issued, when they are", async () => {
		const constraints = der.sequence(der.context(0, der.sequence(der.text("a.test", 0x82))));
		const extension = new Extension(der.NAME_CONSTRAINTS, true, constraints);
		const constrained = await makeCertificate({ extensions: (defaults) => [...defaults, extension] });
		const opened = await openCa(constrained.pem, constrained.privateKeyPem);
		assert.equal((await opened.issue({ ...REQUEST, names: [{ type: "dns", value: "b.a.test" }] })).names.length, 1);
		const issuing = opened.issue({ ...REQUEST, names: [{ type: "dns", value: "b.test" }] });
		assert.deepEqual(await expectProblem(issuing), { reason: "ca-refused", why: "not-accepted" });
	});

	it("one whose key is another's, is missing, or is public", async () => {
		const other = await makeCertificate();
		await assertRefused("not-a-pair", ca.pem, other.privateKeyPem);
		for (const file of ["", "text", ca.pem, ca.der, Buffer.from([0x30, 0x80])])
			await assertRefused("no-key", ca.pem, file);
		const publicKey = KeyObject.from(ca.keys.publicKey).export({ type: "spki", format: "pem" });
		await assertRefused("no-key", ca.pem, publicKey);
		await assertRefused("no-key", ca.pem, ca.privateKeyPem.replace(/\n.{8}/, "\n"));
		await assertRefused("no-key", ca.pem, ca.privateKeyPem.slice(0, -20));
	});

	it("one whose key needs a passphrase, or another one", async () => {
		const key = createPrivateKey(ca.privateKeyPem);
		const own = await encryptKey(key.export({ type: "pkcs8", format: "der" }), PASSPHRASE);
		const fast = { type: "pkcs8", cipher: "aes-256-cbc", passphrase: PASSPHRASE } as const;
		for (const file of [
			der.pemBlock("ENCRYPTED PRIVATE KEY", own),
			key.export({ ...fast, format: "der" }),
			key.export({ ...fast, type: "sec1", format: "pem" }),
		]) {
			await assertRefused("passphrase-needed", ca.pem, file);
			await assertRefused("passphrase-wrong", ca.pem, file, "correct horse battery staplf");
		}
		await assertRefused("passphrase-wrong", ca.pem, key.export({ ...fast, format: "der" }), "");
	});

	it("one whose key would take long to unlock, before a passphrase is needed", async () => {
		for (const slow of SLOW_KEYS)
			for (const encoded of [slow, der.pemBlock("ENCRYPTED PRIVATE KEY", slow)]) {
				await assertRefused("slow-key", ca.pem, encoded);
				await assertRefused("slow-key", ca.pem, encoded, PASSPHRASE);
			}
		for (const fast of FAST_KEYS) await assertRefused("passphrase-needed", ca.pem, fast);
	});

	it("any key of another certificate, whatever its kind", async () => {
		for (const { kind, text, der: binary } of makePrivateKeys())
			for (const file of [text, binary])
				if (file !== null) {
					const problem = await expectProblem(openCa(ca.pem, file, PASSPHRASE));
					assert.ok(problem.reason === "ca-refused", kind);
					assert.match(problem.why, /^(?:not-a-pair|no-key|passphrase-wrong)$/, kind);
				}
	});
});

describe("A CA is opened with its key", () => {
	it("in every format that the runtime reads", async () => {
		for (const [keyType, type] of [
			["p-256", "sec1"],
			["rsa-2048", "pkcs1"],
		] as const) {
			const ca = await makeCertificate({ keyType });
			const key = KeyObject.from(ca.keys.privateKey);
			const secret = { cipher: "aes-256-cbc", passphrase: PASSPHRASE };
			const files = [
				key.export({ type: "pkcs8", format: "der" }),
				key.export({ type, format: "pem" } as never),
				key.export({ type, format: "der" } as never),
				key.export({ type: "pkcs8", format: "pem", ...secret }),
				key.export({ type: "pkcs8", format: "der", ...secret }),
				key.export({ type, format: "pem", ...secret } as never),
				`\ufeff# comment\n${ca.privateKeyPem.replaceAll("\n", "\r\n")}`,
				Buffer.from(`\ufeff${ca.privateKeyPem}`, "utf16le"),
			];
			for (const file of files) assert.equal((await openCa(ca.der, file, PASSPHRASE)).sha256, ca.sha256);
			const opened = await openCa(ca.pem + ca.privateKeyPem, ca.pem + ca.privateKeyPem);
			assert.equal(opened.notAfter, Date.parse(new X509Certificate(ca.pem).validTo) / 1000);
		}
	});

	it("of each type that it can sign with, and the check accepts what it issues", async () => {
		const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-521" });
		const p521 = {
			der: der.certificate({ publicKey: der.spki(publicKey), key: privateKey }),
			privateKeyPem: privateKey.export({ type: "pkcs8", format: "pem" }),
		};
		const others = (["p-256", "p-384", "rsa-2048"] as const).map((keyType) => makeCertificate({ keyType }));
		for (const ca of [p521, ...(await Promise.all(others))]) {
			const { certificatePem } = await (await openCa(ca.der, ca.privateKeyPem)).issue(REQUEST);
			const result = checkChain(Buffer.from(certificatePem), [ca.der], Date.now() / 1000);
			assert.deepEqual([result?.rfc5280, result?.verdict, result?.issues], ["valid", "accepted", []]);
		}
	});

	it("among the certificates of a file, by the key", async () => {
		const [one, other] = [await makeCertificate({ commonName: "One" }), await makeCertificate({ commonName: "Other" })];
		assert.equal((await openCa(one.pem + other.pem, other.privateKeyPem)).sha256, other.sha256);
	});

	it("beside an expired certificate of the same key, in any order", async () => {
		const dates = { notBefore: daysFromNow(-2), notAfter: daysFromNow(-1) };
		const expired = await makeCertificate({ ...dates });
		const renewed = await makeCertificate({ keyOf: expired });
		for (const file of [expired.pem + renewed.pem, renewed.pem + expired.pem])
			assert.equal((await openCa(file, expired.privateKeyPem)).sha256, renewed.sha256);
		await assertRefused("not-a-pair", expired.pem + renewed.pem, (await makeCertificate()).privateKeyPem);
	});

	it("with a path that doesn't end at a root, also of two CAs that certified each other", async () => {
		const root = await makeCertificate({ commonName: "One" });
		const other = await makeCertificate({ commonName: "Other", issuer: root });
		const one = await makeCertificate({ commonName: "One", issuer: other, keyOf: root });
		const opened = await openCa(one.pem + other.pem, one.privateKeyPem);
		assert.ok((await opened.issue(REQUEST)).certificatePem.endsWith(one.pem + other.pem));
	});

	it("as openssl makes both", async function () {
		if (!hasOpenssl3()) skipTest(this, "there is no OpenSSL 3");
		const args = "req -x509 -newkey rsa:2048 -subj /O=Acme/CN=CA -days 9 -passout pass:secret -keyout - -out -";
		const { stdout } = spawnSync("openssl", args.split(" "), { encoding: "utf8" });
		await assertRefused("passphrase-needed", stdout, stdout);
		const opened = await openCa(stdout, stdout, "secret");
		assert.equal((await opened.issue(REQUEST)).notAfter, opened.notAfter);
	});
});
