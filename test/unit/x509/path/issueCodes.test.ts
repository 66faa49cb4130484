import assert from "node:assert/strict";
import {
	type ClientCertificateIssueCode,
	effectOf,
	issueLevel,
	type PathValidity,
	type Verdict,
} from "../../../../src/domain/clientCertificateCheck.ts";
import { describeClientCertificateIssue } from "../../../../src/features/clientCheck/clientCertificateIssueMessages.ts";
import * as der from "../der.ts";
import {
	alternativeNames,
	assertOpensslAgrees,
	assertOpensslResult,
	authority,
	authorityKey,
	basicConstraints,
	check,
	client,
	codesOf,
	directory,
	dns,
	extendedKeyUsage,
	ip,
	itComparedWithOpenssl,
	keyUsage,
	makeKeys,
	NOW,
	nameConstraints,
	type PathCertificate,
	type TestPath,
} from "./clientPath.ts";

const seconds = (value: number) => der.time(new Date((NOW + value) * 1000));
const DAY = 86_400;
const EXPIRED = { notBefore: seconds(-3 * DAY), notAfter: seconds(-DAY) };
const SHA1 = { hash: "sha1", signatureAlgorithm: der.sequence(der.oid("1.2.840.10045.4.1")) };
const MD5 = { signatureAlgorithm: der.sequence(der.oid("1.2.840.113549.1.1.4"), der.nullValue()) };
const UNKNOWN_EXTENSION = { oid: "1.2.3.4", value: der.nullValue() };
const ROOT = der.name("Root");

const root = (options: PathCertificate = {}) => authority("Root", options);
const direct = (clientOptions: PathCertificate, rootOptions: PathCertificate = {}): TestPath => ({
	file: [client(clientOptions)],
	anchors: [root(rootOptions)],
});
/** A path with one intermediate. */
const indirect = (intermediate: PathCertificate, rootOptions: PathCertificate = {}): TestPath => ({
	file: [client({ issuer: der.name("Sub") }), authority("Sub", { issuer: ROOT, ...intermediate })],
	anchors: [root(rootOptions)],
});

interface Row {
	readonly make: () => TestPath;
	readonly effect: readonly [PathValidity, Verdict];
	/** Other codes that the same path always has. */
	readonly also?: readonly ClientCertificateIssueCode[];
	/** True if OpenSSL accepts the path. It applies neither OpenAI's rules nor those for the order of a file. */
	readonly openssl: boolean;
}

const invalid: Pick<Row, "effect" | "openssl"> = { effect: ["invalid", "rejected"], openssl: false };

