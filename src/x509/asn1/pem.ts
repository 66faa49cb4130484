/** Encodes DER as one block: 64 columns, LF, final newline (RFC 7468). */
export function encodePem(der: Uint8Array, label = "CERTIFICATE"): string {
	const base64 = Buffer.from(der.buffer, der.byteOffset, der.length).toString("base64");
	const lines: string[] = [];
	for (let position = 0; position < base64.length; position += 64) lines.push(base64.slice(position, position + 64));
	return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}
