import tls from "node:tls";
import { type CertificateOptions, type MadeCertificate, makeCertificate } from "../../certificates.ts";

/** Issues certificates that this process trusts. */
export interface Authority {
	certificate: MadeCertificate;
	/** Makes a server's key and certificate, PEM. @param at The addresses and names it is for. */
	serverAt(
		at: readonly string[],
		options?: CertificateOptions,
	): Promise<{ readonly key: string; readonly cert: string }>;
}

/** Has this process trust an authority of its own while the tests of the suite run. */
export function trustedAuthority(): Authority {
	const authority = {
		serverAt: async (serverAt, options = {}) => {
			const made = await makeCertificate({ ca: false, serverAt, issuer: authority.certificate, ...options });
			return { key: made.privateKeyPem, cert: made.pem };
		},
	} as Authority;
	const trusted = tls.getCACertificates("default");
	before(async () => {
		authority.certificate = await makeCertificate({ commonName: "Trusted authority" });
		tls.setDefaultCACertificates([...trusted, authority.certificate.pem]);
	});
	after(() => tls.setDefaultCACertificates(trusted));
	return authority;
}
