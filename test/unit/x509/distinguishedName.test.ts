import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import * as der from "./der.ts";
import { read } from "./read.ts";

const attribute = (oid: string, value: Uint8Array) => der.sequence(der.oid(oid), value);
const CN = "2.5.4.3";

async function subjectOf(...levels: Uint8Array[]) {
	const subject = der.sequence(...levels);
	const [candidate] = (await read(der.certificate({ subject, issuer: der.name("x") }))).candidates;
	return candidate;
}

describe("Names", () => {
	it("are in RFC 2253 order, the most specific part first, parts of one level joined by +", async () => {
		const candidate = await subjectOf(
			der.set(attribute("2.5.4.6", der.text("DE", 0x13))),
			der.set(attribute("2.5.4.10", der.text("Acme, Inc.")), attribute("2.5.4.11", der.text("Ops"))),
			der.set(attribute(CN, der.text("old"))),
			der.set(attribute(CN, der.text("Acme Root"))),
		);
		assert.equal(candidate?.subject, "CN=Acme Root,CN=old,OU=Ops+O=Acme\\, Inc.,C=DE");
		assert.equal(candidate?.commonName, "Acme Root");
		assert.equal(candidate?.issuer, "CN=x");
	});

	it("have their common name found in any position, or null without any", async () => {
		const organization = der.set(attribute("2.5.4.10", der.text("Acme")));
		assert.equal((await subjectOf(der.set(attribute(CN, der.text("Root"))), organization))?.commonName, "Root");
		assert.equal((await subjectOf(organization))?.commonName, null);
		const noText = der.set(attribute(CN, der.bitString(Buffer.of(1))));
		assert.equal((await subjectOf(der.set(attribute(CN, der.text("Root"))), noText))?.commonName, "Root");
	});

	it("have the same labels as in OpenSSL", async () => {
		const types = [
			...[3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15, 17, 41, 42, 43, 44, 46, 65, 97].map((arc) => `2.5.4.${arc}`),
			...["0.9.2342.19200300.100.1.1", "0.9.2342.19200300.100.1.25", "1.2.840.113549.1.9.1"],
			...[1, 2, 3].map((arc) => `1.3.6.1.4.1.311.60.2.1.${arc}`),
		];
		const subject = der.sequence(...types.map((type) => der.set(attribute(type, der.text("x")))));
		const file = der.certificate({ subject });
		const [candidate] = (await read(file)).candidates;
		assert.deepEqual(candidate?.subject.split(",").toReversed(), new X509Certificate(file).subject.split("\n"));
	});

	it("are equal regardless of case, redundant blanks and the order within a level, and otherwise not", async () => {
		const levels = (...parts: Uint8Array[]) => der.sequence(der.set(...parts));
		const [cn, unit] = [attribute(CN, der.text("Acme Root")), attribute("2.5.4.11", der.text("Ops"))];
		const bits = (octet: number) => attribute(CN, der.bitString(Buffer.of(octet)));
		const rows: readonly [Uint8Array, Uint8Array, equal: boolean][] = [
			[levels(cn, unit), levels(unit, cn), true],
			[levels(cn), levels(attribute(CN, der.text("  ACME  root "))), true],
			[levels(cn), levels(attribute(CN, der.text("AcmeRoot"))), false],
			[levels(cn), levels(attribute("2.5.4.11", der.text("Acme Root"))), false],
			[levels(cn, unit), der.sequence(der.set(cn), der.set(unit)), false],
			[levels(bits(1)), levels(bits(1)), true],
			[levels(bits(1)), levels(bits(2)), false],
		];
		for (const [subject, issuer, equal] of rows) {
			const [candidate] = (await read(der.certificate({ subject, issuer }))).candidates;
			assert.equal(candidate?.selfSigned, equal, Buffer.from(issuer).toString("hex"));
		}
	});

	it("are escaped as in RFC 2253", async () => {
		const rows: [string, string][] = [
			['a,b+c"d\\e<f>g;h', 'a\\,b\\+c\\"d\\\\e\\<f\\>g\\;h'],
			["#hash", "\\#hash"],
			["in # side", "in # side"],
			[" blanks ", "\\ blanks\\ "],
			["Ünïcode 日本 🎉", "Ünïcode 日本 🎉"],
			["", ""],
		];
		for (const [value, written] of rows)
			assert.equal((await subjectOf(der.set(attribute(CN, der.text(value)))))?.subject, `CN=${written}`);
	});

	it("R12 contain no control characters, no bidirectional controls and no invisible characters", async () => {
		const hostile = "a\0b\nc\x1b[2Jd\u009be\u202ef\u2066g\u2028h\u200bi\ufeffj";
		const { subject = "" } = (await subjectOf(der.set(attribute(CN, der.text(hostile))))) ?? {};
		assert.equal(
			subject,
			"CN=a\\00b\\0Ac\\1B[2Jd\\C2\\9Be\\E2\\80\\AEf\\E2\\81\\A6g\\E2\\80\\A8h\\E2\\80\\8Bi\\EF\\BB\\BFj",
		);
	});

	it("are read in every string type", async () => {
		const utf16 = Buffer.from("Jörg", "utf16le").swap16();
		const utf32 = Buffer.concat([..."Jörg"].map((c) => Buffer.of(0, 0, 0, c.codePointAt(0) ?? 0)));
		const values = [
			der.text("Jörg"),
			der.tlv(0x14, Buffer.from("Jörg", "latin1")),
			der.tlv(0x1e, utf16),
			der.tlv(0x1c, utf32),
		];
		for (const value of values) assert.equal((await subjectOf(der.set(attribute(CN, value))))?.commonName, "Jörg");
		const marked = await subjectOf(der.set(attribute(CN, der.text("\ufeffJörg"))));
		assert.equal(marked?.commonName, "\ufeffJörg");
		const last = await subjectOf(der.set(attribute(CN, der.tlv(0x1c, Buffer.of(0, 0x10, 0xff, 0xff)))));
		assert.equal(last?.commonName, "\u{10ffff}");
	});

	it("have unknown types and values that are not text in hexadecimal", async () => {
		const candidate = await subjectOf(
			der.set(attribute("1.3.6.1.4.1.36914", der.text("example"))),
			der.set(attribute(CN, der.bitString(Buffer.of(1)))),
		);
		assert.equal(candidate?.subject, "CN=#03020001,1.3.6.1.4.1.36914=#0C076578616D706C65");
		assert.equal(candidate?.commonName, null);
	});

	it("R12 of 10,000 characters are read, and over 64 kB the certificate is rejected", async () => {
		assert.equal((await subjectOf(der.set(attribute(CN, der.text("x".repeat(10_000))))))?.commonName?.length, 10_000);
		assert.equal(await subjectOf(der.set(attribute(CN, der.text("x".repeat(65_536))))), undefined);
	});

	it("that OpenSSL does not read make the certificate unreadable", async () => {
		const values = [
			der.tlv(0x0c, Buffer.of(0xff)),
			der.tlv(0x1e, Buffer.of(1)),
			der.tlv(0x1c, Buffer.of(0, 1, 1)),
			der.tlv(0x1c, Buffer.of(0, 0x11, 0, 0)),
			der.tlv(0x1e, Buffer.of(0xdf, 0xff)),
			der.integer(1),
		];
		for (const value of values) assert.equal(await subjectOf(der.set(attribute(CN, value))), undefined);
	});
});

