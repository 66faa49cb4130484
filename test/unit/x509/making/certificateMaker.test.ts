import assert from "node:assert/strict";
import { createPrivateKey } from "node:crypto";
import { inspect } from "node:util";
import {
	type ClientRequest,
	MAX_CA_DAYS,
	type MadeCertificate,
	type OpenCa,
} from "../../../../src/domain/certificateMaking.ts";
import { childrenOf, decodeOid, readElement } from "../../../../src/x509/asn1/der.ts";
import { decodeCertificate } from "../../../../src/x509/certificate.ts";
import { formatName } from "../../../../src/x509/distinguishedName.ts";
import { buildCaCertificate } from "../../../../src/x509/making/buildCertificate.ts";
import { X509CertificateMaker } from "../../../../src/x509/making/certificateMaker.ts";
import { encryptKey } from "../../../../src/x509/making/keyEncryption.ts";
import { readAlternativeNames } from "../../../../src/x509/path/generalNames.ts";
import { daysFromNow, makeCertificate, type TestCertificate } from "../../../certificates.ts";
import { expectProblem } from "../../openai/setup.ts";
import * as der from "../der.ts";
import { derOf, PASSPHRASE, takeKey } from "./keyTypeTests.ts";

const HOUR = 3600;
const DAY = 86_400;
const now = Math.floor(Date.now() / 1000);
const maker = (time = now) => new X509CertificateMaker(() => time);
const request: ClientRequest & { keyType: "p-256"; passphrase: null } = {
	...{ commonName: "agent", names: [], validDays: 90 },
	...{ keyType: "p-256", passphrase: null },
};

/** Opens a CA with its unencrypted key. @param time Unix seconds */
function open(ca: TestCertificate, time?: number): Promise<OpenCa> {
	return maker(time).openCa(Buffer.from(ca.pem), Buffer.from(ca.privateKeyPem), null);
}

function decode({ certificatePem }: MadeCertificate) {
	return decodeCertificate(readElement(derOf(certificatePem)) ?? assert.fail()) ?? assert.fail();
}

/** Returns the extensions' object identifiers, with an exclamation mark if critical. */
function extensionsOf(made: MadeCertificate): readonly string[] {
	return decode(made).raw.extensions.map(({ oid, critical }) => (critical ? `${oid}!` : oid));
}

/** Returns the two types of a certificate's dates. */
function dateTypes(made: MadeCertificate): readonly string[] {
	const { notBefore, notAfter } = decode(made).raw;
	return [notBefore, notAfter].map(({ tag }) => (tag === 0x17 ? "UTCTime" : "GeneralizedTime"));
}

describe("A CA that is made", () => {
	const createCa = (time?: number, validDays = 365) =>
		maker(time).createCa({ commonName: " Acme CA ", validDays, keyType: "p-256", passphrase: PASSPHRASE });

	it("has what RFC 5280 and OpenAI require of a CA, and nothing else", async () => {
		const ca = await createCa();
		const { raw, subject, extensions, selfSigned, signatureAlgorithm } = decode(ca);
		assert.deepEqual(extensionsOf(ca), ["2.5.29.19!", "2.5.29.15!", "2.5.29.14", "2.5.29.35"]);
		const { basicConstraints, keyUsage, subjectKey, authorityKey } = extensions;
		assert.deepEqual(basicConstraints, { ca: true, pathLength: 0 });
		assert.deepEqual(keyUsage, { digitalSignature: false, certificateSign: true, crlSign: true, isEmpty: false });
		assert.deepEqual(authorityKey, { keyId: subjectKey, serialNumber: null });
		assert.match(subjectKey ?? "", /^[\da-f]{40}$/);
		assert.deepEqual([formatName(subject), raw.version, selfSigned], ["CN=Acme CA", 2, true]);
		assert.equal(signatureAlgorithm.hash, "sha256");
		assert.deepEqual([ca.commonName, ca.names], ["Acme CA", []]);
		assert.deepEqual([ca.notBefore, ca.notAfter], [now - HOUR, now + 365 * DAY]);
	});

	it("is valid for one day to ten years", async () => {
		for (const days of [1, MAX_CA_DAYS]) assert.equal((await createCa(now, days)).notAfter, now + days * DAY);
		await assert.rejects(createCa(now, MAX_CA_DAYS + 1), RangeError);
		for (const validDays of [0, -1, Number.NaN]) await assert.rejects(createCa(now, validDays), RangeError);
	});

	it("has a name that is no blank, no control character and not longer than 64 characters", async () => {
		for (const [commonName, why] of [
			[" ", "blank"],
			["a\u0000", "control-characters"],
			["a".repeat(10_000), "too-long"],
		] as const) {
			const options = { commonName, validDays: 1, keyType: "p-256", passphrase: PASSPHRASE } as const;
			const issue = { name: "common-name", why };
			assert.deepEqual(await expectProblem(maker().createCa(options)), { reason: "names-refused", issue });
		}
	});

	it("has a name with characters that mean something in other names", async () => {
		const keys = await makeCertificate();
		const { publicKey } = decodeCertificate(readElement(keys.der) ?? assert.fail())?.raw ?? assert.fail();
		const signer = { key: keys.keys.privateKey, algorithm: { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } };
		const commonName = 'A+B, "C"=#D; \\E <F> 日本';
		const validity = { notBefore: now, notAfter: now + DAY };
		const ca = await buildCaCertificate({ commonName, publicKey, validity, serial: "40", signer });
		const [attribute] = decodeCertificate(readElement(ca) ?? assert.fail())?.subject.flat() ?? [];
		assert.equal(attribute?.text, commonName);
	});
});

