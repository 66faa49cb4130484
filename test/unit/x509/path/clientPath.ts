// Makes certificates of a path that no library makes, and checks them by the product and by OpenSSL.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ChainCheckResult } from "../../../../src/domain/clientCertificateCheck.ts";
import { checkChain } from "../../../../src/x509/chainCheck.ts";
import { hasOpenssl3 } from "../../../network/opensslServer.ts";
import { skipTest } from "../../../skipTest.ts";
import { temporaryFolder } from "../../../temporaryFolders.ts";
import * as der from "../der.ts";

export const NOW = Math.floor(Date.now() / 1000);
export const ALTERNATIVE_NAME = "2.5.29.17";
export const CLIENT_AUTHENTICATION = "1.3.6.1.5.5.7.3.2";

/** A key pair; the usual one is `der.keys`. */
export interface Keys {
	readonly publicKey: Uint8Array;
	readonly privateKey: der.CertificateParts["key"];
}

export function makeKeys(): Keys {
	const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
	return { publicKey: der.spki(publicKey), privateKey };
}

export interface PathCertificate extends Omit<der.CertificateParts, "extensions"> {
	/** Added to the usual extensions. */
	readonly added?: readonly der.ExtensionParts[];
	/** Replaces usual extensions, or omits them with `null`. */
	readonly replaced?: Partial<Record<string, der.ExtensionParts | null>>;
	/** The issuer's keys. */
	readonly signedBy?: Keys;
	/** The own keys. */
	readonly keys?: Keys;
}

/** Makes a CA certificate, self-signed unless an issuer is given. */
export function authority(commonName: string, options: PathCertificate = {}): Uint8Array {
	const { added = [], replaced, ...parts } = options;
	return certificate(commonName, parts, [...der.usualExtensions(replaced), ...added]);
}

/** Makes a client certificate, issued by `Root` unless an issuer is given. */
export function client(options: PathCertificate = {}): Uint8Array {
	const { added = [], replaced, ...parts } = options;
	const usual = Object.values({ ...CLIENT_EXTENSIONS, ...replaced }).filter((extension) => extension != null);
	return certificate("Client", { issuer: der.name("Root"), ...parts }, [...usual, ...added]);
}

function certificate(
	commonName: string,
	{ keys, signedBy = keys, ...parts }: PathCertificate,
	extensions: readonly der.ExtensionParts[],
) {
	const ownKeys = {
		...(keys && { publicKey: keys.publicKey }),
		...(signedBy?.privateKey && { key: signedBy.privateKey }),
	};
	return der.certificate({ subject: der.name(commonName), extensions, ...ownKeys, ...parts });
}

const CLIENT_EXTENSIONS: Readonly<Record<string, der.ExtensionParts>> = {
	[der.KEY_USAGE]: keyUsage(0x80),
	[der.EXTENDED_KEY_USAGE]: extendedKeyUsage(CLIENT_AUTHENTICATION),
	[der.AUTHORITY_KEY_ID]: authorityKey(der.tlv(0x80, Buffer.from("our own key"))),
};

/** Key usage with the bits of one octet, most significant first: 0x80 is Digital Signature, 0x04 Certificate Sign. */
export function keyUsage(bits: number): der.ExtensionParts {
	const unused = bits === 0 ? 0 : Math.log2(bits & -bits);
	return { oid: der.KEY_USAGE, critical: true, value: der.tlv(0x03, Buffer.of(unused, bits)) };
}

export function extendedKeyUsage(...purposes: readonly string[]): der.ExtensionParts {
	return { oid: der.EXTENDED_KEY_USAGE, value: der.sequence(...purposes.map(der.oid)) };
}

export function authorityKey(...parts: readonly Uint8Array[]): der.ExtensionParts {
	return { oid: der.AUTHORITY_KEY_ID, value: der.sequence(...parts) };
}

export function basicConstraints(...parts: readonly Uint8Array[]): der.ExtensionParts {
	return { oid: der.BASIC_CONSTRAINTS, critical: true, value: der.sequence(...parts) };
}

/** General names (RFC 5280 4.2.1.6). */
export const dns = (text: string) => der.text(text, 0x82);
export const email = (text: string) => der.text(text, 0x81);
export const uri = (text: string) => der.text(text, 0x86);
export const ip = (...octets: readonly number[]) => der.tlv(0x87, Buffer.from(octets));
export const directory = (name: Uint8Array) => der.context(4, name);
export const otherName = () => der.context(0, der.oid("1.2.3"), der.context(0, der.nullValue()));

