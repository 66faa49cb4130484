import assert from "node:assert/strict";
import type {
	ClientCertificateIssueCode,
	PathValidity,
	Verdict,
} from "../../../../src/domain/clientCertificateCheck.ts";
import * as der from "../der.ts";
import {
	assertOpensslAgrees,
	assertOpensslResult,
	authority,
	authorityKey,
	check,
	client,
	codesOf,
	itComparedWithOpenssl,
	keyUsage,
	makeKeys,
	NOW,
	type PathCertificate,
	type TestPath,
} from "./clientPath.ts";

const DAY = 86_400;
const past = {
	notBefore: der.time(new Date((NOW - 3 * DAY) * 1000)),
	notAfter: der.time(new Date((NOW - DAY) * 1000)),
};
const by = (issuer: string, options: PathCertificate = {}): PathCertificate => ({
	issuer: der.name(issuer),
	...options,
});

type Outcome = readonly [PathValidity, Verdict, ...ClientCertificateIssueCode[]];
const ACCEPTED: Outcome = ["valid", "accepted"];
const OTHER_FAILS: Outcome = ["valid", "unknown", "other-path-fails"];

/** Returns the results and codes, and compares with OpenSSL. */
const resultOf = (path: TestPath): readonly string[] => {
	const result = check(path);
	assertOpensslAgrees(path, result);
	return [result.rfc5280, result.verdict, ...codesOf(result)];
};

