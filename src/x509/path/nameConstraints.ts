import { childrenOf, type Element, readElement, SEQUENCE } from "../asn1/der.ts";
import type { DecodedCertificate } from "../certificate.ts";
import { COMMON_NAME, NAME_CONSTRAINTS, SUBJECT_ALTERNATIVE_NAME } from "../objectIds.ts";
import { type ConstrainedName, namesOf } from "./constrainedNames.ts";
import { type GeneralName, type GeneralNameKind, readGeneralName } from "./generalNames.ts";
import { incomparability, isBelowExactHost, isWithin, looksLikeHost, readabilityOf } from "./nameMatching.ts";

/** The name constraints of a CA certificate (RFC 5280 4.2.1.10). */
export interface NameConstraints {
	readonly critical: boolean;
	readonly permitted: readonly Subtree[];
	readonly excluded: readonly Subtree[];
	/** True if some validators reject the certificate because a base is invalid, even if no name is compared with it. */
	readonly hasInvalidBase: boolean;
	/** The kinds of the bases. */
	readonly kinds: ReadonlySet<GeneralNameKind>;
	/** The kinds with a base that validators read differently, such as one with a leading dot or a minimum. */
	readonly unclearKinds: ReadonlySet<GeneralNameKind>;
}

interface Subtree {
	readonly base: GeneralName;
	readonly readability: ReturnType<typeof readabilityOf>;
}

/** What the name constraints of one CA say of a certificate. */
export type ConstraintResult =
	| { readonly code: "name-not-allowed" | "subject-not-allowed"; readonly name: string }
	| { readonly code: "unclear-name-constraints" | "unsupported-name-constraints" };

/** Kinds that this extension compares. */
const SUPPORTED: ReadonlySet<GeneralNameKind> = new Set<GeneralNameKind>(["email", "dns", "directory", "uri", "ip"]);

/** Some thousand subtrees. */
const MAX_BYTES = 50_000;

/**
 * Returns a certificate's name constraints, `null` if it has none, or why they cannot be checked: `malformed` if all
 * validators reject them, `unclear` if only some do, or if there are too many.
 */
export function readNameConstraints({ raw }: DecodedCertificate): NameConstraints | null | "malformed" | "unclear" {
	const extension = raw.extensions.find(({ oid }) => oid === NAME_CONSTRAINTS);
	if (!extension) return null;
	if (extension.value.length > MAX_BYTES) return "unclear";
	const element = readElement(extension.value);
	const parts = element?.tag === SEQUENCE ? childrenOf(element) : null;
	if (!element || !parts || !/^(?:160)?,?(?:161)?$/.test(parts.map(({ tag }) => tag).join())) return "malformed";
	const read = (tag: number) => readSubtrees(parts.find((part) => part.tag === tag));
	const [permitted, excluded] = [read(0xa0), read(0xa1)];
	if (!permitted || !excluded) return "malformed";
	const all = [...permitted, ...excluded];
	// OpenSSL accepts an empty list, and bytes after the sequence.
	if (all.length === 0 || parts.some(({ content }) => content.length === 0)) return "unclear";
	if (element.encoded.length !== extension.value.length) return "unclear";
	return {
		...{ critical: extension.critical, permitted, excluded },
		hasInvalidBase: all.some(({ readability }) => readability === "invalid"),
		kinds: new Set(all.map(({ base }) => base.kind)),
		unclearKinds: new Set(all.flatMap(({ base, readability }) => (readability === "clear" ? [] : base.kind))),
	};
}

/** Returns how many comparisons checking a certificate requires. */
export function comparisonsOf(
	{ permitted, excluded }: NameConstraints,
	certificate: DecodedCertificate,
	isClient: boolean,
): number {
	return namesOf(certificate, isClient).length * (permitted.length + excluded.length);
}

/**
 * Yields what a CA's name constraints say of a certificate below it (RFC 5280 6.1.3 b and c).
 * @param isClient True for the client certificate, whose common name some validators compare too.
 */
