import type { BaseUrl } from "./baseUrl.ts";
import type { Certificate, CertificateListing } from "./certificate.ts";

/** Where a request goes and what it is proved by: always together, so that none of it can be sent elsewhere. */
export interface Credentials {
	readonly baseUrl: BaseUrl;
	readonly key: string;
	/** What to present where the organization enforces mTLS on its administrators too; `null` where nothing is set. */
	readonly clientCertificate: ClientCertificateFiles | null;
}

/** Absolute paths, read when a request is made; the key may lie in the certificate's own file. */
export interface ClientCertificateFiles {
	readonly certificate: string;
	readonly key: string;
	readonly passphrase: string | null;
}

/** Asked for each request anew, so that no key is kept and a changed one counts at once. @throws Failure */
export type CredentialsProvider = () => Promise<Credentials>;

/** One exchange with the service, as it may be logged. */
export interface RequestLogEntry {
	readonly method: string;
	/** The route with ids left as they are and without its query. */
	readonly route: string;
	/** HTTP status, or `null` where no answer came. */
	readonly status: number | null;
	readonly milliseconds: number;
	readonly requestId: string | null;
	/** What the service said of an error, unchanged; `null` without an error, and for a 401, which can repeat part of the key. */
	readonly message: string | null;
}

export interface NewCertificate {
	readonly pem: string;
	readonly name: string;
}

/** The certificates of one organization. Every method throws `Failure`, or `Cancelled` once its signal is aborted. */
export interface CertificatesApi {
	/** Reads every page. */
	list(signal?: AbortSignal): Promise<CertificateListing>;
	/**
	 * Reads what a certificate holds.
	 * @param id As the service gave it.
	 * @returns its PEM as the service keeps it, or `null` where the answer has none.
	 */
	content(id: string, signal?: AbortSignal): Promise<string | null>;
	/**
	 * Uploads one certificate, with one POST that is repeated only where nothing of it can have arrived.
	 * @throws Failure `unconfirmed` where it was sent and no answer tells whether it arrived.
	 */
	upload(certificate: NewCertificate, signal?: AbortSignal): Promise<Certificate>;
}
