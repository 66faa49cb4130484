/** An issue that prevents a rotation to the new certificate, or back to the old one. */
export type RotationIssue =
	/** Both certificates are identical, by id or fingerprint. */
	| "same"
	/** The old certificate is not active anywhere. */
	| "inactive"
	/** The new certificate no longer exists. */
	| "gone"
	/** The new certificate is not an authority, so no client certificate can chain to it. */
	| "leaf"
	/** Neither the list nor the content shows both expiry dates. */
	| "dates-unknown"
	/** The new certificate does not expire later than the old certificate. */
	| "not-longer"
	| "not-yet-valid"
	| "expired"
	/** The new certificate expires within the given period. */
	| "expires-soon"
	/** The old certificate has expired and cannot be restored. */
	| "old-expired";
