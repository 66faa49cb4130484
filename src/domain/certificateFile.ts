/** Severity of a finding: `block` prevents the upload, `strong` requires a second confirmation. */
export type Severity = "block" | "strong" | "warn" | "info";

/** A finding without details. */
type NoDetails = Record<never, never>;

/** All findings with their details. Each comment begins with the severity, and names the source of the rule if there is one. */
export interface FindingDetails {
	// Block: prevents the upload.
	/** block: The certificate expired `seconds` ago. */
	readonly expired: { readonly seconds: number };
	/** block: Expires in `seconds`, within 24 hours; the service refuses the upload. */
	readonly "expires-within-a-day": { readonly seconds: number };
	/** block: The end date is before the start date. */
	readonly "dates-reversed": NoDetails;
	/** block: Declared as self-signed, but the signature does not verify: at least one bit was altered. */
	readonly damaged: NoDetails;

	// Strong: requires a second confirmation.
	/** strong: Subject and issuer are equal, but the issuer's key identifier differs: a key rollover (RFC 5280 3.2), not a root. */
	readonly "key-rollover": NoDetails;
	/** strong: Basic constraints with CA:FALSE; probably a client certificate. */
	readonly "not-a-ca": NoDetails;
	/** strong: Version 3 without basic constraints; probably a client certificate, or a CA certificate by mistake. */
	readonly "no-basic-constraints": { readonly selfSigned: boolean };
	/** strong: A CA whose key usage lacks Certificate Sign. */
	readonly "no-certificate-sign": NoDetails;
	/** strong: Extended key usage without client authentication. */
	readonly "no-client-authentication": NoDetails;
	/** strong: A critical extension that validators are not required to know (RFC 5280 4.2). */
	readonly "unknown-critical-extension": { readonly oid: string };
	/** strong: A critical name constraint on directory names; only some validators apply these. */
	readonly "directory-name-constraint": NoDetails;
	/** strong: An extension occurs twice (RFC 5280 4.2); other validators reject the certificate. */
	readonly "duplicate-extension": { readonly oid: string };
	/** strong: An extension that cannot be decoded; other validators reject the certificate. */
	readonly "unreadable-extension": { readonly oid: string };
	/** strong: The serial number is negative (RFC 5280 4.1.2.2). */
	readonly "negative-serial": NoDetails;
	/** strong: The subject is empty. */
	readonly "empty-subject": NoDetails;
	/** strong: The RSA exponent is 1 or even: signatures of this key are unsafe or impossible. */
	readonly "bad-rsa-exponent": NoDetails;
	/** strong: Encoded in BER instead of DER (RFC 5280 4.1); other validators reject the certificate. */
	readonly "not-der": NoDetails;
	/** strong: An invalid date; the validity of the certificate is unknown. */
	readonly "unreadable-date": NoDetails;
	/** strong: An RSA key of fewer than 1024 bits. */
	readonly "rsa-under-1024": { readonly bits: number };
	/** strong: A key type that the service may not accept. */
	readonly "key-support-unknown": { readonly key: string };
	/** strong: The PEM is over 16 kB, the limit of an older help page. `bytes`: its size. */
	readonly "over-16-kb": { readonly bytes: number };
	/** strong: The organization has the documented maximum number of certificates; the service might refuse the upload. */
	readonly "limit-reached": { readonly count: number };
	/** strong: The identical certificate (SHA-256 of its DER) is already uploaded, under this id and name. */
	readonly "already-uploaded": { readonly id: string; readonly name: string | null };
	/** strong: An unconfirmed upload of the certificate, possibly to this organization. `at`: Unix milliseconds. */
	readonly "maybe-uploaded": { readonly name: string; readonly at: number };
	/** strong: A public web CA. */
	readonly "public-ca": NoDetails;
	/** strong: An intermediate signed by a public web CA. */
	readonly "public-intermediate": NoDetails;

