import type { Certificate, CertificateListing } from "./certificate.ts";
import type { Project, Scope } from "./scope.ts";

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

/** Maximum number of certificates that one call activates or deactivates (API reference). */
export const MAX_PER_CALL = 10;

/**
 * Reads and changes uploaded certificates. Every method throws `ProblemError`, or `CancelledError` once its signal is
 * aborted. All writes are idempotent (API reference) and are repeated at most once. If the first attempt may have
 * succeeded (`isOutcomeUnknown`) and the second attempt fails, they throw the problem of the first: after an activation
 * that locked this extension out, the second attempt is refused.
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
