import "reflect-metadata";
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
	BasicConstraintsExtension,
	ExtendedKeyUsage,
	ExtendedKeyUsageExtension,
	Extension,
	KeyUsageFlags,
	KeyUsagesExtension,
	SubjectAlternativeNameExtension,
} from "@peculiar/x509";
import type { Verdict } from "../../../src/domain/clientCertificateCheck.ts";
import { checkChain } from "../../../src/x509/chainCheck.ts";
import { type CertificateOptions, type KeyType, makeCertificate, type TestCertificate } from "../../certificates.ts";
import { hasOpenssl3 } from "../../network/opensslServer.ts";
import { skipTest } from "../../skipTest.ts";
import { temporaryFolder } from "../../temporaryFolders.ts";
import * as der from "./der.ts";

const DAY = 86_400_000;
const now = Date.now();
const KEY_TYPES: readonly KeyType[] = ["p-256", "p-384", "ed25519"];
const DEPTHS = [0, 1, 2, 3];

/** Changes to a usual certificate. */
type Change = CertificateOptions;

/** A kind of chain: how it differs from the usual chain. */
interface Kind {
	readonly anchor?: Change;
	/** The client's issuer: the last intermediate, or the anchor. */
	readonly issuer?: Change;
	readonly client?: Change;
	/** Changes the intermediates in the client's file, or the anchor to check against. */
	readonly presented?: (chain: Chain) => Partial<Chain> | Promise<Partial<Chain>>;
	/** Minimum number of intermediates for this kind. */
	readonly minDepth?: number;
}

interface Chain {
	readonly anchor: TestCertificate;
	/** From the anchor's side to the client's side. */
	readonly intermediates: readonly TestCertificate[];
	readonly client: TestCertificate;
}

const replace =
	(...extensions: readonly Extension[]) =>
	(usual: Extension[]) => [
		...usual.filter(({ type }) => !extensions.some((each) => each.type === type)),
		...extensions,
	];
const without = (oid: string) => (usual: Extension[]) => usual.filter(({ type }) => type !== oid);
const usage = (flags: number) => ({ extensions: replace(new KeyUsagesExtension(flags, true)) });
const purpose = (...oids: string[]) => ({ extensions: replace(new ExtendedKeyUsageExtension(oids)) });
const length = (pathLength: number) => ({ extensions: replace(new BasicConstraintsExtension(true, pathLength, true)) });
const past = { notBefore: new Date(now - 9 * DAY), notAfter: new Date(now - DAY) };
const future = { notBefore: new Date(now + DAY), notAfter: new Date(now + 9 * DAY) };
const named = (value: string) => ({
	extensions: replace(new SubjectAlternativeNameExtension([{ type: "dns", value }])),
});
/** Permits only names below one domain (RFC 5280 4.2.1.10). */
const constrained = {
	extensions: replace(
		new Extension(
			"2.5.29.30",
			true,
			der.sequence(der.tlv(0xa0, der.sequence(der.tlv(0x82, Buffer.from("example.test"))))),
		),
	),
};

