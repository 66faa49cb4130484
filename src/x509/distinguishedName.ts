import { UNSAFE_CHARACTERS } from "../domain/unsafeCharacters.ts";
import { decodeString } from "./asn1/asn1String.ts";
import { childrenOf, decodeOid, type Element, OBJECT_IDENTIFIER, SEQUENCE, SET } from "./asn1/der.ts";

/** One attribute of a distinguished name, such as `CN` and `Acme Root`. */
interface Attribute {
	readonly oid: string;
	/** `null` if the value is not text. */
	readonly text: string | null;
	readonly value: Element;
}

/** Relative names, usually of one attribute each, least specific first (RFC 5280 4.1.2.4). */
export type DistinguishedName = readonly (readonly Attribute[])[];

/** Longer than any real name; a longer name would block the editor. */
const MAX_NAME_BYTES = 65_536;

/** Reads a Name; returns `null` if malformed or over 64 KiB. */
export function readName(element: Element): DistinguishedName | null {
	if (element.content.length > MAX_NAME_BYTES) return null;
	const name: Attribute[][] = [];
	for (const relativeName of childrenOf(element) ?? [null]) {
		const parts = relativeName?.tag === SET ? childrenOf(relativeName) : null;
		if (!parts) return null;
		const attributes: Attribute[] = [];
		for (const part of parts) {
			const [type, value, ...rest] = part.tag === SEQUENCE ? (childrenOf(part) ?? []) : [];
			const oid = type?.tag === OBJECT_IDENTIFIER ? decodeOid(type.content) : null;
			if (oid === null || value === undefined || rest.length > 0) return null;
			const text = decodeString(value);
			if (text === undefined) return null;
			attributes.push({ oid, value, text });
		}
		name.push(attributes);
	}
	return name;
}

/** Returns RFC 2253 text, most specific part first; characters that could disguise other text become byte escapes. */
export function formatName(name: DistinguishedName): string {
	return name
		.toReversed()
		.map((attributes) => attributes.toReversed().map(formatAttribute).join("+"))
		.join(",");
}

/** Returns the most specific common name, unescaped. */
export function commonNameOf(name: DistinguishedName): string | null {
	return name.flat().findLast(({ oid, text }) => oid === "2.5.4.3" && text !== null)?.text ?? null;
}

/** True if two names are equal, ignoring encoding, case and redundant blanks (RFC 5280 7.1). */
export function namesEqual(one: DistinguishedName, other: DistinguishedName): boolean {
	return canonicalName(one) === canonicalName(other);
}

/** Texts of names that were compared: those of trust anchors are compared with each of many clients. */
const canonicalNames = new WeakMap<DistinguishedName, string>();

/** Returns a text that is the same for all equal names. */
export function canonicalName(name: DistinguishedName): string {
	const known = canonicalNames.get(name);
	if (known !== undefined) return known;
	const canonical = canonicalParts(name).join();
	canonicalNames.set(name, canonical);
	return canonical;
}

/** Returns each relative name as a text that is the same for all equal relative names (RFC 5280 7.1). */
export function canonicalParts(name: DistinguishedName): readonly string[] {
	return name.map((attributes) =>
		JSON.stringify(attributes.map(({ oid, text, value }) => [oid, canonicalText(text) ?? hex(value.encoded)]).sort()),
	);
}

function canonicalText(text: string | null): string | undefined {
	return text?.normalize("NFKC").trim().replaceAll(/\s+/g, " ").toLowerCase();
}

function formatAttribute({ oid, text, value }: Attribute): string {
	const label = LABELS[oid];
	if (label === undefined || text === null) return `${label ?? oid}=#${hex(value.encoded)}`;
	const escaped = text
		.replaceAll(/[",+;<>\\]|^[ #]| $/gu, "\\$&")
		.replaceAll(ESCAPED, (character) => hex(Buffer.from(character)).replaceAll(/../g, "\\$&"));
	return `${label}=${escaped}`;
}

function hex(bytes: Uint8Array): string {
	return Buffer.from(bytes).toString("hex").toUpperCase();
}

/** Unsafe characters, and the joiners, because names are compared letter by letter. */
const ESCAPED = new RegExp(`${UNSAFE_CHARACTERS.source}|[\\u200c\\u200d]`, "gu");

/** Short names, as OpenSSL writes them. */
const LABELS: Record<string, string> = {
	"2.5.4.3": "CN",
	"2.5.4.4": "SN",
	"2.5.4.5": "serialNumber",
	"2.5.4.6": "C",
	"2.5.4.7": "L",
	"2.5.4.8": "ST",
	"2.5.4.9": "street",
	"2.5.4.10": "O",
	"2.5.4.11": "OU",
	"2.5.4.12": "title",
	"2.5.4.13": "description",
	"2.5.4.15": "businessCategory",
	"2.5.4.17": "postalCode",
	"2.5.4.41": "name",
	"2.5.4.42": "GN",
	"2.5.4.43": "initials",
	"2.5.4.44": "generationQualifier",
	"2.5.4.46": "dnQualifier",
	"2.5.4.65": "pseudonym",
	"2.5.4.97": "organizationIdentifier",
	"0.9.2342.19200300.100.1.1": "UID",
	"0.9.2342.19200300.100.1.25": "DC",
	"1.2.840.113549.1.9.1": "emailAddress",
	"1.3.6.1.4.1.311.60.2.1.1": "jurisdictionL",
	"1.3.6.1.4.1.311.60.2.1.2": "jurisdictionST",
	"1.3.6.1.4.1.311.60.2.1.3": "jurisdictionC",
};
