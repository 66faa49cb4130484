import assert from "node:assert/strict";
import { constants, generateKeyPairSync } from "node:crypto";
import type { ProfileRule } from "../../../../src/domain/clientCertificateCheck.ts";
import { childrenOf, readElement } from "../../../../src/x509/asn1/der.ts";
import * as der from "../der.ts";
import {
	ALTERNATIVE_NAME,
	alternativeNames,
	assertOpensslAgrees,
	authority,
	basicConstraints,
	check,
	client,
	codesOf,
	dns,
	email,
	ip,
	itComparedWithOpenssl,
	keyUsage,
	makeKeys,
	nameConstraints,
	otherName,
	type PathCertificate,
	type TestPath,
	uri,
} from "./clientPath.ts";

const TRUE = der.boolean(true);
const ACCESS = "1.3.6.1.5.5.7.1.1";
/** The count of unused bits, and bit 0 for clients or bit 1 for servers. */
const netscapeType = (bits: number, critical = false) => ({
	...{ oid: "2.16.840.1.113730.1.1", critical },
	value: der.tlv(0x03, Buffer.of(6, bits)),
});
const addresses = (critical: boolean) => ({
	...{ oid: "1.3.6.1.5.5.7.1.7", critical },
	value: der.sequence(der.sequence(der.octetString(Buffer.of(0, 1)), der.nullValue())),
});
const proxy = { oid: "1.3.6.1.5.5.7.1.14", value: der.sequence(der.sequence(der.oid("1.3.6.1.5.5.7.21.1"))) };
const subject = (value: Uint8Array) => der.sequence(der.set(der.sequence(der.oid("2.5.4.3"), value)));
const replaced = (extension: der.ExtensionParts): PathCertificate => ({ replaced: { [extension.oid]: extension } });
const raw = (oid: string, value: Uint8Array, critical = false) => replaced({ oid, critical, value });

const policy = der.sequence(der.oid("1.2.3"));
const policies = (...list: readonly Uint8Array[]) => raw("2.5.29.32", der.sequence(...list));
const mapping = (one: string, other: string) => ({
	...{ oid: "2.5.29.33", value: der.sequence(der.sequence(der.oid(one), der.oid(other))) },
});

