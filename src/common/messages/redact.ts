import { sanitize } from "./sanitize.ts";

const LONGEST_EXCERPT = 300;

/** A run of characters that could be part of a key or of Base64, and is no ID of the service. */
const OPAQUE = /(?<![\w+/=-])(?!(?:cert|proj|org|req|user|key)_)[\w+/=-]{24,}/g;

/**
 * Takes out whatever looks like a secret: the service's keys, credentials of a header or a URL, PEM blocks. It stands in
 * front of the log, which gets no such thing to begin with.
 */
export function redact(text: string): string {
	return text
		.replace(/-----BEGIN [^-]*-----.*?(?:-----END [^-]*-----|$)/gs, "…")
		.replace(/\bsk-[\w-]+/g, "sk-…")
		.replace(/\b(Bearer|Basic)\s+\S+/gi, "$1 …")
		.replace(/\/\/[^\s/@]+@/g, "//…@");
}

/** What somebody else wrote, as the log may keep it: one line, at most 300 graphemes, without anything that looks like a secret. */
export function excerpt(text: string): string {
	return sanitize(redact(text).replace(OPAQUE, "…"), LONGEST_EXCERPT);
}
