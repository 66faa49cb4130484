/** What keeps a client certificate from being accepted by a trust anchor. `subject` names the certificate of the chain. */
export type ClientCertificateIssue =
	/** None of the file's certificates is a client's: all are authorities. */
	| { readonly code: "is-an-authority"; readonly subject: string }
	/** The chain ends: the issuer is neither in the file nor the anchor. */
	| { readonly code: "no-issuer"; readonly subject: string; readonly issuer: string }
	/** The issuer of that name did not sign it: another key, as after a rotation. */
	| { readonly code: "not-signed"; readonly subject: string; readonly issuer: string }
	/** This runtime cannot check the signature. */
	| { readonly code: "signature-not-checked"; readonly subject: string }
	/** `seconds` ago, or until. */
	| { readonly code: "expired" | "not-yet-valid"; readonly subject: string; readonly seconds: number }
	| { readonly code: "unreadable-date"; readonly subject: string }
	/** It signed another one, and is no authority, or may not sign certificates (RFC 5280 4.2.1.9, 4.2.1.3). */
	| { readonly code: "not-an-authority" | "no-certificate-sign"; readonly subject: string }
	/** More intermediates follow than its path length allows (RFC 5280 4.2.1.9). */
	| { readonly code: "path-too-long"; readonly subject: string }
	/** An extended key usage without client authentication (RFC 5280 4.2.1.12). */
	| { readonly code: "no-client-authentication"; readonly subject: string }
	/** A key usage without Digital Signature (RFC 5246 7.4.6, RFC 8446 4.4.2.2). */
	| { readonly code: "no-digital-signature"; readonly subject: string }
	/** It restricts the names of what it issues (RFC 5280 4.2.1.10), which is not checked, so that it refuses nothing by itself. */
	| { readonly code: "name-constraints-not-checked"; readonly subject: string }
	/** Some validators find the issuer by it alone (RFC 5280 4.2.1.1). It does not refuse the certificate by itself. */
	| { readonly code: "no-authority-key-identifier"; readonly subject: string };

/** How a client certificate stands to one trust anchor. */
export interface ChainCheckResult {
	readonly subject: string;
	/** SHA-256 of its DER, lower-case hex. */
	readonly sha256: string;
	/** Unix seconds; `null` where it cannot be read. */
	readonly notAfter: number | null;
	/** The subjects from the client certificate to the anchor; up to where the chain ends, where it does not get there. */
	readonly chain: readonly string[];
	/** Whether the chain gets to the anchor and nothing in `flaws` refuses the certificate. */
	readonly accepted: boolean;
	readonly issues: readonly ClientCertificateIssue[];
}
