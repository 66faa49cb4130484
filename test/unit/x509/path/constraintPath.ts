// Checks client certificates below name constraints, and says what each result means.
import type {
	ClientCertificateIssueCode,
	PathValidity,
	Verdict,
} from "../../../../src/domain/clientCertificateCheck.ts";
import * as der from "../der.ts";
import {
	alternativeNames,
	assertOpensslAgrees,
	authority,
	type ConstraintParts,
	check,
	client,
	codesOf,
	type PathCertificate,
	type TestPath,
} from "./clientPath.ts";

export const ROOT = der.name("Root");

/** An attribute of a subject. */
export const attribute = (oid: string, value: Uint8Array) => der.set(der.sequence(der.oid(oid), value));
export const organization = (name: string) => attribute("2.5.4.10", der.text(name));

/** A certificate with these alternative names. */
export const names = (...list: readonly Uint8Array[]): PathCertificate => ({ added: [alternativeNames(...list)] });

export const permitted = (...bases: readonly Uint8Array[]): ConstraintParts => ({ permitted: bases });
export const excluded = (...bases: readonly Uint8Array[]): ConstraintParts => ({ excluded: bases });

/** A result: the validity by RFC 5280, the verdict, and the codes of the issues. */
export type Outcome = readonly [PathValidity, Verdict, ...ClientCertificateIssueCode[]];
export const ALLOWED: Outcome = ["valid", "accepted"];
export const NOT_ALLOWED: Outcome = ["invalid", "rejected", "name-not-allowed"];
export const UNCLEAR: Outcome = ["unknown", "unknown", "unclear-name-constraints"];
export const UNSUPPORTED: Outcome = ["valid", "unknown", "unsupported-name-constraints"];
/** RFC 5280 rejects, some validators don't. */
export const DISPUTED: Outcome = ["invalid", "unknown", "subject-not-allowed", "unsupported-name-constraints"];
/** Some validators reject a name or a certificate for another reason than the constraints, too. */
export const alsoMalformed = ([rfc5280, verdict, ...codes]: Outcome): Outcome => [
	...([rfc5280, verdict] as const),
	...[...codes, "outside-profile" as const].toSorted(),
];
/** All validators reject, some because they don't support the constraint. */
export const BOTH: Outcome = ["invalid", "rejected", "name-not-allowed", "unsupported-name-constraints"];

/** A client certificate whose usual common name is no host. */
export const person = (leaf: PathCertificate) => client({ subject: der.name("A client"), ...leaf });

/** Checks a path; OpenSSL must not contradict. */
export const outcomeOf = (path: TestPath) => {
	const result = check(path);
	assertOpensslAgrees(path, result);
	return [result.rfc5280, result.verdict, ...new Set(codesOf(result))];
};

/** Checks with a trust anchor that has the constraint. */
export const checkBelow = (constraint: der.ExtensionParts, leaf: PathCertificate) =>
	outcomeOf({ file: [person(leaf)], anchors: [authority("Root", { added: [constraint] })] });

/** Checks with an intermediate that has the constraint. */
export const checkBelowIntermediate = (constraint: der.ExtensionParts, leaf: PathCertificate) => {
	const between = authority("Sub", { issuer: ROOT, added: [constraint] });
	return outcomeOf({ file: [person({ ...leaf, issuer: der.name("Sub") }), between], anchors: [authority("Root")] });
};
