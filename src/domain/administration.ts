import type { Certificate, CertificateListing } from "./certificate.ts";
import type { Project, Scope } from "./scope.ts";

/** All projects of an organization, as far as they could be read. */
export interface ProjectListing {
	readonly projects: readonly Project[];
	/** Entries that the service sent and that could not be read. */
	readonly unreadable: number;
	/** False when there may be more than was read. */
	readonly complete: boolean;
}

/** What was done to certificates, from the audit log. */
export interface HistoryEvent {
	readonly id: string;
	readonly type: HistoryEventType;
	/** Unix seconds. */
	readonly at: number;
	/** Who did it, as the service names them: an address, a key's tracking id; `null` where it does not tell. */
	readonly actor: string | null;
	/** The project where it was done; `null` for the organization. */
	readonly projectId: string | null;
	/** The ids of the certificates that it was about. */
	readonly certificateIds: readonly string[];
}

export type HistoryEventType = "created" | "updated" | "deleted" | "activated" | "deactivated";

/** The most certificates that one call activates or deactivates (API reference). */
export const MAX_PER_CALL = 10;

/**
 * What can be done with certificates once they are uploaded. Every method throws `Failure`, or `Cancelled` once its signal
 * is aborted. All writes are idempotent (API reference) and are repeated at most once. Where the first try may have done
 * its work (`isOutcomeUnknown`), whatever keeps the second one from an answer does not change that: they throw the first
 * one's failure. After an activation that shut this extension out, the second try is refused.
 */
export interface AdministrationApi {
	/** Reads every page, archived projects included. @param onPage Told of each page's projects as they come. */
	projects(signal?: AbortSignal, onPage?: (projects: readonly Project[]) => void): Promise<ProjectListing>;
	/** Reads every page of a project's certificates; `active` in them is what the service says of that project. */
	projectCertificates(projectId: string, signal?: AbortSignal): Promise<CertificateListing>;
	/**
	 * Activates or deactivates up to 10 certificates in one scope, all of them or none.
	 * @param once Whether it is not repeated, because what came before it would be too long ago.
	 * @returns them as they are now; an answer that does not say so of each of them is a `bad-answer`.
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
	/** Deletes a certificate; one that is gone already counts as deleted where the call had to be repeated. */
	remove(id: string, signal?: AbortSignal): Promise<void>;
	/** The newest events about a certificate, newest first; 100 at most. */
	history(certificateId: string, signal?: AbortSignal): Promise<readonly HistoryEvent[]>;
}
