import { findNameIssue, type NameIssue } from "./certificateName.ts";

/** A name in a client certificate's subject alternative name (RFC 5280 4.2.1.6). */
export interface AlternativeName {
	readonly type: "dns" | "uri" | "email";
	/** ASCII. */
	readonly value: string;
}

/** The longest common name, in characters (RFC 5280 A.1, ub-common-name). */
export const MAX_COMMON_NAME_LENGTH = 64;

/** This extension's own limit. */
export const MAX_ALTERNATIVE_NAMES = 100;

export type AlternativeNameIssue =
	| "too-long"
	/** Characters other than printable ASCII: international names need their ASCII form (A-labels, `xn--`). */
	| "not-ascii"
	/** Not a host name (RFC 5280 4.2.1.6: letters, digits and hyphens). */
	| "not-dns"
	/** Not an absolute URI, or its host is neither a complete domain name nor an IP address. */
	| "not-uri"
	| "not-email";

/** Why a certificate can't contain the given names. */
export type CertificateNameIssue =
	| { readonly name: "common-name"; readonly why: NameIssue }
	/** The subject would be the same as the CA's. */
	| { readonly name: "common-name"; readonly why: "is-ca" }
	| { readonly name: "alternative-name"; readonly why: AlternativeNameIssue; readonly value: string }
	| { readonly name: "alternative-names"; readonly why: "too-many" };

/** Returns the first issue of a typed common name, or `null`. Ignores surrounding blanks. */
export function findCommonNameIssue(text: string): NameIssue | null {
	return findNameIssue(text, MAX_COMMON_NAME_LENGTH);
}

/** Returns the names that a text contains, separated by commas or blanks. What is neither URI nor e-mail address is DNS. */
export function parseAlternativeNames(text: string): readonly AlternativeName[] {
	return text
		.split(/[\s,]+/)
		.filter((value) => value !== "")
		.map((value) => ({ type: typeOf(value), value }));
}

function typeOf(value: string): AlternativeName["type"] {
	// A port follows a host, not a scheme.
	if (/^[a-z][a-z\d+.-]*:(?!\d*$)/i.test(value)) return "uri";
	return value.includes("@") ? "email" : "dns";
}

/** The longest name; the longest that a standard allows is a SPIFFE ID. */
const MAX_LENGTH = 2048;

/** Returns the first issue of a name, or `null`. */
export function findAlternativeNameIssue({ type, value }: AlternativeName): AlternativeNameIssue | null {
	if (value.length > MAX_LENGTH) return "too-long";
	if (!/^[!-~]*$/.test(value)) return "not-ascii";
	switch (type) {
		case "dns":
			return isHostName(value) ? null : "not-dns";
		case "uri":
			return isUri(value) ? null : "not-uri";
		case "email":
			return isEmailAddress(value) ? null : "not-email";
	}
}

/** Returns the first issue of the names of a certificate, or `null`. @param commonName `null` if there is none yet */
export function findNamesIssue(
	commonName: string | null,
	names: readonly AlternativeName[],
): CertificateNameIssue | null {
	const why = commonName === null ? null : findCommonNameIssue(commonName);
	if (why) return { name: "common-name", why };
	for (const each of names) {
		const issue = findAlternativeNameIssue(each);
		if (issue) return { name: "alternative-name", why: issue, value: each.value };
	}
	return names.length > MAX_ALTERNATIVE_NAMES ? { name: "alternative-names", why: "too-many" } : null;
}

const LABEL = "[a-z\\d](?:[a-z\\d-]{0,61}[a-z\\d])?";
/** A last label of digits would be an IP address. */
const HOST_NAME = new RegExp(`^(?:${LABEL}\\.)*(?!\\d+$)${LABEL}$`, "i");

function isHostName(value: string): boolean {
	return value.length <= 253 && HOST_NAME.test(value);
}

/** A scheme and its own part; the authority if there is one (RFC 3986 3). Percent signs encode a byte. */
const URI = /^[a-z][a-z\d+.-]*:(?:\/\/(?<authority>[^/?#]*))?(?:[\w.~:/?#[\]@!$&'()*+,;=-]|%[\da-f]{2})*$/i;

/** True for an absolute URI. Its host, if any, must be a complete domain name or an IP address (RFC 5280 4.2.1.6). */
function isUri(value: string): boolean {
	const match = URI.exec(value);
	if (!match || value.endsWith(":") || !URL.canParse(value)) return false;
	const { authority } = match.groups ?? {};
	if (authority === undefined) return true;
	const host = authority.replace(/^[^@]*@/, "").replace(/:\d*$/, "");
	return isIpAddress(host) || (host.includes(".") && isHostName(host));
}

/** True for an IPv4 address, or an IPv6 address in brackets. */
function isIpAddress(host: string): boolean {
	return /^[\d.]+$|^\[.+\]$/.test(host) && URL.parse(`https://${host}`)?.hostname === host.toLowerCase();
}

/** The characters of a local part without quotes (RFC 5321 4.1.2, Atom). */
const ATOM = "[\\w!#$%&'*+/=?^`{|}~-]+";
const LOCAL_PART = new RegExp(`^${ATOM}(?:\\.${ATOM})*$`);

function isEmailAddress(value: string): boolean {
	const [local = "", host = "", ...rest] = value.split("@");
	return rest.length === 0 && local.length <= 64 && LOCAL_PART.test(local) && isHostName(host);
}
