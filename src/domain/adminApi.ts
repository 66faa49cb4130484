import type { BaseUrl } from "./baseUrl.ts";
import type { Certificate, CertificateListing } from "./certificate.ts";
import type { Project, Scope } from "./scope.ts";

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
	 * Uploads one certificate. Repeats the POST only if the previous one can't have created a certificate: no byte was
	 * sent, the service reported too many requests (once), or it refused the name of the field with the PEM (400).
	 * @throws ProblemError `unconfirmed` if the POST was sent and no response shows whether the certificate arrived.
	 */
	upload(certificate: NewCertificate, signal?: AbortSignal): Promise<Certificate>;
}

/** The projects of an organization that could be read. */
export interface ProjectListing {
	readonly projects: readonly Project[];
	/** Number of received entries that could not be read. */
	readonly unreadable: number;
	/** False if more projects may exist. */
	readonly complete: boolean;
}

/** A change of certificates, from the audit log. */
export interface HistoryEvent {
	readonly id: string;
	readonly type: HistoryEventType;
	/** Unix seconds. */
	readonly at: number;
	/** The actor as the service names it: an e-mail address or a key's tracking id; `null` if not given. */
	readonly actor: string | null;
	/** The project of the change; `null` for the organization. */
	readonly projectId: string | null;
	/** The ids of the changed certificates. */
	readonly certificateIds: readonly string[];
}

export type HistoryEventType = "created" | "updated" | "deleted" | "activated" | "deactivated";

/**
 * Reads and changes uploaded certificates. Every method throws `ProblemError`, or `CancelledError` once its signal is
 * aborted. All writes are idempotent (API reference), and are repeated once after an attempt that may have succeeded
 * (`isOutcomeUnknown`). If the second attempt fails too, they throw the problem of the first, unless the second is
 * `not-found`: after an activation that locked this extension out, the second attempt is refused.
 */
export interface AdministrationApi {
	/** Reads every page, archived projects included. @param onPage Called with the projects of each page on arrival. */
	projects(signal?: AbortSignal, onPage?: (projects: readonly Project[]) => void): Promise<ProjectListing>;
	/** Reads every page of a project's certificates; their `active` refers to this project. */
	projectCertificates(projectId: string, signal?: AbortSignal): Promise<CertificateListing>;
	/**
	 * Activates or deactivates up to 10 certificates in one scope, all or none.
	 * @param once True to never repeat the call, because the caller's preceding read would be out of date.
	 * @returns the changed certificates.
	 * @throws ProblemError `bad-answer` if the response does not confirm the new state of each certificate.
	 */
	setActive(
		scope: Scope,
		ids: readonly string[],
		active: boolean,
		signal?: AbortSignal,
		once?: boolean,
	): Promise<readonly Certificate[]>;
	/** @returns the certificate; its `active` is `undefined`. */
	rename(id: string, name: string, signal?: AbortSignal): Promise<Certificate>;
	/** Deletes a certificate. If the call had to be repeated, a missing certificate counts as deleted. */
	remove(id: string, signal?: AbortSignal): Promise<void>;
	/** Reads the newest events about a certificate, newest first; 100 at most. */
	history(certificateId: string, signal?: AbortSignal): Promise<readonly HistoryEvent[]>;
}

/** Everything that this extension uses of the API. */
export interface AdminApi extends CertificatesApi, AdministrationApi {}
