// Encodes CSRs, also broken ones.
import { type KeyObject, sign } from "node:crypto";
import * as der from "../der.ts";

/** The parts of a CSR, in DER. Defaults: for `agent`, with the key of `der.ts`. */
export interface RequestParts {
	readonly subject?: Uint8Array;
	readonly attributes?: readonly Uint8Array[];
	readonly key?: { readonly privateKey: KeyObject; readonly publicKey: KeyObject };
	readonly publicKey?: Uint8Array;
	readonly algorithm?: Uint8Array;
	readonly hash?: string | null;
	readonly signature?: Uint8Array;
}

/** Encodes and signs a CSR (RFC 2986 4). */
export function csr({ key = der.keys, ...parts }: RequestParts = {}): Buffer {
	const info = der.sequence(
		der.integer(0),
		parts.subject ?? der.name("agent"),
		parts.publicKey ?? der.spki(key.publicKey),
		der.context(0, ...(parts.attributes ?? [])),
	);
	const signature = parts.signature ?? sign(parts.hash === undefined ? "sha256" : parts.hash, info, key.privateKey);
	return der.sequence(info, parts.algorithm ?? der.ECDSA_SHA256, der.bitString(signature));
}

/** Encodes the attribute that requests extensions. */
export function requested(extensions: Uint8Array, oid = "1.2.840.113549.1.9.14"): Uint8Array {
	return der.sequence(der.oid(oid), der.set(extensions));
}

/** Encodes an Extension with alternative names. */
export function alternativeNames(...names: readonly Uint8Array[]): Uint8Array {
	return der.sequence(der.oid("2.5.29.17"), der.octetString(der.sequence(...names)));
}
