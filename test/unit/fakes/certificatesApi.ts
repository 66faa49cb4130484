// Stand-ins for what lies below the application: they answer what a test says, when it says so.
import assert from "node:assert/strict";
import { createHash, randomUUID } from "node:crypto";
import { EventEmitter, once } from "node:events";
import { organizationRef } from "../../../src/common/organizationRef.ts";
import type { CertificatesApi, NewCertificate } from "../../../src/domain/adminApi.ts";
import type { Certificate, CertificateListing } from "../../../src/domain/certificate.ts";
import type { CertificateReader, ParsedCertificate } from "../../../src/domain/certificateFile.ts";
import { CancelledError, ProblemError } from "../../../src/domain/problem.ts";

/** A certificate as the service lists it, named like its id. It has the dates that `candidate` makes. */
export function certificate(id: string, more: Partial<Certificate> = {}): Certificate {
	return { id, name: id, createdAt: null, validAt: 100, expiresAt: 200, active: false, ...more };
}

/** A whole list. */
export function listing(...certificates: readonly Certificate[]): CertificateListing {
	return { certificates, unreadable: 0, complete: true, servedAt: null, organization: null };
}

/** A certificate as a file holds it. @param text Stands for its DER. */
export function candidate(text: string, more: Partial<ParsedCertificate> = {}): ParsedCertificate {
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

/** A reader that finds those of these candidates whose PEM is a line of the file, in the file's order. */
export function readerOf(...known: readonly ParsedCertificate[]): CertificateReader {
	return {
		async read(bytes) {
			const lines = new TextDecoder().decode(bytes).split("\n");
			const candidates = lines.flatMap((line) => known.find(({ pem }) => pem === line) ?? []);
			const outcome = candidates.length === 0 ? "refuse" : candidates.length === 1 ? "accept" : "choose";
			return { outcome, reason: null, holdsPrivateKey: false, candidates, skipped: [] };
		},
	};
}

/** A service that answers as it is told. */
export class FakeService implements CertificatesApi {
	/** What it keeps under each id; an id that is not here is not found. */
	readonly kept = new Map<string, string | null | Promise<string | null>>();
	/** The ids whose content was asked for. */
	readonly asked: string[] = [];
	/** What was uploaded. */
	readonly sent: NewCertificate[] = [];
	/** How many list calls there were. */
	listed = 0;
	readonly #begun = new EventEmitter();
	readonly #lists: PromiseWithResolvers<CertificateListing>[] = [];
	readonly #uploads: PromiseWithResolvers<Certificate>[] = [];

	/** The answer to the next list call, to be given whenever the test likes. */
	nextList(): PromiseWithResolvers<CertificateListing> {
		return next(this.#lists);
	}

	/** The answer to the next upload. */
	nextUpload(): PromiseWithResolvers<Certificate> {
		return next(this.#uploads);
	}

	/** Waits until so many lists were asked for. */
	async listBegun(count: number): Promise<void> {
		while (this.listed < count) await once(this.#begun, "list");
	}

	/** Waits until so many uploads were asked for. */
	async uploadBegun(count: number): Promise<void> {
		while (this.sent.length < count) await once(this.#begun, "upload");
	}

	async list(signal?: AbortSignal): Promise<CertificateListing> {
		this.listed++;
		this.#begun.emit("list");
		return unlessAborted(this.#lists.shift() ?? assert.fail("Nobody expected a list call."), signal);
	}

	async content(id: string, signal?: AbortSignal): Promise<string | null> {
		if (signal?.aborted) throw new CancelledError();
		this.asked.push(id);
		const pem = this.kept.get(id);
		if (pem === undefined) throw new ProblemError({ reason: "not-found" });
		return pem;
	}

	async upload(certificate: NewCertificate, signal?: AbortSignal): Promise<Certificate> {
		this.sent.push(certificate);
		this.#begun.emit("upload");
		return unlessAborted(this.#uploads.shift() ?? assert.fail("Nobody expected an upload."), signal);
	}
}

function next<T>(answers: PromiseWithResolvers<T>[]): PromiseWithResolvers<T> {
	const answer = Promise.withResolvers<T>();
	// It may be refused before anybody asks for it.
	answer.promise.catch(() => {});
	answers.push(answer);
	return answer;
}

function unlessAborted<T>({ promise, reject }: PromiseWithResolvers<T>, signal?: AbortSignal): Promise<T> {
	if (signal?.aborted) reject(new CancelledError());
	signal?.addEventListener("abort", () => reject(new CancelledError()));
	return promise;
}

/** @returns what stands for an organization that the service names, another one each time. */
export function namedOrganization(): string {
	return organizationRef({ id: "", origin: "https://api.openai.com", organization: `org-${randomUUID()}` });
}
