import { createCipheriv, pbkdf2, randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { NULL, OCTET_STRING } from "../asn1/der.ts";
import { encodeElement, encodeInteger, encodeOid, encodeSequence } from "../asn1/encodeDer.ts";

/** OWASP's recommendation for PBKDF2 with HMAC-SHA256; `KeyObject.export` uses 2,048. */
const ITERATIONS = 600_000;

const PBES2 = "1.2.840.113549.1.5.13";
const PBKDF2 = "1.2.840.113549.1.5.12";
const HMAC_SHA256 = "1.2.840.113549.2.9";
const AES_256_CBC = "2.16.840.1.101.3.4.1.42";

/**
 * Encrypts a private key as OpenSSL 3, BoringSSL and Python read it: PBES2 (RFC 8018 6.2) with PBKDF2-HMAC-SHA256 and
 * AES-256-CBC.
 * @param key PKCS#8 in DER. Left unchanged.
 * @param passphrase Printable ASCII, which all programs encode in the same way.
 * @returns EncryptedPrivateKeyInfo (RFC 5958 3) in DER.
 */
export async function encryptKey(key: Uint8Array, passphrase: string): Promise<Uint8Array> {
	const [salt, vector] = [randomBytes(16), randomBytes(16)];
	// Asynchronous: it takes about a third of a second.
	const secret = await promisify(pbkdf2)(passphrase, salt, ITERATIONS, 32, "sha256");
	const cipher = createCipheriv("aes-256-cbc", secret, vector);
	secret.fill(0);
	const derivation = encodeSequence(
		encodeOid(PBKDF2),
		encodeSequence(
			encodeElement(OCTET_STRING, salt),
			encodeInteger(ITERATIONS),
			encodeSequence(encodeOid(HMAC_SHA256), encodeElement(NULL)),
		),
	);
	const encryption = encodeSequence(encodeOid(AES_256_CBC), encodeElement(OCTET_STRING, vector));
	return encodeSequence(
		encodeSequence(encodeOid(PBES2), encodeSequence(derivation, encryption)),
		encodeElement(OCTET_STRING, cipher.update(key), cipher.final()),
	);
}