describe("Serial numbers and dates", () => {
	it("a serial number is the unchanged content of the INTEGER, with leading zero and sign", async () => {
		for (const [octets, hex] of [
			[[0x00, 0x83], "0083"],
			[[0x83], "83"],
			[[0x00], "00"],
		] as const) {
			const [candidate] = (await read(der.certificate({ serial: der.integer(...octets) }))).candidates;
			assert.equal(candidate?.serialNumber, hex);
		}
	});

	it("dates are read in both types, with every time zone, and as null if invalid", async () => {
		const rows: [Uint8Array, number | null][] = [
			[der.utcTime("491231235959Z"), Date.UTC(2049, 11, 31, 23, 59, 59) / 1000],
			[der.utcTime("500101000000Z"), Date.UTC(1950, 0, 1) / 1000],
			[der.utcTime("240229000000Z"), Date.UTC(2024, 1, 29) / 1000],
			[der.utcTime("230229000000Z"), null],
			[der.utcTime("240101000000+0130"), Date.UTC(2023, 11, 31, 22, 30) / 1000],
			[der.utcTime("240101000000-0130"), Date.UTC(2024, 0, 1, 1, 30) / 1000],
			[der.generalizedTime("00010101000000Z"), -62_135_596_800],
			[der.generalizedTime("99991231235959Z"), 253_402_300_799],
			[der.generalizedTime("20500101000000.123Z"), Date.UTC(2050, 0, 1) / 1000],
			[der.utcTime("2401010000000000Z"), null],
			[der.utcTime("24010100000é"), null],
			[der.utcTime("2401010000+0130"), Date.UTC(2023, 11, 31, 22, 30) / 1000],
			[der.utcTime("x240101000000Z"), null],
			[der.utcTime("240101000000Zx"), null],
			[der.utcTime("20240101000000Z"), null],
			[der.utcTime("240101006000Z"), null],
			[der.utcTime("240101000060Z"), null],
		];
		for (const [notAfter, expected] of rows) {
			const [candidate] = (await read(der.certificate({ notAfter }))).candidates;
			assert.equal(candidate?.notAfter, expected, notAfter.toString());
		}
	});
});