describe("The paths of a client certificate", () => {
	const root = authority("Root");
	const expiredRoot = authority("Root", past);
	const direct = client();
	const indirect = client(by("Sub"));
	const sub = authority("Sub", by("Root"));

	it("end at the first anchor, although the file goes on", () => {
		const subjects = (anchors: readonly Uint8Array[]) =>
			check({ file: [indirect, sub, root], anchors }).chain.map(({ subject }) => subject);
		assert.deepEqual(subjects([root]), ["CN=Client", "CN=Sub", "CN=Root"]);
		assert.deepEqual(subjects([sub]), ["CN=Client", "CN=Sub"]);
		assert.deepEqual(subjects([sub, root]), ["CN=Client", "CN=Sub"]);
	});

	it("are accepted with several anchors, of which one fits", () => {
		const others = [authority("Other", { keys: makeKeys() }), authority("Another", past)];
		for (const anchors of [
			[root, ...others],
			[...others, root],
		])
			assert.deepEqual(resultOf({ file: [direct], anchors }), ACCEPTED);
	});

	it("have an unknown result with two anchors of the same name and key, of which one has expired", () => {
		for (const anchors of [
			[root, expiredRoot],
			[expiredRoot, root],
		]) {
			assert.deepEqual(resultOf({ file: [direct], anchors }), OTHER_FAILS);
			assert.deepEqual(resultOf({ file: [indirect, sub], anchors }), OTHER_FAILS);
		}
	});

	it("are accepted with two valid anchors of the same name and key", () => {
		assert.deepEqual(resultOf({ file: [direct], anchors: [root, authority("Root")] }), ACCEPTED);
	});

	it("are rejected with no other issue than `expired` if all anchors of the same name and key have expired", () => {
		const anchors = [expiredRoot, authority("Root", past)];
		assert.deepEqual(resultOf({ file: [direct], anchors }), ["invalid", "rejected", "expired"]);
	});

	it("are accepted beside an anchor of the same name and another key, if key identifiers tell them apart", () => {
		const keys = makeKeys();
		const subjectKey = (value: der.ExtensionParts | null) => ({ keys, replaced: { [der.SUBJECT_KEY_ID]: value } });
		const named = { oid: der.SUBJECT_KEY_ID, value: der.octetString(Buffer.from("new key")) };
		const rekeyed = authority("Root", subjectKey(named));
		for (const anchors of [
			[rekeyed, root],
			[root, rekeyed],
		])
			assert.deepEqual(resultOf({ file: [direct], anchors }), ACCEPTED);

		// OpenSSL takes the first one that fits by name, and rejects the signature.
		const anonymous = { file: [direct], anchors: [authority("Root", subjectKey(null)), root] };
		assert.deepEqual(resultOf(anonymous), OTHER_FAILS);
		assertOpensslResult(anonymous, false);
		const beside = authority("Root", subjectKey(null));
		// The anchor comes before what the file contains.
		assert.deepEqual(resultOf({ file: [direct, beside], anchors: [root] }), ACCEPTED);
		assert.deepEqual(
			resultOf({ file: [indirect, authority("Sub", subjectKey(null)), sub], anchors: [root] }).slice(0, 2),
			["valid", "unknown"],
		);
	});

	it("are tried directly first, so that a failing chain beside an anchor does not matter", () => {
		// "Sub" is an anchor; the file contains an expired one of the same name and key, which leads to another anchor.
		const expiredSub = authority("Sub", by("Root", past));
		assert.deepEqual(resultOf({ file: [indirect, expiredSub], anchors: [sub, root] }), ACCEPTED);
	});

	it("have an unknown result if the direct path fails and a chain doesn't", () => {
		const expiredSub = authority("Sub", by("Root", past));
		assert.deepEqual(resultOf({ file: [indirect, sub], anchors: [expiredSub, root] }), OTHER_FAILS);
	});

	it("are accepted if an intermediate was cross-signed by two anchors", () => {
		const keys = makeKeys();
		const other = authority("Other", { keys });
		const cross = authority("Sub", by("Other", { signedBy: keys }));
		for (const file of [
			[indirect, sub, cross],
			[indirect, cross, sub],
		])
			assert.deepEqual(resultOf({ file, anchors: [root, other] }).slice(0, 2), ["valid", "accepted"]);
		const expired = authority("Other", { keys, ...past });
		for (const anchors of [
			[root, expired],
			[expired, root],
		])
			assert.deepEqual(resultOf({ file: [indirect, sub, cross], anchors }), OTHER_FAILS);
	});

	it("have an unknown result if an intermediate leads to a dead end, where OpenSSL doesn't turn around", () => {
		const dead = authority("Sub", by("Nobody", { signedBy: makeKeys() }));
		const deadEndFirst = { file: [indirect, dead, sub], anchors: [root] };
		assert.deepEqual(resultOf(deadEndFirst), ["valid", "unknown", "not-in-order", "other-path-fails"]);
		assertOpensslResult(deadEndFirst, false);
		assert.deepEqual(resultOf({ file: [indirect, sub, dead], anchors: [root] }), OTHER_FAILS);
	});

	it("are accepted if the dead end is beside an anchor", () => {
		const keys = makeKeys();
		const cross = authority("Root", by("Nobody", { signedBy: keys }));
		assert.deepEqual(resultOf({ file: [direct, cross], anchors: [root] }), ACCEPTED);
		assert.deepEqual(resultOf({ file: [indirect, sub, cross], anchors: [root] }), ACCEPTED);
	});

	it("are found through authorities that sign each other, and end where they repeat", () => {
		const keys = makeKeys();
		const one = authority("One", by("Root", { publicKey: keys.publicKey }));
		const oneByTwo = authority("One", by("Two", { publicKey: keys.publicKey }));
		const two = authority("Two", by("One", { signedBy: keys }));
		const leaf = client(by("One", { signedBy: keys }));
		const [rfc5280, verdict, ...codes] = resultOf({ file: [leaf, one, oneByTwo, two], anchors: [root] });
		assert.deepEqual([rfc5280, verdict, codes], ["valid", "unknown", ["other-path-fails"]]);
		const [, rejected] = resultOf({ file: [leaf, oneByTwo, two], anchors: [root] });
		assert.equal(rejected, "rejected");
	});

	it("are compared by name as RFC 5280 says, not byte by byte", () => {
		const leaf = client({ issuer: der.sequence(der.set(der.sequence(der.oid("2.5.4.3"), der.text(" ROOT ", 0x13)))) });
		assert.deepEqual(resultOf({ file: [leaf], anchors: [root] }), ["valid", "unknown", "names-differ-in-form"]);
	});

	it("are told apart by the authority key identifier's key, serial number and issuer", () => {
		const key = der.tlv(0x80, Buffer.from("our own key"));
		const serial = (value: number) => der.tlv(0x82, Buffer.of(value));
		const issuer = (name: string) => der.context(1, der.context(4, der.name(name)));
		const codes = (...parts: readonly Uint8Array[]) => {
			const leaf = client({ replaced: { [der.AUTHORITY_KEY_ID]: authorityKey(...parts) } });
			return resultOf({ file: [leaf], anchors: [root] }).slice(2);
		};
		assert.deepEqual(codes(key, issuer("Root"), serial(0x17)), []);
		assert.deepEqual(codes(key, issuer("ROOT"), serial(0x17)), []);
		for (const parts of [
			[der.tlv(0x80, Buffer.from("other"))],
			[key, issuer("Other"), serial(0x17)],
			[key, issuer("Root"), serial(0x18)],
			[key, serial(0x18)],
			[key, issuer("Other")],
		])
			assert.deepEqual(codes(...parts), ["key-identifier-mismatch"]);
		assert.deepEqual(codes(issuer("Root"), serial(0x17)), ["incomplete-authority-key-identifier"]);
	});

	it("are unknown, not rejected, if there are more than can be tried", () => {
		const subs = Array.from({ length: 70 }, (_, index) =>
			authority("Sub", by("Root", { ...past, serial: der.integer(1, index) })),
		);
		const result = ["unknown", "unknown", "too-many-certificates"];
		assert.deepEqual(resultOf({ file: [indirect, ...subs], anchors: [root] }), result);
		// What is wrong with the client certificate itself is certain.
		const expired = client(by("Sub", past));
		const [, verdict, ...codes] = resultOf({ file: [expired, ...subs], anchors: [root] });
		assert.deepEqual([verdict, codes], ["rejected", ["expired", "too-many-certificates"]]);
	});

	it("are unknown if they are longer than 20 certificates", () => {
		const level = (index: number) => `Level ${index}`;
		const levels = Array.from({ length: 25 }, (_, index) =>
			authority(level(index), by(index === 0 ? "Root" : level(index - 1))),
		);
		const leaf = client(by(level(24)));
		const result = ["unknown", "unknown", "too-many-certificates"];
		assert.deepEqual(resultOf({ file: [leaf, ...levels.toReversed()], anchors: [root] }), result);
	});

	itComparedWithOpenssl();
});