describe("A client certificate that is made", () => {
	let ca: TestCertificate;
	let opened: OpenCa;

	before(async () => {
		ca = await makeCertificate({ commonName: "Acme CA", notBefore: new Date((now - 10 * DAY) * 1000) });
		opened = await open(ca);
	});

	it("has what RFC 5280 and OpenAI require of a client, and nothing else", async () => {
		const client = await opened.issue({ ...request, commonName: " agent " });
		const { raw, subject, issuer, extensions, signatureAlgorithm } = decode(client);
		assert.deepEqual(extensionsOf(client), ["2.5.29.19!", "2.5.29.15!", "2.5.29.37", "2.5.29.14", "2.5.29.35"]);
		const { basicConstraints, keyUsage, subjectKey, authorityKey, extendedKeyUsage } = extensions;
		assert.deepEqual(basicConstraints, { ca: false, pathLength: null });
		assert.deepEqual(keyUsage, { digitalSignature: true, certificateSign: false, crlSign: false, isEmpty: false });
		assert.deepEqual([...(extendedKeyUsage ?? [])], ["1.3.6.1.5.5.7.3.2"]);
		const { extensions: own } = decodeCertificate(readElement(ca.der) ?? assert.fail()) ?? assert.fail();
		assert.deepEqual(authorityKey, { keyId: own.subjectKey, serialNumber: null });
		assert.notEqual(subjectKey, own.subjectKey);
		assert.deepEqual([formatName(subject), formatName(issuer)], ["CN=agent", "CN=Acme CA"]);
		assert.equal(signatureAlgorithm.hash, "sha256");
		assert.equal(Buffer.from(raw.serialNumber).toString("hex"), client.serial);
		assert.deepEqual([client.commonName, client.certificatePem.match(/BEGIN/g)?.length], ["agent", 1]);
	});

	it("has the names, and only those", async () => {
		const names = [
			{ type: "dns", value: "a.test" },
			{ type: "uri", value: "spiffe://a.test/b" },
			{ type: "email", value: "a@b.test" },
		] as const;
		const client = await opened.issue({ ...request, names });
		const extension = decode(client).raw.extensions.find(({ oid }) => oid === "2.5.29.17") ?? assert.fail();
		const kinds = readAlternativeNames(extension.value)?.map(({ kind, text }) => ({ type: kind, value: text }));
		assert.deepEqual([kinds, extension.critical, client.names], [names, false, names]);
	});

	it("has a random, positive serial number of exactly 16 bytes", async () => {
		const serials = new Set<string>();
		for (let count = 0; count < 40; count++) serials.add((await opened.issue(request)).serial);
		assert.equal(serials.size, 40);
		for (const serial of serials) assert.match(serial, /^[4-7][\da-f]{31}$/);
	});

	it("is valid from an hour ago, or from the CA's start", async () => {
		assert.equal((await opened.issue(request)).notBefore, now - HOUR);
		const young = await makeCertificate({ notBefore: new Date((now - 60) * 1000) });
		const client = await (await open(young)).issue(request);
		assert.deepEqual([client.notBefore, decode(client).raw.notBefore.tag], [now - 60, 0x17]);
	});

	it("never expires later than its CA", async () => {
		assert.equal((await opened.issue(request)).notAfter, now + 90 * DAY);
		const { notAfter } = opened;
		assert.equal((await opened.issue({ ...request, validDays: 10_000 })).notAfter, notAfter);
		const endless = await makeCertificate({ notAfter: new Date("9999-12-31T23:59:59Z") });
		const client = await (await open(endless)).issue({ ...request, validDays: 30_000 });
		assert.equal(client.notAfter, now + 30_000 * DAY);
		await assert.rejects(opened.issue({ ...request, validDays: 0 }), RangeError);
	});

	it("has dates as in RFC 5280 4.1.2.5, before and after 2050", async () => {
		const endless = await makeCertificate({ notAfter: new Date("9999-12-31T23:59:59Z") });
		const [utc, generalized] = ["UTCTime", "GeneralizedTime"];
		for (const [time, types] of [
			["2049-12-30T23:59:59Z", [utc, utc]],
			["2049-12-31T00:00:00Z", [utc, generalized]],
			["2050-01-01T00:59:59Z", [utc, generalized]],
			["2050-01-01T01:00:00Z", [generalized, generalized]],
		] as const) {
			const client = await (await open(endless, Date.parse(time) / 1000)).issue({ ...request, validDays: 1 });
			assert.deepEqual(dateTypes(client), types, time);
		}
	});

	it("is refused at the CA's last second, and valid a second earlier", async () => {
		const { notAfter } = opened;
		const client = await (await open(ca, notAfter - 1)).issue(request);
		assert.equal(client.notAfter, notAfter);
		assert.deepEqual(await expectProblem(open(ca, notAfter)), { reason: "ca-refused", why: "expired" });
		const { notBefore } = opened;
		assert.equal((await (await open(ca, notBefore)).issue(request)).notBefore, notBefore);
		assert.deepEqual(await expectProblem(open(ca, notBefore - 1)), { reason: "ca-refused", why: "not-yet-valid" });
	});

	it("can't have the CA's name, a bad name, or too many names", async () => {
		const names = [{ type: "dns", value: "_" }] as const;
		const many = Array.from({ length: 101 }, (_, index) => ({ type: "dns", value: `a${index}.test` }) as const);
		const cases: readonly (readonly [Partial<ClientRequest>, object])[] = [
			[{ commonName: "acme  ca" }, { name: "common-name", why: "is-ca" }],
			[{ commonName: "" }, { name: "common-name", why: "blank" }],
			[{ names }, { name: "alternative-name", why: "not-dns", value: "_" }],
			[{ names: many }, { name: "alternative-names", why: "too-many" }],
		];
		for (const [change, issue] of cases) {
			const problem = await expectProblem(opened.issue({ ...request, ...change }));
			assert.deepEqual(problem, { reason: "names-refused", issue });
		}
	});

	it("has an unencrypted key, or one that its own passphrase opens", async () => {
		const plain = await takeKey(await opened.issue(request));
		assert.match(plain, /^-----BEGIN PRIVATE KEY-----\n(?:[\w+/=]{1,64}\n)+-----END PRIVATE KEY-----\n$/);
		const key = await takeKey(await opened.issue({ ...request, passphrase: PASSPHRASE }));
		assert.match(key, /^-----BEGIN ENCRYPTED PRIVATE KEY-----\n/);
		assert.equal(createPrivateKey({ key, passphrase: PASSPHRASE }).asymmetricKeyType, "ec");
	});

	it("R60 has its key in memory of its own, which no other buffer shares", async () => {
		const { key } = await opened.issue(request);
		const sizes = await key?.write(async (pem) => [pem.buffer.byteLength, pem.byteLength]);
		assert.equal(sizes?.[0], sizes?.[1]);
	});

	it("R60 has no key in what could be logged", async () => {
		const client = await opened.issue(request);
		const text = [opened, client].map((each) => inspect(each, { depth: 10, showHidden: true })).join();
		const key = createPrivateKey(await takeKey(client)).export({ format: "jwk" });
		const secrets = [key.d ?? "", createPrivateKey(ca.privateKeyPem).export({ format: "jwk" }).d ?? ""];
		for (const secret of secrets) {
			assert.ok(secret.length > 40);
			const bytes = Buffer.from(secret, "base64url");
			for (const each of [secret, bytes.toString("base64"), bytes.toString("hex")]) assert.ok(!text.includes(each));
		}
		assert.doesNotMatch(text, /PRIVATE KEY/);
	});

	it("is issued by an intermediate CA with the certificates between it and the root", async () => {
		const root = await makeCertificate({ commonName: "Root" });
		const upper = await makeCertificate({ commonName: "Upper", issuer: root });
		const lower = await makeCertificate({ commonName: "Lower", issuer: upper });
		const other = await makeCertificate({ commonName: "Other" });
		const file = [other, root, lower, upper].map(({ pem }) => pem).join("");
		const key = Buffer.from(lower.privateKeyPem);
		const client = await (await maker().openCa(Buffer.from(file), key, null)).issue(request);
		assert.ok(client.certificatePem.endsWith(lower.pem + upper.pem));
		assert.equal(client.certificatePem.match(/BEGIN/g)?.length, 3);
		// Without the rest, the intermediate itself can be the trust anchor.
		const alone = await (await open(lower)).issue(request);
		assert.ok(alone.certificatePem.endsWith(lower.pem));
	});

	it("names its CA by the CA's own key identifier, whatever it is", async () => {
		const key = Buffer.from(der.keys.privateKey.export({ type: "pkcs8", format: "der" }));
		const client = await (await maker().openCa(der.certificate(), key, null)).issue(request);
		assert.equal(decode(client).extensions.authorityKey?.keyId, Buffer.from("our own key").toString("hex"));
	});

	it("is issued by a CA without subject key identifier, by the hash of its key", async () => {
		const bare = await makeCertificate({ extensions: (defaults) => defaults.slice(0, 2) });
		const client = await (await open(bare)).issue(request);
		const full = await makeCertificate({ keyOf: bare });
		const { subjectKey } = decodeCertificate(readElement(full.der) ?? assert.fail())?.extensions ?? assert.fail();
		assert.equal(decode(client).extensions.authorityKey?.keyId, subjectKey);
	});

	it("has an expiry of its own, if it's renewed later", async () => {
		const later = now + 30 * DAY;
		const client = await (await open(ca, later)).issue(request);
		assert.deepEqual([client.notBefore, client.notAfter], [later - HOUR, later + 90 * DAY]);
		assert.ok(client.notAfter < daysFromNow(365).getTime() / 1000);
	});
});

