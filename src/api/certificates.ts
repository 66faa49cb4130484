import { type Certificate, type CertificateListing, isCertificateId } from "../domain/certificate.ts";
import { Failure, problemOf } from "../domain/failure.ts";
import type { Access, AccessSource, NewCertificate, Service } from "../domain/service.ts";
import type { Progress } from "./exchange.ts";
import { parseCertificate, parseContent, parsePage, parseUploaded } from "./schemas.ts";
import type { Transport } from "./transport.ts";

const ROUTE = "/organization/certificates";
const PAGE_SIZE = 100;
const MOST_PAGES = 20;
/** An organization holds 50 (`CERTIFICATE_LIMIT`): whoever sends more than this will not stop. */
const MOST_ENTRIES = 1000;

type UploadBody = { readonly name: string } & ({ readonly certificate: string } | { readonly content: string });

/** The certificates API over one transport (API reference, "Certificates"). */
export class CertificatesApi implements Service {
	readonly #transport: Transport;
	readonly #access: AccessSource;

	constructor(transport: Transport, access: AccessSource) {
		this.#transport = transport;
		this.#access = access;
	}

	async list(signal?: AbortSignal): Promise<CertificateListing> {
		const certificates = new Map<string, Certificate>();
		const cursors = new Set<string>();
		let seen = 0;
		let unreadable = 0;
		let servedAt: number | null = null;
		for (let page = 0; page < MOST_PAGES; page++) {
			const after = [...cursors].at(-1);
			const query = { limit: String(PAGE_SIZE), ...(after && { after }) };
			const request = { method: "GET", route: ROUTE, query, parse: parsePage } as const;
			const answer = await this.#transport.send(this.#access, request, signal);
			const { entries, hasMore, lastId } = answer.value;
			servedAt = answer.servedAt;
			for (const entry of entries.slice(0, MOST_ENTRIES - seen)) {
				const certificate = parseCertificate(entry);
				if (certificate) certificates.set(certificate.id, certificate);
				else unreadable++;
			}
			seen += entries.length;
			const complete = !hasMore && seen <= MOST_ENTRIES;
			if (complete) return { certificates: [...certificates.values()], unreadable, complete, servedAt };
			if (seen >= MOST_ENTRIES || lastId === null || cursors.has(lastId)) break;
			cursors.add(lastId);
		}
		return { certificates: [...certificates.values()], unreadable, complete: false, servedAt };
	}

	async content(id: string, signal?: AbortSignal): Promise<string | null> {
		if (!isCertificateId(id)) throw new Failure({ reason: "not-found" });
		const route = `${ROUTE}/${id}`;
		const request = { method: "GET", route, query: { "include[]": "content" }, parse: parseContent } as const;
		return (await this.#transport.send(this.#access, request, signal)).value.pem;
	}

	async upload({ pem, name }: NewCertificate, signal?: AbortSignal): Promise<Certificate> {
		// Both POSTs, if there are two, go to the same place.
		const access = await this.#access();
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

	async #post(access: Access, body: UploadBody, signal: AbortSignal | undefined): Promise<Certificate> {
		const progress: Progress = { sent: false };
		try {
			const request = { method: "POST", route: ROUTE, body, parse: parseUploaded } as const;
			return (await this.#transport.send(async () => access, request, signal, progress)).value;
		} catch (failure) {
			if (progress.sent && mayHaveArrived(failure)) throw new Failure({ reason: "unconfirmed", name: body.name });
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

function isFieldRefused(thrown: unknown): boolean {
	const problem = problemOf(thrown);
	return problem?.reason === "rejected" && problem.fieldRefused;
}