describe("A client's file", () => {
	const root = authority("Root");
	const sub = authority("Sub", by("Root"));
	const low = authority("Low", by("Sub"));
	const leaf = client(by("Low"));
	const codes = (...file: readonly Uint8Array[]) => codesOf(check({ file, anchors: [root] }));

	it("is in order with the client certificate first, then each issuer; the anchor may be missing or last", () => {
		assert.deepEqual(codes(leaf, low, sub), []);
		assert.deepEqual(codes(leaf, low, sub, root), []);
	});

	it("is in order with other certificates at the end", () => {
		assert.deepEqual(codes(leaf, low, sub, authority("Other")), []);
	});

	it("is not in any other order", () => {
		for (const file of [
			[low, sub, leaf],
			[leaf, sub, low],
			[root, leaf, low, sub],
			[leaf, root, low, sub],
			[leaf, authority("Other"), low, sub],
		])
			assert.deepEqual(codes(...file), ["not-in-order"]);
	});

	it("is judged by its first client certificate, wherever that is", () => {
		const other = client({ subject: der.name("Other client"), ...past });
		for (const file of [
			[leaf, low, sub, other],
			[low, sub, leaf, other],
		]) {
			const { subject, verdict, issues } = check({ file, anchors: [root] });
			assert.deepEqual([subject, verdict], ["CN=Client", "accepted"]);
			assert.ok(issues.some(({ code }) => code === "several-clients"));
		}
		const { subject, verdict } = check({ file: [other, leaf, low, sub], anchors: [root] });
		assert.deepEqual([subject, verdict], ["CN=Other client", "rejected"]);
	});

	it("is judged by the certificate that issued no other, if another one isn't an authority", () => {
		const between = authority(
			"Between",
			by("Root", { replaced: { [der.BASIC_CONSTRAINTS]: null, [der.KEY_USAGE]: null } }),
		);
		const below = client(by("Between"));
		const { subject, issues } = check({ file: [between, below], anchors: [root] });
		assert.equal(subject, "CN=Client");
		assert.deepEqual(
			issues.map(({ code, subject: affected }) => [code, affected]),
			[
				["not-an-authority", "CN=Between"],
				["not-in-order", "CN=Client"],
			],
		);
	});

	it("is judged by the first authority that issued no other, if it contains only authorities", () => {
		const own = authority("Own", by("Root", { replaced: { [der.KEY_USAGE]: keyUsage(0x84) } }));
		const below = authority("Own", by("Low", { replaced: { [der.KEY_USAGE]: keyUsage(0x84) } }));
		for (const file of [
			[own, sub],
			[root, own],
			[root, sub, low, below],
			[low, sub, below],
		]) {
			const { subject, verdict, issues } = check({ file, anchors: [root] });
			assert.deepEqual([subject, verdict], ["CN=Own", "unknown"]);
			assert.ok(issues.some(({ code }) => code === "is-an-authority"));
		}
		assert.equal(check({ file: [root], anchors: [root] }).subject, "CN=Root");
	});

	it("is judged by a certificate at the end, although an issuer isn't an authority", () => {
		const between = authority(
			"Between",
			by("Root", { replaced: { [der.BASIC_CONSTRAINTS]: null, [der.KEY_USAGE]: null } }),
		);
		const own = authority("Own", by("Between"));
		assert.equal(check({ file: [between, own], anchors: [root] }).subject, "CN=Own");
	});
});
