import type { BaseUrl } from "./baseUrl.ts";
import type { Certificate, CertificateListing } from "./certificate.ts";

/** Where a request goes and with which key: always both together, so that a key cannot be sent elsewhere. */
export interface Access {
	readonly baseUrl: BaseUrl;
	readonly key: string;
}

/** Asked for each request anew, so that no key is kept and a changed one counts at once. @throws Failure */
export type AccessSource = () => Promise<Access>;

/** One exchange with the service, as it may be logged. */
export interface Exchange {
	readonly method: string;
	/** The route with ids left as they are and without its query. */
	readonly route: string;
	/** HTTP status, or `null` where no answer came. */
	readonly status: number | null;
	readonly milliseconds: number;
	readonly requestId: string | null;
}

export interface NewCertificate {
	readonly pem: string;
	readonly name: string;
}

/** The certificates of one organization. Every method throws `Failure`, or `Cancelled` once its signal is aborted. */
export interface Service {
	/** Reads every page. */
	list(signal?: AbortSignal): Promise<CertificateListing>;
	/**
	 * Reads what a certificate holds.
	 * @param id As the service gave it.
	 * @returns its PEM as the service keeps it, or `null` where the answer has none.
	 */
	content(id: string, signal?: AbortSignal): Promise<string | null>;
	/**
	 * Uploads one certificate, with one POST.
	 * @throws Failure `unconfirmed` where it was sent and no answer tells whether it arrived.
	 */
	upload(certificate: NewCertificate, signal?: AbortSignal): Promise<Certificate>;
}
