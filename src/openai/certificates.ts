import type { CertificatesApi, Credentials, CredentialsProvider, NewCertificate } from "../domain/adminApi.ts";
import { type Certificate, type CertificateListing, isCertificateId } from "../domain/certificate.ts";
import { isCancelled, ProblemError, problemOf, type UploadEnding } from "../domain/problem.ts";
import type { HttpTransport } from "./httpTransport.ts";
import { MAX_CERTIFICATES, readPages, toListing } from "./pagination.ts";
import { parseCertificate, parseContent, parseUploaded } from "./schemas.ts";
import type { SendState } from "./sendRequest.ts";

const ROUTE = "/organization/certificates";
type UploadBody = { readonly name: string } & ({ readonly certificate: string } | { readonly content: string });

/** The certificates API over one transport (API reference, "Certificates"). */
export class CertificatesClient implements CertificatesApi {
	readonly #transport: HttpTransport;
	readonly #access: CredentialsProvider;

	constructor(transport: HttpTransport, access: CredentialsProvider) {
		this.#transport = transport;
		this.#access = access;
	}

	async list(signal?: AbortSignal): Promise<CertificateListing> {
		const list = { route: ROUTE, most: MAX_CERTIFICATES, parse: parseCertificate };
		return toListing(await readPages(this.#transport, this.#access, list, signal));
	}

	async content(id: string, signal?: AbortSignal): Promise<string | null> {
		if (!isCertificateId(id)) throw new ProblemError({ reason: "not-found" });
		const route = `${ROUTE}/${id}`;
		const request = { method: "GET", route, query: { "include[]": "content" }, parse: parseContent } as const;
		return (await this.#transport.send(this.#access, request, signal)).value.pem;
	}

	async upload({ pem, name }: NewCertificate, signal?: AbortSignal): Promise<Certificate> {
		// Both POSTs, if there are two, go to the same place.
		const access = await this.#transport.access(this.#access, signal);
		const { origin } = access.baseUrl;
		const wantContent = this.#transport.wantContent;
		if (!wantContent.has(origin)) {
			try {
				return await this.#post(access, { certificate: pem, name }, signal);
			} catch (failure) {
				// The reference page and its own example name the field differently; such a 400 created nothing.
				if (!isFieldRefused(failure)) throw failure;
			}
		}
		const uploaded = await this.#post(access, { content: pem, name }, signal);
		wantContent.add(origin);
		return uploaded;
	}

	async #post(access: Credentials, body: UploadBody, signal: AbortSignal | undefined): Promise<Certificate> {
		const progress: SendState = { sent: false, repeated: false };
		try {
			const request = { method: "POST", route: ROUTE, body, parse: parseUploaded } as const;
			return (await this.#transport.send(async () => access, request, signal, progress)).value;
		} catch (failure) {
			// Whoever looks for it may find out more.
			const look = { outcome: "failed" } as const;
			if (progress.sent && mayHaveArrived(failure))
				throw new ProblemError({ reason: "unconfirmed", name: body.name, look, ending: endingOf(failure) });
			throw failure;
		}
	}
}

/** Whether the service may have stored what was sent although this came back: all but a clear refusal. */
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

/** @param thrown What ended a request that was sent. */
function endingOf(thrown: unknown): UploadEnding {
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
