/** How much a finding weighs: `block` ends the way, `strong` needs a second yes, `warn` and `info` are shown. */
export type Severity = "block" | "strong" | "warn" | "info";

/** A finding that its code says all about. */
type Plain = Record<never, never>;

/**
 * Every finding there is, the level it has, and what else it tells. The rules come from files.md's second table
 * unless another source is named.
 */
export interface FindingDetails {
	// Block: cannot go on.
	/** block: The certificate has expired, this many seconds ago. */
	readonly expired: { readonly seconds: number };
	/** block: It expires within 24 hours, in this many seconds; the service refuses it. */
	readonly "expires-within-a-day": { readonly seconds: number };
	/** block: It ends before it begins. */
	readonly "dates-reversed": Plain;
	/** block: It says that it signed itself, and the signature does not verify: at least one bit of it was altered. */
	readonly damaged: Plain;

	// Strong: asks for a second yes.
	/** strong: Subject and issuer are the same, but another key signed it: a key rollover (RFC 5280 3.2), no root. */
	readonly "key-rollover": Plain;
	/** strong: Basic constraints say CA:FALSE; it looks like a client certificate. */
	readonly "not-a-ca": Plain;
	/** strong: Version 3 without basic constraints; it looks like a client certificate. */
	readonly "no-basic-constraints": Plain;
	/** strong: A CA whose key usage lacks Certificate Sign. */
	readonly "no-certificate-sign": Plain;
	/** strong: Extended key usage without client authentication. */
	readonly "no-client-authentication": Plain;
	/** strong: A critical extension that validators need not know (RFC 5280 4.2). */
	readonly "unknown-critical-extension": { readonly oid: string };
	/** strong: A critical name constraint on directory names; validators differ in whether they apply it. */
	readonly "directory-name-constraint": Plain;
	/** strong: An extension stands twice (RFC 5280 4.2); other validators refuse to read it. */
	readonly "duplicate-extension": { readonly oid: string };
	/** strong: An extension that cannot be decoded; other validators refuse to read it. */
	readonly "unreadable-extension": { readonly oid: string };
	/** strong: The serial number is negative (RFC 5280 4.1.2.2). */
	readonly "negative-serial": Plain;
	/** strong: The subject has no parts. */
	readonly "empty-subject": Plain;
	/** strong: The RSA exponent is 1 or even, so that no signature of this key is safe, or none can be made. */
	readonly "bad-rsa-exponent": Plain;
	/** strong: Written in BER where DER is due (RFC 5280 4.1): other validators refuse to read it. */
	readonly "not-der": Plain;
	/** strong: A date that is no date; no one can tell whether the certificate is valid. */
	readonly "unreadable-date": Plain;
	/** strong: An RSA key of fewer than 1024 bits. */
	readonly "rsa-under-1024": { readonly bits: number };
	/** strong: A kind of key of which it is not known whether the service takes it. */
	readonly "key-support-unknown": { readonly key: string };
	/** strong: The PEM is over 16 kB, an older help page's limit; `bytes` of it. */
	readonly "over-16-kb": { readonly bytes: number };
	/** strong: The organization holds as many certificates as it can; the service refuses another one. */
	readonly "limit-reached": { readonly count: number };
	/** strong: The very same certificate (SHA-256 of its DER) is uploaded already, under this id and name. */
	readonly "already-uploaded": { readonly id: string; readonly name: string | null };
	/** strong: An upload of the very same certificate is unconfirmed, in an organization that may be this one; `at`: Unix milliseconds. */
	readonly "maybe-uploaded": { readonly name: string; readonly at: number };
	/** strong: A public web CA. */
	readonly "public-ca": Plain;
	/** strong: An intermediate that a public web CA signed. */
	readonly "public-intermediate": Plain;

