import assert from "node:assert/strict";
import type {
	ClientCertificateIssueCode,
	PathValidity,
	Verdict,
} from "../../../../src/domain/clientCertificateCheck.ts";
import * as der from "../der.ts";
import {
	alternativeNames,
	assertOpensslAgrees,
	authority,
	authorityKey,
	type ConstraintParts,
	check,
	client,
	codesOf,
	directory,
	dns,
	email,
	ip,
	makeKeys,
	nameConstraints,
	otherName,
	type PathCertificate,
	uri,
} from "./clientPath.ts";

const ROOT = der.name("Root");
const EMAIL = "1.2.840.113549.1.9.1";
const V6 = [0x20, 0x01, 0x0d, 0xb8];
const zeros = (count: number) => Array<number>(count).fill(0);
const attribute = (oid: string, value: Uint8Array) => der.set(der.sequence(der.oid(oid), value));
const organization = (name: string) => attribute("2.5.4.10", der.text(name));
const mailSubject = (address: string) => der.sequence(attribute(EMAIL, der.text(address, 0x16)));
const names = (...list: readonly Uint8Array[]): PathCertificate => ({ added: [alternativeNames(...list)] });
const list = (oid: string, value: Uint8Array) => ({ oid, critical: true, value });

const permitted = (...bases: readonly Uint8Array[]): ConstraintParts => ({ permitted: bases });
const excluded = (...bases: readonly Uint8Array[]): ConstraintParts => ({ excluded: bases });

/** The codes of a result, with what they mean for it. */
type Outcome = readonly [PathValidity, Verdict, ...ClientCertificateIssueCode[]];
const ALLOWED: Outcome = ["valid", "accepted"];
const NOT_ALLOWED: Outcome = ["invalid", "rejected", "name-not-allowed"];
const UNCLEAR: Outcome = ["unknown", "unknown", "unclear-name-constraints"];
const UNSUPPORTED: Outcome = ["valid", "unknown", "unsupported-name-constraints"];
/** RFC 5280 rejects, some validators don't. */
const DISPUTED: Outcome = ["invalid", "unknown", "subject-not-allowed", "unsupported-name-constraints"];
/** All validators reject, some because they don't support the constraint. */
const BOTH: Outcome = ["invalid", "rejected", "name-not-allowed", "unsupported-name-constraints"];

type Row = readonly [title: string, ConstraintParts, PathCertificate, Outcome];

const DNS: readonly Row[] = [
	["the host itself", permitted(dns("a.test")), names(dns("a.test")), ALLOWED],
	["a host below", permitted(dns("a.test")), names(dns("b.c.a.test")), ALLOWED],
	["another case", permitted(dns("A.test")), names(dns("b.a.TEST")), ALLOWED],
	["a host that only ends alike", permitted(dns("a.test")), names(dns("ba.test")), NOT_ALLOWED],
	["the domain above", permitted(dns("b.a.test")), names(dns("a.test")), NOT_ALLOWED],
	["one of two permitted domains", permitted(dns("a.test"), dns("b.test")), names(dns("c.b.test")), ALLOWED],
	["one name within and one outside", permitted(dns("a.test")), names(dns("a.test"), dns("b.test")), NOT_ALLOWED],
	["an excluded host", excluded(dns("a.test")), names(dns("b.a.test")), NOT_ALLOWED],
	["a host beside an excluded one", excluded(dns("a.test")), names(dns("b.test")), ALLOWED],
	[
		"excluded over permitted",
		{ permitted: [dns("test")], excluded: [dns("a.test")] },
		names(dns("b.a.test")),
		NOT_ALLOWED,
	],
	["all hosts by the empty base", permitted(dns("")), names(dns("a.test")), ALLOWED],
	["no host by the empty base", excluded(dns("")), names(dns("a.test")), NOT_ALLOWED],
	["no name of the kind", permitted(dns("a.test")), {}, ALLOWED],
	["names of another kind", permitted(dns("a.test")), names(email("a@b.test"), otherName()), ALLOWED],
	["a wildcard within", permitted(dns("a.test")), names(dns("*.a.test")), UNCLEAR],
	["a wildcard that contains an excluded host", excluded(dns("b.a.test")), names(dns("*.a.test")), UNCLEAR],
	["a trailing dot", excluded(dns("a.test")), names(dns("b.test.")), UNCLEAR],
	["characters that hosts don't have", permitted(dns("a.test")), names(dns("b!.a.test")), UNCLEAR],
	["an IP address as a host", permitted(dns("a.test")), names(dns("10.0.0.1")), UNCLEAR],
	["a base with a leading dot", permitted(dns(".a.test")), names(dns("b.a.test")), UNCLEAR],
	["a wildcard as a base", permitted(dns("*.a.test")), names(dns("b.a.test")), UNCLEAR],
	["a base that is no host", excluded(dns("a b")), names(dns("b.test")), UNCLEAR],
	["a base that is no host, without any name", excluded(dns("a.test.")), {}, UNCLEAR],
	["a base of eight bits", excluded(der.tlv(0x82, Buffer.of(0xe4))), {}, UNCLEAR],
	[
		"a common name outside, which OpenSSL compares",
		permitted(dns("a.test")),
		{ subject: der.name("b.test") },
		UNSUPPORTED,
	],
	["a common name within", permitted(dns("a.test")), { subject: der.name("b.a.test") }, ALLOWED],
	[
		"a common name outside beside a DNS name",
		permitted(dns("a.test")),
		{ ...names(dns("a.test")), subject: der.name("b.test") },
		ALLOWED,
	],
];