describe("An encrypted key", () => {
	it("has 600,000 iterations of PBKDF2 with HMAC-SHA256, 16 bytes of salt and AES-256", async () => {
		const key = Buffer.from("a key");
		const files = [await encryptKey(key, PASSPHRASE), await encryptKey(key, PASSPHRASE)];
		const [salts, vectors] = [new Set<string>(), new Set<string>()];
		for (const file of files) {
			const [algorithm] = childrenOf(readElement(file)) ?? [];
			const [scheme, parameters] = childrenOf(algorithm) ?? [];
			const [derivation, encryption] = childrenOf(parameters) ?? [];
			const [kdf, kdfParameters] = childrenOf(derivation) ?? [];
			const [salt, iterations, prf] = childrenOf(kdfParameters) ?? [];
			const [cipher, vector] = childrenOf(encryption) ?? [];
			const oids = [scheme, kdf, childrenOf(prf)?.[0], cipher].map((each) => each && decodeOid(each.content));
			assert.deepEqual(oids, [
				...["1.2.840.113549.1.5.13", "1.2.840.113549.1.5.12"],
				...["1.2.840.113549.2.9", "2.16.840.1.101.3.4.1.42"],
			]);
			assert.equal(Buffer.from(iterations?.content ?? []).readUIntBE(0, 3), 600_000);
			assert.deepEqual([salt?.content.length, vector?.content.length], [16, 16]);
			salts.add(Buffer.from(salt?.content ?? []).toString("hex"));
			vectors.add(Buffer.from(vector?.content ?? []).toString("hex"));
		}
		assert.deepEqual([salts.size, vectors.size], [2, 2]);
	});
});
