import assert from "node:assert/strict";
import * as der from "../der.ts";
import {
	alternativeNames,
	assertOpensslAgrees,
	authority,
	authorityKey,
	check,
	client,
	codesOf,
	dns,
	email,
	itComparedWithOpenssl,
	makeKeys,
	nameConstraints,
	uri,
} from "./clientPath.ts";
import {
	ALLOWED,
	alsoMalformed,
	checkBelow,
	checkBelowIntermediate,
	excluded,
	NOT_ALLOWED,
	names,
	organization,
	outcomeOf,
	permitted,
	person,
	ROOT,
	UNCLEAR,
	UNSUPPORTED,
} from "./constraintPath.ts";

/** Critical name constraints with any value. */
const written = (value: Uint8Array) => ({ oid: der.NAME_CONSTRAINTS, critical: true, value });

describe("Name constraints, by their form, number and place,", () => {
	const unreadable: readonly (readonly [string, Uint8Array])[] = [
		["no SEQUENCE", der.octetString()],
		["another element than the two lists", der.sequence(der.integer(1))],
		["a base that is no name", der.sequence(der.context(0, der.sequence(der.integer(1))))],
	];
	for (const [title, value] of unreadable)
		it(`are malformed, which BoringSSL doesn't see in an anchor: ${title}`, () => {
			const made = [written(value), names(dns("a.test"))] as const;
			assert.deepEqual(checkBelow(...made), ["invalid", "unknown", "malformed-extension"]);
			assert.deepEqual(checkBelowIntermediate(...made), ["invalid", "rejected", "malformed-extension"]);
		});

	const odd: readonly (readonly [string, Uint8Array])[] = [
		["neither list, which OpenSSL accepts", der.sequence()],
		["an empty list, which OpenSSL accepts", der.sequence(der.context(0))],
		["a minimum", der.sequence(der.context(0, der.sequence(dns("a.test"), der.tlv(0x80, Buffer.of(1)))))],
		["a maximum", der.sequence(der.context(0, der.sequence(dns("a.test"), der.tlv(0x81, Buffer.of(1)))))],
	];
	for (const [title, value] of odd)
		it(`are unclear: ${title}`, () => {
			assert.deepEqual(checkBelow(written(value), names(dns("a.test"))), UNCLEAR);
		});

	it("are not supported by BoringSSL without an alternative name, if the common name looks like a host", () => {
		const constraint = nameConstraints(permitted(email("a.test")));
		for (const name of [
			"client",
			"a_b.test",
			"*.a.test",
			"a.test.",
			"10.0.0.1",
			"spiffe:a:b",
			`${"a".repeat(80)}.test`,
		])
			assert.deepEqual(checkBelow(constraint, { subject: der.name(name) }), UNSUPPORTED, name);
		for (const name of ["a client", "-a.test", "a..test", ".a.test", "*", "*.", "a.*.test", "a@b.test", "Müller"])
			assert.deepEqual(checkBelow(constraint, { subject: der.name(name) }), ALLOWED, name);
		assert.deepEqual(checkBelow(constraint, { subject: der.sequence(organization("client")) }), ALLOWED);
	});

	it("exempt a CA certificate from the rule about common names", () => {
		const path = {
			file: [person({ issuer: der.name("Sub") }), authority("Sub", { issuer: ROOT })],
			anchors: [authority("Root", { added: [nameConstraints(permitted(dns("a.test")))] })],
		};
		assert.deepEqual(outcomeOf(path), ALLOWED);
	});

	it("are unclear with bytes after them, for which OpenSSL and the product's other rules differ", () => {
		const value = Buffer.concat([nameConstraints(permitted(dns("a.test"))).value, der.nullValue()]);
		const found = checkBelow(written(value), names(dns("a.test")));
		assert.deepEqual(found, ["unknown", "unknown", "outside-profile", "unclear-name-constraints"]);
	});

	it("are unclear if they are too many to compare", () => {
		const bases = Array.from({ length: 600 }, (_, index) => dns(`${index}.test`));
		const hosts = Array.from({ length: 600 }, (_, index) => dns(`a.${index}.test`));
		const found = checkBelow(nameConstraints(permitted(...bases)), names(...hosts));
		assert.deepEqual(found, UNCLEAR);
		const few = checkBelow(nameConstraints(permitted(...bases)), names(...hosts.slice(0, 20)));
		assert.deepEqual(few, ALLOWED);
	});

	it("are unclear for a name that is longer than any host or usual address", () => {
		const address = uri(`https://a.test/${"b".repeat(3000)}`);
		assert.deepEqual(checkBelow(nameConstraints(permitted(uri("a.test"))), names(address)), UNCLEAR);
		const long = dns(`${"a.".repeat(2000)}test`);
		assert.deepEqual(checkBelow(nameConstraints(excluded(dns("b.test"))), names(long)), alsoMalformed(UNCLEAR));
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

	itComparedWithOpenssl();
});