/** Client certificates that break a rule which only some validators check. */
const CLIENTS: readonly (readonly [title: string, rule: ProfileRule, PathCertificate])[] = [
	["a serial number of 0", "serial-number", { serial: der.integer(0) }],
	["a negative serial number", "serial-number", { serial: der.integer(0x80) }],
	["a serial number of 21 octets", "serial-number", { serial: der.integer(...Array(21).fill(1)) }],
	["no subject", "empty-subject", { subject: der.sequence() }],
	[
		"no subject, and names that aren't critical",
		"empty-subject",
		{ subject: der.sequence(), added: [alternativeNames(dns("a.test"))] },
	],
	["name constraints", "authority-only", { added: [nameConstraints({ permitted: [dns("a.test")] })] }],
	["a path length", "authority-only", replaced(basicConstraints(der.integer(0)))],
	["the right to sign certificates", "authority-only", replaced(keyUsage(0x84))],
	["extensions in version 1", "version", { version: null }],
	["version 4", "version", { version: 3 }],
	["a version of two octets", "version", { version: [1, 2] }],
	["a length that isn't DER", "encoding", { serial: Buffer.of(0x02, 0x81, 0x01, 0x17) }],
	["a critical flag of 1", "encoding", replaced({ ...keyUsage(0x80), critical: 1 })],
	["a critical flag of 0", "encoding", replaced({ ...keyUsage(0x80), critical: 0 })],
	["a UniversalString", "name", { subject: subject(der.tlv(0x1c, Buffer.of(0, 0, 0, 0x41))) }],
	["a PrintableString with an underscore", "name", { subject: subject(der.text("a_b", 0x13)) }],
	["a NumericString with a letter", "name", { subject: subject(der.text("1a", 0x12)) }],
	["an IA5String of eight bits", "name", { subject: subject(der.tlv(0x16, Buffer.of(0xe4))) }],
	["a date with a time zone", "date", { notAfter: der.utcTime("400101000000+0100") }],
	[
		"parameters of ECDSA",
		"algorithm-identifier",
		{ signatureAlgorithm: der.sequence(der.oid("1.2.840.10045.4.3.2"), der.nullValue()) },
	],
	[
		"a critical authority key identifier",
		"critical",
		raw(der.AUTHORITY_KEY_ID, der.sequence(der.tlv(0x80, Buffer.from("our own key"))), true),
	],
	[
		"a length in an extension that isn't DER",
		"malformed",
		raw(ALTERNATIVE_NAME, Buffer.of(0x30, 0x81, 0x03, 0x82, 0x01, 0x61)),
	],
	[
		"bytes after a key usage",
		"malformed",
		raw(der.KEY_USAGE, Buffer.concat([keyUsage(0x80).value, der.nullValue()]), true),
	],
	["unused bits set in a key usage", "malformed", raw(der.KEY_USAGE, der.tlv(0x03, Buffer.of(7, 0xff)), true)],
	["no names in the alternative name", "malformed", { added: [alternativeNames()] }],
	[
		"bytes after the alternative name",
		"malformed",
		raw(ALTERNATIVE_NAME, Buffer.concat([alternativeNames(dns("a.test")).value, der.nullValue()])),
	],
	["a DNS name of eight bits", "malformed", { added: [alternativeNames(der.tlv(0x82, Buffer.of(0xe4)))] }],
	["an e-mail address of eight bits", "malformed", { added: [alternativeNames(der.tlv(0x81, Buffer.of(0xe4)))] }],
	["an IP address of five octets", "malformed", { added: [alternativeNames(ip(10, 0, 0, 0, 1))] }],
	["a DNS name with a blank", "malformed", { added: [alternativeNames(dns("a b.test"))] }],
	["a DNS name with a trailing dot", "malformed", { added: [alternativeNames(dns("a.test."))] }],
	["an IP address as a DNS name", "malformed", { added: [alternativeNames(dns("10.0.0.1"))] }],
	["an e-mail address without a host", "malformed", { added: [alternativeNames(email("a"))] }],
	["an e-mail address with two @", "malformed", { added: [alternativeNames(email("a@b@c.test"))] }],
	["a URI that Go can't parse", "malformed", { added: [alternativeNames(uri("https://[a/%zz"))] }],
	["a URI with an empty label", "malformed", { added: [alternativeNames(uri("https://a..test/"))] }],
	["a number among the names", "malformed", { added: [alternativeNames(der.integer(1))] }],
	["an empty extended key usage", "malformed", raw(der.EXTENDED_KEY_USAGE, der.sequence())],
	["a BOOLEAN that isn't DER", "malformed", replaced(basicConstraints(der.tlv(0x01, Buffer.of(1))))],
	["a third part of basic constraints", "malformed", replaced(basicConstraints(TRUE, der.integer(1), der.integer(1)))],
	["an access description without a location", "malformed", raw(ACCESS, der.sequence(der.sequence(der.oid("1.2.3"))))],
	["a policy twice", "malformed", policies(policy, policy)],
	["a policy that is no identifier", "malformed", policies(der.sequence(der.integer(1)))],
	["a policy mapped to any", "malformed", { added: [mapping("1.2.3", "2.5.29.32.0")] }],
	["an empty list of policies", "malformed", raw("2.5.29.32", der.sequence())],
	["20,000 octets of names", "large", { added: [alternativeNames(...Array(2500).fill(dns("a.test")))] }],
	[
		"20,000 octets of usages",
		"large",
		raw(der.EXTENDED_KEY_USAGE, der.sequence(...Array(2500).fill(der.oid("1.3.6.1.5.5.7.3.2")))),
	],
	[
		"critical names of a kind that Go doesn't know",
		"partly-known",
		{ added: [{ ...alternativeNames(otherName()), critical: true }] },
	],
	["a Netscape type for servers", "partly-known", { added: [netscapeType(0x40)] }],
	["a critical Netscape type", "partly-known", { added: [netscapeType(0x80, true)] }],
	[
		"a critical OCSP rule",
		"partly-known",
		{ added: [{ oid: "1.3.6.1.5.5.7.48.1.5", critical: true, value: der.nullValue() }] },
	],
	["critical Internet addresses", "partly-known", { added: [addresses(true)] }],
	["Internet addresses", "partly-known", { added: [addresses(false)] }],
	["the information of a proxy certificate", "partly-known", { added: [proxy] }],
];