export function alternativeNames(...names: readonly Uint8Array[]): der.ExtensionParts {
	return { oid: ALTERNATIVE_NAME, value: der.sequence(...names) };
}

export interface ConstraintParts {
	readonly permitted?: readonly Uint8Array[];
	readonly excluded?: readonly Uint8Array[];
	readonly critical?: boolean;
}

/** Name constraints with these bases; critical by default. */
export function nameConstraints({ permitted, excluded, critical = true }: ConstraintParts): der.ExtensionParts {
	const list = (tag: number, bases: readonly Uint8Array[] | undefined) =>
		bases ? [der.context(tag, ...bases.map((base) => der.sequence(base)))] : [];
	return { oid: der.NAME_CONSTRAINTS, critical, value: der.sequence(...list(0, permitted), ...list(1, excluded)) };
}

/** A client's file and the trust anchors. */
export interface TestPath {
	/** The client certificate, then intermediates, unless the test is about another order. */
	readonly file: readonly Uint8Array[];
	readonly anchors: readonly Uint8Array[];
}

const toPems = (certificates: readonly Uint8Array[]) =>
	certificates.map((each) => der.pemBlock("CERTIFICATE", each)).join("");

export function check({ file, anchors }: TestPath): ChainCheckResult {
	return checkChain(Buffer.from(toPems(file)), anchors, NOW) ?? assert.fail("nothing was found to check");
}

export const codesOf = ({ issues }: ChainCheckResult) => issues.map(({ code }) => code).toSorted();

const hasOpenssl = hasOpenssl3();
/** Number of results compared with OpenSSL's, in all test files. */
let comparisons = 0;

/**
 * Adds a test that the other tests of the surrounding `describe` compared at least one result with OpenSSL's. Must be
 * called last in it. The test is skipped without OpenSSL 3, or if another one didn't run.
 */
export function itComparedWithOpenssl(): void {
	let earlier = 0;
	before(() => {
		earlier = comparisons;
	});
	// Mocha runs nested suites after the tests of the surrounding one.
	describe("Comparisons with OpenSSL", () => {
		it("were made by the other tests", function () {
			if (!hasOpenssl) skipTest(this, "there is no OpenSSL 3");
			const own = this.test;
			let isComplete = true;
			own?.parent?.parent?.eachTest((test) => {
				if (test !== own && test.state === undefined && !test.isPending()) isComplete = false;
			});
			if (!isComplete) skipTest(this, "not all of the other tests ran");
			assert.ok(comparisons > earlier);
		});
	});
}

/** Asserts whether OpenSSL accepts the path, if OpenSSL is installed; the file begins with the client certificate. */
export function assertOpensslResult(path: TestPath, accepted: boolean): void {
	if (!hasOpenssl) return;
	comparisons++;
	assert.equal(opensslAccepts(path), accepted, "OpenSSL differs");
}

function opensslAccepts({ file, anchors }: TestPath): boolean {
	const folder = temporaryFolder("client-path");
	try {
		const [leaf = assert.fail(), ...intermediates] = file;
		const write = (name: string, certificates: readonly Uint8Array[]) =>
			writeFileSync(join(folder.path, name), toPems(certificates));
		write("anchors", anchors);
		write("leaf", [leaf]);
		write("intermediates", intermediates);
		const untrusted = intermediates.length > 0 ? ["-untrusted", "intermediates"] : [];
		const command = ["verify", "-partial_chain", "-purpose", "sslclient", "-CAfile", "anchors", ...untrusted, "leaf"];
		const { status, stderr } = spawnSync("openssl", command, { cwd: folder.path, encoding: "utf8" });
		assert.ok(status === 0 || stderr.includes("verification failed"), stderr);
		return status === 0;
	} finally {
		folder.remove();
	}
}

/** Codes of what OpenAI rejects although validators accept it. */
const OPENAI_ONLY = new Set(["no-authority-key-identifier"]);

/**
 * Asserts that a prediction doesn't contradict OpenSSL, if OpenSSL is installed: `accepted` only if OpenSSL accepts, and
 * `rejected` only if it rejects, or OpenAI documents the rule.
 */
export function assertOpensslAgrees(path: TestPath, { verdict, issues }: ChainCheckResult): void {
	if (verdict === "unknown" || issues.some(({ code }) => OPENAI_ONLY.has(code))) return;
	assertOpensslResult(path, verdict === "accepted");
}
