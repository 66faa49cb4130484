import tls from "node:tls";
import { type CertificateOptions, makeCertificate, type TestCertificate } from "../../../certificates.ts";

/** A server's key and certificate, PEM. */
interface ServerKeyPair {
	readonly key: string;
	readonly cert: string;
}

/** A certificate authority that this process trusts. */
export interface TestAuthority {
	certificate: TestCertificate;
	/** Issues a server certificate, valid for these addresses and names. */
	issueServerCertificate(hosts: readonly string[], options?: CertificateOptions): Promise<ServerKeyPair>;
}

/** Creates a certificate authority that this process trusts while the suite runs. */
export function trustTestAuthority(): TestAuthority {
	/** Certificates without options, by hosts. Reused, because many tests need the same. */
	const cache = new Map<string, Promise<ServerKeyPair>>();
	const issue = async (hosts: readonly string[], options: CertificateOptions) => {
		const made = await makeCertificate({ ca: false, serverNames: hosts, issuer: authority.certificate, ...options });
		return { key: made.privateKeyPem, cert: made.pem };
	};
	const authority = {
		issueServerCertificate: (hosts, options) => {
			if (options) return issue(hosts, options);
			const pair = cache.get(hosts.join()) ?? issue(hosts, {});
			cache.set(hosts.join(), pair);
			return pair;
		},
	} as TestAuthority;
	const defaults = tls.getCACertificates("default");
	before(async () => {
		authority.certificate = await makeCertificate({ commonName: "Trusted authority" });
		tls.setDefaultCACertificates([...defaults, authority.certificate.pem]);
	});
	after(() => tls.setDefaultCACertificates(defaults));
	return authority;
}
