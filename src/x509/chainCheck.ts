import type { ChainCheckResult, ClientCertificateIssue } from "../domain/clientCertificateCheck.ts";
import { readTime } from "./asn1/asn1Time.ts";
import { readElement } from "./asn1/der.ts";
import { type DecodedCertificate, decodeCertificate } from "./certificate.ts";
import { formatName, namesEqual } from "./distinguishedName.ts";
import { ANY_EXTENDED_KEY_USAGE, CLIENT_AUTHENTICATION, NAME_CONSTRAINTS } from "./extensions.ts";
import { splitBlocks } from "./fileBlocks.ts";
import { FileScan } from "./fileScan.ts";
import { fingerprint } from "./parsedCertificate.ts";
import { isSignedBy } from "./signature.ts";

/** Issues that alone never cause a rejection. */
const NON_FATAL: readonly string[] = [
	"no-authority-key-identifier",
	"name-constraints-not-checked",
] satisfies ClientCertificateIssue["code"][];

/** Limits signature checks: each intermediate may be checked against all others. Real files have only a few. */
const MAX_INTERMEDIATES = 32;

/**
 * Checks offline whether a trust anchor would accept a client certificate.
 * @param file The client certificate with its intermediates, in any order; a private key is ignored.
 * @param anchor DER of the trust anchor.
 * @param at The time to check the dates against, Unix seconds.
 * @returns `null` if the file contains no certificate or the anchor is malformed.
 */
export function checkChain(file: Uint8Array, anchor: Uint8Array, at: number): ChainCheckResult | null {
	const scan = new FileScan();
	for (const block of splitBlocks(file)) for (const _ of scan.add(block));
	const certificates = scan.certificates.map(({ certificate }) => certificate);
	const element = readElement(anchor);
	const root = element && decodeCertificate(element);
	const client = certificates.find((certificate) => !isCa(certificate)) ?? certificates[0];
	if (!client || !root) return null;

	const others = certificates.filter((certificate) => certificate !== client).slice(0, MAX_INTERMEDIATES);
	const { chain, gap } = buildChain(root, client, others);
	const issues = [
		...clientIssues(client),
		...(gap ? [gap] : []),
		...chain.flatMap((_, index) => linkIssues(chain, index, at)),
	];
	return {
		subject: formatName(client.subject),
		sha256: fingerprint(client.raw.der),
		notAfter: readTime(client.raw.notAfter),
		chain: chain.map(({ subject }) => formatName(subject)),
		accepted: issues.every(({ code }) => NON_FATAL.includes(code)),
		issues,
	};
}

/** Returns the shortest chain from the client to the anchor, or the longest partial chain and why the chain ends. */
function buildChain(
	anchor: DecodedCertificate,
	client: DecodedCertificate,
	intermediates: readonly DecodedCertificate[],
): { readonly chain: readonly DecodedCertificate[]; readonly gap: ClientCertificateIssue | null } {
	const reached = new Set([client]);
	const paths: (readonly DecodedCertificate[])[] = [[client]];
	// Breadth first: `paths` grows during the loop, shorter paths first.
	for (const path of paths) {
		const last = path.at(-1) ?? client;
		if (isSameCertificate(last, anchor)) return { chain: path, gap: null };
		for (const issuer of [anchor, ...intermediates]) {
			if (reached.has(issuer) || !namesEqual(issuer.subject, last.issuer)) continue;
			if (isSignedBy(last.raw, issuer.raw.publicKey) === false) continue;
			reached.add(issuer);
			paths.push([...path, issuer]);
		}
	}
	const chain = paths.at(-1) ?? [client];
	const last = chain.at(-1) ?? client;
	const hasIssuer = [anchor, ...intermediates].some((issuer) => namesEqual(issuer.subject, last.issuer));
	const code = hasIssuer ? "not-signed" : "no-issuer";
	return { chain, gap: { code, subject: formatName(last.subject), issuer: formatName(last.issuer) } };
}

function isSameCertificate(one: DecodedCertificate, other: DecodedCertificate): boolean {
	return Buffer.compare(one.raw.der, other.raw.der) === 0;
}

function isCa({ extensions, raw, selfIssued }: DecodedCertificate): boolean {
	return extensions.basicConstraints?.ca ?? (raw.version < 2 && selfIssued);
}

/** Yields the issues of the client certificate itself. */
function* clientIssues(client: DecodedCertificate): Generator<ClientCertificateIssue> {
	const subject = formatName(client.subject);
	const { keyUsage, authorityKey } = client.extensions;
	if (isCa(client)) yield { code: "is-an-authority", subject };
	if (keyUsage && !keyUsage.digitalSignature) yield { code: "no-digital-signature", subject };
	if (authorityKey === null) yield { code: "no-authority-key-identifier", subject };
}

/** Returns the issues of the certificate at an index of the chain; the client has index 0. */
function linkIssues(chain: readonly DecodedCertificate[], index: number, at: number): ClientCertificateIssue[] {
	const certificate = chain[index];
	const issuer = chain[index + 1];
	if (!certificate) return [];
	const { raw, extensions } = certificate;
	const subject = formatName(certificate.subject);
	const issues: ClientCertificateIssue[] = [];

	const notBefore = readTime(raw.notBefore);
	const notAfter = readTime(raw.notAfter);
	if (notBefore === null || notAfter === null) issues.push({ code: "unreadable-date", subject });
	else if (notAfter <= at) issues.push({ code: "expired", subject, seconds: at - notAfter });
	else if (notBefore > at) issues.push({ code: "not-yet-valid", subject, seconds: notBefore - at });

	const usages = extensions.extendedKeyUsage;
	if (usages && !usages.includes(CLIENT_AUTHENTICATION) && !usages.includes(ANY_EXTENDED_KEY_USAGE))
		issues.push({ code: "no-client-authentication", subject });
	if (issuer && isSignedBy(raw, issuer.raw.publicKey) === null) issues.push({ code: "signature-not-checked", subject });
	if (index === 0) return issues;

	if (!isCa(certificate)) issues.push({ code: "not-an-authority", subject });
	else if (extensions.keyUsage && !extensions.keyUsage.certificateSign)
		issues.push({ code: "no-certificate-sign", subject });
	const length = extensions.basicConstraints?.pathLength ?? null;
	// Self-issued certificates do not count (RFC 5280 4.2.1.9).
	const below = chain.slice(1, index).filter(({ selfIssued }) => !selfIssued).length;
	if (length !== null && below > length) issues.push({ code: "path-too-long", subject });
	if (raw.extensions.some(({ oid }) => oid === NAME_CONSTRAINTS))
		issues.push({ code: "name-constraints-not-checked", subject });
	return issues;
}
