/** Whether RFC 5280 section 6 accepts a path; `unknown` if this extension can't tell. */
export type PathValidity = "valid" | "invalid" | "unknown";

/** The prediction for OpenAI, whose validator is not known. */
export type Verdict = "accepted" | "rejected" | "unknown";

/** What follows from an issue, by RFC 5280 and for OpenAI. */
interface Effect {
	readonly rfc5280: PathValidity;
	readonly verdict: Verdict;
}

/**
 * All issues of a client certificate's path. OpenAI rejects where its guide says so ("Mutual TLS"), or where Go, OpenSSL
 * and BoringSSL all do. Where only some of them do, the verdict is unknown. Codes never change: `npm run check` prints
 * them.
 */
const EFFECTS = {
	/** The file has no client certificate, only CA certificates. */
	"is-an-authority": { rfc5280: "valid", verdict: "unknown" },
	/** The file has more than one client certificate; the first is checked. */
	"several-clients": { rfc5280: "valid", verdict: "accepted" },
	/** The file doesn't begin with the client certificate, followed by each issuer (RFC 8446 4.4.2). */
	"not-in-order": { rfc5280: "valid", verdict: "accepted" },
	/** The client certificate is itself a trust anchor. */
	"is-the-anchor": { rfc5280: "valid", verdict: "unknown" },
	/** The chain is incomplete: the issuer is neither in the file nor an anchor. */
	"no-issuer": { rfc5280: "invalid", verdict: "rejected" },
	/** The issuer of this name has another key and did not sign the certificate, for example after a rotation. */
	"not-signed": { rfc5280: "invalid", verdict: "rejected" },
	/** This runtime cannot check the signature. */
	"signature-not-checked": { rfc5280: "unknown", verdict: "unknown" },
	/** Not all certificates or paths were tried, because the file has too many. */
	"too-many-certificates": { rfc5280: "unknown", verdict: "unknown" },
	/** Another path to an anchor fails, and which path is tried is not documented. */
	"other-path-fails": { rfc5280: "valid", verdict: "unknown" },
	expired: { rfc5280: "invalid", verdict: "rejected" },
	/** The last second of the validity (RFC 5280 4.1.2.5), which OpenSSL treats as expired. */
	"last-second": { rfc5280: "valid", verdict: "unknown" },
	"not-yet-valid": { rfc5280: "invalid", verdict: "rejected" },
	"unreadable-date": { rfc5280: "invalid", verdict: "rejected" },
	/** An issuer is not a CA (RFC 5280 4.2.1.9). */
	"not-an-authority": { rfc5280: "invalid", verdict: "rejected" },
	/** An issuer has no basic constraints, but a key usage that allows to sign; OpenSSL accepts that. */
	"no-basic-constraints": { rfc5280: "invalid", verdict: "unknown" },
	/** An issuer of version 1 can't say that it is a CA (RFC 5280 6.1.4 k). */
	"version-1-authority": { rfc5280: "unknown", verdict: "unknown" },
	/** An issuer must not sign certificates (RFC 5280 4.2.1.3). */
	"no-certificate-sign": { rfc5280: "invalid", verdict: "rejected" },
	/** More intermediates follow than the path length allows (RFC 5280 4.2.1.9). */
	"path-too-long": { rfc5280: "invalid", verdict: "rejected" },
	/** The path is short enough only because RFC 5280 doesn't count self-issued certificates; Go does. */
	"self-issued-in-path": { rfc5280: "valid", verdict: "unknown" },
	/** An extended key usage without client authentication (RFC 5280 4.2.1.12). */
	"no-client-authentication": { rfc5280: "invalid", verdict: "rejected" },
	/** An extended key usage that allows any purpose, which OpenSSL doesn't treat as client authentication. */
	"any-extended-key-usage": { rfc5280: "valid", verdict: "unknown" },
	/** A key usage without Digital Signature (RFC 8446 4.4.2.2); only some validators check it. */
	"no-digital-signature": { rfc5280: "valid", verdict: "unknown" },
	/** OpenAI requires the identifier in client certificates. */
	"no-authority-key-identifier": { rfc5280: "valid", verdict: "rejected" },
	/** The client certificate's authority key identifier contains no key identifier. OpenAI might treat it as missing. */
	"incomplete-authority-key-identifier": { rfc5280: "valid", verdict: "unknown" },
	/** The authority key identifier names another certificate than the issuer's; Go ignores it. */
	"key-identifier-mismatch": { rfc5280: "valid", verdict: "unknown" },
	/** A critical extension that validators don't know (RFC 5280 4.2). */
	"unknown-critical-extension": { rfc5280: "invalid", verdict: "rejected" },
	/** An extension that occurs twice (RFC 5280 4.2), and that all validators read. */
	"duplicate-extension": { rfc5280: "invalid", verdict: "rejected" },
	/** The same for an extension that OpenSSL doesn't read. */
	"duplicate-unknown-extension": { rfc5280: "invalid", verdict: "unknown" },
	/** An extension that no validator can read. */
	"malformed-extension": { rfc5280: "invalid", verdict: "rejected" },
	/** An issuer without a name (RFC 5280 4.1.2.4, 4.1.2.6); only some validators check it. */
	"empty-issuer-name": { rfc5280: "invalid", verdict: "unknown" },
	/** Issuer and subject are equal by RFC 5280 7.1, but not byte by byte, as Go and partly OpenSSL compare. */
	"names-differ-in-form": { rfc5280: "valid", verdict: "unknown" },
	/** Policies that must be processed (RFC 5280 4.2.1.11, 4.2.1.14), which this extension doesn't. */
	"policy-constraints": { rfc5280: "unknown", verdict: "unknown" },
	/** A name outside the name constraints of an issuer (RFC 5280 4.2.1.10). */
	"name-not-allowed": { rfc5280: "invalid", verdict: "rejected" },
	/** The same for a name that some validators don't compare: a subject, or an e-mail address in it. */
	"subject-not-allowed": { rfc5280: "invalid", verdict: "unknown" },
	/** Name constraints that validators read differently, or too many to check them. */
	"unclear-name-constraints": { rfc5280: "unknown", verdict: "unknown" },
	/** Name constraints that some validators don't support, treat as an error, or apply to self-issued certificates. */
	"unsupported-name-constraints": { rfc5280: "valid", verdict: "unknown" },
	/** An algorithm, curve or key size that not all validators support. */
	"uncommon-algorithm": { rfc5280: "valid", verdict: "unknown" },
	/** A certificate that breaks a rule of RFC 5280's profile that its path validation doesn't check. */
	"outside-profile": { rfc5280: "unknown", verdict: "unknown" },
} as const satisfies Record<string, Effect>;