const EMAIL_ROWS: readonly Row[] = [
	["a mailbox of the host", permitted(email("a.test")), names(email("x@a.test")), ALLOWED],
	[
		"a mailbox of a host below, which is another host",
		permitted(email("a.test")),
		names(email("x@b.a.test")),
		NOT_ALLOWED,
	],
	["a mailbox below the domain", permitted(email(".a.test")), names(email("x@b.a.test")), ALLOWED],
	["a mailbox of the domain itself", permitted(email(".a.test")), names(email("x@a.test")), NOT_ALLOWED],
	["the mailbox", permitted(email("x@a.test")), names(email("x@A.TEST")), ALLOWED],
	["the mailbox in another case", permitted(email("x@a.test")), names(email("X@a.test")), NOT_ALLOWED],
	["an excluded mailbox", excluded(email("x@a.test")), names(email("x@a.test")), NOT_ALLOWED],
	["an address without a host", excluded(email("a.test")), names(email("x")), NOT_ALLOWED],
	["a quoted mailbox", permitted(email("a.test")), names(email('"x@y"@a.test')), UNCLEAR],
	["the empty base", permitted(email("")), names(email("x@a.test")), UNCLEAR],
	["a base that is no host", permitted(email("*")), names(email("x@a.test")), UNCLEAR],
	["an address in the subject, within", permitted(email("a.test")), { subject: mailSubject("x@a.test") }, UNSUPPORTED],
	["an address in the subject, outside", permitted(email("a.test")), { subject: mailSubject("x@b.test") }, DISPUTED],
	[
		"an address in the subject beside an alternative name",
		permitted(email("a.test")),
		{ ...names(email("x@a.test")), subject: mailSubject("x@b.test") },
		UNSUPPORTED,
	],
];

const URI: readonly Row[] = [
	["the host", permitted(uri("a.test")), names(uri("https://A.test:8443/b?c#d")), ALLOWED],
	["a host below, which is another host", permitted(uri("a.test")), names(uri("https://b.a.test")), NOT_ALLOWED],
	["a host below the domain", permitted(uri(".a.test")), names(uri("spiffe://b.a.test/c")), ALLOWED],
	["the domain itself", permitted(uri(".a.test")), names(uri("https://a.test")), NOT_ALLOWED],
	["a user named like the host", permitted(uri("a.test")), names(uri("https://a.test@b.test/")), NOT_ALLOWED],
	["a fragment named like the host", permitted(uri("a.test")), names(uri("https://b.test#@a.test/")), NOT_ALLOWED],
	["an excluded host", excluded(uri("a.test")), names(uri("https://a.test/")), NOT_ALLOWED],
	["no host", excluded(uri("a.test")), names(uri("urn:b")), NOT_ALLOWED],
	[
		"an IP address",
		excluded(uri("a.test")),
		names(uri("https://10.0.0.1/")),
		["invalid", "unknown", "subject-not-allowed"],
	],
	["the empty base", permitted(uri("")), names(uri("https://a.test/")), UNCLEAR],
	["a base that is no host", excluded(uri("https://a.test")), names(uri("https://b.test")), UNCLEAR],
	[
		"a backslash, which programs read differently",
		permitted(uri("a.test")),
		names(uri("https://b.test\\@a.test/")),
		[...UNCLEAR, "outside-profile"],
	],
];

