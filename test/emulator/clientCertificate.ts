import "reflect-metadata/lite";
import { X509Certificate } from "node:crypto";
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { AuthorityKeyIdentifierExtension, X509Certificate as ParsedCertificate } from "@peculiar/x509";
import type { Refusal, Switches } from "./switches.ts";

const CLIENT_AUTHENTICATION = "1.3.6.1.5.5.7.3.2";

/** A certificate that is active in a scope. */
export interface ActiveCertificate {
	readonly id: string;
	readonly pem: string;
}

/** Caches client certificates: a second read in Node returns the certificate without its chain. */
const clientCertificates = new WeakMap<TLSSocket, X509Certificate | undefined>();

/**
 * Judges the client certificate that a connection presented, as OpenAI's guide "Mutual TLS" describes. The handshake has
 * proved possession of the key. Judged for each request, since active certificates can change during a connection.
 * @param active In the order in which they are tried; nothing is required if empty.
 * @param now Milliseconds since 1970.
 * @returns `null` if accepted.
 */
export function refusalOf(
	socket: Socket,
	active: readonly ActiveCertificate[],
	{ celFilter, verifierFails }: Pick<Switches, "celFilter" | "verifierFails">,
	now: number,
): Refusal | null {
	if (active.length === 0) return null;
	if (verifierFails) return "verifierFailed";
	const leaf = clientCertificateOf(socket);
	if (leaf === undefined) return "clientCertificateMissing";
	if (!hasAuthorityKeyIdentifier(leaf)) return "clientCertificateInvalid";
	if (!(leaf.keyUsage?.includes(CLIENT_AUTHENTICATION) ?? true)) return "clientCertificateUnverified";
	const trusted = active
		.map(({ id, pem }) => ({ id, certificate: new X509Certificate(pem) }))
		.filter(({ certificate }) => isValid(certificate, now));
	const chain = presentedChain(leaf, now);
	// First directly, then with the presented intermediates.
	const [selected] = [chain.slice(0, 1), chain].flatMap((path) =>
		trusted.filter(({ certificate }) => path.some((each) => isSameOrIssuedBy(each, certificate))),
	);
	if (selected === undefined) return "clientCertificateUnverified";
	return celFilter(selected.id, leaf) ? null : "clientCertificateFiltered";
}

function clientCertificateOf(socket: Socket): X509Certificate | undefined {
	if (!(socket instanceof TLSSocket)) return undefined;
	if (!clientCertificates.has(socket)) clientCertificates.set(socket, socket.getPeerX509Certificate());
	return clientCertificates.get(socket);
}

function hasAuthorityKeyIdentifier({ raw }: X509Certificate): boolean {
	try {
		return new ParsedCertificate(raw).getExtension(AuthorityKeyIdentifierExtension) !== null;
	} catch {
		return false;
	}
}

/** Returns the client certificate and the valid intermediates presented with it that issued one another. */
function presentedChain(leaf: X509Certificate, now: number): readonly X509Certificate[] {
	const chain: X509Certificate[] = [];
	let certificate: X509Certificate | undefined = leaf;
	while (certificate !== undefined && isValid(certificate, now)) {
		chain.push(certificate);
		const current: X509Certificate = certificate;
		const issuer: X509Certificate | undefined = current.issuerCertificate;
		const hasIssuer =
			issuer !== undefined && !isSameCertificate(current, issuer) && issuer.ca && isIssuedBy(current, issuer);
		certificate = hasIssuer ? issuer : undefined;
	}
	return chain;
}

function isValid(certificate: X509Certificate, now: number): boolean {
	return certificate.validFromDate.getTime() <= now && now <= certificate.validToDate.getTime();
}

function isSameCertificate(one: X509Certificate, other: X509Certificate): boolean {
	return one.fingerprint256 === other.fingerprint256;
}

function isSameOrIssuedBy(certificate: X509Certificate, anchor: X509Certificate): boolean {
	return isSameCertificate(certificate, anchor) || isIssuedBy(certificate, anchor);
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
	return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}