	// Warn: shown together in a single confirmation.
	/** warn: Version 1, which has no extensions to declare a CA. */
	readonly "version-1": NoDetails;
	/** warn: No subject key identifier on a CA (RFC 5280 4.2.1.2). */
	readonly "no-subject-key-identifier": NoDetails;
	/** warn on an intermediate, info on a root: no authority key identifier (RFC 5280 4.2.1.1). */
	readonly "no-authority-key-identifier": NoDetails;
	/** warn: An authority key identifier without a key. */
	readonly "authority-key-identifier-without-key": NoDetails;
	/** warn: A CA without key usage (RFC 5280 4.2.1.3), as `openssl req -x509` makes it; strict validators reject it. */
	readonly "no-key-usage": NoDetails;
	/** warn: A CA whose key usage lacks CRL Sign. */
	readonly "no-crl-sign": NoDetails;
	/** warn: A CA whose basic constraints are not critical (RFC 5280 4.2.1.9); strict validators reject it. */
	readonly "basic-constraints-not-critical": NoDetails;
	/** warn: Extended key usage allows client authentication only through `anyExtendedKeyUsage`. */
	readonly "any-usage-only": NoDetails;
	/** warn: Name constraints, except critical constraints on directory names. */
	readonly "name-constraints": NoDetails;
	/** warn: Name constraints that are not critical (RFC 5280 4.2.1.10); a validator may ignore them. */
	readonly "name-constraints-not-critical": NoDetails;
	/** warn: A date format other than in RFC 5280 4.1.2.5. */
	readonly "date-encoding": NoDetails;
	/** warn: An RSA key of 1024 to 2047 bits. */
	readonly "rsa-under-2048": { readonly bits: number };
	/** warn, info on a self-signed root (its signature is unused): signed with SHA-1, MD5 or older. */
	readonly "weak-signature": { readonly hash: string };
	/** warn: Becomes valid in `seconds`. */
	readonly "not-yet-valid": { readonly seconds: number };
	/** warn: Expires in `seconds`, within the reminder period. */
	readonly "expires-soon": { readonly seconds: number };
	/** warn: An intermediate; some validators need the root. */
	readonly intermediate: NoDetails;
	/** warn: The file also contains private keys, which are not sent. `line`: where the first begins. */
	readonly "private-key-in-file": { readonly line: number | null; readonly count: number };
	/** warn: `bytes` after the certificate are not sent. */
	readonly "bytes-follow": { readonly bytes: number };
	/** warn: `count` other blocks of the file cannot be read. `block`, `line`: the first of these. */
	readonly "unreadable-block": { readonly block: number; readonly line: number | null; readonly count: number };
	/** warn: A certificate already has this name, and isn't known to have the same subject and key. */
	readonly "name-in-use": { readonly id: string };
	/** warn: Not all uploaded certificates could be compared: the list is incomplete or partly unreadable. */
	readonly "not-compared": NoDetails;
	/** warn: The text comes from an unsaved editor. */
	readonly unsaved: NoDetails;
	/** warn: The local clock and the service's clock differ by `seconds`; the date findings are uncertain. */
	readonly "clock-differs": { readonly seconds: number };

	// Info: shown.
	/** info: The signature algorithm cannot be checked here. */
	readonly "signature-not-checked": NoDetails;
	/** info: A renewal: a certificate with the same subject and key already has this name. */
	readonly renewal: { readonly id: string };
	/** info: A self-signed root. */
	readonly root: NoDetails;
	/** info: The maximum number of intermediates that may follow in a chain. */
	readonly "path-length": { readonly length: number };
	/** info: A CA whose key usage is not critical; RFC 5280 4.2.1.3 recommends critical, and no validator is known to reject it. */
	readonly "key-usage-not-critical": NoDetails;
	/** info: No expiry: 99991231235959Z (RFC 5280 4.1.2.5). */
	readonly "no-expiry": NoDetails;
	/** info: An Ed25519 key. */
	readonly ed25519: NoDetails;
	/** info: A PSS signature. */
	readonly "pss-signature": NoDetails;
}