/** Trust anchors that break a rule. */
const ANCHORS: readonly (readonly [title: string, rule: ProfileRule, PathCertificate])[] = [
	[
		"bytes after the basic constraints",
		"malformed",
		raw(der.BASIC_CONSTRAINTS, Buffer.concat([der.sequence(TRUE), der.nullValue()]), true),
	],
	["an empty subject key identifier", "malformed", raw(der.SUBJECT_KEY_ID, der.octetString())],
	[
		"two algorithms of its signature",
		"algorithm-identifier",
		{ innerAlgorithm: der.sequence(der.oid("1.2.840.10045.4.3.3")) },
	],
	[
		"policy constraints that aren't critical",
		"not-critical",
		raw("2.5.29.36", der.sequence(der.tlv(0x80, Buffer.of(9)))),
	],
];

/** Certificates that look odd, and that all validators accept. */
const ACCEPTED: readonly (readonly [title: string, PathCertificate, anchor?: PathCertificate])[] = [
	["no key usage and no extended key usage", { replaced: { [der.KEY_USAGE]: null, [der.EXTENDED_KEY_USAGE]: null } }],
	["GeneralizedTime before 2050", { notAfter: der.generalizedTime("20400101000000Z") }],
	["an extension that nobody knows", { added: [{ oid: "1.2.3.4", value: der.sequence() }] }],
	["a Netscape type for clients", { added: [netscapeType(0x80)] }],
	[
		"names of every kind",
		{ added: [alternativeNames(dns("*.a.test"), email("a@b.test"), uri("urn:a:b"), ip(10, 0, 0, 1), otherName())] },
	],
	[
		"critical names, one of a kind that Go knows",
		{ added: [{ ...alternativeNames(otherName(), ip(10, 0, 0, 1)), critical: true }] },
	],
	[
		"a URI with user, port, query and fragment",
		{ added: [alternativeNames(uri("https://a:b@c_d.test:8443/e%20f?g#h"))] },
	],
	["URIs with IP addresses", { added: [alternativeNames(uri("https://10.0.0.1/"), uri("https://[::1]:8443/"))] }],
	[
		"two policies and a mapping",
		{
			added: [
				{ oid: "2.5.29.32", value: der.sequence(policy, der.sequence(der.oid("1.2.4"))) },
				mapping("1.2.3", "1.2.4"),
			],
		},
	],
	["a name in UTF-8", { subject: der.name("Müller_@") }],
	[
		"no subject, but a critical name",
		{ subject: der.sequence(), added: [{ ...alternativeNames(dns("a.test")), critical: true }] },
	],
	[
		"an anchor whose own signature is by SHA-1",
		{},
		{ hash: "sha1", signatureAlgorithm: der.sequence(der.oid("1.2.840.10045.4.1")) },
	],
];

const path = (leaf: PathCertificate, anchor: PathCertificate = {}): TestPath => ({
	file: [client(leaf)],
	anchors: [authority("Root", anchor)],
});

