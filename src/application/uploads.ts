import { EventEmitter } from "node:events";
import type { Certificate } from "../domain/certificate.ts";
import type { NewCertificate, Service } from "../domain/service.ts";
import type { Certificates } from "./certificates.ts";

/** An upload on its way. */
export interface RunningUpload {
	/** Unique in this window. */
	readonly id: string;
	readonly name: string;
	cancel(): void;
}

/** Uploads certificates, and knows those on their way. */
export class Uploads extends EventEmitter<{ change: [] }> {
	readonly #service: () => Promise<Service>;
	readonly #certificates: Certificates;
	readonly #running = new Map<string, RunningUpload>();
	#started = 0;

	constructor(service: () => Promise<Service>, certificates: Certificates) {
		super();
		this.#service = service;
		this.#certificates = certificates;
	}

	get running(): readonly RunningUpload[] {
		return [...this.#running.values()];
	}

	/**
	 * Uploads one certificate and takes it into the list.
	 * @throws Failure; `Cancelled` where it was cancelled before anything was sent.
	 */
	async upload(certificate: NewCertificate): Promise<Certificate> {
		const abort = new AbortController();
		const { epoch } = this.#certificates;
		const id = String(++this.#started);
		this.#running.set(id, { id, name: certificate.name, cancel: () => abort.abort() });
		this.emit("change");
		try {
			const uploaded = await (await this.#service()).upload(certificate, abort.signal);
			this.#certificates.add(uploaded, epoch);
			return uploaded;
		} finally {
			this.#running.delete(id);
			this.emit("change");
		}
	}
}