export type FindingCode = keyof FindingDetails;

/** One result of the checks of a certificate from a file. */
export type Finding<Code extends FindingCode = FindingCode> = {
	readonly [C in Code]: { readonly code: C; readonly level: Severity } & FindingDetails[C];
}[Code];

/** The most severe first. */
const LEVELS: readonly Severity[] = ["block", "strong", "warn", "info"];

/** Compares two findings for sorting, the most severe first. */
export function bySeverity(one: Finding, other: Finding): number {
	return LEVELS.indexOf(one.level) - LEVELS.indexOf(other.level);
}

/** True if a finding blocks the upload regardless of the time. */
export function isAlwaysBlocked(findings: readonly Finding[]): boolean {
	return findings.some((finding) => finding.level === "block" && !dependsOnClock(finding));
}

function dependsOnClock({ code }: Finding): boolean {
	return code === "expired" || code === "expires-within-a-day";
}

/** Clock difference, in seconds, up to which date findings are certain. */
const CLOCK_TOLERANCE = 300;

/**
 * Reduces blocking date findings to warnings if the local clock differs too much from the service's clock.
 * @param local,service The current time on both clocks, Unix seconds. `service` comes from the `Date` header.
 */
export function adjustForClockSkew(findings: readonly Finding[], local: number, service: number): readonly Finding[] {
	const seconds = clockDifference(local, service);
	const uncertain = findings.filter(dependsOnClock);
	if (seconds === null || uncertain.length === 0) return findings;
	const softened = findings.map((finding) =>
		uncertain.includes(finding) ? { ...finding, level: "warn" as const } : finding,
	);
	return [...softened, { code: "clock-differs" as const, level: "warn" as const, seconds }].sort(bySeverity);
}

/** One X.509 certificate found in a file. Times are Unix seconds. */
export interface ParsedCertificate {
	/** Exactly the certificate's outer SEQUENCE, without trailing data. */
	readonly der: Uint8Array;
	/** The text to upload: one CERTIFICATE block encoded from `der` with 64 columns, LF, final newline (RFC 7468). */
	readonly pem: string;
	/** SHA-256 of `der`, lower-case hex. */
	readonly sha256: string;
	/** The INTEGER's content octets from the DER, lower-case hex. */
	readonly serialNumber: string;
	/** RFC 2253 text, most specific part first. */
	readonly subject: string;
	readonly issuer: string;
	readonly commonName: string | null;
	readonly notBefore: number | null;
	readonly notAfter: number | null;
	/** From basic constraints; `null` without them. */
	readonly isCa: boolean | null;
	/** True if the signature verifies with the certificate's own key; `null` if this runtime cannot check. */
	readonly selfSigned: boolean | null;
	/** SHA-256 of the SubjectPublicKeyInfo, lower-case hex. Stays equal when a certificate is renewed with its key. */
	readonly publicKeySha256: string;
	/** Key type as in `node:crypto`: `rsa`, `ec`, `ed25519`, … */
	readonly keyType: string;
	/** Modulus or curve size in bits, else `null`. */
	readonly keyBits: number | null;
	/** Position in the file: number of the block, from 1, and its first line, from 1; `null` in a binary file. */
	readonly block: number;
	readonly line: number | null;
	readonly findings: readonly Finding[];
}

/** Returns the finding that a certificate is not a CA: declared so, or not declared a CA (RFC 5280 6.1.4 (k)). */
export function notCaFinding({ findings }: Pick<ParsedCertificate, "findings">): Finding | undefined {
	return findings.find(({ code }) => code === "not-a-ca" || code === "no-basic-constraints");
}

/**
 * Returns the difference between the clocks in seconds, or `null` if it's too small to matter.
 * @param local,service As in `adjustForClockSkew`.
 */
