import { X509Certificate } from "node:crypto";
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";

const CLIENT_AUTHENTICATION = "1.3.6.1.5.5.7.3.2";

/** Read once: asked again, Node gives the certificate without the chain behind it. */
const presented = new WeakMap<TLSSocket, X509Certificate | undefined>();

/**
 * Tells whether the other side of a connection presented a certificate that chains to one of these anchors. That it
 * holds the key was proved in the handshake; the chain is checked for each request, since anchors come and go while a
 * connection lives.
 * @param anchors PEM
 * @param now Milliseconds since 1970.
 */
export function presentsCertificate(socket: Socket, anchors: readonly string[], now: number): boolean {
	if (!(socket instanceof TLSSocket)) return false;
	if (!presented.has(socket)) presented.set(socket, socket.getPeerX509Certificate());
	const leaf = presented.get(socket);
	if (leaf === undefined || !(leaf.keyUsage?.includes(CLIENT_AUTHENTICATION) ?? true)) return false;
	const trusted = anchors.map((pem) => new X509Certificate(pem)).filter((anchor) => isValid(anchor, now));
	let certificate: X509Certificate | undefined = leaf;
	while (certificate !== undefined && isValid(certificate, now)) {
		const current: X509Certificate = certificate;
		if (trusted.some((anchor) => isSame(current, anchor) || isIssuedBy(current, anchor))) return true;
		const issuer: X509Certificate | undefined = current.issuerCertificate;
		const climbs = issuer !== undefined && !isSame(current, issuer) && issuer.ca && isIssuedBy(current, issuer);
		certificate = climbs ? issuer : undefined;
	}
	return false;
}

function isValid(certificate: X509Certificate, now: number): boolean {
	return certificate.validFromDate.getTime() <= now && now <= certificate.validToDate.getTime();
}

function isSame(one: X509Certificate, other: X509Certificate): boolean {
	return one.fingerprint256 === other.fingerprint256;
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
	return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}
