import tls from "node:tls";
import { type CertificateOptions, type MadeCertificate, makeCertificate } from "../../../certificates.ts";

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
	/** Those without options, by what they are for: many tests need the same. */
	const usual = new Map<string, ReturnType<Authority["serverAt"]>>();
	const make = async (serverAt: readonly string[], options: CertificateOptions) => {
		const made = await makeCertificate({ ca: false, serverAt, issuer: authority.certificate, ...options });
		return { key: made.privateKeyPem, cert: made.pem };
	};
	const authority = {
		serverAt: (at, options) => {
			if (options) return make(at, options);
			const made = usual.get(at.join()) ?? make(at, {});
			usual.set(at.join(), made);
			return made;
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
