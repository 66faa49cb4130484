import { childrenOf, type Element, SEQUENCE } from "../asn1/der.ts";
import type { DecodedCertificate } from "../certificate.ts";
import { EMAIL_ADDRESS, NAME_CONSTRAINTS, SUBJECT_ALTERNATIVE_NAME } from "../extensions.ts";
import {
	directoryName,
	emailName,
	type GeneralName,
	type GeneralNameKind,
	readAlternativeNames,
	readGeneralName,
	wholeSequence,
} from "./generalNames.ts";

/** The name constraints of a CA certificate (RFC 5280 4.2.1.10). */
export interface NameConstraints {
	readonly critical: boolean;
	readonly permitted: readonly Subtree[];
	readonly excluded: readonly Subtree[];
}

interface Subtree {
	readonly base: GeneralName;
	/** True if validators read the base differently: a minimum or maximum, a leading dot, a wildcard. */
	readonly isUnclear: boolean;
}

/** Names of a certificate that constraints apply to. `fromSubject`: not all validators compare it. */
interface ConstrainedName {
	readonly name: GeneralName;
	readonly fromSubject: boolean;
}

/** What the name constraints of one CA say of a certificate. */
export type ConstraintResult =
	| { readonly code: "name-not-allowed" | "subject-not-allowed"; readonly name: string }
	| { readonly code: "unclear-name-constraints" | "unsupported-name-constraints" };

/** Kinds that this extension compares. */
const SUPPORTED: ReadonlySet<GeneralNameKind> = new Set<GeneralNameKind>(["email", "dns", "directory", "uri", "ip"]);

/** As many comparisons as Go allows for a path; more would block the editor. */
const MAX_COMPARISONS = 250_000;
/** Some thousand subtrees. */
const MAX_BYTES = 50_000;

/** Returns a certificate's name constraints, `null` if it has none, or why they cannot be checked. */
export function readNameConstraints({ raw }: DecodedCertificate): NameConstraints | null | "malformed" | "too-large" {
	const extension = raw.extensions.find(({ oid }) => oid === NAME_CONSTRAINTS);
	if (!extension) return null;
	if (extension.value.length > MAX_BYTES) return "too-large";
	const parts = childrenOf(wholeSequence(extension.value));
	const lists = parts?.map(({ tag }) => tag).join();
	if (!parts || (lists !== "160" && lists !== "161" && lists !== "160,161")) return "malformed";
	const read = (tag: number) => readSubtrees(parts.find((part) => part.tag === tag));
	const [permitted, excluded] = [read(0xa0), read(0xa1)];
	return permitted && excluded ? { critical: extension.critical, permitted, excluded } : "malformed";
}

/** Yields what a CA's name constraints say of a certificate below it (RFC 5280 6.1.3 b and c). */
export function* checkNameConstraints(
	constraints: NameConstraints,
	certificate: DecodedCertificate,
): Generator<ConstraintResult> {
	const names = namesOf(certificate);
	const subtrees = [...constraints.permitted, ...constraints.excluded];
	const kinds = new Set(subtrees.map(({ base }) => base.kind));
	if (names.length * subtrees.length > MAX_COMPARISONS) return yield { code: "unclear-name-constraints" };
	for (const { name, fromSubject } of names) {
		if (!kinds.has(name.kind)) continue;
		if (!SUPPORTED.has(name.kind)) {
			// Whoever cannot compare a name under critical constraints must reject it (RFC 5280 4.2.1.10).
			if (constraints.critical) yield { code: "subject-not-allowed", name: name.text };
			else yield { code: "unclear-name-constraints" };
		} else if (!isAllowed(name, constraints)) {
			// Go rejects every certificate below critical constraints on directory names.
			const isCertain = !fromSubject || (name.kind === "directory" && constraints.critical);
			yield { code: isCertain ? "name-not-allowed" : "subject-not-allowed", name: name.text };
		}
	}
	const applying = subtrees.filter(({ base }) => names.some(({ name }) => name.kind === base.kind));
	if (applying.some(({ isUnclear }) => isUnclear) || names.some(({ name }) => isWildcard(name) && kinds.has("dns")))
		yield { code: "unclear-name-constraints" };
	const disputed = names.some(({ name, fromSubject }) => kinds.has(name.kind) && (fromSubject || name.kind === "ip"));
	const isUnsupported = [...kinds].some((kind) => kind === "directory" || !SUPPORTED.has(kind));
	if (disputed || isUnsupported) yield { code: "unsupported-name-constraints" };
}

/** Returns the alternative names, the subject, and the e-mail addresses in it if no alternative name is one. */
function namesOf({ raw, subject }: DecodedCertificate): readonly ConstrainedName[] {
	const extension = raw.extensions.find(({ oid }) => oid === SUBJECT_ALTERNATIVE_NAME);
	const alternatives = (extension && readAlternativeNames(extension.value)) ?? [];
	const names = alternatives.map((name) => ({ name, fromSubject: name.kind === "directory" }));
	if (subject.length > 0) names.push({ name: directoryName(subject), fromSubject: true });
	if (alternatives.some(({ kind }) => kind === "email")) return names;
	for (const { oid, text } of subject.flat())
		if (oid === EMAIL_ADDRESS && text !== null) names.push({ name: emailName(text), fromSubject: true });
	return names;
}

