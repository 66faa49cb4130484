/** Object identifiers of extensions (RFC 5280 4.2). */
export const SUBJECT_KEY = "2.5.29.14";
export const KEY_USAGE = "2.5.29.15";
export const SUBJECT_ALTERNATIVE_NAME = "2.5.29.17";
export const ISSUER_ALTERNATIVE_NAME = "2.5.29.18";
export const BASIC_CONSTRAINTS = "2.5.29.19";
export const NAME_CONSTRAINTS = "2.5.29.30";
export const CRL_DISTRIBUTION_POINTS = "2.5.29.31";
export const CERTIFICATE_POLICIES = "2.5.29.32";
export const POLICY_MAPPINGS = "2.5.29.33";
export const AUTHORITY_KEY = "2.5.29.35";
export const POLICY_CONSTRAINTS = "2.5.29.36";
export const EXTENDED_KEY_USAGE = "2.5.29.37";
export const FRESHEST_CRL = "2.5.29.46";
export const INHIBIT_ANY_POLICY = "2.5.29.54";
export const AUTHORITY_INFORMATION = "1.3.6.1.5.5.7.1.1";
export const SUBJECT_INFORMATION = "1.3.6.1.5.5.7.1.11";

/** Values of extended key usage and certificate policies (RFC 5280 4.2.1.12, 4.2.1.4). */
export const CLIENT_AUTHENTICATION = "1.3.6.1.5.5.7.3.2";
export const ANY_EXTENDED_KEY_USAGE = "2.5.29.37.0";
export const ANY_POLICY = "2.5.29.32.0";

/** Attributes of names (RFC 5280 A.1). */
export const COMMON_NAME = "2.5.4.3";
export const EMAIL_ADDRESS = "1.2.840.113549.1.9.1";

/** Attributes of a CSR that list extensions (RFC 2985 5.4.2, and Microsoft's own). */
export const EXTENSION_REQUESTS: readonly string[] = ["1.2.840.113549.1.9.14", "1.3.6.1.4.1.311.2.1.14"];

/** The extensions that every validator of chains processes, so that they may be critical (RFC 5280 4.2). */
export const PROCESSED_EXTENSIONS: ReadonlySet<string> = new Set([
	...[SUBJECT_ALTERNATIVE_NAME, NAME_CONSTRAINTS, BASIC_CONSTRAINTS, KEY_USAGE, EXTENDED_KEY_USAGE],
	...[CERTIFICATE_POLICIES, POLICY_MAPPINGS, POLICY_CONSTRAINTS, INHIBIT_ANY_POLICY],
]);
