import type {
	AdminApi,
	Credentials,
	CredentialsProvider,
	HistoryEvent,
	NewCertificate,
	ProjectListing,
} from "../domain/adminApi.ts";
import { type Certificate, type CertificateListing, isCertificateId } from "../domain/certificate.ts";
import { isCancelled, outcomeReason, ProblemError, problemOf, type UploadEnding } from "../domain/problem.ts";
import { isProjectId, type Project, type Scope } from "../domain/scope.ts";
import type { HttpTransport } from "./httpTransport.ts";
import { type ListRequest, MAX_CERTIFICATES, readPages, toListing } from "./pagination.ts";
import {
	activationResponseParser,
	deletionResponseParser,
	HISTORY_TYPES,
	parseCertificate,
	parseContent,
	parseHistory,
	parseProject,
	parseUploadResponse,
} from "./schemas.ts";
import type { SendState } from "./sendRequest.ts";

const CERTIFICATES = "/organization/certificates";
const PROJECTS = "/organization/projects";
/** Far more than any organization has. Equals the limit of 20 pages of 100 entries. */
const MAX_PROJECTS = 2000;

type UploadBody = { readonly name: string } & ({ readonly certificate: string } | { readonly content: string });

/** Client of the Admin API, as far as this extension uses it (API reference, "Certificates", "Projects", "Audit logs"). */
export class AdminClient implements AdminApi {
	readonly #transport: HttpTransport;
	readonly #credentials: CredentialsProvider;

	constructor(transport: HttpTransport, credentials: CredentialsProvider) {
		this.#transport = transport;
		this.#credentials = credentials;
	}

	async list(signal?: AbortSignal): Promise<CertificateListing> {
		const list: ListRequest<Certificate> = {
			route: CERTIFICATES,
			maxEntries: MAX_CERTIFICATES,
			parse: parseCertificate,
		};
		return toListing(await readPages(this.#transport, this.#credentials, list, signal));
	}

	async content(id: string, signal?: AbortSignal): Promise<string | null> {
		const route = `${CERTIFICATES}/${requireCertificateId(id)}`;
		const request = { method: "GET", route, query: { "include[]": "content" }, parse: parseContent } as const;
		return (await this.#transport.send(this.#credentials, request, signal)).value.pem;
	}

	async upload({ pem, name }: NewCertificate, signal?: AbortSignal): Promise<Certificate> {
		// If two POSTs are needed, both must use the same credentials.
		const credentials = await this.#transport.resolveCredentials(this.#credentials, signal);
		const { origin } = credentials.baseUrl;
		const contentFieldOrigins = this.#transport.contentFieldOrigins;
		if (!contentFieldOrigins.has(origin)) {
			try {
				return await this.#post(credentials, { certificate: pem, name }, signal);
			} catch (thrown) {
				// The API reference and its example name the field differently. A 400 for the field name created nothing.
				if (!isFieldRefused(thrown)) throw thrown;
			}
		}
		const uploaded = await this.#post(credentials, { content: pem, name }, signal);
		contentFieldOrigins.add(origin);
		return uploaded;
	}

	async #post(credentials: Credentials, body: UploadBody, signal: AbortSignal | undefined): Promise<Certificate> {
		const state: SendState = { sent: false, repeated: false };
		try {
			const request = { method: "POST", route: CERTIFICATES, body, parse: parseUploadResponse } as const;
			return (await this.#transport.send(async () => credentials, request, signal, state)).value;
		} catch (thrown) {
			if (state.sent && mayHaveArrived(thrown))
				throw new ProblemError({
					reason: "unconfirmed",
					name: body.name,
					// The caller's lookup may find out more.
					lookup: { outcome: "failed" },
					ending: toUploadEnding(thrown),
				});
			throw thrown;
		}
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

/** True unless the error is a clear refusal, after which the service cannot have stored the certificate. */
function mayHaveArrived(thrown: unknown): boolean {
	const problem = problemOf(thrown);
	switch (problem && outcomeReason(problem)) {
		case "unauthorized":
		case "wrong-region":
		case "forbidden":
		case "not-found":
		case "rejected":
		case "rate-limited":
			return false;
		default:
			return true;
	}
}

/** @param thrown The error that ended a sent request. */
function toUploadEnding(thrown: unknown): UploadEnding {
	const problem = problemOf(thrown);
	const reason = problem && outcomeReason(problem);
	if (reason === "service-error" && problem && "status" in problem) return { kind: "status", status: problem.status };
	switch (reason) {
		case "redirected":
			return { kind: "redirected" };
		case "bad-answer":
			return { kind: "unreadable" };
		case "conflict":
			return { kind: "status", status: 409 };
		default:
			return { kind: isCancelled(thrown) ? "canceled" : "no-response" };
	}
}

function isFieldRefused(thrown: unknown): boolean {
	const problem = problemOf(thrown);
	return problem?.reason === "rejected" && problem.fieldRefused;
}
