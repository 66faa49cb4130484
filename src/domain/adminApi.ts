import type { BaseUrl } from "./baseUrl.ts";
import type { Certificate, CertificateListing } from "./certificate.ts";

/** A base URL and the credentials for it, kept together so that the key is never sent to another server. */
export interface Credentials {
	readonly baseUrl: BaseUrl;
	readonly key: string;
	/** The certificate to present if the organization enforces mTLS on administrators too; `null` if none is set. */
	readonly clientCertificate: ClientCertificateFiles | null;
}

/** Absolute paths, read for each request. Both can name the same file. */
export interface ClientCertificateFiles {
	readonly certificate: string;
	readonly key: string;
	readonly passphrase: string | null;
}

/** Called for each request, so that no key is kept in memory and a change applies at once. @throws ProblemError */
export type CredentialsProvider = () => Promise<Credentials>;

/** One request and its response, in a form that is safe to log. */
export interface RequestLogEntry {
	readonly method: string;
	/** The route with its ids, without its query. */
	readonly route: string;
	/** HTTP status, or `null` without a response. */
	readonly status: number | null;
	readonly milliseconds: number;
	readonly requestId: string | null;
	/** The unchanged error message; `null` without an error, and for a 401, which can include part of the key. */
	readonly message: string | null;
}

export interface NewCertificate {
	readonly pem: string;
	readonly name: string;
}

/** The certificates of one organization. Methods throw `ProblemError`, or `CancelledError` once `signal` is aborted. */
export interface CertificatesApi {
	/** Reads every page. */
	list(signal?: AbortSignal): Promise<CertificateListing>;
	/**
	 * Reads the content of a certificate.
	 * @param id As received from the service.
	 * @returns the PEM as the service stores it, or `null` if the response has none.
	 */
	content(id: string, signal?: AbortSignal): Promise<string | null>;
	/**
	 * Uploads one certificate with one POST. Repeats the POST only if no byte can have arrived.
	 * @throws ProblemError `unconfirmed` if the POST was sent and no response shows whether the certificate arrived.
	 */
	upload(certificate: NewCertificate, signal?: AbortSignal): Promise<Certificate>;
}
