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
import { type ListRequest, MAX_CERTIFICATES, readPages, toListing } from "./pagination.ts";
import { parseCertificate } from "./schemas.ts";

const CERTIFICATES = "/organization/certificates";
const PROJECTS = "/organization/projects";
/** Far more than any organization has. Equals the limit of 20 pages of 100 entries. */
const MAX_PROJECTS = 2000;

/** Client of the complete API (API reference, "Certificates", "Projects", "Audit logs"). */
export class AdminClient extends CertificatesClient implements AdministrationApi {
	readonly #transport: HttpTransport;
	readonly #credentials: CredentialsProvider;

	constructor(transport: HttpTransport, credentials: CredentialsProvider) {
		super(transport, credentials);
		this.#transport = transport;
		this.#credentials = credentials;
	}

	async projects(signal?: AbortSignal, onPage?: (projects: readonly Project[]) => void): Promise<ProjectListing> {
		const query = { include_archived: "true" };
		const list: ListRequest<Project> = {
			route: PROJECTS,
			query,
			maxEntries: MAX_PROJECTS,
			parse: parseProject,
			onPage,
		};
		const { entries, unreadable, complete } = await readPages(this.#transport, this.#credentials, list, signal);
		return { projects: entries, unreadable, complete };
	}

	async projectCertificates(projectId: string, signal?: AbortSignal): Promise<CertificateListing> {
		const route = `${scopeRoute({ kind: "project", id: projectId })}/certificates`;
		const list: ListRequest<Certificate> = { route, maxEntries: MAX_CERTIFICATES, parse: parseCertificate };
		return toListing(await readPages(this.#transport, this.#credentials, list, signal));
	}

	async setActive(
		scope: Scope,
		ids: readonly string[],
		active: boolean,
		signal?: AbortSignal,
		once = false,
	): Promise<readonly Certificate[]> {
		const route = `${scopeRoute(scope)}/certificates/${active ? "activate" : "deactivate"}`;
		const body = { certificate_ids: ids.map(requireCertificateId) };
		const parse = activationResponseParser(ids, active);
		const request = { method: "POST", route, body, parse, idempotent: true, once } as const;
		return (await this.#transport.send(this.#credentials, request, signal)).value;
	}

	async rename(id: string, name: string, signal?: AbortSignal): Promise<Certificate> {
		const route = `${CERTIFICATES}/${requireCertificateId(id)}`;
		const request = { method: "POST", route, body: { name }, parse: parseCertificate, idempotent: true } as const;
		return (await this.#transport.send(this.#credentials, request, signal)).value;
	}

	async remove(id: string, signal?: AbortSignal): Promise<void> {
		const route = `${CERTIFICATES}/${requireCertificateId(id)}`;
		const request = { method: "DELETE", route, parse: deletionResponseParser(id), idempotent: true } as const;
		const state = { sent: false, repeated: false };
		try {
			await this.#transport.send(this.#credentials, request, signal, state);
		} catch (thrown) {
			// The first attempt deleted the certificate.
			if (!(state.repeated && problemOf(thrown)?.reason === "not-found")) throw thrown;
		}
	}

	async history(certificateId: string, signal?: AbortSignal): Promise<readonly HistoryEvent[]> {
		const route = "/organization/audit_logs";
		const query = {
			limit: "100",
			"event_types[]": HISTORY_TYPES,
			"resource_ids[]": requireCertificateId(certificateId),
		};
		const request = { method: "GET", route, query, parse: parseHistory } as const;
		return (await this.#transport.send(this.#credentials, request, signal)).value;
	}
}

/** @throws ProblemError `not-found` for an invalid project id, which could change the path. */
function scopeRoute(scope: Scope): string {
	if (scope.kind === "organization") return "/organization";
	if (!isProjectId(scope.id)) throw new ProblemError({ reason: "not-found" });
	return `${PROJECTS}/${scope.id}`;
}

/** @throws ProblemError `not-found` for an invalid certificate id. */
function requireCertificateId(id: string): string {
	if (!isCertificateId(id)) throw new ProblemError({ reason: "not-found" });
	return id;
}
