import assert from "node:assert/strict";
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { issueLevel } from "../../../../src/domain/clientCertificateCheck.ts";
import { MAX_FILE_BYTES } from "../../../../src/domain/limits.ts";
import { checkChain } from "../../../../src/x509/chainCheck.ts";
import { makeCertificate, type TestCertificate } from "../../../certificates.ts";
import { extension, generalName, type NameAttribute, name } from "../../../paths/encode.ts";
import { poolKey } from "../../../paths/keys.ts";
import * as der from "../der.ts";
import { makePrivateKeys } from "../privateKeys.ts";

const NOW = Math.floor(Date.now() / 1000);

/** About a third of a second each; a usual chain takes 20,000 steps. A test must not depend on the computer's speed. */
const MAX_STEPS = 50_000_000;
const MAX_VERIFICATIONS = 2_000;

const bytes = (...parts: readonly string[]) => Buffer.from(parts.join(""));
const pems = (...certificates: readonly Uint8Array[]) =>
	bytes(...certificates.map((each) => der.pemBlock("CERTIFICATE", each)));

type Result = ReturnType<typeof checkChain>;

/** Checks in a worker, where work can be counted. @throws AssertionError if it was too much work */
async function checkCheaply(file: Uint8Array, anchor: Uint8Array): Promise<Result> {
	const worker = new Worker(new URL("./workCounter.ts", import.meta.url), {
		workerData: { file, anchors: [anchor], at: NOW },
	});
	const [{ result, steps, verifications }] = await once(worker, "message");
	await worker.terminate();
	assert.ok(steps > 0 && steps <= MAX_STEPS, `${steps} steps`);
	assert.ok(verifications <= MAX_VERIFICATIONS, `${verifications} verifications`);
	return result;
}

/** Asserts that a chain is judged, but not accepted. */
function assertNotAccepted(result: Result): void {
	assert.ok(result !== null, "nothing was found to check");
	assert.notEqual(result.rfc5280, "valid");
	assert.notEqual(result.verdict, "accepted");
	assert.ok(result.issues.some((issue) => issueLevel(issue) !== "info"));
}