/** Every code, with a path that has it. The type makes the list complete. */
const ROWS: Readonly<Record<ClientCertificateIssueCode, Row>> = {
	"is-an-authority": {
		make: () => ({
			file: [authority("Client", { issuer: ROOT, replaced: { [der.KEY_USAGE]: keyUsage(0x84) } })],
			anchors: [root()],
		}),
		...{ effect: ["valid", "unknown"], openssl: true },
	},
	"several-clients": {
		make: () => ({ file: [client(), client({ serial: der.integer(0x18) })], anchors: [root()] }),
		...{ effect: ["valid", "accepted"], openssl: true },
	},
	"not-in-order": {
		make: () => {
			const below = authority("Low", { issuer: der.name("Sub") });
			const leaf = client({ issuer: der.name("Low") });
			return { file: [leaf, authority("Sub", { issuer: ROOT }), below], anchors: [root()] };
		},
		...{ effect: ["valid", "accepted"], openssl: true },
	},
	"is-the-anchor": {
		make: () => {
			const both = [client()];
			return { file: both, anchors: both };
		},
		...{ effect: ["valid", "unknown"], openssl: true },
	},
	"no-issuer": { make: () => direct({ issuer: der.name("Sub") }), ...invalid },
	"not-signed": { make: () => direct({}, { keys: makeKeys() }), ...invalid },
	"signature-not-checked": {
		make: () => direct(MD5),
		...{ effect: ["unknown", "unknown"], also: ["uncommon-algorithm"], openssl: false },
	},
	"too-many-certificates": {
		make: () => ({
			file: [client(), ...Array.from({ length: 100 }, (_, index) => root({ serial: der.integer(1, index) }))],
			anchors: [root()],
		}),
		...{ effect: ["unknown", "unknown"], openssl: true },
	},
	"other-path-fails": {
		make: () => ({ file: [client()], anchors: [root(), root(EXPIRED)] }),
		...{ effect: ["valid", "unknown"], openssl: true },
	},
	expired: { make: () => direct(EXPIRED), ...invalid },
	"last-second": { make: () => direct({ notAfter: seconds(0) }), effect: ["valid", "unknown"], openssl: false },
	"not-yet-valid": { make: () => direct({ notBefore: seconds(DAY) }), ...invalid },
	"unreadable-date": { make: () => direct({ notAfter: der.utcTime("491301000000Z") }), ...invalid },
	"not-an-authority": {
		make: () => indirect({ replaced: { [der.BASIC_CONSTRAINTS]: null, [der.KEY_USAGE]: null } }),
		...invalid,
	},
	"no-basic-constraints": {
		make: () => direct({}, { replaced: { [der.BASIC_CONSTRAINTS]: null } }),
		...{ effect: ["invalid", "unknown"], openssl: true },
		also: ["outside-profile"],
	},
	"version-1-authority": {
		make: () => ({ file: [client()], anchors: [der.certificate({ subject: ROOT, version: null, extensions: [] })] }),
		...{ effect: ["unknown", "unknown"], openssl: true },
	},
	"no-certificate-sign": { make: () => indirect({ replaced: { [der.KEY_USAGE]: keyUsage(0x02) } }), ...invalid },
	"path-too-long": {
		make: () => {
			const limited = { [der.BASIC_CONSTRAINTS]: basicConstraints(der.boolean(true), der.integer(0)) };
			const below = authority("Low", { issuer: der.name("Sub") });
			const between = authority("Sub", { issuer: ROOT, replaced: limited });
			return { file: [client({ issuer: der.name("Low") }), below, between], anchors: [root()] };
		},
		...invalid,
	},
	"self-issued-in-path": {
		make: () => {
			const keys = makeKeys();
			const limited = { [der.BASIC_CONSTRAINTS]: basicConstraints(der.boolean(true), der.integer(0)) };
			// A new key of the same name, certified by the old one.
			const subjectKey = { oid: der.SUBJECT_KEY_ID, value: der.octetString(Buffer.from("new key")) };
			const rekeyed = authority("Root", {
				...{ issuer: ROOT, publicKey: keys.publicKey },
				replaced: { [der.SUBJECT_KEY_ID]: subjectKey },
			});
			const byNewKey = { [der.AUTHORITY_KEY_ID]: authorityKey(der.tlv(0x80, Buffer.from("new key"))) };
			return {
				file: [client({ signedBy: keys, replaced: byNewKey }), rekeyed],
				anchors: [root({ replaced: limited })],
			};
		},
		...{ effect: ["valid", "unknown"], openssl: true },
	},
	"no-client-authentication": {
		make: () => direct({ replaced: { [der.EXTENDED_KEY_USAGE]: extendedKeyUsage("1.3.6.1.5.5.7.3.1") } }),
		...invalid,
	},
	"any-extended-key-usage": {
		make: () => direct({ replaced: { [der.EXTENDED_KEY_USAGE]: extendedKeyUsage("2.5.29.37.0") } }),
		...{ effect: ["valid", "unknown"], openssl: false },
	},
	"no-digital-signature": {
		make: () => direct({ replaced: { [der.KEY_USAGE]: keyUsage(0x20) } }),
		...{ effect: ["valid", "unknown"], openssl: false },
	},
	"no-authority-key-identifier": {
		make: () => direct({ replaced: { [der.AUTHORITY_KEY_ID]: null } }),
		...{ effect: ["valid", "rejected"], openssl: true },
	},
	"incomplete-authority-key-identifier": {
		make: () => direct({ replaced: { [der.AUTHORITY_KEY_ID]: authorityKey() } }),
		...{ effect: ["valid", "unknown"], openssl: true },
	},
	"key-identifier-mismatch": {
		make: () => direct({ replaced: { [der.AUTHORITY_KEY_ID]: authorityKey(der.tlv(0x80, Buffer.from("other key"))) } }),
		...{ effect: ["valid", "unknown"], openssl: false },
	},
	"unknown-critical-extension": {
		make: () => direct({ added: [{ ...UNKNOWN_EXTENSION, critical: true }] }),
		...invalid,
	},
	"duplicate-extension": {
		make: () => direct({ added: [extendedKeyUsage("1.3.6.1.5.5.7.3.2")] }),
		...invalid,
	},
	"duplicate-unknown-extension": {
		make: () => direct({ added: [UNKNOWN_EXTENSION, UNKNOWN_EXTENSION] }),
		...{ effect: ["invalid", "unknown"], openssl: true },
	},
	"malformed-extension": {
		make: () => direct({ added: [{ ...alternativeNames(), value: der.octetString() }] }),
		...invalid,
	},
	"empty-issuer-name": {
		make: () => {
			const anonymous = { subject: der.sequence(), added: [{ ...alternativeNames(dns("root.test")), critical: true }] };
			return { file: [client({ issuer: der.sequence() })], anchors: [root(anonymous)] };
		},
		...{ effect: ["invalid", "unknown"], openssl: true },
	},
	"names-differ-in-form": {
		make: () => direct({ issuer: der.name("ROOT") }),
		...{ effect: ["valid", "unknown"], openssl: true },
	},
	"policy-constraints": {
		make: () =>
			direct({}, { added: [{ oid: "2.5.29.36", critical: true, value: der.sequence(der.tlv(0x80, Buffer.of(9))) }] }),
		...{ effect: ["unknown", "unknown"], openssl: true },
	},
	"name-not-allowed": {
		make: () =>
			direct(
				{ added: [alternativeNames(dns("a.test"))] },
				{ added: [nameConstraints({ permitted: [dns("b.test")] })] },
			),
		...invalid,
	},
	"subject-not-allowed": {
		make: () =>
			direct({}, { added: [nameConstraints({ excluded: [directory(der.name("Client"))], critical: false })] }),
		...{ effect: ["invalid", "unknown"], also: ["unsupported-name-constraints"], openssl: false },
	},
	"unclear-name-constraints": {
		make: () =>
			direct({ added: [alternativeNames(dns("a.test"))] }, { added: [nameConstraints({ permitted: [dns(".test")] })] }),
		...{ effect: ["unknown", "unknown"], openssl: true },
	},
	"unsupported-name-constraints": {
		make: () =>
			direct(
				{ added: [alternativeNames(ip(10, 0, 0, 1))] },
				{ added: [nameConstraints({ permitted: [ip(10, 0, 0, 0, 255, 0, 0, 0)] })] },
			),
		...{ effect: ["valid", "unknown"], openssl: true },
	},
	"uncommon-algorithm": {
		make: () => direct(SHA1),
		...{ effect: ["valid", "unknown"], openssl: true },
	},
	"outside-profile": {
		make: () => direct({ serial: der.integer(0) }),
		...{ effect: ["unknown", "unknown"], openssl: true },
	},
};

