import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { generateKeyPairSync, X509Certificate } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { OpenCa, SigningRequest, SigningRequestIssue } from "../../../../src/domain/certificateMaking.ts";
import type { Problem } from "../../../../src/domain/problem.ts";
import { checkChain } from "../../../../src/x509/chainCheck.ts";
import { X509CertificateMaker } from "../../../../src/x509/making/certificateMaker.ts";
import { makeCertificate, type TestCertificate } from "../../../certificates.ts";
import { hasOpenssl3 } from "../../../network/opensslServer.ts";
import { skipTest } from "../../../skipTest.ts";
import { temporaryFolder } from "../../../temporaryFolders.ts";
import { expectProblem } from "../../openai/setup.ts";
import * as der from "../der.ts";
import { alternativeNames, csr, requested } from "./certificateRequests.ts";

const maker = new X509CertificateMaker();
const read = (file: string | Uint8Array) => maker.readRequest(typeof file === "string" ? Buffer.from(file) : file);

const dns = (value: string) => der.text(value, 0x82);

async function assertRefused(file: string | Uint8Array, expected: SigningRequestIssue | Problem): Promise<void> {
	const problem = typeof expected === "string" ? { reason: "request-refused", why: expected } : expected;
	assert.deepEqual(await expectProblem(read(file)), problem);
}

