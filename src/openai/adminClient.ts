import type { CredentialsProvider } from "../domain/adminApi.ts";
import type { AdministrationApi, HistoryEvent, ProjectListing } from "../domain/administration.ts";
import { type Certificate, type CertificateListing, isCertificateId } from "../domain/certificate.ts";
import { ProblemError, problemOf } from "../domain/problem.ts";
import { isProjectId, type Project, type Scope } from "../domain/scope.ts";
import {
	activationResponseParser,
	deletionResponseParser,
	HISTORY_TYPES,
	parseHistory,
	parseProject,
} from "./administrationSchemas.ts";
import { CertificatesClient } from "./certificates.ts";
import type { HttpTransport } from "./httpTransport.ts";
import { MAX_CERTIFICATES, readPages, toListing } from "./pagination.ts";
import { parseCertificate } from "./schemas.ts";

const CERTIFICATES = "/organization/certificates";
const PROJECTS = "/organization/projects";
/** Far more than any organization has; 20 pages of 100 are the end in any case. */
const MOST_PROJECTS = 2000;

/**
 * The whole API: also what can be done with certificates once they are uploaded (API reference, "Certificates",
 * "Projects", "Audit logs").
 */
export class AdminClient extends CertificatesClient implements AdministrationApi {
	readonly #transport: HttpTransport;
	readonly #access: CredentialsProvider;

	constructor(transport: HttpTransport, access: CredentialsProvider) {
		super(transport, access);
		this.#transport = transport;
		this.#access = access;
	}

	async projects(signal?: AbortSignal, onPage?: (projects: readonly Project[]) => void): Promise<ProjectListing> {
		const query = { include_archived: "true" };
		const list = { route: PROJECTS, query, most: MOST_PROJECTS, parse: parseProject, onPage };
		const { entries: projects, unreadable, complete } = await readPages(this.#transport, this.#access, list, signal);
		return { projects, unreadable, complete };
	}

	async projectCertificates(projectId: string, signal?: AbortSignal): Promise<CertificateListing> {
		const route = `${scopeRoute({ kind: "project", id: projectId })}/certificates`;
		const list = { route, most: MAX_CERTIFICATES, parse: parseCertificate };
		return toListing(await readPages(this.#transport, this.#access, list, signal));
	}

	async setActive(
		scope: Scope,
		ids: readonly string[],
		active: boolean,
		signal?: AbortSignal,
		once = false,
	): Promise<readonly Certificate[]> {
		const route = `${scopeRoute(scope)}/certificates/${active ? "activate" : "deactivate"}`;
		const body = { certificate_ids: ids.map(checked) };
		const parse = activationResponseParser(ids, active);
		const request = { method: "POST", route, body, parse, idempotent: true, once } as const;
		return (await this.#transport.send(this.#access, request, signal)).value;
	}

	async rename(id: string, name: string, signal?: AbortSignal): Promise<Certificate> {
		const route = `${CERTIFICATES}/${checked(id)}`;
		const request = { method: "POST", route, body: { name }, parse: parseCertificate, idempotent: true } as const;
		return (await this.#transport.send(this.#access, request, signal)).value;
	}

	async remove(id: string, signal?: AbortSignal): Promise<void> {
		const route = `${CERTIFICATES}/${checked(id)}`;
		const request = { method: "DELETE", route, parse: deletionResponseParser(id), idempotent: true } as const;
		const progress = { sent: false, repeated: false };
		try {
			await this.#transport.send(this.#access, request, signal, progress);
		} catch (thrown) {
			// The first try has deleted it.
			if (!(progress.repeated && problemOf(thrown)?.reason === "not-found")) throw thrown;
		}
	}

	async history(certificateId: string, signal?: AbortSignal): Promise<readonly HistoryEvent[]> {
		const route = "/organization/audit_logs";
		const query = { limit: "100", "event_types[]": HISTORY_TYPES, "resource_ids[]": checked(certificateId) };
		const request = { method: "GET", route, query, parse: parseHistory } as const;
		return (await this.#transport.send(this.#access, request, signal)).value;
	}
}

/** @throws Failure `not-found` for what can be no project: an id could climb out of its path. */
function scopeRoute(scope: Scope): string {
	if (scope.kind === "organization") return "/organization";
	if (!isProjectId(scope.id)) throw new ProblemError({ reason: "not-found" });
	return `${PROJECTS}/${scope.id}`;
}

/** @throws Failure `not-found` for what can be no certificate. */
function checked(id: string): string {
	if (!isCertificateId(id)) throw new ProblemError({ reason: "not-found" });
	return id;
}
