import { X509Certificate } from "node:crypto";
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";

const CLIENT_AUTHENTICATION = "1.3.6.1.5.5.7.3.2";

/** Caches client certificates: a second read in Node returns the certificate without its chain. */
const clientCertificates = new WeakMap<TLSSocket, X509Certificate | undefined>();

/**
 * True if the client presented a certificate that chains to one of the anchors. The handshake has proved possession of
 * the key. The chain is checked for each request, since anchors can change during a connection.
 * @param anchors PEM
 * @param now Milliseconds since 1970.
 */
export function presentsCertificate(socket: Socket, anchors: readonly string[], now: number): boolean {
	if (!(socket instanceof TLSSocket)) return false;
	if (!clientCertificates.has(socket)) clientCertificates.set(socket, socket.getPeerX509Certificate());
	const leaf = clientCertificates.get(socket);
	if (leaf === undefined || !(leaf.keyUsage?.includes(CLIENT_AUTHENTICATION) ?? true)) return false;
	const trusted = anchors.map((pem) => new X509Certificate(pem)).filter((anchor) => isValid(anchor, now));
	let certificate: X509Certificate | undefined = leaf;
	while (certificate !== undefined && isValid(certificate, now)) {
		const current: X509Certificate = certificate;
		if (trusted.some((anchor) => isSameCertificate(current, anchor) || isIssuedBy(current, anchor))) return true;
		const issuer: X509Certificate | undefined = current.issuerCertificate;
		const hasIssuer =
			issuer !== undefined && !isSameCertificate(current, issuer) && issuer.ca && isIssuedBy(current, issuer);
		certificate = hasIssuer ? issuer : undefined;
	}
	return false;
}

function isValid(certificate: X509Certificate, now: number): boolean {
	return certificate.validFromDate.getTime() <= now && now <= certificate.validToDate.getTime();
}

function isSameCertificate(one: X509Certificate, other: X509Certificate): boolean {
	return one.fingerprint256 === other.fingerprint256;
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
	return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}