const IP: readonly Row[] = [
	["an IPv4 address within", permitted(ip(10, 0, 0, 0, 255, 0, 0, 0)), names(ip(10, 1, 2, 3)), UNSUPPORTED],
	["an IPv4 address outside", permitted(ip(10, 0, 0, 0, 255, 0, 0, 0)), names(ip(11, 0, 0, 1)), BOTH],
	[
		"an IPv4 address at the edge of a mask of 9 bits",
		permitted(ip(10, 0, 0, 0, 255, 128, 0, 0)),
		names(ip(10, 128, 0, 0)),
		BOTH,
	],
	["an excluded IPv4 address", excluded(ip(...zeros(8))), names(ip(10, 0, 0, 1)), BOTH],
	[
		"an IPv6 address within",
		permitted(ip(...V6, ...zeros(12), ...Array(4).fill(255), ...zeros(12))),
		names(ip(...V6, ...zeros(11), 1)),
		UNSUPPORTED,
	],
	[
		"an IPv6 address outside",
		permitted(ip(...V6, ...zeros(12), ...Array(16).fill(255))),
		names(ip(...V6, ...zeros(11), 1)),
		BOTH,
	],
	["an IPv6 address where only IPv4 is permitted", permitted(ip(...zeros(8))), names(ip(...V6, ...zeros(12))), BOTH],
	["no address", permitted(ip(10, 0, 0, 0, 255, 0, 0, 0)), {}, ALLOWED],
	["a base of five octets", excluded(ip(10, 0, 0, 0, 255)), {}, UNCLEAR],
	["a mask with a hole", permitted(ip(10, 0, 0, 0, 255, 0, 255, 0)), names(ip(10, 0, 0, 0)), UNCLEAR],
];

const acme = der.sequence(organization("Acme"));
const inAcme = der.sequence(organization("ACME "), attribute("2.5.4.3", der.text("Client")));
const OTHER_KINDS: readonly Row[] = [
	["a subject within, in another form", permitted(directory(acme)), { subject: inAcme }, UNSUPPORTED],
	["a subject outside", permitted(directory(acme)), {}, BOTH],
	[
		"a subject outside, not critical, which Go ignores",
		{ ...permitted(directory(acme)), critical: false },
		{},
		DISPUTED,
	],
	["an excluded subject", excluded(directory(acme)), { subject: inAcme }, BOTH],
	["all subjects by the empty base", permitted(directory(der.sequence())), {}, UNSUPPORTED],
	[
		"a directory name outside",
		{ ...permitted(directory(acme)), critical: false },
		{ subject: inAcme, ...names(directory(der.name("B"))) },
		DISPUTED,
	],
	["another kind without such a name", permitted(otherName()), {}, UNSUPPORTED],
	["another kind with such a name", permitted(otherName()), names(otherName()), DISPUTED],
	[
		"another kind with such a name, not critical",
		{ ...permitted(otherName()), critical: false },
		names(otherName()),
		["unknown", "unknown", "unclear-name-constraints", "unsupported-name-constraints"],
	],
];

const check1 = (constraint: der.ExtensionParts, leaf: PathCertificate) => {
	const path = { file: [client(leaf)], anchors: [authority("Root", { added: [constraint] })] };
	const result = check(path);
	assertOpensslAgrees(path, result);
	return [result.rfc5280, result.verdict, ...new Set(codesOf(result))];
};