export type ClientCertificateIssueCode = keyof typeof EFFECTS;

/** Values of an issue besides the affected certificate. */
interface IssueValues {
	/** The issuer's subject. */
	readonly "no-issuer": { readonly issuer: string };
	readonly "not-signed": { readonly issuer: string };
	/** Seconds since the expiry. */
	readonly expired: { readonly seconds: number };
	/** Seconds until the start. */
	readonly "not-yet-valid": { readonly seconds: number };
	/** The extension's dotted object identifier. */
	readonly "unknown-critical-extension": { readonly oid: string };
	readonly "duplicate-extension": { readonly oid: string };
	readonly "duplicate-unknown-extension": { readonly oid: string };
	readonly "malformed-extension": { readonly oid: string };
	/** The name, for display. */
	readonly "name-not-allowed": { readonly name: string };
	readonly "subject-not-allowed": { readonly name: string };
	/** The algorithm, such as `ed448` or `rsa-512`. */
	readonly "uncommon-algorithm": { readonly algorithm: string };
	readonly "outside-profile": { readonly rule: ProfileRule };
}

/** Rules of RFC 5280's profile that validators check differently. */
export type ProfileRule =
	/** An extension is critical that must not be (4.2.1.1, 4.2.1.2, 4.2.2.1). */
	| "critical"
	/** The serial number is not a positive number of at most 20 bytes (4.1.2.2). */
	| "serial-number"
	/** The subject is empty, and the subject alternative name is not critical (4.1.2.6). */
	| "empty-subject"
	/** A certificate that is not a CA has name constraints (4.2.1.10), a path length or may sign certificates (4.2.1.9). */
	| "authority-only"
	/** Extensions in a certificate that is not of version 3 (4.1.2.9). */
	| "version"
	/** The encoding is not DER (4.1). */
	| "encoding"
	/** The subject or the issuer has characters that its string type does not allow, or an unusual type (4.1.2.4). */
	| "name"
	/** A date is not in UTC (4.1.2.5). */
	| "date"
	/** The parameters of an algorithm, or a point's format, are not the usual ones (RFC 3279, 4055, 5480, 8410). */
	| "algorithm-identifier"
	/** Policy constraints must be critical (4.2.1.11). */
	| "not-critical"
	/** An extension is malformed in a way that only some validators notice. */
	| "malformed"
	/** An extension is too large for this check. */
	| "large"
	/** An extension that only OpenSSL processes is critical, or limits what the certificate is for. */
	| "partly-known";

