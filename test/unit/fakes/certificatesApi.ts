// Fakes for the file reader and the admin API. A test sets each response, and when it arrives.
import assert from "node:assert/strict";
import { createHash, randomUUID } from "node:crypto";
import { EventEmitter, once } from "node:events";
import { organizationRef } from "../../../src/common/organizationRef.ts";
import type { CertificatesApi, NewCertificate } from "../../../src/domain/adminApi.ts";
import type { Certificate, CertificateListing } from "../../../src/domain/certificate.ts";
import type { CertificateReader, ParsedCertificate } from "../../../src/domain/certificateFile.ts";
import { CancelledError, ProblemError } from "../../../src/domain/problem.ts";
import type { UploadAttempt } from "../../../src/features/upload/uploadAttempt.ts";

/** Makes a certificate of a list, named like its id, with the dates of `parsedCertificate`. */
export function certificate(id: string, more: Partial<Certificate> = {}): Certificate {
	return { id, name: id, createdAt: null, validAt: 100, expiresAt: 200, active: false, ...more };
}

/** Makes a complete list. */
export function listing(...certificates: readonly Certificate[]): CertificateListing {
	return { certificates, unreadable: 0, complete: true, servedAt: null, organization: null };
}

/** Makes a certificate of a file. @param text Stands in for the DER. */
export function parsedCertificate(text: string, more: Partial<ParsedCertificate> = {}): ParsedCertificate {
	const der = new TextEncoder().encode(text);
	return {
		der,
		pem: `PEM of ${text}`,
		sha256: createHash("sha256").update(der).digest("hex"),
		serialNumber: "01",
		subject: `CN=${text}`,
		issuer: `CN=${text}`,
		commonName: text,
		notBefore: 100,
		notAfter: 200,
		isCa: true,
		selfSigned: true,
		publicKeySha256: `key of ${text}`,
		keyType: "ec",
		keyBits: 256,
		block: 1,
		line: 1,
		findings: [],
		...more,
	};
}

/** Makes a reader that finds the given certificates whose PEM is a line of the file, in the file's order. */
export function fakeReader(...known: readonly ParsedCertificate[]): CertificateReader {
	return {
		async read(bytes) {
			const lines = new TextDecoder().decode(bytes).split("\n");
			const candidates = lines.flatMap((line) => known.find(({ pem }) => pem === line) ?? []);
			const outcome = candidates.length === 0 ? "refuse" : candidates.length === 1 ? "accept" : "choose";
			return { outcome, reason: null, holdsPrivateKey: false, candidates, skipped: [] };
		},
	};
}

/** An API whose responses a test sets. */
export class FakeCertificatesApi implements CertificatesApi {
	/** The content of each certificate, by id. Other ids are not found. */
	readonly contentById = new Map<string, string | null | Promise<string | null>>();
	/** The ids whose content was requested. */
	readonly requestedIds: string[] = [];
	/** The uploaded certificates. */
	readonly sentCertificates: NewCertificate[] = [];
	/** The number of list calls. */
	listCalls = 0;
	readonly #started = new EventEmitter();
	readonly #lists: PromiseWithResolvers<CertificateListing>[] = [];
	readonly #uploads: PromiseWithResolvers<Certificate>[] = [];

	/** Queues a response to a list call. The test settles the response at any time. */
	nextList(): PromiseWithResolvers<CertificateListing> {
		return next(this.#lists);
	}

	/** Queues a response to an upload. */
	nextUpload(): PromiseWithResolvers<Certificate> {
		return next(this.#uploads);
	}

	/** Waits for a number of list calls since the start. */
	async waitForLists(count: number): Promise<void> {
		while (this.listCalls < count) await once(this.#started, "list");
	}

	/** Waits for a number of uploads since the start. */
	async waitForUploads(count: number): Promise<void> {
		while (this.sentCertificates.length < count) await once(this.#started, "upload");
	}

	async list(signal?: AbortSignal): Promise<CertificateListing> {
		this.listCalls++;
		this.#started.emit("list");
		return unlessAborted(this.#lists.shift() ?? assert.fail("Nobody expected a list call."), signal);
	}

	async content(id: string, signal?: AbortSignal): Promise<string | null> {
		if (signal?.aborted) throw new CancelledError();
		this.requestedIds.push(id);
		const pem = this.contentById.get(id);
		if (pem === undefined) throw new ProblemError({ reason: "not-found" });
		return pem;
	}

	async upload(certificate: NewCertificate, signal?: AbortSignal): Promise<Certificate> {
		this.sentCertificates.push(certificate);
		this.#started.emit("upload");
		return unlessAborted(this.#uploads.shift() ?? assert.fail("Nobody expected an upload."), signal);
	}
}

function next<T>(responses: PromiseWithResolvers<T>[]): PromiseWithResolvers<T> {
	const response = Promise.withResolvers<T>();
	// Avoids an unhandled rejection if the test rejects before the call.
	response.promise.catch(() => {});
	responses.push(response);
	return response;
}

function unlessAborted<T>({ promise, reject }: PromiseWithResolvers<T>, signal?: AbortSignal): Promise<T> {
	if (signal?.aborted) reject(new CancelledError());
	signal?.addEventListener("abort", () => reject(new CancelledError()));
	return promise;
}

/** Returns an `organizationRef` of an organization that the service names, different each time. */
export function uniqueOrganizationRef(): string {
	return organizationRef({ id: "", origin: "https://api.openai.com", organization: `org-${randomUUID()}` });
}

/** Makes the record of an upload attempt, of a certificate named Acme Root CA unless overridden. */
export function uploadAttempt(overrides: Partial<UploadAttempt> = {}): UploadAttempt {
	return {
		...{ organizationRef: "here", sha256: "0".repeat(64), id: "1", name: "Acme Root CA", pem: "" },
		...{ startedAt: 0, idsBefore: [], servedBefore: null, owner: "1" },
		...overrides,
	};
}

/** Returns a local time of one day in Unix milliseconds, so that texts are equal in all time zones. */
export function localTime(hour: number, minute: number): number {
	return new Date(2026, 10, 24, hour, minute).getTime();
}
