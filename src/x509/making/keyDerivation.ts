import { childrenOf, decodeOid, type Element, INTEGER, SEQUENCE } from "../asn1/der.ts";
import { parseUnsigned } from "../publicKey.ts";

/**
 * The largest cost of deriving a key from a passphrase: one to two seconds in which the runtime does nothing else. Ten
 * times what programs use.
 */
const MAX_COST = 2_000_000n;

const SCRYPT = "1.3.6.1.4.1.11591.4.11";

/**
 * True if deriving the key from a passphrase would block the runtime for long. A hostile file can ask for hours.
 * @param algorithm The algorithm of an EncryptedPrivateKeyInfo (RFC 5958 3).
 */
export function isSlowDerivation(algorithm: Element): boolean {
	const parameters = childrenOf(algorithm)?.[1];
	const [derivation] = childrenOf(parameters) ?? [];
	// PBES2 names a function for it (RFC 8018 A.4); the parameters of older encryptions are its own (A.3, RFC 7292 C).
	const [identifier, values] = derivation?.tag === SEQUENCE ? (childrenOf(derivation) ?? []) : [undefined, parameters];
	const integers = (childrenOf(values) ?? []).filter(({ tag }) => tag === INTEGER);
	const [first = 0n, ...others] = integers.map(({ content }) => parseUnsigned(content));
	const isScrypt = identifier !== undefined && decodeOid(identifier.content) === SCRYPT;
	// Of scrypt all three factors (RFC 7914 7.1), else the iterations. The length of the key can follow.
	const cost = isScrypt ? others.slice(0, 2).reduce((product, factor) => product * factor, first) : first;
	return cost > MAX_COST;
}
