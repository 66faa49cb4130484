import "reflect-metadata/lite";
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import {
	BasicConstraintsExtension,
	ExtendedKeyUsage,
	ExtendedKeyUsageExtension,
	type Extension,
	KeyUsageFlags,
	KeyUsagesExtension,
} from "@peculiar/x509";
import type { ChainCheckResult } from "../../../src/domain/clientCertificateCheck.ts";
import { checkChain } from "../../../src/x509/chainCheck.ts";
import { type CertificateOptions, makeCertificate, type TestCertificate } from "../../certificates.ts";
import * as der from "./der.ts";
import { assertOpensslResult, itComparedWithOpenssl } from "./path/clientPath.ts";

const DAY = 86_400;
const now = Math.floor(Date.now() / 1000);
const date = (seconds: number) => new Date(seconds * 1000);
const bytes = (...parts: readonly string[]) => new TextEncoder().encode(parts.join(""));

/** Replaces the usual extension of the same type. */
const replace = (extension: Extension) => (usual: Extension[]) =>
	usual.map((each) => (each.type === extension.type ? extension : each));
const without = (oid: string) => (usual: Extension[]) => usual.filter(({ type }) => type !== oid);

describe("A client certificate and a trust anchor", () => {
	let root: TestCertificate;
	let authority: TestCertificate;

	before(async () => {
		root = await makeCertificate({ commonName: "Root" });
		authority = await makeCertificate({ commonName: "Sub", issuer: root });
	});

	const client = (options: CertificateOptions = {}) =>
		makeCertificate({ commonName: "Client", ca: false, issuer: root, ...options });
	const check = (anchor: TestCertificate, ...file: readonly string[]) =>
		checkChain(bytes(...file), [anchor.der], now) ?? assert.fail("nothing was found to check");
	const subjects = ({ chain }: ChainCheckResult) => chain.map(({ subject }) => subject);
	/** An issue of a certificate whose only name is a common name. */
	const issueOf = <T extends object>(commonName: string, { sha256: certificate }: TestCertificate, issue: T) => ({
		...issue,
		...{ subject: `CN=${commonName}`, certificate },
	});

	/** Compares with OpenSSL's result for the same files, if OpenSSL is installed. */
	const assertOpensslAgrees = (
		accepted: boolean,
		anchor: Pick<TestCertificate, "pem">,
		leaf: string,
		intermediates: readonly string[] = [],
	) => {
		const toDer = (pem: string) => new X509Certificate(pem).raw;
		assertOpensslResult({ file: [leaf, ...intermediates].map(toDer), anchors: [toDer(anchor.pem)] }, accepted);
	};

	it("are accepted if the anchor signed the certificate", async () => {
		const { pem, sha256 } = await client();
		const result = check(root, pem);
		assert.deepEqual(result, {
			subject: "CN=Client",
			sha256,
			notAfter: result.notAfter,
			chain: [
				{ subject: "CN=Client", sha256 },
				{ subject: "CN=Root", sha256: root.sha256 },
			],
			complete: true,
			rfc5280: "valid",
			verdict: "accepted",
			issues: [],
		});
		assertOpensslAgrees(true, root, pem);
	});

	it("are accepted with intermediates in the file, in any order, and with a key in the file", async () => {
		const { pem, privateKeyPem } = await client({ issuer: authority });
		for (const file of [
			[pem, authority.pem, privateKeyPem],
			[privateKeyPem, authority.pem, pem],
			[root.pem, authority.pem, pem],
		])
			assert.deepEqual(subjects(check(root, ...file)), ["CN=Client", "CN=Sub", "CN=Root"]);
		assert.equal(check(root, pem, authority.pem).verdict, "accepted");
		assertOpensslAgrees(true, root, pem, [authority.pem]);
	});

	it("are accepted if the anchor is an intermediate", async () => {
		const { pem } = await client({ issuer: authority });
		assert.deepEqual(subjects(check(authority, pem)), ["CN=Client", "CN=Sub"]);
		assert.equal(check(authority, pem).verdict, "accepted");
		assertOpensslAgrees(true, authority, pem);
	});

	it("are refused if the intermediate is missing, with the name of the issuer", async () => {
		const made = await client({ issuer: authority });
		const result = check(root, made.pem);
		assert.deepEqual([result.rfc5280, result.verdict, result.complete], ["invalid", "rejected", false]);
		assert.deepEqual(subjects(result), ["CN=Client"]);
		assert.deepEqual(result.issues, [issueOf("Client", made, { code: "no-issuer", issuer: "CN=Sub" })]);
		assertOpensslAgrees(false, root, made.pem);
	});

	it("are refused if the anchor has the same name and another key", async () => {
		const made = await client();
		const successor = await makeCertificate({ commonName: "Root" });
		const { verdict, issues } = check(successor, made.pem);
		assert.equal(verdict, "rejected");
		assert.deepEqual(issues, [issueOf("Client", made, { code: "not-signed", issuer: "CN=Root" })]);
		assertOpensslAgrees(false, successor, made.pem);
	});

	it("are accepted if the anchor was renewed with the same key", async () => {
		const { pem } = await client();
		const renewed = await makeCertificate({ commonName: "Root", keyOf: root, notAfter: date(now + 900 * DAY) });
		assert.equal(check(renewed, pem).verdict, "accepted");
		assertOpensslAgrees(true, renewed, pem);
	});

	it("are refused if authorities sign each other in a cycle", async () => {
		const one = await makeCertificate({ commonName: "One", issuer: await makeCertificate({ commonName: "Two" }) });
		const two = await makeCertificate({ commonName: "Two", issuer: one });
		const made = await client({ issuer: two });
		const back = await makeCertificate({ commonName: "One", keyOf: one, issuer: two });
		const result = check(root, made.pem, back.pem, two.pem);
		assert.deepEqual([result.verdict, subjects(result)], ["rejected", ["CN=Client", "CN=Two", "CN=One"]]);
		// The key of "Two" made the signature, but a path through it again would be endless.
		assert.deepEqual(result.issues, [
			issueOf("One", back, { code: "not-signed", issuer: "CN=Two" }),
			issueOf("Client", made, { code: "not-in-order" }),
		]);
	});

	const oid = { keyUsage: "2.5.29.15", authorityKey: "2.5.29.35" };
	const server = new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]);
	const encipherment = new KeyUsagesExtension(KeyUsageFlags.keyEncipherment, true);
	const rows: readonly [string, CertificateOptions, string][] = [
		["expired", { notBefore: date(now - 3 * DAY), notAfter: date(now - DAY) }, "expired"],
		["not yet valid", { notBefore: date(now + DAY), notAfter: date(now + 3 * DAY) }, "not-yet-valid"],
		["only for servers", { extensions: replace(server) }, "no-client-authentication"],
	];
	for (const [title, options, code] of rows)
		it(`are refused if the certificate is ${title}`, async () => {
			const { pem } = await client(options);
			const { rfc5280, verdict, issues } = check(root, pem);
			assert.deepEqual([rfc5280, verdict], ["invalid", "rejected"]);
			assert.ok(
				issues.some((issue) => issue.code === code && issue.subject.startsWith("CN=")),
				JSON.stringify(issues),
			);
			assertOpensslAgrees(false, root, pem);
		});

	it("have an unknown result if the certificate is only for encipherment, which OpenSSL refuses and Go accepts", async () => {
		const made = await client({ extensions: replace(encipherment) });
		const { rfc5280, verdict, issues } = check(root, made.pem);
		assert.deepEqual([rfc5280, verdict], ["valid", "unknown"]);
		assert.deepEqual(issues, [issueOf("Client", made, { code: "no-digital-signature" })]);
		assertOpensslAgrees(false, root, made.pem);
	});

	it("have an unknown result if the certificate is an authority, which was probably confused with the anchor", async () => {
		const usage = new KeyUsagesExtension(KeyUsageFlags.digitalSignature | KeyUsageFlags.keyCertSign, true);
		const made = await client({ ca: true, extensions: replace(usage) });
		const { rfc5280, verdict, issues } = check(root, made.pem);
		assert.deepEqual([rfc5280, verdict], ["valid", "unknown"]);
		assert.deepEqual(issues, [issueOf("Client", made, { code: "is-an-authority" })]);
		assertOpensslAgrees(true, root, made.pem);
	});

	it("are refused with the seconds since expiry or until validity", async () => {
		const past = await client({ notBefore: date(now - 3 * DAY), notAfter: date(now - DAY) });
		const future = await client({ notBefore: date(now + DAY), notAfter: date(now + 3 * DAY) });
		const expired = issueOf("Client", past, { code: "expired", seconds: DAY });
		assert.deepEqual(check(root, past.pem).issues, [expired]);
		const early = issueOf("Client", future, { code: "not-yet-valid", seconds: DAY });
		assert.deepEqual(check(root, future.pem).issues, [early]);
	});

	it("are accepted without key usages", async () => {
		const { pem } = await client({ extensions: without(oid.keyUsage) });
		const { verdict, issues } = check(root, pem);
		assert.deepEqual([verdict, issues], ["accepted", []]);
	});

	it("are refused without an authority key identifier, which OpenAI requires and RFC 5280 does not", async () => {
		const made = await client({ extensions: without(oid.authorityKey) });
		const { rfc5280, verdict, issues } = check(root, made.pem);
		assert.deepEqual([rfc5280, verdict], ["valid", "rejected"]);
		assert.deepEqual(issues, [issueOf("Client", made, { code: "no-authority-key-identifier" })]);
		assertOpensslAgrees(true, root, made.pem);
	});

	const links: readonly [string, CertificateOptions, ...string[]][] = [
		["is no authority", { ca: false }, "no-certificate-sign", "not-an-authority"],
		["may not sign", { extensions: replace(encipherment) }, "no-certificate-sign"],
		["has expired", { notBefore: date(now - 3 * DAY), notAfter: date(now - DAY) }, "expired"],
		["is for servers", { extensions: (usual) => [...usual, server] }, "no-client-authentication"],
	];
	for (const [title, options, ...codes] of links)
		it(`are refused if an intermediate ${title}, with its name`, async () => {
			const between = await makeCertificate({ commonName: "Between", issuer: root, ...options });
			const { pem } = await client({ issuer: between });
			// An intermediate that is not an authority must not come first, or it would count as the client's certificate.
			const { rfc5280, verdict, issues } = check(root, pem, between.pem);
			assert.deepEqual([rfc5280, verdict], ["invalid", "rejected"]);
			assert.deepEqual(
				issues.map((issue) => [issue.code, issue.subject]),
				codes.map((code) => [code, "CN=Between"]),
			);
			assertOpensslAgrees(false, root, pem, [between.pem]);
		});

	it("have an unknown result if more intermediates follow than the anchor's path length allows", async () => {
		const short = await makeCertificate({
			commonName: "Short",
			extensions: replace(new BasicConstraintsExtension(true, 0, true)),
		});
		const between = await makeCertificate({ commonName: "Between", issuer: short });
		const direct = await client({ issuer: short });
		const far = await client({ issuer: between });
		assert.equal(check(short, direct.pem).verdict, "accepted");
		const tooLong = check(short, far.pem, between.pem);
		assert.deepEqual([tooLong.rfc5280, tooLong.verdict], ["invalid", "unknown"]);
		assert.deepEqual(tooLong.issues, [issueOf("Short", short, { code: "path-too-long", disputed: true })]);
		assertOpensslAgrees(false, short, far.pem, [between.pem]);
	});

	it("are refused if the anchor has expired", async () => {
		const old = await makeCertificate({ commonName: "Old", notBefore: date(now - 9 * DAY), notAfter: date(now - DAY) });
		const { pem } = await client({ issuer: old });
		assert.deepEqual(check(old, pem).issues, [issueOf("Old", old, { code: "expired", seconds: DAY })]);
		assertOpensslAgrees(false, old, pem);
	});

	describe("of a form that libraries do not produce", () => {
		const CA = { subject: der.name("Root") };
		const v1 = { version: null, extensions: [] };
		const anchor = der.certificate({ ...CA, extensions: der.usualExtensions({ [der.AUTHORITY_KEY_ID]: null }) });
		const usages = (oid: string) => ({ oid: der.EXTENDED_KEY_USAGE, value: der.sequence(der.oid(oid)) });
		const named = { oid: der.AUTHORITY_KEY_ID, value: der.sequence(der.tlv(0x80, Buffer.from("our own key"))) };
		const leaf = (parts: der.CertificateParts = {}) =>
			der.certificate({ subject: der.name("Client"), issuer: CA.subject, extensions: [named], ...parts });
		const issues = (root: Uint8Array, ...file: readonly Uint8Array[]) => {
			const text = file.map((each) => der.pemBlock("CERTIFICATE", each)).join("");
			return checkChain(Buffer.from(text), [root], now)?.issues.map(({ code, subject }) => `${code} ${subject}`);
		};

		it("are refused if a date is invalid", () => {
			const notAfter = der.utcTime("491301000000Z");
			assert.deepEqual(issues(anchor, leaf({ notAfter })), ["unreadable-date CN=Client"]);
			const notBefore = der.utcTime("491301000000Z");
			assert.deepEqual(issues(anchor, leaf({ notBefore })), ["unreadable-date CN=Client"]);
		});

		it("have an unknown result if the signature cannot be checked", () => {
			const signatureAlgorithm = der.sequence(der.oid("1.2.840.113549.1.1.4"), der.nullValue());
			const found = ["uncommon-algorithm CN=Client", "signature-not-checked CN=Client"];
			assert.deepEqual(issues(anchor, leaf({ signatureAlgorithm })), found);
		});

		it("have an unknown result for any usage, which OpenSSL does not take for client authentication", () => {
			const any = leaf({ extensions: [named, usages("2.5.29.37.0")] });
			assert.deepEqual(issues(anchor, any), ["any-extended-key-usage CN=Client"]);
			assertOpensslAgrees(false, { pem: der.pemBlock("CERTIFICATE", anchor) }, der.pemBlock("CERTIFICATE", any));
			const server = leaf({ extensions: [named, usages("1.3.6.1.5.5.7.3.1")] });
			assert.deepEqual(issues(anchor, server), ["no-client-authentication CN=Client"]);
		});

		it("have an unknown result with an anchor of version 1, which counts as an authority only if it is the anchor", () => {
			const old = der.certificate({ ...CA, ...v1 });
			assert.deepEqual(issues(old, leaf()), ["version-1-authority CN=Root"]);
			assert.deepEqual(issues(der.certificate({ ...CA, extensions: [] }), leaf()), ["not-an-authority CN=Root"]);
			const between = der.certificate({ ...v1, subject: der.name("Between"), issuer: CA.subject });
			const below = leaf({ issuer: der.name("Between") });
			assert.deepEqual(issues(anchor, below, between), ["not-an-authority CN=Between"]);
			assert.deepEqual(issues(anchor, leaf({ ...v1 })), ["no-authority-key-identifier CN=Client"]);
		});
	});

	it("return null without a certificate or a valid anchor", async () => {
		const { pem, privateKeyPem } = await client();
		assert.equal(checkChain(bytes(privateKeyPem), [root.der], now), null);
		assert.equal(checkChain(bytes(""), [root.der], now), null);
		assert.equal(checkChain(bytes(pem), [root.der, new Uint8Array([0x30, 0])], now), null);
		assert.equal(checkChain(bytes(pem), [], now), null);
	});

	itComparedWithOpenssl();
});
