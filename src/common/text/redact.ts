/**
 * Removes text that looks like a secret: the service's keys, credentials of a header or a URL, PEM blocks. A safeguard
 * for the log, which should not receive secrets anyway. Imports nothing, because the first bundle contains it.
 */
export function redact(text: string): string {
	return text
		.replace(/-----BEGIN [^-]*-----.*?(?:-----END [^-]*-----|$)/gs, "…")
		.replace(/\bsk-[\w-]+/g, "sk-…")
		.replace(/\b(Bearer|Basic)\s+\S+/gi, "$1 …")
		.replace(/\/\/[^\s/@]+@/g, "//…@");
}
