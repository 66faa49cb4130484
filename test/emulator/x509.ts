import { X509Certificate } from "node:crypto";

/** The stored properties of a certificate. Times are Unix seconds. */
export interface CertificateData {
	/** The certificate alone, re-encoded. */
	readonly pem: string;
	/** SHA-256 of the DER, lower-case hex. */
	readonly sha256: string;
	readonly validAt: number;
	readonly expiresAt: number;
	readonly isCa: boolean;
}

/**
 * Reads the first certificate of a PEM text. As in the service, the rest of a bundle is ignored.
 * @returns `undefined` if no certificate can be read.
 */
export function readFirstCertificate(text: string): CertificateData | undefined {
	const block = /-----BEGIN CERTIFICATE-----\s[^-]*-----END CERTIFICATE-----/.exec(text)?.[0];
	if (block === undefined) return undefined;
	let certificate: X509Certificate;
	try {
		certificate = new X509Certificate(block);
	} catch {
		return undefined;
	}
	const validAt = certificate.validFromDate.getTime() / 1000;
	const expiresAt = certificate.validToDate.getTime() / 1000;
	if (Number.isNaN(validAt) || Number.isNaN(expiresAt)) return undefined;
	return {
		pem: certificate.toString(),
		sha256: certificate.fingerprint256.replaceAll(":", "").toLowerCase(),
		validAt,
		expiresAt,
		isCa: certificate.ca,
	};
}