const LEVELS = { rejected: "error", unknown: "warning", accepted: "info" } as const;

describe("Each code of a client certificate's issues", () => {
	for (const [key, { make, effect, also = [], openssl }] of Object.entries(ROWS)) {
		const code = key as ClientCertificateIssueCode;
		const [rfc5280, verdict] = effect;

		it(`is found in a path, with its result and its text: ${code}`, () => {
			const path = make();
			const result = check(path);
			assert.deepEqual([...new Set(codesOf(result))], [code, ...also].toSorted());
			assert.deepEqual([result.rfc5280, result.verdict], effect);
			const issue = result.issues.find((each) => each.code === code) ?? assert.fail();
			assert.equal(issueLevel(issue), LEVELS[verdict]);
			assert.match(describeClientCertificateIssue(issue), /\.$/);
			assertOpensslResult(path, openssl);
			assertOpensslAgrees(path, result);
		});

		it(`decides the results alone: ${code}`, () => {
			assert.deepEqual(effectOf([{ code }]), { rfc5280, verdict });
		});
	}

	it("names the affected certificate, by subject and fingerprint", () => {
		const { issues, chain } = check(indirect(EXPIRED));
		const [, sub] = chain;
		assert.deepEqual(issues, [{ code: "expired", seconds: DAY, subject: "CN=Sub", certificate: sub?.sha256 }]);
	});

	it("is missing from a usual path, directly and through an intermediate", () => {
		for (const path of [direct({}), indirect({})]) {
			const result = check(path);
			assert.deepEqual([result.rfc5280, result.verdict, codesOf(result)], ["valid", "accepted", []]);
			assertOpensslAgrees(path, result);
		}
	});

	itComparedWithOpenssl();
});
