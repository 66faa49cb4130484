import type { ParsedCertificate } from "./certificateFile.ts";
import type { Problem } from "./problem.ts";

/** The state of the stored content of a certificate id. `unreadable`: missing, or not a readable certificate. */
export type ContentState =
	| { readonly state: "loading" | "unreadable" }
	| { readonly state: "read"; readonly candidate: ParsedCertificate }
	| { readonly state: "failed"; readonly problem: Problem };

/** True if two certificates have the same subject and key, as a certificate and its renewal. False if one is unknown. */
export function hasSameSubjectAndKey(one: ParsedCertificate | null, other: ParsedCertificate | null): boolean {
	if (!one || !other) return false;
	return one.subject === other.subject && one.publicKeySha256 === other.publicKeySha256;
}