export function clockDifference(local: number, service: number): number | null {
	const seconds = Math.abs(local - service);
	return seconds > CLOCK_TOLERANCE ? seconds : null;
}

/** A block of the file without a certificate to upload, and the reason. */
export interface SkippedBlock {
	readonly block: number;
	/** As in `ParsedCertificate`. */
	readonly line: number | null;
	readonly kind: BlockKind;
	readonly reason: RefusalReason;
	/** The line of the fault, if known. */
	readonly faultLine?: number;
}

/** The kind of a block, from its content, or from its label if the content cannot be read. */
export type BlockKind =
	| "certificate"
	/** A private key of any kind: PKCS#1, PKCS#8, EC, DSA, encrypted or not, OpenSSH, PGP, PuTTY. */
	| "private-key"
	/** A public key, SubjectPublicKeyInfo, PKCS#1 or PGP. */
	| "public-key"
	/** EC, DH or DSA parameters. */
	| "parameters"
	/** A public key or certificate in the format of OpenSSH or RFC 4716. */
	| "ssh-public-key"
	/** A PKCS#10 request. */
	| "certificate-request"
	/** A certificate revocation list. */
	| "crl"
	| "pkcs7"
	| "pkcs12"
	/** Anything else. */
	| "unknown";

/** The reason why a file or a block contains nothing to upload: a closed list. */
export type RefusalReason =
	// The file could not be read.
	/** The file does not exist, no longer exists, or is a dead link. */
	| "not-found"
	/** A folder, pipe, socket or device. */
	| "not-a-file"
	| "no-permission"
	/** The system could not read the file for another reason. */
	| "read-failed"
	/** Over 1 MiB. */
	| "too-large"
	/** No bytes, or only blanks. */
	| "empty"
	/** Text or data without the start of a block. */
	| "no-block"
	// The block is not a certificate.
	| "private-key"
	| "public-key"
	| "parameters"
	| "ssh-public-key"
	| "certificate-request"
	| "crl"
	| "pkcs12"
	/** PKCS#7 without a certificate. */
	| "no-certificates"
	/** A block of unknown kind. */
	| "unknown"
	// The block has a fault.
	/** The certificate occurs earlier in the file. */
	| "duplicate"
	/** BEGIN without an END of the same label: cut off. */
	| "no-end"
	/** END without a BEGIN. */
	| "no-begin"
	/** A character outside base64, or padding before the end. */
	| "bad-base64"
	/** The data ends before the end of the certificate. */
	| "cut-off"
	/** The data is not a readable certificate. */
	| "unreadable";

const FAULTS: readonly RefusalReason[] = ["bad-base64", "cut-off", "no-end", "no-begin", "unreadable"];

/** True if a block was meant to contain a certificate, but cannot be read. */
export function isFault(reason: RefusalReason): boolean {
	return FAULTS.includes(reason);
}

/** The result of reading a file. Must never contain text or keys of the file. */
export interface CertificateFile {
	/** `accept`: one candidate; `choose`: several; `refuse`: none. Independent of findings. */
	readonly outcome: "accept" | "choose" | "refuse";
	/** The reason for `refuse`, else `null`. */
	readonly reason: RefusalReason | null;
	readonly holdsPrivateKey: boolean;
	readonly candidates: readonly ParsedCertificate[];
	readonly skipped: readonly SkippedBlock[];
}

export interface CertificateReader {
	/**
	 * Finds and checks every certificate in a file. Never throws.
	 * @param bytes The unchanged file: PEM, DER, PKCS#7, base64, in any text encoding. At most 1 MiB.
	 * @param at The time of the check, Unix seconds.
	 * @param reminderDays Days before the expiry from which a certificate counts as expiring.
	 */
	read(bytes: Uint8Array, at: number, reminderDays: number): Promise<CertificateFile>;
}
