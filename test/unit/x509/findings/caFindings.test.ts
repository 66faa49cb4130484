import assert from "node:assert/strict";
import { isAlwaysBlocked } from "../../../../src/domain/certificateFile.ts";
import * as der from "../der.ts";
import { findingsOf, read } from "../read.ts";
import { findingWithCode, issuer, levelsAndCodes, withExtensions } from "./setup.ts";

const { certificate, usualExtensions } = der;

describe("R11 Findings of CA extensions:", () => {
	const basic = (...parts: Uint8Array[]) => ({
		[der.BASIC_CONSTRAINTS]: { oid: der.BASIC_CONSTRAINTS, critical: true, value: der.sequence(...parts) },
	});
	const keyUsage = (...octets: number[]) => ({
		[der.KEY_USAGE]: { oid: der.KEY_USAGE, critical: true, value: der.tlv(0x03, Buffer.from(octets)) },
	});
	const usages = (...oids: string[]) => ({
		[der.EXTENDED_KEY_USAGE]: { oid: der.EXTENDED_KEY_USAGE, value: der.sequence(...oids.map(der.oid)) },
	});
	const names = (tag: number, critical: boolean) => ({
		[der.NAME_CONSTRAINTS]: {
			oid: der.NAME_CONSTRAINTS,
			critical,
			value: der.sequence(
				der.context(0, der.sequence(tag === 0xa4 ? der.tlv(tag, der.name("Acme")) : der.text("a.test", tag))),
			),
		},
	});
	const constraints = (...subtrees: Uint8Array[]) => ({
		[der.NAME_CONSTRAINTS]: {
			...{ oid: der.NAME_CONSTRAINTS, critical: true },
			value: der.sequence(der.context(0, ...subtrees)),
		},
	});
	const notCritical = (oid: string) =>
		certificate({
			extensions: usualExtensions().map((each) => (each.oid === oid ? { ...each, critical: false } : each)),
		});
	const unknown = { oid: "1.3.6.1.4.1.99999.1", value: der.nullValue() };
	const rows: [title: string, file: Uint8Array, expected: string[]][] = [
		["CA:FALSE", withExtensions(basic()), ["strong not-a-ca"]],
		["explicit CA:FALSE", withExtensions(basic(der.boolean(false))), ["strong not-a-ca"]],
		["no basic constraints", withExtensions({ [der.BASIC_CONSTRAINTS]: null }), ["strong no-basic-constraints"]],
		["version 1, self-signed", certificate({ version: null, extensions: [] }), ["warn version-1", "info root"]],
		["version 1, not self-signed", certificate({ version: null, extensions: [], issuer }), ["warn version-1"]],
		["version 1 despite extensions", certificate({ version: null }), ["warn version-1", "info root"]],
		[
			"version 1 with CA:FALSE",
			certificate({ version: null, extensions: usualExtensions(basic()) }),
			["strong not-a-ca", "warn version-1"],
		],
		["version 3 without extensions", certificate({ extensions: [] }), ["strong no-basic-constraints"]],
		[
			"key usage without Certificate Sign",
			withExtensions(keyUsage(1, 0b0000_0010)),
			["strong no-certificate-sign", "info root"],
		],
		["key usage without CRL Sign", withExtensions(keyUsage(2, 0b0000_0100)), ["warn no-crl-sign", "info root"]],
		["no key usage", withExtensions({ [der.KEY_USAGE]: null }), ["warn no-key-usage", "info root"]],
		[
			"no key usage in a certificate that is not a CA",
			withExtensions({ ...basic(), [der.KEY_USAGE]: null }),
			["strong not-a-ca"],
		],
		["key usage that is not critical", notCritical(der.KEY_USAGE), ["info root", "info key-usage-not-critical"]],
		[
			"basic constraints that are not critical",
			notCritical(der.BASIC_CONSTRAINTS),
			["warn basic-constraints-not-critical", "info root"],
		],
		[
			"basic constraints and key usage that are not critical in a certificate that is not a CA",
			withExtensions({
				[der.BASIC_CONSTRAINTS]: { oid: der.BASIC_CONSTRAINTS, value: der.sequence() },
				[der.KEY_USAGE]: { oid: der.KEY_USAGE, value: der.tlv(0x03, Buffer.of(7, 0b1000_0000)) },
			}),
			["strong not-a-ca"],
		],
		[
			"extended key usage without client authentication",
			withExtensions(usages("1.3.6.1.5.5.7.3.1")),
			["strong no-client-authentication", "info root"],
		],
		[
			"extended key usage with client authentication",
			withExtensions(usages("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2")),
			["info root"],
		],
		["extended key usage with only `any`", withExtensions(usages("2.5.29.37.0")), ["warn any-usage-only", "info root"]],
		[
			"an unknown critical extension",
			withExtensions({}, [{ ...unknown, critical: true }]),
			["strong unknown-critical-extension", "info root"],
		],
		...["17", "32", "33", "36", "54"].map((arc): [string, Uint8Array, string[]] => [
			`the critical extension 2.5.29.${arc}, known to all verifiers`,
			withExtensions({}, [{ oid: `2.5.29.${arc}`, critical: true, value: der.nullValue() }]),
			["info root"],
		]),
		[
			"critical key identifiers and extended key usage",
			certificate({
				extensions: [
					...usualExtensions(usages("1.3.6.1.5.5.7.3.2")).map((extension) => ({ ...extension, critical: true })),
				],
			}),
			["info root"],
		],
		[
			"an extension with an explicit critical FALSE",
			certificate({
				extensions: [],
				afterExtensions: [
					der.context(
						3,
						der.sequence(der.sequence(der.oid(unknown.oid), der.boolean(false), der.octetString(unknown.value))),
					),
				],
			}),
			["strong no-basic-constraints"],
		],
		["an unknown extension that is not critical", withExtensions({}, [unknown]), ["info root"]],
		[
			"a critical directoryName constraint",
			withExtensions(names(0xa4, true)),
			["strong directory-name-constraint", "info root"],
		],
		[
			"a directoryName constraint that is not critical",
			withExtensions(names(0xa4, false)),
			["warn name-constraints", "warn name-constraints-not-critical", "info root"],
		],
		[
			"a constraint on DNS names that is not critical",
			withExtensions(names(0x82, false)),
			["warn name-constraints", "warn name-constraints-not-critical", "info root"],
		],
		[
			"a critical constraint on a DNS name and a directoryName",
			withExtensions(
				constraints(der.sequence(der.text("a.test", 0x82)), der.sequence(der.tlv(0xa4, der.name("Acme")))),
			),
			["strong directory-name-constraint", "info root"],
		],
		[
			"a critical constraint on an empty and on an invalid subtree",
			withExtensions(constraints(der.sequence(), der.integer(1))),
			["warn name-constraints", "info root"],
		],
		["a critical constraint on DNS names", withExtensions(names(0x82, true)), ["warn name-constraints", "info root"]],
		["a path length", withExtensions(basic(der.boolean(true), der.integer(0))), ["info root", "info path-length"]],
		[
			"no subject key identifier",
			withExtensions({ [der.SUBJECT_KEY_ID]: null }),
			["warn no-subject-key-identifier", "info root"],
		],
		[
			"no authority key identifier on a root",
			withExtensions({ [der.AUTHORITY_KEY_ID]: null }),
			["info root", "info no-authority-key-identifier"],
		],
		[
			"no authority key identifier on an intermediate",
			certificate({ issuer, extensions: usualExtensions({ [der.AUTHORITY_KEY_ID]: null }) }),
			["warn intermediate", "warn no-authority-key-identifier"],
		],
		[
			"an authority key identifier without a key",
			certificate({
				issuer,
				extensions: usualExtensions({ [der.AUTHORITY_KEY_ID]: { oid: der.AUTHORITY_KEY_ID, value: der.sequence() } }),
			}),
			["warn intermediate", "warn authority-key-identifier-without-key"],
		],
		[
			"a duplicate extension",
			withExtensions({}, [unknown, unknown, unknown]),
			["strong duplicate-extension", "info root"],
		],
		["a negative serial number", certificate({ serial: der.integer(0x80) }), ["strong negative-serial", "info root"]],
		["an empty subject", certificate({ subject: der.sequence() }), ["strong empty-subject", "info root"]],
	];
	for (const [title, file, expected] of rows)
		it(title, async () => {
			assert.deepEqual(await levelsAndCodes(file), expected);
		});

	it("no basic constraints: says whether the certificate is self-signed", async () => {
		const extensions = usualExtensions({ [der.BASIC_CONSTRAINTS]: null });
		for (const [parts, selfSigned] of [
			[{ extensions }, true],
			[{ extensions, issuer }, false],
			[{ extensions, signature: Buffer.alloc(64, 7) }, false],
		] as const)
			assert.deepEqual(await findingWithCode(certificate(parts), "no-basic-constraints"), {
				code: "no-basic-constraints",
				level: "strong",
				selfSigned,
			});
	});

	it("extensions that are missing or not critical never block an upload, nor ask for a second confirmation", async () => {
		const file = withExtensions({
			...names(0xa4, false),
			[der.BASIC_CONSTRAINTS]: { oid: der.BASIC_CONSTRAINTS, value: der.sequence(der.boolean(true)) },
			[der.KEY_USAGE]: null,
			[der.SUBJECT_KEY_ID]: null,
			[der.AUTHORITY_KEY_ID]: null,
		});
		assert.deepEqual(await levelsAndCodes(file), [
			"warn basic-constraints-not-critical",
			"warn no-key-usage",
			"warn no-subject-key-identifier",
			"warn name-constraints",
			"warn name-constraints-not-critical",
			"info root",
			"info no-authority-key-identifier",
		]);
		assert.equal(isAlwaysBlocked(await findingsOf(file)), false);
	});

	it("an empty or invalid extension of a readable certificate", async () => {
		for (const oid of [der.BASIC_CONSTRAINTS, der.KEY_USAGE, der.SUBJECT_KEY_ID, der.AUTHORITY_KEY_ID])
			for (const value of [Buffer.alloc(0), Buffer.from("junk"), der.sequence(der.sequence(der.integer(0)))]) {
				const file = withExtensions({ [oid]: { oid, value } });
				const found = await levelsAndCodes(file);
				assert.ok(found.includes("strong unreadable-extension"), `${oid} ${value.toString("hex")} ${found}`);
				assert.deepEqual(await findingWithCode(file, "unreadable-extension"), {
					code: "unreadable-extension",
					level: "strong",
					oid,
				});
			}
		const junk = { oid: der.BASIC_CONSTRAINTS, value: Buffer.from("junk") };
		assert.equal((await read(withExtensions({ [junk.oid]: junk }))).candidates[0]?.isCa, null);
	});

	it("an invalid path length, and an oversized extension, without a delay", async () => {
		for (const length of [der.integer(0xff), der.tlv(0x02, Buffer.alloc(20, 0x11))])
			assert.deepEqual(await findingsOf(withExtensions(basic(der.boolean(true), length))), [
				{ code: "unreadable-extension", level: "strong", oid: der.BASIC_CONSTRAINTS },
				{ code: "root", level: "info" },
			]);
		const large = { oid: der.SUBJECT_KEY_ID, value: der.octetString(Buffer.alloc(20_000)) };
		assert.ok((await levelsAndCodes(withExtensions({ [large.oid]: large }))).includes("strong unreadable-extension"));
	});

	it("BER instead of DER", async () => {
		const open = (element: Uint8Array) => {
			const content = element.subarray(element[1] === 0x82 ? 4 : element[1] === 0x81 ? 3 : 2);
			return Buffer.concat([Buffer.of(0x30, 0x80), content, Buffer.alloc(2)]);
		};
		assert.deepEqual(await levelsAndCodes(open(certificate())), ["strong not-der", "info root"]);
		const long = Buffer.concat([Buffer.of(0x30, 0x83, 0), certificate().subarray(2)]);
		assert.deepEqual(await levelsAndCodes(long), ["strong not-der", "info root"]);
		const extra = der.sequence(der.oid("1.2.840.10045.4.3.2"), Buffer.of(0x05, 0x81, 0x00));
		assert.deepEqual(await levelsAndCodes(certificate({ signatureAlgorithm: extra })), ["strong not-der", "info root"]);
	});

	it("unused bits of the signature, which must be zero in DER", async () => {
		const signature = Buffer.alloc(64, 7);
		for (const [unused, last, isDer] of [
			[0, 0xff, true],
			[1, 0xfe, true],
			[1, 0xff, false],
			[7, 0x80, true],
			[7, 0xc0, false],
		] as const) {
			signature[63] = last;
			const file = certificate({ issuer, signature });
			file[file.length - 65] = unused;
			assert.equal((await levelsAndCodes(file)).includes("strong not-der"), !isDer, `${unused} ${last}`);
		}
	});

	it("elements nested deeper than in real certificates", async () => {
		const nested = (depth: number): Uint8Array => (depth === 0 ? der.nullValue() : der.sequence(nested(depth - 1)));
		for (const [depth, isDer] of [
			[29, true],
			[30, false],
		] as const) {
			const signatureAlgorithm = der.sequence(der.oid("1.2.3"), nested(depth));
			assert.equal(
				(await levelsAndCodes(certificate({ signatureAlgorithm }))).includes("strong not-der"),
				!isDer,
				`${depth}`,
			);
		}
	});
});
