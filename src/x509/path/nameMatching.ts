import type { GeneralName } from "./generalNames.ts";

/** Labels of a host name; underscores occur in practice. */
const HOST = /^(?!\d+(?:\.\d+){3}$)(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_][a-z0-9_-]{0,62})*$/i;

/** An e-mail address whose local part is a dotted atom (RFC 5321 4.1.2), which all validators read alike. */
const MAILBOX = /^(?!\.|.*\.[.@])[\w.!#$%&'*+/=?^`{|}~-]+@[^@]+$/;

/** No comparable name is longer; comparing longer ones with thousands of subtrees would block the editor. */
const MAX_NAME_BYTES = 2048;

/** True for a host name that validators compare alike. */
export function isHostName(text: string): boolean {
	return HOST.test(text);
}

/** True for a common name that BoringSSL treats as a host name, also one of a single word. */
export function looksLikeHost(text: string): boolean {
	return /^(?:\*\.)?[a-z\d_:][a-z\d_:-]*(?:\.[a-z\d_:][a-z\d_:-]*)*\.?$/i.test(text);
}

/**
 * Returns why a name cannot be compared with constraints: `syntax` if all validators reject it, `address` for a URI with
 * an IP address or a malformed host, which RFC 5280 4.2.1.10 rejects, `unclear` if validators differ; else `null`.
 */
export function incomparability({ kind, text, bytes }: GeneralName): "syntax" | "address" | "unclear" | null {
	if (bytes.length > MAX_NAME_BYTES) return "unclear";
	switch (kind) {
		case "email":
			if (!text.includes("@")) return "syntax";
			return MAILBOX.test(text) && isHostName(splitMailbox(text)[1] ?? "") ? null : "unclear";
		case "uri":
			if (!/^[^:]*:\/\//.test(text)) return "syntax";
			if (hostOf(text) === null) return "address";
			return isPlainUri(text) ? null : "unclear";
		case "dns":
			return isHostName(text.replace(/^\*\./, "")) ? null : "unclear";
		case "ip":
			return bytes.length === 4 || bytes.length === 16 ? null : "unclear";
		default:
			return null;
	}
}

/** True if a name is within the subtree of a base of the same kind (RFC 5280 4.2.1.10). */
export function isWithin(name: GeneralName, base: GeneralName): boolean {
	switch (name.kind) {
		case "dns":
			return isHostWithin(name.text, base.text.replace(/^\./, ""));
		case "email":
			return isMailboxWithin(name.text, base.text);
		case "uri":
			return isHostMatch(hostOf(name.text) ?? "", base.text);
		case "ip":
			return isAddressWithin(name.bytes, base.bytes);
		default:
			return base.parts.every((part, index) => part === name.parts[index]);
	}
}

/**
 * True if a comparable e-mail address or URI is at a host below the base's. By RFC 5280 the base means exactly that host,
 * for Go also the hosts below it.
 */
export function isBelowExactHost({ kind, text }: GeneralName, base: GeneralName): boolean {
	const host = kind === "email" ? splitMailbox(text)[1] : kind === "uri" ? hostOf(text) : null;
	return kind === base.kind && (host?.toLowerCase().endsWith(`.${base.text.toLowerCase()}`) ?? false);
}

/** Returns how validators read the base of a subtree: alike, differently, or some of them reject the certificate. */
export function readabilityOf({ kind, text, bytes }: GeneralName): "clear" | "unclear" | "invalid" {
	switch (kind) {
		case "ip":
			return (bytes.length === 8 || bytes.length === 32) && isMask(bytes.subarray(bytes.length / 2))
				? "clear"
				: "invalid";
		case "dns":
			if (/^\.|^\*\./.test(text)) return isHostName(text.replace(/^(?:\*\.|\.)/, "")) ? "unclear" : "invalid";
			return text === "" || isHostName(text) ? "clear" : "invalid";
		case "email":
		case "uri": {
			// The empty base contains every host for Go, none for OpenSSL.
			if (text === "") return "unclear";
			const host = kind === "email" ? (splitMailbox(text)[1] ?? text.replace(/^\./, "")) : text.replace(/^\./, "");
			return isHostName(host) ? "clear" : "invalid";
		}
		default:
			return "clear";
	}
}

/** True if a host is the domain or below it; the empty domain contains every host. */
function isHostWithin(host: string, domain: string): boolean {
	const [one, other] = [host.toLowerCase(), domain.toLowerCase()];
	return other === "" || one === other || one.endsWith(`.${other}`);
}

/** True if a host matches a base: a base with a leading dot every host below it, the empty base every host, another only itself. */
function isHostMatch(host: string, base: string): boolean {
	if (base.startsWith(".")) return host.toLowerCase().endsWith(base.toLowerCase());
	return base === "" || host.toLowerCase() === base.toLowerCase();
}

/** True if a mailbox matches a base. A base with `@` is one mailbox, whose local part is case-sensitive (RFC 5280 7.5). */
function isMailboxWithin(mailbox: string, base: string): boolean {
	const [local, host = ""] = splitMailbox(mailbox);
	const [baseLocal, baseHost] = splitMailbox(base);
	if (baseHost === undefined) return isHostMatch(host, base);
	return local === baseLocal && host.toLowerCase() === baseHost.toLowerCase();
}

function splitMailbox(text: string): readonly [string, string?] {
	const at = text.lastIndexOf("@");
	return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

/** Returns the host of a URI; `null` without an authority, or for an IP address (RFC 5280 4.2.1.10). */
function hostOf(uri: string): string | null {
	const authority = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(uri)?.[1];
	const host = authority?.replace(/^.*@/, "").replace(/:\d*$/, "");
	return host !== undefined && isHostName(host) ? host : null;
}

/**
 * True for a URI that all validators read: only characters of RFC 3986, and a host name or an IP address as host, if the
 * URI has one. Go rejects a certificate with another URI.
 */
export function isPlainUri(text: string): boolean {
	if (!/^[a-z][a-z0-9+.-]*:(?:[\w.~:/?#@!$&'()*+,;=[\]-]|%[0-9a-f]{2})*$/i.test(text)) return false;
	const authority = /^[^:]*:\/\/([^/?#]*)/.exec(text)?.[1];
	if (authority === undefined || authority === "") return true;
	return isHostName(hostOf(text) ?? "") || /^(?:[^@[\]]*@)?(?:[\d.]+|\[[\da-f:.]+\])(?::\d*)?$/i.test(authority);
}

function isAddressWithin(address: Uint8Array, base: Uint8Array): boolean {
	if (base.length !== address.length * 2) return false;
	const mask = base.subarray(address.length);
	return address.every((octet, index) => ((octet ^ (base[index] ?? 0)) & (mask[index] ?? 0)) === 0);
}

/** True for ones followed by zeros, as CIDR requires. */
function isMask(mask: Uint8Array): boolean {
	return /^1*0*$/.test([...mask].map((octet) => octet.toString(2).padStart(8, "0")).join(""));
}