const KINDS: Readonly<Record<string, Kind>> = {
	valid: {},
	"client expired": { client: past },
	"client not valid yet": { client: future },
	"issuer expired": { issuer: past },
	"issuer not valid yet": { issuer: future },
	"anchor expired": { anchor: past },
	"anchor of the same name with another key": {
		presented: async () => ({ anchor: await makeCertificate({ commonName: "Authority 0" }) }),
	},
	"anchor renewed with the same key": {
		presented: async ({ anchor }) => ({ anchor: await makeCertificate({ commonName: "Authority 0", keyOf: anchor }) }),
	},
	"issuer of the same name with another key": {
		minDepth: 1,
		presented: async ({ anchor, intermediates }) => {
			const commonName = `Authority ${intermediates.length}`;
			const issuer = intermediates.at(-2) ?? anchor;
			return { intermediates: [...intermediates.slice(0, -1), await makeCertificate({ commonName, issuer })] };
		},
	},
	"nearest intermediate missing": {
		minDepth: 1,
		presented: (chain) => ({ intermediates: chain.intermediates.slice(0, -1) }),
	},
	"farthest intermediate missing": {
		minDepth: 1,
		presented: (chain) => ({ intermediates: chain.intermediates.slice(1) }),
	},
	"intermediates in reverse order": {
		minDepth: 2,
		presented: (chain) => ({ intermediates: chain.intermediates.toReversed() }),
	},
	"an intermediate that is the anchor": {
		minDepth: 1,
		presented: ({ intermediates }) => ({
			anchor: intermediates[0] as TestCertificate,
			intermediates: intermediates.slice(1),
		}),
	},
	"issuer with CA:FALSE": { minDepth: 1, issuer: { ca: false } },
	"issuer without basic constraints": { issuer: { extensions: without("2.5.29.19") } },
	"issuer that may not sign": { issuer: usage(KeyUsageFlags.cRLSign) },
	"issuer without key usage": { issuer: { extensions: without("2.5.29.15") } },
	"anchor with a path length of 0": { anchor: length(0) },
	"anchor with a path length of 1": { anchor: length(1) },
	"issuer with a path length of 0": { issuer: length(0) },
	"client for servers": { client: purpose(ExtendedKeyUsage.serverAuth) },
	"client for servers and clients": { client: purpose(ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth) },
	"client for no purpose in particular": { client: { extensions: without("2.5.29.37") } },
	"issuer for servers": { issuer: purpose(ExtendedKeyUsage.serverAuth) },
	"issuer for clients": { issuer: purpose(ExtendedKeyUsage.clientAuth) },
	"client for encipherment": { client: usage(KeyUsageFlags.keyEncipherment) },
	"client for signatures and encipherment": {
		client: usage(KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment),
	},
	"client without key usage": { client: { extensions: without("2.5.29.15") } },
	"client without authority key identifier": { client: { extensions: without("2.5.29.35") } },
	"issuer without authority key identifier": { issuer: { extensions: without("2.5.29.35") } },
	"client of version 3 without extensions": { client: { extensions: () => [] } },
	"client for any purpose": { client: purpose("2.5.29.37.0") },
	"issuer for any purpose": { issuer: purpose("2.5.29.37.0") },
	"client for key agreement alone": { client: usage(KeyUsageFlags.keyAgreement) },
	"client that is an authority": {
		client: { ca: true, ...usage(KeyUsageFlags.digitalSignature | KeyUsageFlags.keyCertSign) },
	},
	"names within the constraints": { issuer: constrained, client: named("a.example.test") },
	"names outside the constraints": { issuer: constrained, client: named("a.example.org") },
};

/** The kinds for which the check differs from OpenSSL, with the verdict and the reason. */
const DIFFERS: Readonly<Record<string, readonly [Verdict, string]>> = {
	"issuer without basic constraints": [
		"unknown",
		"without them the key must not verify certificates (RFC 5280 4.2.1.9); OpenSSL requires only Certificate Sign",
	],
	"client for any purpose": [
		"unknown",
		"any extended key usage includes client authentication (RFC 5280 4.2.1.12); OpenSSL ignores it",
	],
	"issuer for any purpose": ["unknown", "as above"],
	"client for encipherment": [
		"unknown",
		"a client signs in the handshake, forbidden for such a key (RFC 8446 4.4.2.2); Go accepts it, OpenSSL doesn't",
	],
	"client for key agreement alone": ["unknown", "as above, but OpenSSL allows it, as for TLS 1.2 with fixed keys"],
	"client that is an authority": [
		"unknown",
		"the user more likely confused it with the trust anchor; OpenSSL accepts it",
	],
	"client without authority key identifier": ["rejected", "OpenAI requires the identifier; RFC 5280 and OpenSSL don't"],
	"client of version 3 without extensions": ["rejected", "as above"],
};

/**
 * The kinds for which only the anchor makes OpenSSL reject, at these numbers of intermediates. BoringSSL doesn't look at
 * an anchor's extensions, because a trust anchor is a name and a key (RFC 5280 6.1.1 d), so the verdict is unknown.
 */
const LIMITED_BY_ANCHOR: Readonly<Record<string, readonly number[]>> = {
	"issuer that may not sign": [0],
	"issuer for servers": [0],
	"anchor with a path length of 0": [1, 2, 3],
	"anchor with a path length of 1": [2, 3],
};

interface Case {
	readonly title: string;
	/** Number of intermediates. */
	readonly depth: number;
	readonly chain: Chain;
}

