import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { childrenOf, type Element, readElement } from "../../../src/x509/asn1/der.ts";
import { decodeCertificate } from "../../../src/x509/certificate.ts";
import * as der from "./der.ts";

const signature = Buffer.alloc(70, 7);
/** All universal types, primitive and constructed, and some types of each other class. */
const TAGS = [
	...Array.from({ length: 0x3f }, (_, index) => index + 1),
	0x40,
	0x41,
	0x61,
	0x80,
	0x81,
	0x82,
	0x83,
	0xa0,
	0xa1,
	0xa2,
	0xa3,
	0xc1,
];
const CONTENTS = [
	...["", "00", "01", "80", "ff", "0000", "007f", "0080", "ff7f", "ff80", "2a03", "8003", "0701", "0801"],
	...["00d80000", "d800", "0041", "0000d800", "00110000", "00000041", "eda080", "c3a9", "410042"],
	...["3000", "020101", "0500"],
].map((text) => Buffer.from(text, "hex"));
CONTENTS.push(Buffer.from("250101000000Z"), Buffer.from("20250101000000Z"), Buffer.from("2501010000Z"));

describe("A certificate's structure, compared with OpenSSL", () => {
	/** Each returns a certificate's parts with one part replaced. */
	const replacements: Record<string, (part: Buffer) => der.CertificateParts> = {
		"the version": (part) => ({ version: null, serial: Buffer.concat([der.context(0, part), der.integer(1)]) }),
		"the serial number": (serial) => ({ serial }),
		"an algorithm's parameter": (part) => ({ signatureAlgorithm: der.sequence(der.oid("1.2.3"), part) }),
		"a key's parameter": (part) => ({
			publicKey: der.sequence(der.sequence(der.oid("1.2.3"), part), der.bitString(Buffer.of(1))),
		}),
		"a key": (part) => ({ publicKey: der.sequence(der.sequence(der.oid("1.2.3")), part) }),
		"a date": (notAfter) => ({ notAfter }),
		"a value in a name": (part) => ({ subject: der.sequence(der.set(der.sequence(der.oid("2.5.4.3"), part))) }),
		"a name's type": (part) => ({ subject: der.sequence(der.set(der.sequence(part, der.text("a")))) }),
		"an element after the extensions": (part) => ({ afterExtensions: [part] }),
		"an element in place of the extensions": (part) => ({ extensions: [], afterExtensions: [part] }),
	};
	for (const [title, partsWith] of Object.entries(replacements)) {
		/** Yields a certificate for each content of each type, and its part in hex. */
		const filesOf = function* (tags: readonly number[]): Generator<readonly [Buffer, string]> {
			for (const tag of tags)
				for (const content of CONTENTS) {
					const part = der.tlv(tag, content);
					yield [der.certificate({ issuer: der.name("x"), signature, ...partsWith(part) }), part.toString("hex")];
				}
		};

		it(`${title}, of every type that certificates can have, is read exactly if OpenSSL reads it`, () => {
			for (const [file, part] of filesOf(TAGS.filter((tag) => !isBeyondDer(tag)))) assertAsOpenssl(file, part);
		});

		it(`${title}, of every other type, is read only if OpenSSL reads it`, () => {
			for (const [file, part] of filesOf(TAGS.filter(isBeyondDer)))
				if (isReadable(file)) assert.ok(opensslReads(file), part);
		});
	}

	it("a missing, duplicate, empty or retyped part has the same result as in OpenSSL", () => {
		const root = readElement(der.certificate({ signature, issuer: der.name("x"), subject: der.name("y") }));
		let readable = 0;
		for (const file of altered(root)) {
			assertAsOpenssl(file, file.toString("hex"));
			if (isReadable(file)) readable++;
		}
		assert.ok(readable > 50, `only ${readable} of them can be read`);
	});
});

/**
 * True for tags that no certificate has: primitive types in constructed form, which DER forbids and OpenSSL accepts as
 * BER, and types with numbers of several octets.
 */
function isBeyondDer(tag: number): boolean {
	const isConstructedPrimitive =
		tag !== 0x30 && tag !== 0x31 && (tag & 0x20) !== 0 && (tag < 0x40 || tag === 0xa1 || tag === 0xa2);
	return isConstructedPrimitive || (tag & 0x1f) === 0x1f;
}

function assertAsOpenssl(file: Uint8Array, message: string): void {
	assert.equal(isReadable(file), opensslReads(file), message);
}

function isReadable(file: Uint8Array): boolean {
	const element = readElement(file);
	return element !== null && element.encoded.length === file.length && decodeCertificate(element) !== null;
}

function opensslReads(file: Uint8Array): boolean {
	try {
		return Boolean(new X509Certificate(der.pemBlock("CERTIFICATE", file)));
	} catch {
		return false;
	}
}

/** Yields copies of an element, each with one change in it, in every way and at every position. */
function* altered(element: Element | null): Generator<Buffer> {
	if (element === null) return;
	const { tag, content, encoded } = element;
	for (const other of [0x02, 0x03, 0x04, 0x06, 0x0c, 0x17, 0x30, 0x31, 0xa0, 0xa3]) yield der.tlv(other, content);
	yield der.tlv(tag);
	const children = childrenOf(element) ?? [];
	for (const [index, child] of children.entries()) {
		const around = (...parts: Uint8Array[]) =>
			der.tlv(tag, ...children.slice(0, index).map(encodedOf), ...parts, ...children.slice(index + 1).map(encodedOf));
		yield around();
		yield around(child.encoded, child.encoded);
		yield around(child.encoded, der.nullValue());
		for (const other of altered(child)) yield around(other);
	}
	if (children.length === 0 && content.length > 0) yield der.tlv(tag, content.subarray(1));
	assert.deepEqual(der.tlv(tag, content), Buffer.from(encoded));
}

function encodedOf({ encoded }: Element): Uint8Array {
	return encoded;
}
