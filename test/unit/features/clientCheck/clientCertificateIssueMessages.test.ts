import assert from "node:assert/strict";
import type {
	ClientCertificateIssue,
	ClientCertificateIssueCode,
	ProfileRule,
} from "../../../../src/domain/clientCertificateCheck.ts";
import {
	describeClientCertificateIssue,
	describeClientCertificateIssues,
	formatSubject,
} from "../../../../src/features/clientCheck/clientCertificateIssueMessages.ts";

const DAY = 86_400;
const OID = "1.2.3.4";
const HOSTILE = `CN=a\n[x](command:y) \u202e$(trash)${"x".repeat(500)}`;

/** The sentence of each code about `CN=A`, with `CN=B` as the issuer, and `b.test` as the name. */
const SENTENCES: Readonly<Record<ClientCertificateIssueCode, string>> = {
	"is-an-authority": "CN=A is a CA certificate; OpenAI might reject it as a client certificate.",
	"several-clients": "The file contains several client certificates; CN=A was checked.",
	"not-in-order": "The file isn't in order: curl and the SDKs need the client certificate first, then each issuer.",
	"is-the-anchor": "Validators disagree about client certificates that are trust anchors themselves.",
	"no-issuer": "CN=A was issued by CN=B, which isn't in the file or among the trust anchors.",
	"not-signed": "The signature on CN=A doesn't match the key of CN=B.",
	"signature-not-checked": "VS Code can't verify the signature on CN=A.",
	"too-many-certificates": "The file contains too many certificates, so not all possible chains were checked.",
	"other-path-fails": "Another chain of these certificates fails, and which one OpenAI uses is unknown.",
	expired: "CN=A expired 3 days ago.",
	"last-second": "Validators disagree about whether CN=A has expired, because this is its last second.",
	"not-yet-valid": "CN=A isn't valid yet.",
	"unreadable-date": "CN=A contains an invalid date.",
	"not-an-authority": "CN=A issued another certificate but isn't a CA.",
	"no-basic-constraints": "Validators disagree about CA certificates without basic constraints, such as CN=A.",
	"version-1-authority": "Validators disagree about CA certificates of version 1, such as CN=A.",
	"no-certificate-sign": "CN=A issued another certificate, but its key usage lacks Certificate Sign.",
	"path-too-long": "The path length of CN=A allows fewer intermediates than this chain has.",
	"self-issued-in-path": "Validators disagree about whether the path length of CN=A counts self-issued certificates.",
	"no-client-authentication": "The extended key usage of CN=A doesn't include client authentication.",
	"any-extended-key-usage": "Validators disagree about whether “any” as the extended key usage of CN=A is enough.",
	"no-digital-signature":
		"Validators disagree about client certificates whose key usage lacks Digital Signature, such as CN=A.",
	"no-authority-key-identifier": "CN=A has no authority key identifier, which OpenAI requires.",
	"incomplete-authority-key-identifier":
		"The authority key identifier of CN=A contains no key identifier, so OpenAI might reject the certificate.",
	"key-identifier-mismatch":
		"Validators disagree about the authority key identifier of CN=A, which isn't its issuer's.",
	"unknown-critical-extension": "CN=A has the critical extension 1.2.3.4, which validators don't know.",
	"duplicate-extension": "CN=A contains the extension 1.2.3.4 twice.",
	"duplicate-unknown-extension": "Validators disagree about CN=A, because it contains the extension 1.2.3.4 twice.",
	"malformed-extension": "The extension 1.2.3.4 of CN=A is malformed.",
	"empty-issuer-name": "Validators disagree about certificates whose issuer has no name, such as CN=A.",
	"names-differ-in-form":
		"Validators disagree about whether the issuer of CN=A is equal to the CA's name, which is written differently.",
	"policy-constraints": "The policy constraints of CN=A weren't checked.",
	"name-not-allowed": "The name constraints of CN=A don't allow b.test.",
	"subject-not-allowed": "Validators disagree about whether the name constraints of CN=A allow b.test.",
	"unclear-name-constraints": "Validators disagree about what the name constraints of CN=A allow.",
	"unsupported-name-constraints": "Some validators don't support the name constraints of CN=A.",
	"uncommon-algorithm": "Validators disagree about the algorithm ed448 of CN=A.",
	"outside-profile": "Validators disagree about CN=A, because it isn't encoded as DER.",
};

