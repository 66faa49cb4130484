// Encodes names and extensions (RFC 5280 4.1.2.4, 4.2), also those that no certificate authority would issue.
import { isIPv4 } from "node:net";
import * as der from "../unit/x509/der.ts";

export const SUBJECT_ALT_NAME = "2.5.29.17";

/** String types. */
export const UTF8 = 0x0c;
export const PRINTABLE = 0x13;
const IA5 = 0x16;

const ATTRIBUTES = {
	CN: "2.5.4.3",
	C: "2.5.4.6",
	O: "2.5.4.10",
	OU: "2.5.4.11",
	emailAddress: "1.2.840.113549.1.9.1",
} as const;

export type NameAttribute = readonly [type: keyof typeof ATTRIBUTES, value: string];

/** Encodes a name of one attribute for each part. */
export function name(attributes: readonly NameAttribute[], stringType = UTF8): Buffer {
	return der.sequence(
		...attributes.map(([type, value]) => {
			const tag = type === "emailAddress" ? IA5 : type === "C" ? PRINTABLE : stringType;
			return der.set(der.sequence(der.oid(ATTRIBUTES[type]), der.text(value, tag)));
		}),
	);
}

/** Encodes a GeneralName (RFC 5280 4.2.1.6); of an IP address also with a mask, as name constraints have it. */
export const generalName = {
	otherName: (value: string) => der.context(0, der.oid("1.3.6.1.4.1.311.20.2.3"), der.context(0, der.text(value))),
	email: (value: string) => der.text(value, 0x81),
	dns: (value: string) => der.text(value, 0x82),
	directory: (attributes: readonly NameAttribute[]) => der.context(4, name(attributes)),
	uri: (value: string) => der.text(value, 0x86),
	ip: (...addresses: readonly string[]) => der.tlv(0x87, ...addresses.map(addressBytes)),
	id: (value: string) => der.tlv(0x88, der.oid(value).subarray(2)),
} as const;

function addressBytes(address: string): Buffer {
	if (isIPv4(address)) return Buffer.from(address.split(".").map(Number));
	const [head = "", tail = ""] = address.split("::");
	const groups = (text: string) => (text === "" ? [] : text.split(":").map((group) => group.padStart(4, "0")));
	const zeros = Array.from({ length: 8 - groups(head).length - groups(tail).length }, () => "0000");
	return Buffer.from([...groups(head), ...zeros, ...groups(tail)].join(""), "hex");
}

/** Encodes extensions, none of them critical. */
export const extension = {
	basicConstraints: (ca: boolean, pathLength?: number) => ({
		oid: der.BASIC_CONSTRAINTS,
		value: der.sequence(
			...(ca ? [der.boolean(true)] : []),
			...(pathLength === undefined ? [] : [der.integer(pathLength & 0xff)]),
		),
	}),
	/** @param bits The first octet: 0x80 Digital Signature, 0x08 Key Agreement, 0x04 Certificate Sign, 0x02 CRL Sign. */
	keyUsage: (bits: number) => {
		const unused = bits === 0 ? 0 : 31 - Math.clz32(bits & -bits);
		return { oid: der.KEY_USAGE, value: der.tlv(0x03, Buffer.from(bits === 0 ? [0] : [unused, bits])) };
	},
	extendedKeyUsage: (...purposes: readonly string[]) => ({
		oid: der.EXTENDED_KEY_USAGE,
		value: der.sequence(...purposes.map(der.oid)),
	}),
	subjectKeyId: (id: Uint8Array) => ({ oid: der.SUBJECT_KEY_ID, value: der.octetString(id) }),
	authorityKeyId: (id: Uint8Array | null, issuer?: Uint8Array, serial?: Uint8Array) => ({
		oid: der.AUTHORITY_KEY_ID,
		value: der.sequence(
			...(id ? [der.tlv(0x80, id)] : []),
			...(issuer ? [der.context(1, der.context(4, issuer))] : []),
			// An implicit tag instead of INTEGER's.
			...(serial ? [Buffer.concat([Buffer.of(0x82), serial.subarray(1)])] : []),
		),
	}),
	subjectAltName: (...names: readonly Uint8Array[]) => ({ oid: SUBJECT_ALT_NAME, value: der.sequence(...names) }),
	/** @param limits MinimumBaseDistance and maximum of each subtree; RFC 5280 allows only their absence. */
	nameConstraints: (
		permitted: readonly Uint8Array[],
		excluded: readonly Uint8Array[],
		limits: readonly Uint8Array[] = [],
	) => {
		const subtrees = (names: readonly Uint8Array[]) => names.map((base) => der.sequence(base, ...limits));
		return {
			oid: der.NAME_CONSTRAINTS,
			value: der.sequence(
				...(permitted.length > 0 ? [der.context(0, ...subtrees(permitted))] : []),
				...(excluded.length > 0 ? [der.context(1, ...subtrees(excluded))] : []),
			),
		};
	},
} as const;