type Values<C extends ClientCertificateIssueCode> = C extends keyof IssueValues ? IssueValues[C] : unknown;

/** An issue of a certificate, with the values of its code. */
export type ClientCertificateIssue = {
	readonly [C in ClientCertificateIssueCode]: {
		readonly code: C;
		/** The affected certificate's subject. */
		readonly subject: string;
		/** SHA-256 of the affected certificate's DER, lower-case hex. */
		readonly certificate: string;
		/** True if only some validators reject this here, so that the verdict is unknown instead of rejected. */
		readonly disputed?: true;
	} & Values<C>;
}[ClientCertificateIssueCode];

type IssueEffect = Pick<ClientCertificateIssue, "code" | "disputed">;

/** How much an issue matters for OpenAI: `error` causes a rejection, `warning` may cause one, `info` does not. */
export function issueLevel(issue: IssueEffect): "error" | "warning" | "info" {
	return LEVELS[verdictOf(issue)];
}

const LEVELS = { rejected: "error", unknown: "warning", accepted: "info" } as const;

function verdictOf({ code, disputed }: IssueEffect): Verdict {
	const { verdict } = EFFECTS[code];
	return disputed && verdict === "rejected" ? "unknown" : verdict;
}

/** Returns what follows from all issues of a path; no issue means `valid` and `accepted`. */
export function effectOf(issues: readonly IssueEffect[]): Effect {
	const validities: readonly PathValidity[] = issues.map(({ code }) => EFFECTS[code].rfc5280);
	const verdicts = issues.map(verdictOf);
	const rfc5280 = validities.includes("invalid") ? "invalid" : validities.includes("unknown") ? "unknown" : "valid";
	if (verdicts.includes("rejected")) return { rfc5280, verdict: "rejected" };
	return { rfc5280, verdict: rfc5280 !== "valid" || verdicts.includes("unknown") ? "unknown" : "accepted" };
}

/** A certificate of a chain. */
export interface ChainMember {
	readonly subject: string;
	/** SHA-256 of the DER, lower-case hex. */
	readonly sha256: string;
}

/** Result of checking a client certificate's path to the trust anchors. */
export interface ChainCheckResult extends ChainMember {
	/** Unix seconds; `null` if unreadable. */
	readonly notAfter: number | null;
	/** From the client certificate to the anchor, or to the end of an incomplete chain. */
	readonly chain: readonly ChainMember[];
	/** True if the chain ends with one of the anchors. */
	readonly complete: boolean;
	readonly rfc5280: PathValidity;
	readonly verdict: Verdict;
	readonly issues: readonly ClientCertificateIssue[];
}

/** A result, and until when it stays the same. */
export interface TimedChainCheck extends ChainCheckResult {
	/** The next time at which a date of one of the certificates or trust anchors passes, Unix seconds; may be infinite. */
	readonly changesAt: number;
}

/** A certificate's names, as texts that are the same for all equal names. */
export interface CertificateNames {
	readonly subject: string;
	readonly issuer: string;
}

/** Checks of many clients. */
export interface ChainChecks {
	/** Returns the names of a certificate; `null` if malformed. @param der The certificate. */
	namesOf(der: Uint8Array): CertificateNames | null;
	/**
	 * Checks a client. Decodes each trust anchor and each intermediate only once.
	 * @param chain DER of the client certificate and its intermediates.
	 * @param anchors DER of the trust anchors whose subjects are names in the chain. Others can't change the result.
	 * @param time Unix seconds.
	 * @returns `null` if a certificate is malformed.
	 */
	check(chain: readonly Uint8Array[], anchors: readonly Uint8Array[], time: number): TimedChainCheck | null;
}
