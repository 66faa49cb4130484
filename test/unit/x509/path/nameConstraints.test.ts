import assert from "node:assert/strict";
import * as der from "../der.ts";
import {
	type ConstraintParts,
	directory,
	dns,
	email,
	ip,
	itComparedWithOpenssl,
	nameConstraints,
	otherName,
	type PathCertificate,
	uri,
} from "./clientPath.ts";
import {
	ALLOWED,
	alsoMalformed,
	attribute,
	BOTH,
	checkBelow,
	DISPUTED,
	excluded,
	NOT_ALLOWED,
	names,
	type Outcome,
	organization,
	permitted,
	UNCLEAR,
	UNSUPPORTED,
} from "./constraintPath.ts";

const EMAIL = "1.2.840.113549.1.9.1";
const V6 = [0x20, 0x01, 0x0d, 0xb8];
const zeros = (count: number) => Array<number>(count).fill(0);
const mailSubject = (address: string) => der.sequence(attribute(EMAIL, der.text(address, 0x16)));
const mail = names(email("x@a.test"));
const word = der.name("client");

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
	["no alternative name, and a common name of one word", permitted(dns("a.test")), { subject: word }, UNSUPPORTED],
	["the same common name beside an e-mail address", permitted(dns("a.test")), { ...mail, subject: word }, ALLOWED],
	["names of another kind", permitted(dns("a.test")), names(email("a@b.test"), otherName()), ALLOWED],
	["a wildcard within", permitted(dns("a.test")), names(dns("*.a.test")), UNCLEAR],
	["a wildcard that contains an excluded host", excluded(dns("b.a.test")), names(dns("*.a.test")), UNCLEAR],
	["a trailing dot", excluded(dns("a.test")), names(dns("b.test.")), alsoMalformed(UNCLEAR)],
	["characters that hosts don't have", permitted(dns("a.test")), names(dns("b!.a.test")), alsoMalformed(UNCLEAR)],
	["an IP address as a host", permitted(dns("a.test")), names(dns("10.0.0.1")), alsoMalformed(UNCLEAR)],
	["a base with a leading dot", permitted(dns(".a.test")), names(dns("b.a.test")), UNCLEAR],
	["a wildcard as a base", permitted(dns("*.a.test")), names(dns("b.a.test")), UNCLEAR],
	["a base that is no host", excluded(dns("a b")), names(dns("b.test")), UNCLEAR],
	["a base that is no host, without any name", excluded(dns("a.test.")), {}, UNCLEAR],
	["a base of eight bits", excluded(der.tlv(0x82, Buffer.of(0xe4))), {}, UNCLEAR],
	[
		"a common name outside beside an e-mail address, which OpenSSL compares",
		permitted(dns("a.test")),
		{ ...mail, subject: der.name("b.test") },
		UNSUPPORTED,
	],
	[
		"a common name within beside an e-mail address",
		permitted(dns("a.test")),
		{ ...mail, subject: der.name("b.a.test") },
		ALLOWED,
	],
	[
		"a common name within, without an alternative name",
		permitted(dns("a.test")),
		{ subject: der.name("b.a.test") },
		UNSUPPORTED,
	],
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
		"a mailbox of a host below, which only Go permits",
		permitted(email("a.test")),
		names(email("x@b.A.test")),
		DISPUTED,
	],
	[
		"a mailbox of a host below an excluded one, which only Go excludes",
		excluded(email("a.test")),
		names(email("x@b.a.test")),
		UNSUPPORTED,
	],
	["a mailbox of a host that only ends alike", permitted(email("a.test")), names(email("x@ba.test")), NOT_ALLOWED],
	["the same mailbox of a host below", permitted(email("x@a.test")), names(email("x@b.a.test")), NOT_ALLOWED],
	["a mailbox below the domain", permitted(email(".a.test")), names(email("x@b.a.test")), ALLOWED],
	["a mailbox of the domain itself", permitted(email(".a.test")), names(email("x@a.test")), NOT_ALLOWED],
	["the mailbox", permitted(email("x@a.test")), names(email("x@A.TEST")), ALLOWED],
	["the mailbox in another case", permitted(email("x@a.test")), names(email("X@a.test")), NOT_ALLOWED],
	["an excluded mailbox", excluded(email("x@a.test")), names(email("x@a.test")), NOT_ALLOWED],
	["an address without a host", excluded(email("a.test")), names(email("x")), alsoMalformed(NOT_ALLOWED)],
	["a quoted mailbox", permitted(email("a.test")), names(email('"x@y"@a.test')), alsoMalformed(UNCLEAR)],
	["a mailbox with two @", permitted(email("a.test")), names(email("x@b@a.test")), alsoMalformed(UNCLEAR)],
	["a mailbox with two dots", permitted(email("a.test")), names(email("x..y@a.test")), alsoMalformed(UNCLEAR)],
	["a mailbox that begins with a dot", permitted(email("a.test")), names(email(".x@a.test")), alsoMalformed(UNCLEAR)],
	["a mailbox that ends with a dot", permitted(email("a.test")), names(email("x.@a.test")), alsoMalformed(UNCLEAR)],
	["a mailbox with dots and signs", permitted(email("a.test")), names(email("x.y+z.1@a.test")), ALLOWED],
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
	["a host below, which only Go permits", permitted(uri("a.test")), names(uri("https://b.A.test")), DISPUTED],
	[
		"a host below an excluded one, which only Go excludes",
		excluded(uri("a.test")),
		names(uri("https://b.a.test")),
		UNSUPPORTED,
	],
	["a host that only ends alike", permitted(uri("a.test")), names(uri("https://ba.test")), NOT_ALLOWED],
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
		alsoMalformed(UNCLEAR),
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
					assert.deepEqual(checkBelow(nameConstraints(constraint), leaf), [rfc5280, verdict, ...codes.toSorted()]);
				});
		});

	itComparedWithOpenssl();
});
