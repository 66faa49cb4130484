import type { AlternativeName } from "./certificateNames.ts";

/** The keys that this extension makes. */
export type KeyType = "p-256" | "p-384" | "rsa-2048" | "rsa-3072" | "rsa-4096";

/** A certificate that was just made, and checked. Times are Unix seconds. */
export interface MadeCertificate {
	/** PEM: of a client the chain, leaf first, without a root; of a CA the CA alone. */
	readonly certificatePem: string;
	/** `null` if the certificate was made from a CSR, whose key is elsewhere. */
	readonly key: NewPrivateKey | null;
	/** Lower-case hex. */
	readonly serial: string;
	/** SHA-256 of the DER of the first certificate, lower-case hex. */
	readonly sha256: string;
	readonly notBefore: number;
	readonly notAfter: number;
	readonly commonName: string;
	readonly names: readonly AlternativeName[];
}

/** A private key that was just made. No property contains it, so nothing that logs or stores objects can find it. */
export class NewPrivateKey {
	#pem: Uint8Array | null;

	/** @param pem PKCS#8 as PEM, encrypted or not. It's overwritten when it's no longer needed. */
	constructor(pem: Uint8Array) {
		this.#pem = pem;
	}

	/**
	 * Writes the key to its file, then forgets it, also if writing fails.
	 * @param write Writes PEM of PKCS#8. Must not keep the bytes, which are overwritten afterward.
	 * @throws Error if the key was written or discarded before.
	 */
	async write<T>(write: (pem: Uint8Array) => Promise<T>): Promise<T> {
		if (this.#pem === null) throw new Error("The key is no longer there.");
		try {
			return await write(this.#pem);
		} finally {
			this.discard();
		}
	}

	/** Overwrites the key. For a key that isn't needed after all; harmless if repeated. */
	discard(): void {
		this.#pem?.fill(0);
		this.#pem = null;
	}
}

/** What a client certificate will contain. */
export interface ClientRequest {
	/** As `findCommonNameIssue` allows. */
	readonly commonName: string;
	/** As `findAlternativeNameIssue` allows; at most `MAX_ALTERNATIVE_NAMES`. */
	readonly names: readonly AlternativeName[];
	/** Days from now, at least 1. The certificate never expires later than its CA. */
	readonly validDays: number;
}

/** A CSR whose own signature is correct. */
export interface SigningRequest {
	/** `null` if it has none. */
	readonly commonName: string | null;
	/** Its DNS names, URIs and e-mail addresses. */
	readonly names: readonly AlternativeName[];
	/** What else the CSR contains and the certificate won't: parts of the subject, other kinds of names, extensions. */
	readonly leftOut: readonly ("subject" | "names" | "extensions")[];
	/** Key type as in `node:crypto`: `rsa`, `ec`, `ed25519`. */
	readonly keyType: string;
	/** Modulus or curve size in bits, else `null`. */
	readonly keyBits: number | null;
	/** The SubjectPublicKeyInfo in DER. */
	readonly publicKey: Uint8Array;
}

/** A CA with its unlocked key, which stays inside. */
export interface OpenCa {
	/** SHA-256 of its certificate's DER, lower-case hex. */
	readonly sha256: string;
	/** Unix seconds. */
	readonly notBefore: number;
	readonly notAfter: number;

	/**
	 * Makes a key and its client certificate, valid from an hour ago or the CA's start, whichever is later.
	 * @param request.passphrase Encrypts the new key; `null`: not encrypted.
	 * @throws ProblemError `names-refused`, `ca-refused`
	 */
	issue(
		request: ClientRequest & { readonly keyType: KeyType; readonly passphrase: string | null },
	): Promise<MadeCertificate>;

	/**
	 * Makes a client certificate for the key of a CSR.
	 * @param approved What the certificate will contain; nothing else is taken over.
	 * @throws ProblemError `request-refused`, `names-refused`, `ca-refused`
	 */
	sign(request: SigningRequest, approved: ClientRequest): Promise<MadeCertificate>;
}

export interface CertificateMaker {
	/**
	 * Makes a root CA that issues client certificates directly, with its key.
	 * @param request.validDays Days from now, from 1 to `MAX_CA_DAYS`.
	 * @param request.passphrase Encrypts the key.
	 * @throws ProblemError `names-refused`
	 */
	createCa(request: {
		readonly commonName: string;
		readonly validDays: number;
		readonly keyType: KeyType;
		readonly passphrase: string;
	}): Promise<MadeCertificate>;

	/**
	 * Opens a CA to issue client certificates.
	 * @param certificateFile The CA certificate, and if it's an intermediate the certificates above it: PEM, DER or PKCS#7.
	 * @param keyFile A file with the CA's private key: PEM or DER; can be the same file.
	 * @param passphrase `null` if not known to be needed: an encrypted key is then refused with `passphrase-needed`.
	 * @throws ProblemError `ca-refused`
	 */
	openCa(certificateFile: Uint8Array, keyFile: Uint8Array, passphrase: string | null): Promise<OpenCa>;

	/**
	 * Reads a CSR (RFC 2986), PEM or DER, and checks its signature.
	 * @throws ProblemError `request-refused`, `names-refused`
	 */
	readRequest(file: Uint8Array): Promise<SigningRequest>;
}

/** The longest validity of a CA: ten years. */
export const MAX_CA_DAYS = 3653;

export type PassphraseIssue = "too-short" | "too-long" | "not-ascii";

/** The shortest passphrase of a new key, in characters. */
export const MIN_PASSPHRASE_LENGTH = 12;

/** OpenSSL reads at most 1,024 bytes. */
const MAX_PASSPHRASE_LENGTH = 1000;

/**
 * Returns the first issue of a passphrase for a new key, or `null`. Programs encode other characters than printable ASCII
 * differently.
 */
export function findPassphraseIssue(passphrase: string): PassphraseIssue | null {
	if (!/^[ -~]*$/.test(passphrase)) return "not-ascii";
	if (passphrase.length < MIN_PASSPHRASE_LENGTH) return "too-short";
	return passphrase.length > MAX_PASSPHRASE_LENGTH ? "too-long" : null;
}

/** Why a CA can't issue client certificates here. */
export type CaIssue =
	// Its certificate
	| "too-large"
	| "no-certificate"
	| "not-a-ca"
	/** It refers to a CRL, to its issuer (AIA) or to policies, which its own tool would put into the certificates. */
	| "managed"
	| "expired"
	| "not-yet-valid"
	/** An RSA key of fewer than 2048 bits. */
	| "weak-key"
	/** Neither RSA nor one of the curves P-256, P-384 and P-521. */
	| "unsupported-key"
	/** An issuer's path length allows no intermediate here. */
	| "path-too-long"
	/** The check would not accept what this CA issues, for another reason. */
	| "not-accepted"
	// Its key
	| "no-key"
	/** Its encryption asks for so many iterations that unlocking it would block this runtime. */
	| "slow-key"
	| "passphrase-needed"
	| "passphrase-wrong"
	| "not-a-pair";

/** Why a CSR can't become a client certificate. */
export type SigningRequestIssue =
	| "too-large"
	/** The file contains no CSR. */
	| "no-request"
	| "several-requests"
	| "unreadable"
	/** It requests extensions in several places, of which other software might read only one. */
	| "several-extension-lists"
	/** The CSR's key did not sign it, or it was changed afterward. */
	| "not-signed"
	/** It's signed with SHA-1 or older, or with an algorithm that this runtime can't check. */
	| "signature-algorithm"
	/** An RSA key of fewer than 2048 bits, or with a bad exponent. */
	| "weak-key"
	/** A type of key that not all validators support. */
	| "unsupported-key"
	/** The key is the CA's own. */
	| "ca-key";

/** Why the files of a new certificate and its key, or a CA's list, can't be written. */
export type KeyFileIssue =
	| "exists"
	| "not-a-file"
	/** The file system does not keep other users from reading the file. */
	| "readable-by-others"
	/** On Windows: not in the user's profile folder. */
	| "outside-profile"
	| "disk-full"
	| "no-permission"
	| "canceled"
	| "other";