export function* checkNameConstraints(
	constraints: NameConstraints,
	certificate: DecodedCertificate,
	isClient: boolean,
): Generator<ConstraintResult> {
	const { kinds } = constraints;
	if (constraints.hasInvalidBase) yield { code: "unclear-name-constraints" };
	for (const name of namesOf(certificate, isClient)) if (kinds.has(name.name.kind)) yield* checkName(constraints, name);
	const isSupported = [...kinds].every((kind) => kind !== "directory" && SUPPORTED.has(kind));
	if (!isSupported || (isClient && lacksAlternativeNames(certificate))) yield { code: "unsupported-name-constraints" };
}

/** True for a certificate that BoringSSL rejects below any constraints: its common name looks like a host's only name. */
function lacksAlternativeNames({ raw, subject }: DecodedCertificate): boolean {
	if (raw.extensions.some(({ oid }) => oid === SUBJECT_ALTERNATIVE_NAME)) return false;
	return subject.flat().some(({ oid, text }) => oid === COMMON_NAME && looksLikeHost(text ?? ""));
}

function* checkName(constraints: NameConstraints, { name, origin }: ConstrainedName): Generator<ConstraintResult> {
	const { kind, text } = name;
	const { critical } = constraints;
	const obstacle = incomparability(name);
	if (origin === "additional") {
		// BoringSSL and OpenSSL reject e-mail addresses of an unusual string type.
		if (kind === "email" || !isAllowed(name, constraints)) yield { code: "unsupported-name-constraints" };
	} else if (!SUPPORTED.has(kind)) {
		// A validator that cannot compare a name under critical constraints must reject it (RFC 5280 4.2.1.10).
		if (critical) yield { code: "subject-not-allowed", name: text };
		else yield { code: "unclear-name-constraints" };
	} else if (obstacle === "syntax") yield { code: "name-not-allowed", name: text };
	else if (obstacle === "address") yield { code: "subject-not-allowed", name: text };
	else if (obstacle === "unclear" || constraints.unclearKinds.has(kind)) yield { code: "unclear-name-constraints" };
	else {
		const isBelowBase = [...constraints.permitted, ...constraints.excluded].some(({ base }) =>
			isBelowExactHost(name, base),
		);
		if (isBelowBase) yield { code: "unsupported-name-constraints" };
		if (!isAllowed(name, constraints)) {
			// Go rejects every certificate below critical constraints on directory names.
			const isCertain = kind === "directory" ? critical : origin === "alternative" && !isBelowBase;
			yield { code: isCertain ? "name-not-allowed" : "subject-not-allowed", name: text };
		}
		if (kind === "dns" && text.includes("*")) yield { code: "unclear-name-constraints" };
		// BoringSSL supports no constraints on IP addresses, and Go none on subjects.
		if (origin === "subject" || kind === "directory" || kind === "ip") yield { code: "unsupported-name-constraints" };
	}
}

function isAllowed(name: GeneralName, { permitted, excluded }: NameConstraints): boolean {
	const contains = ({ base }: Subtree) => base.kind === name.kind && isWithin(name, base);
	const ofKind = permitted.filter(({ base }) => base.kind === name.kind);
	return !excluded.some(contains) && (ofKind.length === 0 || ofKind.some(contains));
}

/** Returns the subtrees of a list, none if it is missing; `null` if malformed. */
function readSubtrees(list: Element | undefined): readonly Subtree[] | null {
	if (!list) return [];
	const subtrees = childrenOf(list)?.map(readSubtree) ?? [null];
	return subtrees.every((subtree) => subtree !== null) ? subtrees : null;
}

function readSubtree(element: Element): Subtree | null {
	const [first, ...limits] = element.tag === SEQUENCE ? (childrenOf(element) ?? []) : [];
	const base = first ? readGeneralName(first) : null;
	if (!base) return null;
	// Minimum 0 is the default, so DER omits it; other values are not allowed.
	const readability = readabilityOf(base);
	return { base, readability: readability === "clear" && limits.length > 0 ? "unclear" : readability };
}
