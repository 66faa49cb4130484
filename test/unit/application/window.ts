// A window of the editor as far as uploads go: the real application and API, over real sockets.
import { join } from "node:path";
import { CertificatesApi } from "../../../src/api/certificates.ts";
import { Transport, type TransportLimits } from "../../../src/api/transport.ts";
import { Certificates } from "../../../src/application/certificates.ts";
import { Locks } from "../../../src/application/locks.ts";
import { PendingUploads, type UploadStore } from "../../../src/application/pendingUploads.ts";
import { Uploads } from "../../../src/application/uploads.ts";
import { parseBaseUrl } from "../../../src/domain/baseUrl.ts";
import { Failure } from "../../../src/domain/failure.ts";
import { X509Reader } from "../../../src/file/reader.ts";
import type { Emulator } from "../../emulator/emulator.ts";
import { plainNetwork } from "../api/plainNetwork.ts";

/** What the windows of one machine have in common. */
export interface Machine {
	/** Where uploads are written down. */
	readonly folder: string;
	/** The connection that the secret holds. */
	connection: { readonly id: string; readonly emulator: Emulator };
	/** The windows that run. */
	readonly alive: Set<string>;
	/** The clock, Unix milliseconds. */
	readonly now: () => number;
}

export interface Window {
	readonly certificates: Certificates;
	readonly uploads: Uploads;
	/** Ends it as a crash does: what it does to a file is still done, but nothing that it began comes to an end any more. */
	die(): Promise<void>;
}

export interface WindowOptions {
	/** Names it, also to the service, as its user agent. */
	readonly owner: string;
	readonly limits?: Partial<TransportLimits>;
	/** Called after each step of the files: when one was read, written, settled or removed. */
	readonly onStep?: () => void;
}

/** Opens one that knows the connection. */
export function openWindow(machine: Machine, { owner, limits, onStep = () => {} }: WindowOptions): Window {
	const { alive, now, folder } = machine;
	const options = { userAgent: owner, observe: () => {}, network: () => plainNetwork };
	const transport = new Transport(options, { pauseMilliseconds: 1, ...limits });
	const service = async (organizationRef?: string) =>
		new CertificatesApi(transport, async () => {
			const { id, emulator } = machine.connection;
			if (organizationRef !== undefined && organizationRef !== id) throw new Failure({ reason: "connection-changed" });
			return { baseUrl: parseBaseUrl(emulator.url), key: emulator.adminKey, clientCertificate: null };
		});
	const reader = async () => new X509Reader();
	// As the extension opens it: of a connection that it has not followed yet a window shows nothing.
	const ofItsConnection = async (): Promise<CertificatesApi> => {
		certificates.identify(machine.connection.id);
		return service(machine.connection.id);
	};
	const certificates = new Certificates(ofItsConnection, reader, now);
	certificates.forget(machine.connection.id);
	const pending = new MortalFiles(new PendingUploads(folder, new Locks(join(folder, "locks")), now), onStep);
	const isAlive = (name: string) => alive.has(name);
	const uploads = new Uploads({ service, certificates, pending, owner, isAlive, now, lookAgainMs: [0] });
	alive.add(owner);
	return {
		certificates,
		uploads,
		die: async () => {
			alive.delete(owner);
			const lastStep = pending.die();
			await transport.close();
			await lastStep;
		},
	};
}

/** The files as a window has them that may die. */
class MortalFiles implements UploadStore {
	readonly #files: PendingUploads;
	readonly #onStep: () => void;
	#dead = false;
	#steps = new Set<Promise<unknown>>();

	constructor(files: PendingUploads, onStep: () => void) {
		this.#files = files;
		this.#onStep = onStep;
	}

	async die(): Promise<void> {
		this.#dead = true;
		await Promise.allSettled(this.#steps);
	}

	read() {
		return this.#step(() => this.#files.read());
	}

	write(...args: Parameters<UploadStore["write"]>) {
		return this.#step(() => this.#files.write(...args));
	}

	settle(...args: Parameters<UploadStore["settle"]>) {
		return this.#step(() => this.#files.settle(...args));
	}

	remove(...args: Parameters<UploadStore["remove"]>) {
		return this.#step(() => this.#files.remove(...args));
	}

	async #step<T>(work: () => Promise<T>): Promise<T> {
		const never = new Promise<never>(() => {});
		if (this.#dead) return never;
		const step = work();
		this.#steps.add(step);
		try {
			return await step;
		} finally {
			this.#steps.delete(step);
			if (!this.#dead) this.#onStep();
			if (this.#dead) await never;
		}
	}
}