describe("Name constraints of a trust anchor", () => {
	for (const [kind, rows] of Object.entries({
		"DNS names": DNS,
		"e-mail addresses": EMAIL_ROWS,
		URIs: URI,
		"IP addresses": IP,
		"directory names and unsupported kinds": OTHER_KINDS,
	}))
		describe(`on ${kind}`, () => {
			for (const [title, constraint, leaf, [rfc5280, verdict, ...codes]] of rows)
				it(`${verdict}: ${title}`, () => {
					assert.deepEqual(check1(nameConstraints(constraint), leaf), [rfc5280, verdict, ...codes.toSorted()]);
				});
		});

	const malformed: readonly (readonly [string, Uint8Array, Outcome])[] = [
		["no SEQUENCE", der.octetString(), ["invalid", "rejected", "malformed-extension"]],
		[
			"another element than the two lists",
			der.sequence(der.integer(1)),
			["invalid", "rejected", "malformed-extension"],
		],
		[
			"a base that is no name",
			der.sequence(der.context(0, der.sequence(der.integer(1)))),
			["invalid", "rejected", "malformed-extension"],
		],
		["neither list, which OpenSSL accepts", der.sequence(), UNCLEAR],
		["an empty list, which OpenSSL accepts", der.sequence(der.context(0)), UNCLEAR],
		["a minimum", der.sequence(der.context(0, der.sequence(dns("a.test"), der.tlv(0x80, Buffer.of(1))))), UNCLEAR],
		["a maximum", der.sequence(der.context(0, der.sequence(dns("a.test"), der.tlv(0x81, Buffer.of(1))))), UNCLEAR],
	];
	for (const [title, value, [rfc5280, verdict, ...codes]] of malformed)
		it(`${verdict}: ${title}`, () => {
			const found = check1(list(der.NAME_CONSTRAINTS, value), names(dns("a.test")));
			assert.deepEqual(found, [rfc5280, verdict, ...codes]);
		});

	it("are unclear with bytes after them, for which OpenSSL and the product's other rules differ", () => {
		const value = Buffer.concat([nameConstraints(permitted(dns("a.test"))).value, der.nullValue()]);
		const found = check1(list(der.NAME_CONSTRAINTS, value), names(dns("a.test")));
		assert.deepEqual(found, ["unknown", "unknown", "outside-profile", "unclear-name-constraints"]);
	});

	it("are unclear if they are too many to compare", () => {
		const bases = Array.from({ length: 600 }, (_, index) => dns(`${index}.test`));
		const hosts = Array.from({ length: 600 }, (_, index) => dns(`a.${index}.test`));
		const found = check1(nameConstraints(permitted(...bases)), names(...hosts));
		assert.deepEqual(found, UNCLEAR);
		const few = check1(nameConstraints(permitted(...bases)), names(...hosts.slice(0, 20)));
		assert.deepEqual(few, ALLOWED);
	});

	it("are unclear for a name that is longer than any host or usual address", () => {
		const address = uri(`https://a.test/${"b".repeat(3000)}`);
		assert.deepEqual(check1(nameConstraints(permitted(uri("a.test"))), names(address)), UNCLEAR);
		const long = dns(`${"a.".repeat(2000)}test`);
		assert.deepEqual(check1(nameConstraints(excluded(dns("b.test"))), names(long)), UNCLEAR);
	});

	it("apply to every certificate below, and name the CA that has them and the name", () => {
		const path = {
			file: [
				client({ ...names(dns("a.test")), issuer: der.name("Low") }),
				authority("Low", { issuer: der.name("Sub"), ...names(dns("c.test")) }),
				authority("Sub", { issuer: ROOT, added: [nameConstraints(permitted(dns("a.test")))] }),
			],
			anchors: [authority("Root", { added: [nameConstraints(excluded(dns("a.test")))] })],
		};
		const result = check(path);
		const { chain, issues } = result;
		assert.deepEqual(issues, [
			{ code: "name-not-allowed", name: "c.test", subject: "CN=Sub", certificate: chain[2]?.sha256 },
			{ code: "name-not-allowed", name: "a.test", subject: "CN=Root", certificate: chain[3]?.sha256 },
		]);
		assertOpensslAgrees(path, result);
	});

	it("exempt self-issued CA certificates by RFC 5280, but not by Go, and never the client certificate", () => {
		const keys = makeKeys();
		const newKey = Buffer.from("new key");
		const subjectKey = { [der.SUBJECT_KEY_ID]: { oid: der.SUBJECT_KEY_ID, value: der.octetString(newKey) } };
		const byNewKey = { [der.AUTHORITY_KEY_ID]: authorityKey(der.tlv(0x80, newKey)) };
		const added = [nameConstraints(permitted(dns("a.test")))];
		const rekeyed = authority("Root", {
			...{ issuer: ROOT, publicKey: keys.publicKey, replaced: subjectKey },
			added: [alternativeNames(dns("b.test"))],
		});
		const exempt = {
			file: [client({ ...names(dns("a.test")), signedBy: keys, replaced: byNewKey }), rekeyed],
			anchors: [authority("Root", { added })],
		};
		const result = check(exempt);
		assert.deepEqual([result.rfc5280, result.verdict, ...codesOf(result)], UNSUPPORTED);
		assertOpensslAgrees(exempt, result);

		const selfIssued = {
			file: [client({ subject: ROOT, publicKey: keys.publicKey, ...names(dns("b.test")) })],
			anchors: [authority("Root", { added })],
		};
		const own = check(selfIssued);
		assert.deepEqual([own.rfc5280, own.verdict, ...codesOf(own)], NOT_ALLOWED);
		assertOpensslAgrees(selfIssued, own);
	});
});