	// Warn: shown together in the one confirmation.
	/** warn: Version 1, which has no extensions to say that it is a CA. */
	readonly "version-1": Plain;
	/** warn: No subject key identifier on a CA (RFC 5280 4.2.1.2). */
	readonly "no-subject-key-identifier": Plain;
	/** warn on an intermediate, info on a root: no authority key identifier (RFC 5280 4.2.1.1). */
	readonly "no-authority-key-identifier": Plain;
	/** warn: An authority key identifier that names no key. */
	readonly "authority-key-identifier-without-key": Plain;
	/** warn: A CA whose key usage lacks CRL Sign. */
	readonly "no-crl-sign": Plain;
	/** warn: Extended key usage allows client authentication by `anyExtendedKeyUsage` alone. */
	readonly "any-usage-only": Plain;
	/** warn: Name constraints, other than critical ones on directory names. */
	readonly "name-constraints": Plain;
	/** warn: A date in another form than RFC 5280 4.1.2.5 has it. */
	readonly "date-encoding": Plain;
	/** warn: An RSA key of 1024 to 2047 bits. */
	readonly "rsa-under-2048": { readonly bits: number };
	/** warn, info on a self-signed root, whose signature no one uses: signed with SHA-1, MD5 or older. */
	readonly "weak-signature": { readonly hash: string };
	/** warn: Not valid yet, for this many seconds. */
	readonly "not-yet-valid": { readonly seconds: number };
	/** warn: It expires within the reminder period, in this many seconds. */
	readonly "expires-soon": { readonly seconds: number };
	/** warn: An intermediate; some validators need the root. */
	readonly intermediate: Plain;
	/** warn: The file also holds a private key, which begins on this line and is not sent. */
	readonly "private-key-in-file": { readonly line: number | null; readonly count: number };
	/** warn: This many bytes follow the certificate and are not sent. */
	readonly "bytes-follow": { readonly bytes: number };
	/** warn: This many blocks beside it cannot be read, the first of which is this one. */
	readonly "unreadable-block": { readonly block: number; readonly line: number | null; readonly count: number };
	/** warn: A certificate with another key has this name already. */
	readonly "name-in-use": { readonly id: string };
	/** warn: What is uploaded already could not be compared as a whole: the list is incomplete, or holds what cannot be read. */
	readonly "not-compared": Plain;
	/** warn: It is the text of an open editor, which is not saved. */
	readonly unsaved: Plain;
	/** warn: Our clock and the service's differ by this many seconds, so that the dates are judged in doubt. */
	readonly "clock-differs": { readonly seconds: number };

	// Info: shown.
	/** info: The signature's algorithm cannot be checked here. */
	readonly "signature-not-checked": Plain;
	/** info: A certificate with the same subject and key has this name already: this one renews it. */
	readonly renewal: { readonly id: string };
	/** info: A root: it signed itself. */
	readonly root: Plain;
	/** info: The longest chain of intermediates that may follow it. */
	readonly "path-length": { readonly length: number };
	/** info: No expiry: 99991231235959Z (RFC 5280 4.1.2.5). */
	readonly "no-expiry": Plain;
	/** info: An Ed25519 key. */
	readonly ed25519: Plain;
	/** info: A PSS signature. */
	readonly "pss-signature": Plain;
}

export type FindingCode = keyof FindingDetails;

/** One thing that preflight noticed about a candidate. */
export type Finding<Code extends FindingCode = FindingCode> = {
	readonly [C in Code]: { readonly code: C; readonly level: Severity } & FindingDetails[C];
}[Code];

/** From the gravest to the lightest. */
const LEVELS: readonly Severity[] = ["block", "strong", "warn", "info"];

/** Orders findings by their weight, the gravest first. */
export function bySeverity(one: Finding, other: Finding): number {
	return LEVELS.indexOf(one.level) - LEVELS.indexOf(other.level);
}

/** Whether there is no way on, whatever the time is. */
export function isAlwaysBlocked(findings: readonly Finding[]): boolean {
	return findings.some((finding) => finding.level === "block" && !dependsOnClock(finding));
}

function dependsOnClock({ code }: Finding): boolean {
	return code === "expired" || code === "expires-within-a-day";
}

/** How far our clock and the service's may lie apart before an expiry is in doubt, in seconds. */
const CLOCK_TOLERANCE = 300;

/**
 * Findings in the light of the service's clock: where ours goes wrong, what only ours says is no reason to end the way.
 * @param ours,service The same moment on both clocks, Unix seconds; the service's is its `Date` header.
 */
export function adjustForClockSkew(findings: readonly Finding[], ours: number, service: number): readonly Finding[] {
	const seconds = Math.abs(ours - service);
	const inDoubt = findings.filter(dependsOnClock);
	if (seconds <= CLOCK_TOLERANCE || inDoubt.length === 0) return findings;
	const softened = findings.map((finding) =>
		inDoubt.includes(finding) ? { ...finding, level: "warn" as const } : finding,
	);
	return [...softened, { code: "clock-differs" as const, level: "warn" as const, seconds }].sort(bySeverity);
}

