import assert from "node:assert/strict";
import {
	type ClientCertificateIssueCode,
	effectOf,
	issueLevel,
} from "../../../../src/domain/clientCertificateCheck.ts";
import * as der from "../der.ts";
import {
	alternativeNames,
	assertOpensslAgrees,
	assertOpensslResult,
	authority,
	basicConstraints,
	check,
	client,
	extendedKeyUsage,
	itComparedWithOpenssl,
	keyUsage,
	type PathCertificate,
	type TestPath,
} from "./clientPath.ts";

const TRUE = der.boolean(true);
const replaced = (extension: der.ExtensionParts): PathCertificate => ({ replaced: { [extension.oid]: extension } });
const bits = (...octets: readonly number[]): der.ExtensionParts => ({
	...{ oid: der.KEY_USAGE, critical: true, value: der.tlv(0x03, Buffer.from(octets)) },
});

/** Faults of a CA certificate that BoringSSL doesn't look for in an anchor. */
const FAULTS: readonly (readonly [ClientCertificateIssueCode, PathCertificate])[] = [
	["unknown-critical-extension", { added: [{ oid: "1.2.3.4", critical: true, value: der.nullValue() }] }],
	["duplicate-extension", { added: [keyUsage(0x06)] }],
	["malformed-extension", { added: [{ ...alternativeNames(), value: der.octetString() }] }],
	["malformed-extension", { added: [{ oid: der.NAME_CONSTRAINTS, critical: true, value: der.octetString() }] }],
	["not-an-authority", { replaced: { [der.BASIC_CONSTRAINTS]: null, [der.KEY_USAGE]: null } }],
	["no-certificate-sign", replaced(keyUsage(0x02))],
	["path-too-long", replaced(basicConstraints(TRUE, der.integer(0)))],
	["no-client-authentication", { added: [extendedKeyUsage("1.3.6.1.5.5.7.3.1")] }],
];

/** Faults of a CA certificate that Go accepts wherever it is. */
const ACCEPTED_BY_GO: readonly (readonly [string, ClientCertificateIssueCode, PathCertificate])[] = [
	["a negative path length", "malformed-extension", replaced(basicConstraints(TRUE, der.integer(0xff)))],
	["a key usage of no bits", "no-certificate-sign", replaced(bits(0))],
	["a key usage of eight bits, none of them set", "no-certificate-sign", replaced(bits(0, 0))],
];

/** A path from a client certificate by two intermediates to `Root`. The upper one is made as given. */
const below = (parts: PathCertificate) => {
	const sub = authority("Sub", { issuer: der.name("Root"), ...parts });
	const file = [client({ issuer: der.name("Low") }), authority("Low", { issuer: der.name("Sub") })];
	return {
		asIntermediate: { file: [...file, sub], anchors: [authority("Root")] },
		asAnchor: { file, anchors: [sub] },
	};
};

describe("An issue of a path that only some validators reject", () => {
	/** Returns the results, and for each issue of a code its level and whether it's disputed. */
	const judge = (path: TestPath, code: ClientCertificateIssueCode) => {
		const result = check(path);
		assertOpensslAgrees(path, result);
		assertOpensslResult(path, false);
		const found = result.issues.filter((issue) => issue.code === code);
		assert.ok(found.every(({ subject }) => subject === "CN=Sub"));
		return [result.rfc5280, result.verdict, ...found.map((issue) => [issueLevel(issue), issue.disputed === true])];
	};

	for (const [code, parts] of FAULTS)
		it(`makes the verdict unknown in an anchor, and is a reason to reject in an intermediate: ${code}`, () => {
			const { asIntermediate, asAnchor } = below(parts);
			assert.deepEqual(judge(asIntermediate, code), ["invalid", "rejected", ["error", false]]);
			assert.deepEqual(judge(asAnchor, code), ["invalid", "unknown", ["warning", true]]);
		});

	it("does not include an anchor's dates, which every validator checks", () => {
		const { asAnchor } = below({ notAfter: der.time(new Date(Date.now() - 86_400_000)) });
		assert.deepEqual(judge(asAnchor, "expired"), ["invalid", "rejected", ["error", false]]);
	});

	for (const [title, code, parts] of ACCEPTED_BY_GO)
		it(`makes the verdict unknown because of Go: ${title}`, () => {
			const { asIntermediate, asAnchor } = below(parts);
			for (const path of [asIntermediate, asAnchor])
				assert.deepEqual(judge(path, code), ["invalid", "unknown", ["warning", true]]);
		});

	it("does not hide another issue that all of them reject", () => {
		const disputed = { code: "no-certificate-sign", disputed: true } as const;
		assert.deepEqual(effectOf([disputed]), { rfc5280: "invalid", verdict: "unknown" });
		assert.deepEqual(effectOf([disputed, { code: "expired" }]), { rfc5280: "invalid", verdict: "rejected" });
		assert.deepEqual(effectOf([disputed, { code: "not-in-order" }]), { rfc5280: "invalid", verdict: "unknown" });
	});

	itComparedWithOpenssl();
});