describe("A CSR", () => {
	it("has a common name and names, in DER, PEM and Base64", async () => {
		const names = [dns("a.test"), der.text("spiffe://a.test/b", 0x86), der.text("a@b.test", 0x81)];
		const request = csr({ attributes: [requested(der.sequence(alternativeNames(...names)))] });
		const expected: SigningRequest = {
			commonName: "agent",
			names: [
				{ type: "dns", value: "a.test" },
				{ type: "uri", value: "spiffe://a.test/b" },
				{ type: "email", value: "a@b.test" },
			],
			leftOut: [],
			...{ keyType: "ec", keyBits: 256, publicKey: new Uint8Array(der.spki(der.keys.publicKey)) },
		};
		for (const file of [
			request,
			der.pemBlock("CERTIFICATE REQUEST", request),
			`Subject: agent\r\n${der.pemBlock("NEW CERTIFICATE REQUEST", request).replaceAll("\n", "\r\n")}`,
			request.toString("base64"),
			Buffer.from(`\ufeff${der.pemBlock("CERTIFICATE REQUEST", request)}`, "utf16le"),
		])
			assert.deepEqual(await read(file), expected);
	});

	it("can have no names, also with Microsoft's attribute or none", async () => {
		const bare = csr({ subject: der.sequence() });
		assert.deepEqual([(await read(bare)).commonName, (await read(bare)).names], [null, []]);
		assert.equal((await read(csr({ subject: der.name(" ") }))).commonName, null);
		const extensions = der.sequence(alternativeNames(dns("a.test")));
		const microsoft = csr({ attributes: [requested(extensions, "1.3.6.1.4.1.311.2.1.14")] });
		assert.deepEqual((await read(microsoft)).names, [{ type: "dns", value: "a.test" }]);
		const unknown = csr({ attributes: [requested(der.text("a challenge"), "1.2.840.113549.1.9.7")] });
		assert.deepEqual((await read(unknown)).names, []);
	});

	it("says what of it won't be in the certificate", async () => {
		const attribute = (oid: string, value: string) => der.set(der.sequence(der.oid(oid), der.text(value)));
		const subject = der.sequence(attribute("2.5.4.10", "Acme"), attribute("2.5.4.3", "agent"));
		const usage = der.sequence(der.oid(der.KEY_USAGE), der.octetString(der.tlv(0x03, Buffer.of(7, 0x80))));
		const address = der.tlv(0x87, Buffer.of(10, 0, 0, 1));
		const request = csr({
			subject,
			attributes: [requested(der.sequence(usage, alternativeNames(address, dns("a.test"))))],
		});
		const { commonName, names, leftOut } = await read(request);
		assert.deepEqual([commonName, names.length, leftOut], ["agent", 1, ["subject", "names", "extensions"]]);
		const twice = der.sequence(attribute("2.5.4.3", "one"), attribute("2.5.4.3", "agent"));
		assert.deepEqual((await read(csr({ subject: twice }))).leftOut, ["subject"]);
	});

	it("is refused if the file contains none, several, or too much", async () => {
		const { pem, privateKeyPem } = await makeCertificate();
		for (const file of ["", "text", pem, privateKeyPem]) await assertRefused(file, "no-request");
		const block = der.pemBlock("CERTIFICATE REQUEST", csr());
		assert.equal((await read(privateKeyPem + block)).commonName, "agent");
		await assertRefused(block + block, "several-requests");
		await assertRefused(Buffer.alloc(65_537), "too-large");
	});

	it("is refused if it's broken", async () => {
		const block = der.pemBlock("CERTIFICATE REQUEST", csr());
		await assertRefused(block.replace(/-----END.*/, ""), "unreadable");
		await assertRefused(block.replace(/\n.{4}/, "\n!!!!"), "unreadable");
		await assertRefused(der.pemBlock("CERTIFICATE REQUEST", Buffer.from("a")), "unreadable");
		for (const request of [
			der.sequence(der.integer(0)),
			csr({ publicKey: der.sequence() }),
			csr({ subject: der.set(der.integer(1)) }),
			csr({ attributes: [requested(der.sequence(der.integer(1)))] }),
			csr({ attributes: [requested(der.sequence(der.sequence(der.oid("2.5.29.17"), der.octetString(der.set()))))] }),
			csr({ attributes: [requested(Buffer.alloc(0))] }),
			csr({ attributes: [der.integer(1)] }),
		])
			await assertRefused(der.pemBlock("CERTIFICATE REQUEST", request), "unreadable");
	});

	it("is refused if it requests extensions in more than one place", async () => {
		const [one, other] = [der.sequence(alternativeNames(dns("a.test"))), der.sequence(alternativeNames(dns("b.test")))];
		const microsoft = "1.3.6.1.4.1.311.2.1.14";
		for (const attributes of [
			[requested(Buffer.concat([one, other]))],
			[requested(one), requested(other)],
			[requested(one), requested(other, microsoft)],
			[requested(one), requested(one)],
		])
			await assertRefused(csr({ attributes }), "several-extension-lists");
	});

	it("is refused if its key didn't sign it", async () => {
		const other = generateKeyPairSync("ec", { namedCurve: "P-256" });
		await assertRefused(csr({ publicKey: der.spki(other.publicKey) }), "not-signed");
		const changed = csr({ subject: der.name("agent-1") });
		changed[changed.indexOf("agent-1") + 6] = "2".charCodeAt(0);
		await assertRefused(changed, "not-signed");
		await assertRefused(csr({ signature: Buffer.alloc(0) }), "not-signed");
	});

	it("is refused if its key or its signature is weak or unusual", async () => {
		const rsa = (modulusLength: number, publicExponent = 65_537) =>
			generateKeyPairSync("rsa", { modulusLength, publicExponent });
		const sha256WithRsa = der.sequence(der.oid("1.2.840.113549.1.1.11"), der.nullValue());
		await assertRefused(csr({ key: rsa(1024), algorithm: sha256WithRsa }), "weak-key");
		assert.equal((await read(csr({ key: rsa(2048, 3), algorithm: sha256WithRsa }))).keyBits, 2048);
		const curve = generateKeyPairSync("ec", { namedCurve: "secp256k1" });
		await assertRefused(csr({ key: curve }), "unsupported-key");
		await assertRefused(csr({ key: generateKeyPairSync("ed448"), hash: null }), "unsupported-key");
		const sha1 = der.sequence(der.oid("1.2.840.10045.4.1"));
		await assertRefused(csr({ algorithm: sha1, hash: "sha1" }), "signature-algorithm");
		await assertRefused(csr({ algorithm: der.sequence(der.oid("1.2.3")) }), "signature-algorithm");
		const ed25519 = generateKeyPairSync("ed25519");
		const algorithm = der.sequence(der.oid("1.3.101.112"));
		assert.equal((await read(csr({ key: ed25519, algorithm, hash: null }))).keyType, "ed25519");
	});

	it("is refused for a name that no certificate can have", async () => {
		const refused = (why: string, value: string) =>
			({ reason: "names-refused", issue: { name: "alternative-name", why, value } }) as Problem;
		const common = (why: string) => ({ reason: "names-refused", issue: { name: "common-name", why } }) as Problem;
		const named = (...names: readonly Uint8Array[]) =>
			csr({ attributes: [requested(der.sequence(alternativeNames(...names)))] });
		await assertRefused(csr({ subject: der.name("a\u0000b") }), common("control-characters"));
		await assertRefused(csr({ subject: der.name("a".repeat(10_000)) }), common("too-long"));
		await assertRefused(named(dns("a.test"), dns("b.test\u0000.c.test")), refused("not-ascii", "b.test\u0000.c.test"));
		await assertRefused(named(der.text("https://é.test", 0x86)), refused("not-ascii", "https://Ã©.test"));
		await assertRefused(named(der.text("a".repeat(10_000), 0x81)), refused("too-long", "a".repeat(10_000)));
		const many = Array.from({ length: 101 }, (_, index) => dns(`a${index}.test`));
		const issue = { name: "alternative-names", why: "too-many" } as const;
		await assertRefused(named(...many), { reason: "names-refused", issue });
	});
});

