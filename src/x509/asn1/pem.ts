/** Writes one CERTIFICATE block: 64 columns, LF, final newline (RFC 7468). */
export function encodePem(der: Uint8Array): string {
	const base64 = Buffer.from(der.buffer, der.byteOffset, der.length).toString("base64");
	const lines: string[] = [];
	for (let at = 0; at < base64.length; at += 64) lines.push(base64.slice(at, at + 64));
	return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}
