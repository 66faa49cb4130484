// The secret parts of a private key, to search for.
import { createPrivateKey } from "node:crypto";
import type { Secret } from "./secretScan.ts";

/** Size of the parts of long numbers, in bytes: as many as a line of PEM has. */
const PART_BYTES = 48;

/**
 * Returns the parts of a private key of which none may leak: the private numbers, and of an encrypted file its content.
 * @param pem PKCS#8. @param passphrase `null` if it's not encrypted.
 */
export function keyMaterialOf(pem: string, passphrase: string | null): readonly Secret[] {
	const key = createPrivateKey({ key: pem, ...(passphrase !== null && { passphrase }) });
	const { d = "", p = "", q = "" } = key.export({ format: "jwk" });
	const numbers = [d, p, q].map((number) => Buffer.from(number, "base64url"));
	const file = Buffer.from(pem.replace(/-----[^-]+-----/g, ""), "base64");
	// An unencrypted file contains public parts, too.
	return [...numbers, ...(passphrase === null ? [] : [file])].flatMap(partsOf);
}

function partsOf(bytes: Buffer): readonly Buffer[] {
	const count = Math.floor(bytes.length / PART_BYTES);
	if (count === 0) return bytes.length > 0 ? [bytes] : [];
	return Array.from({ length: count }, (_, index) => bytes.subarray(index * PART_BYTES, (index + 1) * PART_BYTES));
}
