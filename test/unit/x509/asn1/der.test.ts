import assert from "node:assert/strict";
import { childrenOf, decodeOid, isTruncated, looksLikeDer, readElement } from "../../../../src/x509/asn1/der.ts";
import * as der from "../der.ts";

const hex = (text: string) => Buffer.from(text.replaceAll(" ", ""), "hex");

describe("The reader of DER", () => {
	const valid: [title: string, bytes: string, encoded: number, content: number, isDer: boolean][] = [
		["a length in the short form", "04 02 0102 ff", 4, 2, true],
		["no content", "05 00", 2, 0, true],
		["a length in the long form", `04 8180 ${"00".repeat(128)} ff`, 131, 128, true],
		["two octets of length", `04 820100 ${"00".repeat(256)}`, 260, 256, true],
		["a length in a redundant long form", "04 8101 00", 4, 1, false],
		["leading zeros in the length", `04 820080 ${"00".repeat(128)}`, 132, 128, false],
		["six octets of length", "04 86000000000001 00 ff", 9, 1, false],
		["a tag of several octets", "1f 8148 01 00", 5, 1, true],
		["a tag of several octets, the first of them empty", "1f 8001 01 00", 5, 1, true],
		["an indefinite length", "30 80 0500 0000 ff", 6, 2, false],
		["nested indefinite lengths", "30 80 3080 0500 0000 0000", 10, 6, false],
	];
	for (const [title, bytes, encoded, content, isDer] of valid)
		it(`reads an element with ${title}`, () => {
			const element = readElement(hex(bytes));
			assert.deepEqual([element?.encoded.length, element?.content.length, element?.isDer], [encoded, content, isDer]);
		});

	const invalid: [title: string, bytes: string][] = [
		["no bytes", ""],
		["a tag alone", "30"],
		["a tag of several octets that does not end", "1f 81"],
		["the end of contents", "00 00"],
		["content that ends early", "04 03 0102"],
		["a length that ends early", "04 82 01"],
		["a length of too many octets", `04 87 00000000000001 ${"00".repeat(4)}`],
		["an indefinite length of a simple type", "04 80 0500 0000"],
		["an indefinite length without an end", "30 80 0500"],
		["an indefinite length with half an end", "30 80 0500 00"],
		["an indefinite length with an end of contents that is not empty", "30 80 0001 0500 0000"],
		["indefinite lengths nested without end", "3080".repeat(1000) + "0000".repeat(1000)],
	];
	for (const [title, bytes] of invalid)
		it(`rejects ${title}`, () => {
			assert.equal(readElement(hex(bytes)), null);
		});

	it("reads the children of a constructed element if they fill it exactly, at most 10,000", () => {
		const lengths = (bytes: string) => childrenOf(readElement(hex(bytes)))?.map(({ encoded }) => encoded.length);
		assert.deepEqual(lengths("30 05 0500 020101"), [2, 3]);
		assert.deepEqual(lengths("30 00"), []);
		assert.equal(lengths("30 03 0500 02"), undefined);
		assert.equal(lengths("04 02 0500"), undefined);
		assert.equal(childrenOf(null), null);
		const many = (count: number) => childrenOf(readElement(der.sequence(Buffer.from("0500".repeat(count), "hex"))));
		assert.deepEqual([many(10_000)?.length, many(10_001)], [10_000, null]);
	});

	it("decodes object identifiers, and rejects malformed ones and those of more than 128 bytes", () => {
		for (const text of [
			"0.39",
			"1.0",
			"1.39",
			"2.0",
			"2.39",
			"2.40",
			"2.999.3",
			"1.2.840.113549.1.1.11",
			"2.25.128.16383",
		])
			assert.equal(decodeOid(der.oid(text).subarray(2)), text);
		const uuid = "6983bdd2fdefc0cbc0fedcb0d2d2a5b0c0fd03";
		assert.equal(decodeOid(hex(uuid))?.startsWith("2.25."), true);
		for (const bytes of ["", "80", "2a80", "2a8001", "2a 8680", "2a".repeat(129)])
			assert.equal(decodeOid(hex(bytes)), null, bytes);
		assert.equal(decodeOid(hex("2a".repeat(128)))?.split(".").length, 129);
	});

	it("recognizes a SEQUENCE of more than 127 bytes by its first two bytes", () => {
		assert.deepEqual(
			["3080", "308100", "308401000000", "30", "307f", "308500", "318100", ""].map((bytes) => looksLikeDer(hex(bytes))),
			[true, true, true, false, false, false, false, false],
		);
	});

	it("recognizes a truncated SEQUENCE", () => {
		assert.deepEqual(
			["30810200", "3081020000", "308102000000", "3080", "30820100"].map((bytes) => isTruncated(hex(bytes))),
			[true, false, false, false, true],
		);
	});
});