describe("A CSR is signed", () => {
	const temporary = temporaryFolder("csr");
	let ca: TestCertificate;
	let opened: OpenCa;
	const approved = { commonName: "agent", names: [{ type: "dns", value: "a.test" }], validDays: 90 } as const;

	before(async () => {
		ca = await makeCertificate();
		opened = await maker.openCa(Buffer.from(ca.pem), Buffer.from(ca.privateKeyPem), null);
	});
	after(() => temporary.remove());

	it("as approved, with its key and without its other parts", async () => {
		const attributes = [requested(der.sequence(alternativeNames(dns("b.test"))))];
		const made = await opened.sign(await read(csr({ attributes })), approved);
		assert.equal(made.key, null);
		const certificate = new X509Certificate(made.certificatePem);
		assert.deepEqual([certificate.subject, certificate.subjectAltName], ["CN=agent", "DNS:a.test"]);
		assert.ok(certificate.publicKey.equals(der.keys.publicKey));
		assert.deepEqual([made.commonName, made.names], [approved.commonName, approved.names]);
	});

	it("but not with the CA's own key, however it's encoded", async () => {
		const own = await makeCertificate();
		const key = new X509Certificate(own.pem).publicKey.export({ type: "spki", format: "der" });
		// The same point with one coordinate (RFC 5480 2.2), after the same algorithm.
		const parity = 2 + ((key.at(-1) ?? 0) & 1);
		const compressed = der.sequence(key.subarray(2, 23), der.bitString(Buffer.of(parity), key.subarray(27, 59)));
		const signer = await maker.openCa(Buffer.from(own.pem), Buffer.from(own.privateKeyPem), null);
		const { publicKey: _, ...request } = await read(csr());
		for (const publicKey of [key, compressed])
			assert.deepEqual(await expectProblem(signer.sign({ ...request, publicKey }, approved)), {
				reason: "request-refused",
				why: "ca-key",
			});
	});

	it("but not with a name that no certificate can have", async () => {
		const signing = opened.sign(await read(csr()), { ...approved, commonName: "" });
		assert.equal((await expectProblem(signing)).reason, "names-refused");
	});

	it("as openssl requests it, with each type of key", async function () {
		if (!hasOpenssl3()) skipTest(this, "there is no OpenSSL 3");
		const openssl = (...args: readonly string[]) =>
			execFileSync("openssl", args, { cwd: temporary.path, stdio: "pipe" });
		writeFileSync(join(temporary.path, "ca.pem"), ca.pem);
		for (const key of [
			["rsa:2048"],
			["ec", "-pkeyopt", "ec_paramgen_curve:P-384"],
			["ec", "-pkeyopt", "ec_paramgen_curve:P-521"],
			["ed25519"],
		]) {
			const names = "subjectAltName=DNS:a.test,IP:10.0.0.1";
			const output = ["-keyout", "key.pem", "-out", "request.csr", "-outform", "DER"];
			openssl("req", "-new", "-newkey", ...key, "-nodes", "-subj", "/O=Acme/CN=agent", "-addext", names, ...output);
			const request = await read(readFileSync(join(temporary.path, "request.csr")));
			assert.deepEqual([request.commonName, request.leftOut], ["agent", ["subject", "names"]]);
			const made = await opened.sign(request, approved);
			writeFileSync(join(temporary.path, "client.pem"), made.certificatePem);
			openssl("verify", "-x509_strict", "-purpose", "sslclient", "-CAfile", "ca.pem", "client.pem");
			const result = checkChain(Buffer.from(made.certificatePem), [ca.der], Date.now() / 1000);
			assert.deepEqual([result?.rfc5280, result?.verdict], ["valid", "accepted"]);
		}
	});
});