/** One X.509 certificate found in a file. Times are Unix seconds. */
export interface ParsedCertificate {
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
	/** SHA-256 of the SubjectPublicKeyInfo, lower-case hex: what stays the same when a certificate is renewed. */
	readonly publicKeySha256: string;
	/** As `node:crypto` names it: `rsa`, `ec`, `ed25519`, … */
	readonly keyType: string;
	/** Modulus or curve size in bits, else `null`. */
	readonly keyBits: number | null;
	/** Where it stands: the number of its block, from 1, and the line on which that block begins, from 1; `null` in a binary file. */
	readonly block: number;
	readonly line: number | null;
	readonly findings: readonly Finding[];
}

/** What tells that a certificate is no CA: that it says so, or that it does not say that it is one (RFC 5280 6.1.4 (k)). */
export function notCaFinding({ findings }: Pick<ParsedCertificate, "findings">): Finding | undefined {
	return findings.find(({ code }) => code === "not-a-ca" || code === "no-basic-constraints");
}

/** A block of the file that is no candidate, and why. */
export interface SkippedBlock {
	readonly block: number;
	/** As in `Candidate`. */
	readonly line: number | null;
	readonly kind: BlockKind;
	readonly reason: RefusalReason;
	/** The line on which the fault is, where that can be told. */
	readonly faultLine?: number;
}

/** What a block is, by its content, or by its label where the content cannot be read. */
export type BlockKind =
	| "certificate"
	/** A private key of any kind: PKCS#1, PKCS#8, EC, DSA, encrypted or not, OpenSSH, PGP, PuTTY. */
	| "private-key"
	/** A public key, SubjectPublicKeyInfo, PKCS#1 or PGP. */
	| "public-key"
	/** EC, DH or DSA parameters. */
	| "parameters"
	/** A public key or certificate as OpenSSH or RFC 4716 writes it. */
	| "ssh-public-key"
	/** A PKCS#10 request. */
	| "certificate-request"
	/** A certificate revocation list. */
	| "crl"
	| "pkcs7"
	| "pkcs12"
	/** Anything else. */
	| "unknown";

/** Why a file, or a block of it, holds nothing to upload: a closed list. */
export type RefusalReason =
	// Why the file could not be read at all.
	/** There is no file of that name, not any more, or a link leads nowhere. */
	| "not-found"
	/** A folder, pipe, socket or device. */
	| "not-a-file"
	| "no-permission"
	/** The system could not read it for another reason. */
	| "read-failed"
	/** Over 1 MiB. */
	| "too-large"
	/** No bytes, or only blanks. */
	| "empty"
	/** Text or data in which no block begins. */
	| "no-block"
	// What a block is instead of a certificate.
	| "private-key"
	| "public-key"
	| "parameters"
	| "ssh-public-key"
	| "certificate-request"
	| "crl"
	| "pkcs12"
	/** PKCS#7 without a certificate in it. */
	| "no-certificates"
	/** A block of a kind that is not known here. */
	| "unknown"
	// What is wrong with it.
	/** The certificate stands in the file before. */
	| "duplicate"
	/** BEGIN without an END of the same label: cut off. */
	| "no-end"
	/** END without a BEGIN. */
	| "no-begin"
	/** A character that is not base64, or padding in the midst of it. */
	| "bad-base64"
	/** The data ends before the certificate does. */
	| "cut-off"
	/** The data is no certificate that can be read. */
	| "unreadable";

/** What is wrong with a block that should have held a certificate. */
const FAULTS: readonly RefusalReason[] = ["bad-base64", "cut-off", "no-end", "no-begin", "unreadable"];

/** Whether a block should have held a certificate, and cannot be read. */
export function isFault(reason: RefusalReason): boolean {
	return FAULTS.includes(reason);
}

/** The largest file that is read: 1 MiB, some 500 certificates. */
export const MAX_FILE_BYTES = 1_048_576;

/** What is in a file, without ever a byte of its text or keys. */
export interface CertificateFile {
	/** `accept`: one candidate; `choose`: several; `refuse`: none. Findings do not change it. */
	readonly outcome: "accept" | "choose" | "refuse";
	/** Why it was refused, else `null`. */
	readonly reason: RefusalReason | null;
	readonly holdsPrivateKey: boolean;
	readonly candidates: readonly ParsedCertificate[];
	readonly skipped: readonly SkippedBlock[];
}

/** Reads certificate files. */
export interface CertificateReader {
	/**
	 * Finds every certificate in a file and judges each. Never throws, whatever the bytes are.
	 * @param bytes The file as it is: PEM, DER, PKCS#7, base64, any encoding of text. At most 1 MiB.
	 * @param at The time to judge as of, Unix seconds.
	 * @param reminderDays Days before the expiry from which on a certificate counts as expiring.
	 */
	read(bytes: Uint8Array, at: number, reminderDays: number): Promise<CertificateFile>;
}
