/** An issue of a client certificate's chain to a trust anchor. `subject` names the affected certificate. */
export type ClientCertificateIssue =
	/** The file has no client certificate, only authorities. */
	| { readonly code: "is-an-authority"; readonly subject: string }
	/** The chain is incomplete: the issuer is neither in the file nor the anchor. */
	| { readonly code: "no-issuer"; readonly subject: string; readonly issuer: string }
	/** The issuer of this name has another key and did not sign the certificate, for example after a rotation. */
	| { readonly code: "not-signed"; readonly subject: string; readonly issuer: string }
	/** This runtime cannot check the signature. */
	| { readonly code: "signature-not-checked"; readonly subject: string }
	/** `seconds` since the expiry, or until the start. */
	| { readonly code: "expired" | "not-yet-valid"; readonly subject: string; readonly seconds: number }
	| { readonly code: "unreadable-date"; readonly subject: string }
	/** An issuer is not an authority, or must not sign certificates (RFC 5280 4.2.1.9, 4.2.1.3). */
	| { readonly code: "not-an-authority" | "no-certificate-sign"; readonly subject: string }
	/** More intermediates follow than the path length allows (RFC 5280 4.2.1.9). */
	| { readonly code: "path-too-long"; readonly subject: string }
	/** An extended key usage without client authentication (RFC 5280 4.2.1.12). */
	| { readonly code: "no-client-authentication"; readonly subject: string }
	/** A key usage without Digital Signature (RFC 5246 7.4.6, RFC 8446 4.4.2.2). */
	| { readonly code: "no-digital-signature"; readonly subject: string }
	/** An issuer has name constraints (RFC 5280 4.2.1.10), which are not checked. Does not prevent acceptance. */
	| { readonly code: "name-constraints-not-checked"; readonly subject: string }
	/** Some validators find issuers only by this identifier (RFC 5280 4.2.1.1). Does not prevent acceptance. */
	| { readonly code: "no-authority-key-identifier"; readonly subject: string };

/** Result of checking a client certificate's chain to one trust anchor. */
export interface ChainCheckResult {
	readonly subject: string;
	/** SHA-256 of the DER, lower-case hex. */
	readonly sha256: string;
	/** Unix seconds; `null` if unreadable. */
	readonly notAfter: number | null;
	/** The subjects from the client certificate to the anchor, or to the end of an incomplete chain. */
	readonly chain: readonly string[];
	/** True if the chain reaches the anchor and no issue in `issues` rejects the certificate. */
	readonly accepted: boolean;
	readonly issues: readonly ClientCertificateIssue[];
}