describe("Rules for single certificates of a path", () => {
	const rulesOf = (made: TestPath) => {
		const result = check(made);
		assertOpensslAgrees(made, result);
		assert.notEqual(result.verdict, "accepted");
		return result.issues.flatMap((issue) => (issue.code === "outside-profile" ? issue.rule : []));
	};

	for (const [title, rule, parts] of CLIENTS)
		it(`are broken by a client certificate with ${title}: ${rule}`, () => {
			assert.deepEqual(rulesOf(path(parts)), [rule]);
		});

	for (const [title, rule, parts] of ANCHORS)
		it(`are broken by a trust anchor with ${title}: ${rule}`, () => {
			assert.deepEqual(rulesOf(path({}, parts)), [rule]);
		});

	for (const [title, leaf, anchor] of ACCEPTED)
		it(`are met by certificates with ${title}`, () => {
			const made = path(leaf, anchor);
			const result = check(made);
			assert.deepEqual([result.rfc5280, result.verdict, codesOf(result)], ["valid", "accepted", []]);
			assertOpensslAgrees(made, result);
		});

	it("are broken by dates that no validator reads, however far in the future", () => {
		for (const notAfter of ["20400101000000.5Z", "204001010000Z12"])
			assert.deepEqual(codesOf(check(path({ notAfter: der.generalizedTime(notAfter) }))), ["unreadable-date"]);
	});

	it("are broken by keys in another form than usual", () => {
		const [, key = assert.fail()] = parts(der.spki(der.keys.publicKey));
		const point = key.subarray(3);
		// The same point, compressed (SEC 1 2.3.3).
		const compressed = Buffer.concat([Buffer.of(2 + ((point.at(-1) ?? 0) & 1)), point.subarray(1, 33)]);
		const [identifier = assert.fail()] = parts(der.spki(der.keys.publicKey));
		assert.deepEqual(rulesOf(path({ publicKey: der.sequence(identifier, der.bitString(compressed)) })), [
			"algorithm-identifier",
		]);
		const shifted = der.sequence(identifier, der.tlv(0x03, Buffer.of(1), Buffer.concat([point, Buffer.of(0)])));
		assert.deepEqual(rulesOf(path({ publicKey: shifted })), ["encoding"]);
		const [, rsaKey = assert.fail()] = parts(der.spki(generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey));
		const withoutNull = der.sequence(der.sequence(der.oid("1.2.840.113549.1.1.1")), rsaKey);
		assert.deepEqual(rulesOf(path({ publicKey: withoutNull })), ["algorithm-identifier"]);
	});

	it("are broken by algorithms that not all validators support", () => {
		const uncommon = (parts: PathCertificate) =>
			check(path(parts)).issues.map((issue) => (issue.code === "uncommon-algorithm" ? issue.algorithm : issue.code));
		const rsa = (modulusLength: number, publicExponent = 65_537) => ({
			publicKey: der.spki(generateKeyPairSync("rsa", { modulusLength, publicExponent }).publicKey),
		});
		const curve = (namedCurve: string) => ({
			publicKey: der.spki(generateKeyPairSync("ec", { namedCurve }).publicKey),
		});
		assert.deepEqual(uncommon(rsa(1024)), []);
		assert.deepEqual(uncommon(rsa(768)), ["rsa-768"]);
		assert.deepEqual(uncommon(rsa(2048, 2 ** 31 + 11)), ["rsa-2048"]);
		assert.deepEqual(uncommon(curve("P-521")), []);
		assert.deepEqual(uncommon(curve("secp256k1")), ["secp256k1"]);
		assert.deepEqual(uncommon({ publicKey: der.spki(generateKeyPairSync("ed25519").publicKey) }), []);
		assert.deepEqual(uncommon({ publicKey: der.spki(generateKeyPairSync("ed448").publicKey) }), ["ed448"]);
	});

	it("are broken by a salt of RSA-PSS that isn't as long as the hash", () => {
		const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
		const sha256 = der.sequence(der.oid("2.16.840.1.101.3.4.2.1"), der.nullValue());
		const mask = der.sequence(der.oid("1.2.840.113549.1.1.8"), sha256);
		const codes = (saltLength: number) => {
			const parameters = [der.context(0, sha256), der.context(1, mask), der.context(2, der.integer(saltLength))];
			const signatureAlgorithm = der.sequence(der.oid("1.2.840.113549.1.1.10"), der.sequence(...parameters));
			const key = { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength };
			const made = {
				file: [client({ signatureAlgorithm, signedBy: { publicKey: der.spki(publicKey), privateKey: key } })],
				anchors: [authority("Root", { keys: makeKeys(), publicKey: der.spki(publicKey) })],
			};
			const result = check(made);
			assertOpensslAgrees(made, result);
			return codesOf(result);
		};
		assert.deepEqual(codes(32), []);
		assert.deepEqual(codes(20), ["uncommon-algorithm"]);
	});

	itComparedWithOpenssl();
});

/** Splits a SEQUENCE of two elements. */
function parts(encoded: Uint8Array): readonly Uint8Array[] {
	return childrenOf(readElement(encoded))?.map((element) => element.encoded) ?? [];
}
