import assert from "node:assert/strict";
import type { BlockKind } from "../../../src/domain/certificateFile.ts";
import { readElement } from "../../../src/x509/asn1/der.ts";
import { detectKind } from "../../../src/x509/contentKind.ts";
import * as der from "./der.ts";

const i = der.integer(7);
const o = der.octetString(Buffer.of(1));
const b = der.bitString(Buffer.of(1));
const v = der.context(0, der.integer(2));
const s = (...parts: Uint8Array[]) => der.sequence(...parts);
const utc = der.utcTime("260101000000Z");
const later = der.generalizedTime("20600101000000Z");
const oid = der.oid;
/** An invalid OBJECT IDENTIFIER. */
const noOid = der.tlv(0x06, Buffer.of(0x80));
/** A SEQUENCE whose content is not a series of elements. */
const broken = der.tlv(0x30, Buffer.of(0x30));
const signed = (...inner: Uint8Array[]) => s(s(...inner), s(), b);

describe("The kind of DER content", () => {
	const rows: readonly [kind: BlockKind | null, title: string, bytes: Uint8Array][] = [
		["certificate", "version 3", signed(v, i, s(), s(), s(), s(), v)],
		["certificate", "version 1", signed(i, s(), s(), s(), s())],
		[null, "a certificate's parts after another element", signed(o, i, s(), s(), s(), s())],
		[null, "a version in the wrong position", signed(i, v, s(), s(), s(), s())],
		[null, "a certificate's parts without a signature", s(s(v, i, s(), s(), s(), s()), s())],
		[null, "a certificate's parts in a SET", der.set(s(v, i, s(), s(), s(), s()), s(), b)],
		["certificate-request", "with attributes", signed(i, s(), s(), v)],
		["certificate-request", "without attributes", signed(i, s(), s())],
		[null, "a request's parts and another element", signed(i, s(), s(), i)],
		[null, "a request's parts without a version", signed(b, s(), s())],
		["crl", "version 2", signed(i, s(), s(), utc)],
		["crl", "version 1", signed(s(), s(), utc)],
		["crl", "with a GeneralizedTime", signed(s(), s(), later)],
		[null, "a list's parts after another element", signed(o, s(), s(), utc)],
		["public-key", "an algorithm and bits", s(s(oid("1.2.3")), b)],
		[null, "no algorithm and bits", s(s(), b)],
		[null, "a number and bits", s(s(i), b)],
		[null, "an invalid SEQUENCE and bits", s(broken, b)],
		["private-key", "encrypted by PKCS#5", s(s(oid("1.2.840.113549.1.5.13")), o)],
		["private-key", "encrypted by PKCS#12", s(s(oid("1.2.840.113549.1.12.1.3")), o)],
		[null, "another algorithm and octets", s(s(oid("1.2.3")), o)],
		[null, "no algorithm and octets", s(s(), o)],
		[null, "an invalid algorithm and octets", s(s(noOid), o)],
		["private-key", "PKCS#8", s(i, s(), o)],
		["private-key", "PKCS#8 with attributes", s(i, s(), o, v)],
		["private-key", "of a curve", s(i, o)],
		["private-key", "of a curve with parameters", s(i, o, v)],
		["private-key", "PKCS#1", s(...Array(9).fill(i))],
		["private-key", "PKCS#1 of more than two primes", s(...Array(9).fill(i), s())],
		["private-key", "DSA", s(...Array(6).fill(i))],
		[null, "PKCS#8 with another element in between", s(i, der.text("x"), s(), o)],
		["pkcs12", "with a MAC", s(der.integer(3), s(), s())],
		["pkcs12", "without a MAC", s(der.integer(3), s())],
		[null, "PKCS#12's version and bits", s(der.integer(3), b)],
		[null, "five numbers", s(...Array(5).fill(i))],
		["public-key", "two numbers", s(i, i)],
		["parameters", "three numbers", s(i, i, i)],
		["pkcs7", "signed data", s(oid("1.2.840.113549.1.7.2"), v)],
		[null, "content of another type", s(oid("1.2.3"), v)],
		[null, "content of an invalid type", s(noOid, v)],
		[null, "nothing", s()],
		[null, "an invalid SEQUENCE", broken],
		[null, "a text as the first element", s(der.text("x"), s(), b)],
	];
	for (const [kind, title, bytes] of rows)
		it(`${kind ?? "unknown"}: ${title}`, () => {
			assert.equal(detectKind(readElement(bytes)), kind);
		});

	it("two numbers: by their label", () => {
		assert.equal(detectKind(readElement(s(i, i)), "parameters"), "parameters");
		assert.equal(detectKind(readElement(s(i, i)), "certificate"), "public-key");
		assert.equal(detectKind(null), null);
	});
});
