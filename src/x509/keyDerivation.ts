import { decodeBase64, skipHeaders } from "./asn1/base64.ts";
import {
	childrenOf,
	decodeOid,
	type Element,
	INTEGER,
	OCTET_STRING,
	parseUnsigned,
	readElement,
	SEQUENCE,
} from "./asn1/der.ts";

/**
 * The largest cost of deriving a key from a passphrase, in iterations: one to two seconds in which the runtime does
 * nothing else. Programs use at most a third of it.
 */
const MAX_COST = 2_000_000n;

const SCRYPT = "1.3.6.1.4.1.11591.4.11";

/**
 * Returns whether unlocking a private key would block the runtime for long. A hostile file can ask for hours.
 * @param key EncryptedPrivateKeyInfo (RFC 5958 3) in DER.
 * @returns `null` if it's something else.
 */
export function isSlowKey(key: Uint8Array): boolean | null {
	const [algorithm, encrypted] = childrenOf(readElement(key)) ?? [];
	// Other keys begin with a version.
	if (algorithm?.tag !== SEQUENCE || encrypted?.tag !== OCTET_STRING) return null;
	return derivationCost(algorithm) > MAX_COST;
}

/** Like `isSlowKey`, of a PEM block. @param body The text between its first and last line. */
export function isSlowPemKey(body: string): boolean | null {
	const decoded = decodeBase64(body, skipHeaders(body, 0, body.length), body.length);
	return "bytes" in decoded ? isSlowKey(decoded.bytes) : null;
}

/** Returns the iterations, or scrypt's equivalent, of deriving a key from a passphrase. */
function derivationCost(algorithm: Element): bigint {
	const parameters = childrenOf(algorithm)?.[1];
	const [derivation] = childrenOf(parameters) ?? [];
	// PBES2 names a function for it (RFC 8018 A.4); the parameters of older encryptions are its own (A.3, RFC 7292 C).
	const [identifier, values] = derivation?.tag === SEQUENCE ? (childrenOf(derivation) ?? []) : [undefined, parameters];
	const integers = (childrenOf(values) ?? []).filter(({ tag }) => tag === INTEGER);
	const [first = 0n, ...others] = integers.map(({ content }) => parseUnsigned(content));
	const isScrypt = identifier !== undefined && decodeOid(identifier.content) === SCRYPT;
	// Of scrypt all three factors (RFC 7914 7.1), else the iterations. The length of the key can follow.
	return isScrypt ? others.slice(0, 2).reduce((product, factor) => product * factor, first) : first;
}
