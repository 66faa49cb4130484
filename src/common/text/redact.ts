import { sanitize } from "./sanitize.ts";

const MAX_EXCERPT_LENGTH = 300;

/** Characters that could be part of a key or of Base64, except ids of the service. */
const OPAQUE = /(?<![\w+/=-])(?!(?:cert|proj|org|req|user|key)_)[\w+/=-]{24,}/g;

/**
 * Removes text that looks like a secret: the service's keys, credentials of a header or a URL, PEM blocks. A safeguard
 * for the log, which should not receive secrets anyway.
 */
export function redact(text: string): string {
	return text
		.replace(/-----BEGIN [^-]*-----.*?(?:-----END [^-]*-----|$)/gs, "…")
		.replace(/\bsk-[\w-]+/g, "sk-…")
		.replace(/\b(Bearer|Basic)\s+\S+/gi, "$1 …")
		.replace(/\/\/[^\s/@]+@/g, "//…@");
}

/** Prepares foreign text for the log: one line, at most 300 graphemes, without text that looks like a secret. */
export function excerpt(text: string): string {
	return sanitize(redact(text).replace(OPAQUE, "…"), MAX_EXCERPT_LENGTH);
}
