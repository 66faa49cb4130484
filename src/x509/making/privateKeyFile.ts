import { createPrivateKey, type KeyObject } from "node:crypto";
import { MAX_FILE_BYTES } from "../../domain/limits.ts";
import { decodeBase64, skipHeaders } from "../asn1/base64.ts";
import { isSlowKey } from "../keyDerivation.ts";
import { decodeText, findTextBlocks } from "../pemScanner.ts";
import { caRefused } from "./caFile.ts";

/** A private key as the runtime reads it. */
interface EncodedKey {
	readonly options: Parameters<typeof createPrivateKey>[0] & object;
	readonly isEncrypted: boolean;
	/** True if unlocking it would block the runtime for long. */
	readonly isSlow?: boolean;
}

/**
 * Reads the first private key of a file: PKCS#8, PKCS#1 or SEC 1, in PEM or DER, encrypted as this runtime supports.
 * @param passphrase `null` if unknown.
 * @throws ProblemError `ca-refused`, without anything of the file.
 */
export function readPrivateKey(file: Uint8Array, passphrase: string | null): KeyObject {
	if (file.length > MAX_FILE_BYTES) throw caRefused("too-large");
	const encodings = findPem(file) ?? findDer(file);
	for (const { options, isEncrypted, isSlow } of encodings) {
		if (isSlow) throw caRefused("slow-key");
		if (isEncrypted && passphrase === null) throw caRefused("passphrase-needed");
		try {
			return createPrivateKey({ ...options, ...(isEncrypted && passphrase !== null && { passphrase }) });
		} catch {
			// The error is dropped, since it might contain something of the file.
			if (isEncrypted) throw caRefused("passphrase-wrong");
		}
	}
	throw caRefused("no-key");
}

/** Returns the first PEM block of a private key; `null` if there is none. */
function findPem(file: Uint8Array): readonly EncodedKey[] | null {
	const text = decodeText(file);
	const block = findTextBlocks(text).find(({ label, fault }) => fault === null && label.endsWith("PRIVATE KEY"));
	if (!block) return null;
	const { label, from, to } = block;
	if (label === "ENCRYPTED PRIVATE KEY") {
		const decoded = decodeBase64(text, skipHeaders(text, from, to), to);
		return "bytes" in decoded ? findDer(decoded.bytes) : [];
	}
	const body = text.slice(from, to);
	const key = `-----BEGIN ${label}-----${body}-----END ${label}-----\n`;
	return [{ options: { key, format: "pem" }, isEncrypted: /^Proc-Type: 4,ENCRYPTED/m.test(body) }];
}

/** Returns DER as each kind of key that it might be. */
function findDer(file: Uint8Array): readonly EncodedKey[] {
	const key = Buffer.from(file.buffer, file.byteOffset, file.length);
	const isSlow = isSlowKey(file);
	if (isSlow !== null) return [{ options: { key, format: "der", type: "pkcs8" }, isEncrypted: true, isSlow }];
	const types = ["pkcs8", "sec1", "pkcs1"] as const;
	return types.map((type) => ({ options: { key, format: "der", type }, isEncrypted: false }));
}
