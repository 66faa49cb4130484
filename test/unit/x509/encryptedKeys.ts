// Encrypted private keys without content, whose derivation from a passphrase has a chosen cost.
import { encodeInteger } from "../../../src/x509/asn1/encodeDer.ts";
import * as der from "./der.ts";

const [PBKDF2, SCRYPT] = ["1.2.840.113549.1.5.12", "1.3.6.1.4.1.11591.4.11"];

const vector = der.octetString(Buffer.alloc(16));
const cipher = der.sequence(der.oid("2.16.840.1.101.3.4.1.42"), vector);

const encryptedKey = (oid: string, ...parameters: readonly Uint8Array[]) =>
	der.sequence(der.sequence(der.oid(oid), der.sequence(...parameters)), der.octetString(Buffer.alloc(64)));

const pbes2 = (oid: string, ...numbers: readonly number[]) =>
	encryptedKey(
		"1.2.840.113549.1.5.13",
		der.sequence(der.oid(oid), der.sequence(vector, ...numbers.map(encodeInteger))),
		cipher,
	);

/** Keys that would take long to unlock, in DER. */
export const SLOW_KEYS: readonly Uint8Array[] = [
	pbes2(PBKDF2, 2 ** 31 - 1),
	pbes2(PBKDF2, 2_000_001, 32),
	pbes2(SCRYPT, 16_384, 8, 100),
	pbes2(SCRYPT, 16_384, 1, 2 ** 16, 32),
	encryptedKey("1.2.840.113549.1.12.1.3", vector, encodeInteger(2 ** 31 - 1)),
];

/** Keys that wouldn't, in DER. */
export const FAST_KEYS: readonly Uint8Array[] = [pbes2(PBKDF2, 2_000_000, 32), pbes2(SCRYPT, 16_384, 8, 1, 32)];