/** The sentence of each rule about `CN=A`. */
const RULES: Readonly<Record<ProfileRule, string>> = {
	critical: "Validators disagree about CN=A, because an extension is critical and shouldn't be.",
	"serial-number": "Validators disagree about CN=A, because its serial number isn't positive or is too long.",
	"empty-subject": "Validators disagree about certificates without a subject or critical alternative name.",
	"authority-only": "Validators disagree about CN=A, because it isn't a CA but has extensions for CAs.",
	version: "Validators disagree about CN=A, because its version doesn't allow extensions.",
	encoding: "Validators disagree about CN=A, because it isn't encoded as DER.",
	name: "Validators disagree about CN=A, because a name contains characters that its string type doesn't allow.",
	date: "Validators disagree about CN=A, because a date isn't in UTC.",
	"algorithm-identifier": "Validators disagree about CN=A, because its algorithms are identified in an unusual way.",
	"not-critical": "Validators disagree about CN=A, because its policy constraints aren't critical.",
	malformed: "Validators disagree about CN=A, because an extension is malformed.",
	large: "An extension of CN=A is too large to be checked.",
	"partly-known": "Validators disagree about CN=A, because only some of them know an extension that it contains.",
};

/** Returns an issue with a value for every member that a code may have. */
function issue(code: ClientCertificateIssueCode, values: object = {}): ClientCertificateIssue {
	const usual = { subject: "CN=A", certificate: "0", issuer: "CN=B", name: "b.test", oid: OID, algorithm: "ed448" };
	const seconds = code === "expired" ? 3 * DAY : DAY;
	return { ...usual, seconds, rule: "encoding", code, ...values } as ClientCertificateIssue;
}

const codes = Object.keys(SENTENCES) as ClientCertificateIssueCode[];
const rules = Object.keys(RULES) as ProfileRule[];

describe("The sentence about an issue of a client certificate", () => {
	for (const code of codes)
		it(`names the fact: ${code}`, () => {
			assert.equal(describeClientCertificateIssue(issue(code)), SENTENCES[code]);
		});

	for (const rule of rules)
		it(`names the rule that validators treat differently: ${rule}`, () => {
			assert.equal(describeClientCertificateIssue(issue("outside-profile", { rule })), RULES[rule]);
		});

	it("is followed by another one if validators disagree only here", () => {
		for (const code of ["path-too-long", "malformed-extension"] as const)
			assert.equal(
				describeClientCertificateIssue(issue(code, { disputed: true })),
				`${SENTENCES[code]} Validators disagree about that.`,
			);
	});

	it("is one whole sentence, and distinct for each code and rule", () => {
		const sentences = [...Object.values(SENTENCES), ...Object.values(RULES)];
		// "encoding" is also the example of "outside-profile".
		assert.equal(new Set(sentences).size, sentences.length - 1);
		for (const sentence of sentences) {
			assert.match(sentence, /^(?:CN=A|[A-Z])[^{}\n]*[^.]\.$/);
			// The style of texts: contractions, and none of the words to avoid.
			assert.doesNotMatch(sentence, /\b(?:cannot|can not|is not|does not|are not|may|refuses?|authority)\b(?! key)/);
		}
	});

	it("R12 shows names, identifiers and algorithms as short plain text", () => {
		const hostile = { subject: HOSTILE, issuer: HOSTILE, name: HOSTILE, oid: HOSTILE, algorithm: HOSTILE };
		for (const each of [
			...codes.map((code) => issue(code, hostile)),
			...rules.map((rule) => issue("outside-profile", { ...hostile, rule })),
		]) {
			const sentence = describeClientCertificateIssue(each);
			assert.doesNotMatch(sentence, /\]\(|\$\(|[\n\u202e]/, each.code);
			assert.ok(sentence.length < 400, `${each.code}: ${sentence.length} characters`);
		}
	});

	it("says that a certificate has no subject, also if nothing of it can be shown", () => {
		for (const subject of ["", "\u202e\n"])
			assert.equal(describeClientCertificateIssue(issue("expired", { subject })), "(no subject) expired 3 days ago.");
		assert.equal(formatSubject("CN=A"), "CN=A");
	});

	it("comes once, the worst first, and at most nine times before the number of those left out", () => {
		const disputed = issue("not-an-authority", { disputed: true });
		const mixed = [issue("not-in-order"), disputed, issue("expired"), issue("expired")];
		assert.deepEqual(describeClientCertificateIssues(mixed), [
			...[SENTENCES.expired, `${SENTENCES["not-an-authority"]} Validators disagree about that.`],
			SENTENCES["not-in-order"],
		]);
		const many = Array.from({ length: 9000 }, (_, index) =>
			issue("unknown-critical-extension", { oid: `1.2.${index}` }),
		);
		const sentences = describeClientCertificateIssues(many);
		assert.equal(sentences.length, 10);
		assert.equal(sentences.at(-1), "8,991 more issues aren't shown.");
		assert.deepEqual(describeClientCertificateIssues(many.slice(0, 10)).length, 10);
		assert.deepEqual(describeClientCertificateIssues([]), []);
	});
});
