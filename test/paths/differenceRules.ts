// The closed list of reasons why the offline check (RFC 5280) and OpenSSL judge a chain differently.

import type { ClientCertificateIssueCode } from "../../src/domain/clientCertificateCheck.ts";

/** A reason for different verdicts. Needs one of `changes`, and explains only the codes and errors that it names. */
export interface Rule {
	readonly name: string;
	/** One sentence: what each of them does. */
	readonly reason: string;
	/** The names of changes, or of key types. */
	readonly changes: readonly string[];
	/** Issues of the check, where it doesn't say valid. */
	readonly codes?: readonly ClientCertificateIssueCode[];
	/** OpenSSL's errors, where the check says valid (`openssl errstr` doesn't know them; see x509_vfy.h). */
	readonly errors?: readonly number[];
}

/** OpenSSL's error numbers. */
const NO_ISSUER = 20;
const NO_ISSUER_OF_ONLY_ONE = 21;
const EXPIRED = 10;
const PURPOSE = 26;
const CRITICAL_EXTENSION = 34;
const NOT_PERMITTED = 47;
const EXCLUDED = 48;

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
		name: "critical key identifiers",
		reason:
			"The check knows key identifiers, critical or not; OpenSSL rejects extensions that it doesn't expect to be critical.",
		changes: ["critical key identifier"],
		errors: [CRITICAL_EXTENSION],
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
		errors: [NOT_PERMITTED, EXCLUDED],
	},
	{
		name: "e-mail in the subject",
		reason: "RFC 5280 constrains an address in the subject only without alternative names; OpenSSL always.",
		changes: ["constraint on e-mail in the subject"],
		errors: [NOT_PERMITTED, EXCLUDED],
	},
	{
		name: "Key Agreement alone",
		reason:
			"A client signs in the handshake, forbidden for such a key (RFC 8446 4.4.2.2); OpenSSL allows it, as for fixed keys.",
		changes: ["Key Agreement alone"],
		codes: ["no-digital-signature"],
	},
	{
		name: "no basic constraints",
		reason:
			"Without them a key must not verify certificates (RFC 5280 4.2.1.9); OpenSSL asks only for Certificate Sign.",
		changes: ["no basic constraints"],
		codes: ["not-an-authority"],
	},
	{
		name: "DSA and MD5",
		reason: "The check verifies no DSA and no MD5, since not every runtime can; OpenSSL does.",
		changes: ["dsa", "another signature algorithm"],
		codes: ["signature-not-checked"],
	},
];