describe("Bad chains", () => {
	let root: TestCertificate;
	let client: TestCertificate;

	before(async () => {
		root = await makeCertificate({ commonName: "Root" });
		client = await makeCertificate({ ca: false, issuer: root });
	});

	const check = (file: Uint8Array) => checkChain(file, [root.der], NOW);

	it("without a certificate are not judged", () => {
		const request = der.pemBlock("CERTIFICATE REQUEST", der.sequence());
		const files: readonly (string | Uint8Array)[] = [
			...["", "\n", "a text", request, der.pemBlock("X509 CRL", der.sequence()), "\0".repeat(1000)],
			...["-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n", client.pem.replace("MII", "MI!")],
			...makePrivateKeys().map(({ text }) => text),
			...[der.pkcs7(), client.der.subarray(0, -1), new Uint8Array(100)],
		];
		for (const file of files) assert.equal(check(Buffer.from(file)), null, String(file));
	});

	it("with only CA certificates have an unknown result", () => {
		for (const file of [bytes(root.pem), bytes(root.pem, root.pem)]) assert.equal(check(file)?.verdict, "unknown");
	});

	it("with several client certificates are judged by the first one, which clients present", async () => {
		const stranger = await makeCertificate({ ca: false, commonName: "Stranger" });
		const strangerFirst = check(bytes(stranger.pem, client.pem));
		assert.equal(strangerFirst?.sha256, stranger.sha256);
		assertNotAccepted(strangerFirst);
		const clientFirst = check(bytes(client.pem, stranger.pem));
		assert.deepEqual([clientFirst?.sha256, clientFirst?.verdict], [client.sha256, "accepted"]);
	});

	// All certificates below have the same key, so that each could have signed each.
	const authority = (subject: string, issuer: string, serial: number, parts: der.CertificateParts = {}) =>
		der.certificate({
			subject: der.name(subject),
			issuer: der.name(issuer),
			serial: der.integer(1, serial >> 8, serial & 0xff),
			...parts,
		});
	const leaf = (issuer: string, ...extensions: readonly der.ExtensionParts[]) =>
		der.certificate({
			subject: der.name("Client"),
			issuer: der.name(issuer),
			extensions: [...clientExtensions(), ...extensions],
		});
	const clientExtensions = () => [
		{ ...extension.keyUsage(0x80), critical: true },
		extension.extendedKeyUsage("1.3.6.1.5.5.7.3.2"),
		extension.authorityKeyId(Buffer.from("our own key")),
	];
	const anchor = authority("Anchor", "Anchor", 0);
	const many = (count: number, make: (number: number) => Buffer) => Array.from({ length: count }, (_, n) => make(n));

	const unreachable: readonly [string, () => Uint8Array][] = [
		[
			"with two authorities that signed each other",
			() => pems(leaf("A"), authority("A", "B", 1), authority("B", "A", 2)),
		],
		["with an authority that signed itself", () => pems(leaf("A"), authority("A", "A", 1))],
		[
			"with a ring of 100 authorities",
			() => pems(leaf("0"), ...many(100, (n) => authority(String(n), String((n + 1) % 100), n))),
		],
		[
			"with 500 authorities of the same name and key",
			() => pems(leaf("A"), ...many(500, (n) => authority("A", "A", n))),
		],
		[
			"with 500 authorities of the same name and different keys",
			() => {
				const keys = many(50, (n) => Buffer.from(poolKey("p-256", 100 + n).spki));
				return pems(leaf("A"), ...many(500, (n) => authority("A", "Anchor", n, { publicKey: keys[n % 50] ?? anchor })));
			},
		],
		[
			"with a chain of 500 authorities without an end",
			() => pems(leaf("0"), ...many(500, (n) => authority(`${n}`, `${n + 1}`, n))),
		],
		[
			"with 20 levels of 25 authorities each, without an end",
			() => pems(leaf("0"), ...many(500, (n) => authority(`${n % 20}`, `${(n % 20) + 1}`, n))),
		],
	];
	for (const [title, make] of unreachable)
		it(`${title} are judged cheaply, and not accepted`, async () => {
			assertNotAccepted(await checkCheaply(make(), anchor));
		});

	const excluded = (...names: readonly Buffer[]) => ({ ...extension.nameConstraints([], names), critical: true });
	const host = extension.subjectAltName(generalName.dns("a.example.test"));

	it("with 20 levels of 25 authorities each, of which the last excludes the client, are not accepted", async () => {
		const levels = many(500, (n) => authority(`${n % 20}`, n % 20 === 19 ? "Anchor" : `${(n % 20) + 1}`, n));
		const strict = authority("Anchor", "Anchor", 0, {
			extensions: [...der.usualExtensions(), excluded(generalName.dns("example.test"))],
		});
		assertNotAccepted(await checkCheaply(pems(leaf("0", host), ...levels), strict));
	});

	it("with 500 authorities up to the trust anchor are judged cheaply, with an unknown result", async () => {
		const chain = many(500, (n) => authority(`${n}`, n === 499 ? "Anchor" : `${n + 1}`, n));
		const result = await checkCheaply(pems(leaf("0"), ...chain), anchor);
		assert.deepEqual([result?.rfc5280, result?.verdict], ["unknown", "unknown"]);
		assert.deepEqual(
			result?.issues.map(({ code }) => code),
			["too-many-certificates"],
		);
	});

	/** Names and constraints of one kind, none of which match. */
	const kinds: readonly [string, (n: number) => Buffer, (n: number) => Buffer][] = [
		["DNS", (n) => generalName.dns(`${n}.test`), (n) => generalName.dns(`${n}.example`)],
		["e-mail", (n) => generalName.email(`${n}@a.test`), (n) => generalName.email(`${n}@a.example`)],
		["URI", (n) => generalName.uri(`https://${n}.test`), (n) => generalName.uri(`${n}.example`)],
		[
			"IP",
			(n) => generalName.ip(`10.1.${n >> 8}.${n & 255}`),
			(n) => generalName.ip(`11.1.${n >> 8}.${n & 255}`, "255.255.255.255"),
		],
		["directory", (n) => generalName.directory(attributes(n)), (n) => generalName.directory([["O", `${n}`]])],
	];
	function attributes(n: number): NameAttribute[] {
		return [
			["O", "Acme"],
			["OU", `${n}`],
		];
	}
	for (const [title, nameOf, constraintOf] of kinds)
		for (const form of ["permitted", "excluded"] as const)
			it(`with a great many ${title} names, and ${form} ones, are judged cheaply, with an unknown result`, async () => {
				const constraints = many(9_999, constraintOf);
				const list = form === "permitted" ? extension.nameConstraints(constraints, []) : excluded(...constraints);
				const between = authority("Between", "Anchor", 1, {
					extensions: [...der.usualExtensions(), { ...list, critical: true }],
				});
				const names = extension.subjectAltName(...many(9_999, nameOf));
				const result = await checkCheaply(pems(leaf("Between", names), between), anchor);
				assert.deepEqual([result?.rfc5280, result?.verdict], ["unknown", "unknown"]);
			});

	it("with a megabyte of name constraints are judged cheaply, and not accepted", async () => {
		const constraints = many(42_000, (n) => generalName.dns(`${n}.example`));
		const between = authority("Between", "Anchor", 1, {
			extensions: [...der.usualExtensions(), { ...extension.nameConstraints(constraints, []), critical: true }],
		});
		const file = pems(leaf("Between", host), between);
		assert.ok(file.length > 900_000 && file.length <= MAX_FILE_BYTES, `${file.length} bytes`);
		assertNotAccepted(await checkCheaply(file, anchor));
	});

	it("with a name of 60 kB are judged cheaply, and accepted", async () => {
		const long = name(Array.from({ length: 4_000 }, (_, n): NameAttribute => ["OU", `${n}`]));
		const between = authority("Between", "Anchor", 1, { subject: long });
		const file = der.certificate({ subject: der.name("Client"), issuer: long, extensions: clientExtensions() });
		const result = await checkCheaply(pems(file, between), anchor);
		assert.deepEqual([result?.rfc5280, result?.verdict, result?.issues], ["valid", "accepted", []]);
	});

	it("with 9,000 extensions in a certificate are judged cheaply, and not accepted", async () => {
		const unknown = { oid: "1.3.6.1.4.1.99999.1", critical: true, value: der.nullValue() };
		const extensions = Array.from({ length: 9_000 }, () => unknown);
		assertNotAccepted(await checkCheaply(pems(leaf("Anchor", ...extensions)), anchor));
	});
});
