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
	/** Not an absolute URI with a scheme; its host, if any, must be a complete domain name or an IP address. */
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
	if (/^[a-z][a-z\d+.-]*:/i.test(value)) return "uri";
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
	if (value.length > 253 || !HOST_NAME.test(value)) return false;
	// `URL` knows which A-labels are valid.
	return hostOf(`https://${value}`) === value.toLowerCase();
}

/** True for an absolute URI (RFC 3986) whose host, if any, is a domain name or an IP address. */
function isUri(value: string): boolean {
	const [, authority] = /^[a-z][a-z\d+.-]*:(?=.)(?:\/\/([^/?#]*))?/i.exec(value) ?? [];
	if (hostOf(value) === null) return false;
	if (authority === undefined) return !/^[a-z][a-z\d+.-]*:\/\//i.test(value);
	const host = authority.replace(/^[^@]*@/, "").replace(/:\d*$/, "");
	return isHostName(host) || hostOf(`https://${host}`) === host;
}

/** True for an address with a plain local part (RFC 5321 4.1.2, Dot-string). */
function isEmailAddress(value: string): boolean {
	const [, local = "", host = ""] = /^([^@]+)@([^@]+)$/.exec(value) ?? [];
	return (
		local.length <= 64 && /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*$/.test(local) && isHostName(host)
	);
}

function hostOf(url: string): string | null {
	return URL.parse(url)?.hostname ?? null;
}