function isAllowed(name: GeneralName, { permitted, excluded }: NameConstraints): boolean {
	const within = ({ base }: Subtree) => base.kind === name.kind && matches(name, base);
	const ofKind = permitted.filter(({ base }) => base.kind === name.kind);
	// A name that cannot be compared must not pass as "not excluded".
	if (!isComparable(name)) return false;
	return !excluded.some(within) && (ofKind.length === 0 || ofKind.some(within));
}

function isComparable({ kind, text, bytes }: GeneralName): boolean {
	if (kind === "email") return /^[^@\s]+@[^@\s]+$/.test(text);
	if (kind === "uri") return hostOf(text) !== null;
	if (kind === "dns") return HOST.test(text.replace(/^\*\./, ""));
	return kind !== "ip" || bytes.length === 4 || bytes.length === 16;
}

function isWildcard({ kind, text }: GeneralName): boolean {
	return kind === "dns" && text.includes("*");
}

/** Labels of a host name; underscores occur in practice. */
const HOST = /^(?!\d+(?:\.\d+){3}$)(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_][a-z0-9_-]{0,62})*$/i;

/** True if a name is within the subtree of a base of the same kind (RFC 5280 4.2.1.10). */
function matches(name: GeneralName, base: GeneralName): boolean {
	switch (name.kind) {
		case "dns":
			return isHostWithin(name.text, base.text.replace(/^\./, ""));
		case "email":
			return isMailboxWithin(name.text, base.text);
		case "uri":
			return isHostMatch(hostOf(name.text) ?? "", base.text);
		case "ip":
			return isAddressWithin(name.bytes, base.bytes);
		default:
			return base.parts.every((part, index) => part === name.parts[index]);
	}
}

/** True if a host is the domain or below it; the empty domain contains every host. */
function isHostWithin(host: string, domain: string): boolean {
	const [one, other] = [host.toLowerCase(), domain.toLowerCase()];
	return other === "" || one === other || one.endsWith(`.${other}`);
}

/** A base that begins with a dot is every host below the domain, another base is exactly that host. */
function isHostMatch(host: string, base: string): boolean {
	if (base.startsWith(".")) return host.toLowerCase().endsWith(base.toLowerCase());
	return base === "" || host.toLowerCase() === base.toLowerCase();
}

/** A base with `@` is one mailbox, whose local part is compared with case (RFC 5280 7.5). */
function isMailboxWithin(mailbox: string, base: string): boolean {
	const [local, host = ""] = splitMailbox(mailbox);
	const [baseLocal, baseHost] = splitMailbox(base);
	if (baseHost === undefined) return isHostMatch(host, base);
	return local === baseLocal && host.toLowerCase() === baseHost.toLowerCase();
}

function splitMailbox(text: string): readonly [string, string?] {
	const at = text.lastIndexOf("@");
	return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

/** Returns the host of a URI; `null` without an authority, or for an IP address (RFC 5280 4.2.1.10). */
function hostOf(uri: string): string | null {
	const authority = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(uri)?.[1];
	const host = authority?.replace(/^.*@/, "").replace(/:\d*$/, "");
	return host !== undefined && HOST.test(host) ? host : null;
}

function isAddressWithin(address: Uint8Array, base: Uint8Array): boolean {
	if (base.length !== address.length * 2) return false;
	const mask = base.subarray(address.length);
	return address.every((octet, index) => ((octet ^ (base[index] ?? 0)) & (mask[index] ?? 0)) === 0);
}

function readSubtrees(list: Element | undefined): readonly Subtree[] | null {
	if (!list) return [];
	const elements = childrenOf(list);
	const subtrees = elements?.map(readSubtree) ?? [null];
	// GeneralSubtrees has at least one.
	return subtrees.length > 0 && subtrees.every((subtree) => subtree !== null) ? subtrees : null;
}

function readSubtree(element: Element): Subtree | null {
	const [first, ...limits] = element.tag === SEQUENCE ? (childrenOf(element) ?? []) : [];
	const base = first ? readGeneralName(first) : null;
	if (!base || !isValidBase(base)) return null;
	// Minimum 0 is the default, so DER omits it; other values are not allowed.
	const isUnclear = limits.length > 0 || (base.kind === "dns" && /^\.|\*/.test(base.text)) || isOddMailbox(base);
	return { base, isUnclear };
}

/** True for a mailbox or domain that validators read differently, such as one with an asterisk. */
function isOddMailbox({ kind, text }: GeneralName): boolean {
	return kind === "email" && text.includes("*");
}

function isValidBase({ kind, text, bytes }: GeneralName): boolean {
	switch (kind) {
		case "ip":
			return (bytes.length === 8 || bytes.length === 32) && isMask(bytes.subarray(bytes.length / 2));
		case "dns":
			return text === "" || HOST.test(text.replace(/^(?:\*\.|\.)/, ""));
		case "email":
			return text === "" || HOST.test((splitMailbox(text)[1] ?? text).replace(/^\./, ""));
		case "uri":
			return text === "" || HOST.test(text.replace(/^\./, ""));
		default:
			return true;
	}
}

/** True for ones followed by zeros, as CIDR requires. */
function isMask(mask: Uint8Array): boolean {
	return /^1*0*$/.test([...mask].map((octet) => octet.toString(2).padStart(8, "0")).join(""));
}
