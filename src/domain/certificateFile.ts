/** How much a finding weighs: `block` ends the way, `strong` needs a second yes, `warn` and `info` are shown. */
export type Level = "block" | "strong" | "warn" | "info";

/** One thing that preflight noticed about a candidate. */
export interface Finding {
	readonly code: FindingCode;
	readonly level: Level;
}

export type FindingCode = "expired";

/** One X.509 certificate found in a file. Times are Unix seconds. */
export interface Candidate {
	/** Exactly the certificate's outer SEQUENCE, nothing behind it. */
	readonly der: Uint8Array;
	/** One CERTIFICATE block encoded anew from `der`: 64 columns, LF, final newline (RFC 7468). This is what is sent. */
	readonly pem: string;
	/** SHA-256 of `der`, lower-case hex. */
	readonly sha256: string;
	/** The INTEGER's content octets as they stand in the DER, lower-case hex. */
	readonly serialNumber: string;
	/** RFC 2253 text, most specific part first. */
	readonly subject: string;
	readonly issuer: string;
	readonly commonName: string | null;
	readonly notBefore: number | null;
	readonly notAfter: number | null;
	/** From basic constraints; `null` without them. */
	readonly isCa: boolean | null;
	/** Whether it verifies with its own key; `null` where this runtime cannot check. */
	readonly selfSigned: boolean | null;
	/** As `node:crypto` names it: `rsa`, `ec`, `ed25519`, … */
	readonly keyType: string;
	/** Modulus or curve size in bits, else `null`. */
	readonly keyBits: number | null;
	/** Where it stands: the number of its block, from 1, and the line on which that block begins, from 1. */
	readonly block: number;
	readonly line: number;
	readonly findings: readonly Finding[];
}

/** A block of the file that is no candidate, and why. */
export interface SkippedBlock {
	readonly block: number;
	readonly line: number;
	readonly kind: BlockKind;
	readonly reason: RefusalReason;
}

export type BlockKind = "unknown";

/** Why a file, or a block of it, holds nothing to upload: a closed list. */
export type RefusalReason = "empty";

/** What is in a file, without ever a byte of its text or keys. */
export interface CertificateFile {
	/** `accept`: one candidate; `choose`: several; `refuse`: none. Findings do not change it. */
	readonly outcome: "accept" | "choose" | "refuse";
	/** Why it was refused, else `null`. */
	readonly reason: RefusalReason | null;
	readonly holdsPrivateKey: boolean;
	readonly candidates: readonly Candidate[];
	readonly skipped: readonly SkippedBlock[];
}

/** Reads certificate files. */
export interface CertificateReader {
	/**
	 * Finds every certificate in a file and judges each.
	 * @param bytes The file as it is: PEM, DER, PKCS#7, base64, any encoding of text. At most 1 MiB.
	 * @param at The time to judge as of, Unix seconds.
	 * @param reminderDays Days before the expiry from which on a certificate counts as expiring.
	 */
	read(bytes: Uint8Array, at: number, reminderDays: number): Promise<CertificateFile>;
}
