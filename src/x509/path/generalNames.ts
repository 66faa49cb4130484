import { childrenOf, decodeOid, type Element, OBJECT_IDENTIFIER, readElement, SEQUENCE } from "../asn1/der.ts";
import { canonicalParts, type DistinguishedName, formatName, readName } from "../distinguishedName.ts";

/** The kinds of a GeneralName (RFC 5280 4.2.1.6), by the number of their tag. */
const KINDS = ["other", "email", "dns", "x400", "directory", "edi", "uri", "ip", "id"] as const;

export type GeneralNameKind = (typeof KINDS)[number];

export interface GeneralName {
	readonly kind: GeneralNameKind;
	/** An e-mail address, DNS name or URI, each byte as one character; another name for display. */
	readonly text: string;
	/** The content; for an IP address its bytes, and in a constraint also its mask. */
	readonly bytes: Uint8Array;
	/** The relative names of a directory name in a form to compare; empty for other kinds. */
	readonly parts: readonly string[];
}

/** Returns the general name of a directory name. */
export function directoryName(name: DistinguishedName): GeneralName {
	return { kind: "directory", text: formatName(name), bytes: new Uint8Array(), parts: canonicalParts(name) };
}

/** Returns the general name of an e-mail address or a DNS name. */
export function textName(kind: "email" | "dns", text: string): GeneralName {
	return { kind, text, bytes: Buffer.from(text), parts: [] };
}

/** Returns an extension's value as the SEQUENCE that fills it, else `null`. */
export function wholeSequence(value: Uint8Array): Element | null {
	const element = readElement(value);
	return element?.tag === SEQUENCE && element.encoded.length === value.length ? element : null;
}

/** Reads a subject alternative name extension (RFC 5280 4.2.1.6) without bytes that follow; `null` if malformed. */
export function readAlternativeNames(value: Uint8Array): readonly GeneralName[] | null {
	const element = readElement(value);
	const names = element?.tag === SEQUENCE ? childrenOf(element)?.map(readGeneralName) : null;
	return names?.every((name) => name !== null) ? names : null;
}

/** Reads a GeneralName; returns `null` if malformed. */
export function readGeneralName(element: Element): GeneralName | null {
	if ((element.tag & 0xc0) !== 0x80) return null;
	const kind = KINDS[element.tag & 0x1f];
	const { content: bytes } = element;
	switch (kind) {
		case undefined:
			return null;
		case "email":
		case "dns":
		case "uri":
			return { kind, bytes, text: Buffer.from(bytes).toString("latin1"), parts: [] };
		case "directory": {
			const [inner, ...rest] = childrenOf(element) ?? [];
			const name = inner && rest.length === 0 ? readName(inner) : null;
			return name && directoryName(name);
		}
		case "ip":
			return { kind, bytes, text: formatAddress(bytes), parts: [] };
		case "other": {
			const [type] = childrenOf(element) ?? [];
			const isTyped = type?.tag === OBJECT_IDENTIFIER && decodeOid(type.content) !== null;
			return isTyped ? { kind, bytes, text: kind, parts: [] } : null;
		}
		default:
			return { kind, bytes, text: kind, parts: [] };
	}
}

function formatAddress(bytes: Uint8Array): string {
	if (bytes.length === 4) return bytes.join(".");
	return (
		Buffer.from(bytes)
			.toString("hex")
			.match(/.{1,4}/g) ?? []
	).join(":");
}