describe("Chains of client certificates", () => {
	const folder = temporaryFolder("client-chains");
	after(() => folder.remove());

	for (const keyType of KEY_TYPES)
		it(`have the same result as in OpenSSL, except for the listed kinds: ${keyType}`, async function () {
			if (!hasOpenssl3()) skipTest(this, "there is no OpenSSL 3");
			const usual = await makeUsual(keyType);
			const cases: Case[] = [];
			for (const [title, kind] of Object.entries(KINDS))
				for (const depth of DEPTHS.filter((each) => each >= (kind.minDepth ?? 0))) {
					const made = await make(kind, depth, usual);
					cases.push({ title, depth, chain: { ...made, ...(await kind.presented?.(made)) } });
				}
			const acceptedByOpenssl = opensslAccepts(cases);
			let agreed = 0;
			for (const each of cases) {
				const { title, depth, chain } = each;
				const result = check(chain);
				const message = `${title}, ${depth} intermediates: ${JSON.stringify(result.issues)}`;
				const usual = acceptedByOpenssl.has(each) ? "accepted" : "rejected";
				const isLimited = LIMITED_BY_ANCHOR[title]?.includes(depth) ?? false;
				if (isLimited) assert.equal(usual, "rejected", message);
				const [expected = isLimited ? "unknown" : usual] = DIFFERS[title] ?? [];
				assert.equal(result.verdict, expected, message);
				if (expected === usual) agreed++;
			}
			assert.ok(agreed > 100, `${agreed} chains`);
		});

	/** The unchanged certificates: the anchor and the authorities below it, and a client certificate issued by each. */
	interface Usual {
		readonly authorities: readonly TestCertificate[];
		readonly clients: readonly TestCertificate[];
	}

	async function makeUsual(keyType: KeyType): Promise<Usual> {
		const authorities: TestCertificate[] = [];
		const clients: TestCertificate[] = [];
		for (const depth of DEPTHS) {
			const issuer = authorities.at(-1);
			const authority = await makeCertificate({ commonName: `Authority ${depth}`, keyType, ...(issuer && { issuer }) });
			authorities.push(authority);
			clients.push(await makeCertificate({ commonName: "Client", ca: false, keyType, issuer: authority }));
		}
		return { authorities, clients };
	}

	/** Makes a chain of a kind. Changed certificates have the usual names and keys, so that the others still match. */
	async function make(kind: Kind, depth: number, usual: Usual): Promise<Chain> {
		const authorities = usual.authorities.slice(0, depth + 1);
		const change = async (index: number, changes: Change | undefined) => {
			const [own, issuer] = [authorities[index], authorities[index - 1]];
			if (!own || !changes) return;
			const same = { commonName: `Authority ${index}`, keyOf: own, ...(issuer && { issuer }) };
			authorities[index] = await makeCertificate({ ...same, ...changes });
		};
		await change(0, kind.anchor);
		await change(depth, kind.issuer);
		const [anchor = assert.fail(), ...intermediates] = authorities;
		let client = usual.clients[depth] ?? assert.fail();
		if (kind.client) {
			const same = { commonName: "Client", ca: false, keyOf: client, issuer: authorities.at(-1) ?? anchor };
			client = await makeCertificate({ ...same, ...kind.client });
		}
		return { anchor, intermediates, client };
	}

	function check({ anchor, intermediates, client }: Chain) {
		const file = [client, ...intermediates.toReversed()].map(({ pem }) => pem).join("");
		return checkChain(new TextEncoder().encode(file), [anchor.der], now / 1000) ?? assert.fail();
	}

	/** Returns the cases that OpenSSL accepts. Runs OpenSSL once for all clients of the same authorities. */
	function opensslAccepts(cases: readonly Case[]): ReadonlySet<Case> {
		const sameAuthorities = Map.groupBy(cases, ({ chain }) =>
			[chain.anchor, ...chain.intermediates].map(({ sha256 }) => sha256).join(),
		);
		const accepted = new Set<Case>();
		for (const group of sameAuthorities.values()) {
			const write = (name: string, certificates: readonly TestCertificate[]) =>
				writeFileSync(join(folder.path, name), certificates.map(({ pem }) => pem).join(""));
			const [
				{
					chain: { anchor, intermediates },
				} = assert.fail(),
			] = group;
			write("anchor", [anchor]);
			write("intermediates", intermediates);
			for (const [index, { chain }] of group.entries()) write(`client-${index}`, [chain.client]);
			const untrusted = intermediates.length > 0 ? ["-untrusted", "intermediates"] : [];
			const options = ["-partial_chain", "-purpose", "sslclient", "-CAfile", "anchor", ...untrusted];
			const clients = group.map((_, index) => `client-${index}`);
			const { stdout } = spawnSync("openssl", ["verify", ...options, ...clients], {
				cwd: folder.path,
				encoding: "utf8",
			});
			const lines = stdout.split(/\r?\n/);
			for (const [index, each] of group.entries()) if (lines.includes(`client-${index}: OK`)) accepted.add(each);
		}
		return accepted;
	}
});
