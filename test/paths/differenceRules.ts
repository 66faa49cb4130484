// The closed list of reasons why the offline check (RFC 5280) and OpenSSL judge a chain differently.

import type { ClientCertificateIssueCode } from "../../src/domain/clientCertificateCheck.ts";

/** A reason for different verdicts. Needs one of `changes`, and explains only the codes and errors that it names. */
export interface Rule {
	readonly name: string;
	/** Says in one sentence what the check and OpenSSL do. */
	readonly reason: string;
	/** The names of changes, or of key types. */
	readonly changes: readonly string[];
	/** Issues of the check, where it doesn't say valid. */
	readonly codes?: readonly ClientCertificateIssueCode[];
	/** OpenSSL's errors, where the check says valid (x509_vfy.h). */
	readonly errors?: readonly number[];
}

/** OpenSSL's error numbers. */
const NO_ISSUER = 20;
const NO_ISSUER_OF_ONLY_ONE = 21;
const SIGNATURE = 7;
const EXPIRED = 10;
const PURPOSE = 26;
const NOT_PERMITTED = 47;
const EXCLUDED = 48;
const WITH_DISTANCE = 49;

/** Explains a difference without a change of its own: OpenSSL accepts the path that the check found. */
export const SEARCH: Rule = {
	name: "search",
	reason: "The check tries all paths; OpenSSL follows one, and doesn't go back from a certificate that fails later.",
	changes: [],
};

export const RULES: readonly Rule[] = [
	{
		name: "key identifiers",
		reason:
			"RFC 5280 uses key identifiers only to choose among issuers; OpenSSL rejects an issuer whose identifier differs.",
		changes: [
			"authority key identifier of another key",
			"authority key identifier with another serial number",
			"subject key identifier of another key",
			"twin with another key",
			"loop",
		],
		errors: [NO_ISSUER, NO_ISSUER_OF_ONLY_ONE],
	},
	{
		name: "two issuers of a name",
		reason:
			"RFC 5280 tries each certificate with the issuer's name; OpenSSL takes the first that a key identifier doesn't exclude.",
		changes: ["self-issued authority"],
		errors: [SIGNATURE],
	},
	{
		name: "any purpose",
		reason: "The purpose anyExtendedKeyUsage includes client authentication (RFC 5280 4.2.1.12); OpenSSL ignores it.",
		changes: ["any purpose"],
		errors: [PURPOSE],
	},
	{
		name: "last second",
		reason: "A certificate is valid through its last second (RFC 5280 4.1.2.5); for OpenSSL it has expired then.",
		changes: ["last second"],
		errors: [EXPIRED],
	},
	{
		name: "host as common name",
		reason: "RFC 5280 constrains DNS names in the list of alternative names; OpenSSL also a host in the common name.",
		changes: ["constraint on DNS and a host as common name"],
		errors: [NOT_PERMITTED, EXCLUDED, WITH_DISTANCE],
	},
	{
		name: "e-mail in the subject",
		reason: "RFC 5280 constrains an address in the subject only without alternative names; OpenSSL always.",
		changes: ["constraint on e-mail in the subject"],
		errors: [NOT_PERMITTED, EXCLUDED],
	},
	{
		name: "key usage of a client",
		reason: "RFC 5280's path validation doesn't ask for Digital Signature; OpenSSL asks for it or for Key Agreement.",
		changes: ["no Digital Signature", "client with CA:TRUE"],
		errors: [PURPOSE],
	},
	{
		name: "empty key usage",
		reason:
			"A key usage must allow something (RFC 5280 4.2.1.3), of which the check says unknown; OpenSSL rejects it in a client.",
		changes: ["empty key usage"],
		codes: ["outside-profile"],
	},
	{
		name: "no basic constraints",
		reason:
			"Without them a key must not verify certificates (RFC 5280 4.2.1.9); OpenSSL asks only for Certificate Sign.",
		changes: ["no basic constraints"],
		codes: ["no-basic-constraints"],
	},
	{
		name: "authority without a name",
		reason: "A CA must have a name (RFC 5280 4.1.2.4, 4.1.2.6); OpenSSL checks it only with -x509_strict.",
		changes: ["authority without subject"],
		codes: ["empty-issuer-name"],
	},
	{
		name: "unknown extension twice",
		reason: "No extension may occur twice (RFC 5280 4.2); OpenSSL checks it only of extensions that it reads.",
		changes: ["duplicate unknown extension", "duplicate extension"],
		codes: ["duplicate-unknown-extension"],
	},
	{
		name: "empty list",
		reason: "A list of names or of constraints must not be empty (RFC 5280 4.2.1.6, 4.2.1.10); OpenSSL accepts it.",
		changes: ["no names in the client's list", "constraint without subtrees"],
		codes: ["outside-profile", "unclear-name-constraints"],
	},
	{
		name: "bytes behind an extension",
		reason: "An extension's value is one element (RFC 5280 4.1); OpenSSL ignores bytes behind it.",
		changes: ["malformed extension"],
		codes: ["outside-profile", "unclear-name-constraints"],
	},
	{
		name: "malformed names",
		reason:
			"A name that lacks the form of its kind (RFC 5280 4.2.1.6) satisfies no constraint; OpenSSL compares what there is.",
		changes: ["constraint: dns", "constraint: email", "constraint: uri"],
		codes: ["name-not-allowed", "subject-not-allowed"],
	},
	{
		name: "unclear constraints",
		reason: "The check says unknown of constraints that validators read differently; OpenSSL has its own opinion.",
		changes: [
			...["constraint: dns", "constraint: email", "constraint: otherName", "constraint: id"],
			...["constraint with a distance", "constraint on DNS and a host as common name"],
			...["constraint: uri", "constraint: ip", "constraint on e-mail in the subject"],
		],
		codes: ["unclear-name-constraints"],
	},
	{
		name: "trust anchor of version 1",
		reason:
			"It can't say that it is a CA (RFC 5280 6.1.4 k), so that the check says unknown; OpenSSL accepts a self-signed one.",
		changes: ["version 1"],
		codes: ["version-1-authority"],
	},
	{
		name: "policies",
		reason:
			"The check processes no policies and says unknown where they matter; OpenSSL ignores them without -policy_check.",
		changes: ["policy required", "policy mappings", "any policy inhibited"],
		codes: ["policy-constraints"],
	},
	{
		name: "profile",
		reason:
			"The check says unknown of what CAs must not issue, but path validation doesn't forbid; OpenSSL has an opinion on some.",
		changes: [
			...[
				"Certificate Sign in the client",
				"unusual serial number",
				"client without subject",
				"constraint in the client",
			],
			...["critical key identifier", "version 1", "version 1 or 2 with extensions", "policy required"],
			...["authority without subject", "path length without CA:TRUE", "policy mappings"],
			...["signature algorithms disagree", "CA:FALSE"],
		],
		codes: ["outside-profile"],
	},
	{
		name: "names that Go rejects",
		reason:
			"The check says unknown of IP addresses, URIs and texts that Go can't read; OpenSSL reads no alternative names.",
		changes: [
			...["names of the client", "critical names of the client", "names of an authority"],
			...["constraint: ip", "constraint: uri", "constraint: dns", "constraint: email"],
			...["constraint: directory", "constraint: otherName", "constraint: id"],
		],
		codes: ["outside-profile"],
	},
	{
		name: "DSA and MD5",
		reason: "The check verifies no DSA and no MD5, since not every runtime can; OpenSSL does.",
		changes: ["dsa", "another signature algorithm"],
		codes: ["signature-not-checked"],
	},
];
