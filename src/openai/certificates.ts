import type { CertificatesApi, Credentials, CredentialsProvider, NewCertificate } from "../domain/adminApi.ts";
import { type Certificate, type CertificateListing, isCertificateId } from "../domain/certificate.ts";
import { isCancelled, ProblemError, problemOf, type UploadEnding } from "../domain/problem.ts";
import type { HttpTransport } from "./httpTransport.ts";
import { type ListRequest, MAX_CERTIFICATES, readPages, toListing } from "./pagination.ts";
import { parseCertificate, parseContent, parseUploadResponse } from "./schemas.ts";
import type { SendState } from "./sendRequest.ts";

const ROUTE = "/organization/certificates";
type UploadBody = { readonly name: string } & ({ readonly certificate: string } | { readonly content: string });

/** Client of the certificates API (API reference, "Certificates"). */
export class CertificatesClient implements CertificatesApi {
	readonly #transport: HttpTransport;
	readonly #credentials: CredentialsProvider;

	constructor(transport: HttpTransport, credentials: CredentialsProvider) {
		this.#transport = transport;
		this.#credentials = credentials;
	}

	async list(signal?: AbortSignal): Promise<CertificateListing> {
		const list: ListRequest<Certificate> = { route: ROUTE, maxEntries: MAX_CERTIFICATES, parse: parseCertificate };
		return toListing(await readPages(this.#transport, this.#credentials, list, signal));
	}

	async content(id: string, signal?: AbortSignal): Promise<string | null> {
		if (!isCertificateId(id)) throw new ProblemError({ reason: "not-found" });
		const route = `${ROUTE}/${id}`;
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
			const request = { method: "POST", route: ROUTE, body, parse: parseUploadResponse } as const;
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
}

/** True unless the error is a clear refusal, after which the service cannot have stored the certificate. */
function mayHaveArrived(thrown: unknown): boolean {
	switch (problemOf(thrown)?.reason) {
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
	switch (problem?.reason) {
		case "redirected":
			return { kind: "redirected" };
		case "bad-answer":
			return { kind: "unreadable" };
		case "conflict":
			return { kind: "status", status: 409 };
		case "service-error":
			return { kind: "status", status: problem.status };
		default:
			return { kind: isCancelled(thrown) ? "canceled" : "no-response" };
	}
}

function isFieldRefused(thrown: unknown): boolean {
	const problem = problemOf(thrown);
	return problem?.reason === "rejected" && problem.fieldRefused;
}
