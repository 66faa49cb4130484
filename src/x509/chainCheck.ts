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

/** What refuses no certificate by itself. */
const HARMLESS: readonly string[] = [
	"no-authority-key-identifier",
	"name-constraints-not-checked",
] satisfies ClientCertificateIssue["code"][];

/** A client's file holds a handful; each is a signature to check for each other one of the same name. */
const MOST_INTERMEDIATES = 32;

/**
 * Checks whether a client certificate would be accepted by a trust anchor, offline.
 * @param file The client certificate with its intermediates, in any order; a private key beside them is passed over.
 * @param anchor DER of the trust anchor.
 * @param at The time to judge as of, Unix seconds.
 * @returns `null` where the file holds no certificate, or the anchor cannot be read.
 */
export function checkChain(file: Uint8Array, anchor: Uint8Array, at: number): ChainCheckResult | null {
	const survey = new FileScan();
	for (const block of splitBlocks(file)) for (const _ of survey.add(block));
	const certificates = survey.certificates.map(({ certificate }) => certificate);
	const element = readElement(anchor);
	const root = element && decodeCertificate(element);
	const client = certificates.find((certificate) => !isAuthority(certificate)) ?? certificates[0];
	if (!client || !root) return null;

	const others = certificates.filter((certificate) => certificate !== client).slice(0, MOST_INTERMEDIATES);
	const { chain, gap } = chainTo(root, client, others);
	const flaws = [...clientFlaws(client), ...(gap ? [gap] : []), ...chain.flatMap((_, k) => linkFlaws(chain, k, at))];
	return {
		subject: formatName(client.subject),
		sha256: fingerprint(client.structure.der),
		notAfter: readTime(client.structure.notAfter),
		chain: chain.map(({ subject }) => formatName(subject)),
		accepted: flaws.every(({ code }) => HARMLESS.includes(code)),
		issues: flaws,
	};
}

/** The shortest way from the client to the anchor, or the longest part of one and why it ends there. */
function chainTo(
	anchor: DecodedCertificate,
	client: DecodedCertificate,
	intermediates: readonly DecodedCertificate[],
): { readonly chain: readonly DecodedCertificate[]; readonly gap: ClientCertificateIssue | null } {
	const reached = new Set([client]);
	const ways: (readonly DecodedCertificate[])[] = [[client]];
	// Grows while it is walked: the ways of each length come before the longer ones.
	for (const way of ways) {
		const last = way.at(-1) ?? client;
		if (isSame(last, anchor)) return { chain: way, gap: null };
		for (const issuer of [anchor, ...intermediates]) {
			if (reached.has(issuer) || !namesEqual(issuer.subject, last.issuer)) continue;
			if (isSignedBy(last.structure, issuer.structure.publicKey) === false) continue;
			reached.add(issuer);
			ways.push([...way, issuer]);
		}
	}
	const chain = ways.at(-1) ?? [client];
	const last = chain.at(-1) ?? client;
	const issuerIsThere = [anchor, ...intermediates].some((issuer) => namesEqual(issuer.subject, last.issuer));
	const code = issuerIsThere ? "not-signed" : "no-issuer";
	return { chain, gap: { code, subject: formatName(last.subject), issuer: formatName(last.issuer) } };
}

function isSame(one: DecodedCertificate, other: DecodedCertificate): boolean {
	return Buffer.compare(one.structure.der, other.structure.der) === 0;
}

function isAuthority({ extensions, structure, selfIssued }: DecodedCertificate): boolean {
	return extensions.basicConstraints?.ca ?? (structure.version < 2 && selfIssued);
}

/** What is wrong with the client certificate itself. */
function* clientFlaws(client: DecodedCertificate): Generator<ClientCertificateIssue> {
	const subject = formatName(client.subject);
	const { keyUsage, authorityKey } = client.extensions;
	if (isAuthority(client)) yield { code: "is-an-authority", subject };
	if (keyUsage && !keyUsage.digitalSignature) yield { code: "no-digital-signature", subject };
	if (authorityKey === null) yield { code: "no-authority-key-identifier", subject };
}

/** What is wrong with one certificate of the chain, in its place: 0 is the client's. */
function linkFlaws(chain: readonly DecodedCertificate[], place: number, at: number): ClientCertificateIssue[] {
	const certificate = chain[place];
	const issuer = chain[place + 1];
	if (!certificate) return [];
	const { structure, extensions } = certificate;
	const subject = formatName(certificate.subject);
	const flaws: ClientCertificateIssue[] = [];

	const notBefore = readTime(structure.notBefore);
	const notAfter = readTime(structure.notAfter);
	if (notBefore === null || notAfter === null) flaws.push({ code: "unreadable-date", subject });
	else if (notAfter <= at) flaws.push({ code: "expired", subject, seconds: at - notAfter });
	else if (notBefore > at) flaws.push({ code: "not-yet-valid", subject, seconds: notBefore - at });

	const usages = extensions.extendedKeyUsage;
	if (usages && !usages.includes(CLIENT_AUTHENTICATION) && !usages.includes(ANY_EXTENDED_KEY_USAGE))
		flaws.push({ code: "no-client-authentication", subject });
	if (issuer && isSignedBy(structure, issuer.structure.publicKey) === null)
		flaws.push({ code: "signature-not-checked", subject });
	if (place === 0) return flaws;

	if (!isAuthority(certificate)) flaws.push({ code: "not-an-authority", subject });
	else if (extensions.keyUsage && !extensions.keyUsage.certificateSign)
		flaws.push({ code: "no-certificate-sign", subject });
	const length = extensions.basicConstraints?.pathLength ?? null;
	// Certificates that name themselves as issuer do not count (RFC 5280 4.2.1.9).
	const below = chain.slice(1, place).filter(({ selfIssued }) => !selfIssued).length;
	if (length !== null && below > length) flaws.push({ code: "path-too-long", subject });
	if (structure.extensions.some(({ oid }) => oid === NAME_CONSTRAINTS))
		flaws.push({ code: "name-constraints-not-checked", subject });
	return flaws;
}
