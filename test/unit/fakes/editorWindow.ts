// A window of the editor as far as uploads go: the real application and API, over real sockets.
import { join } from "node:path";
import { FILE_SYSTEM, type FileSystem } from "../../../src/common/storage/fileSystem.ts";
import type { LockClock } from "../../../src/common/storage/heldLock.ts";
import { FileLocks } from "../../../src/common/storage/locks.ts";
import { parseBaseUrl } from "../../../src/domain/baseUrl.ts";
import { ProblemError } from "../../../src/domain/problem.ts";
import { CertificateStore } from "../../../src/features/organization/certificateStore.ts";
import { JournalStore } from "../../../src/features/upload/journalStore.ts";
import { UploadService } from "../../../src/features/upload/uploadService.ts";
import { CertificatesClient } from "../../../src/openai/certificates.ts";
import { HttpTransport, type TransportLimits } from "../../../src/openai/httpTransport.ts";
import { X509CertificateFileReader } from "../../../src/x509/certificateFileReader.ts";
import type { Emulator } from "../../emulator/emulator.ts";
import { plainNetwork } from "../openai/network/directNetwork.ts";

/** What the windows of one machine have in common. */
export interface Machine {
	/** Where uploads are written down. */
	readonly folder: string;
	/** The connection that the secret holds. */
	connection: { readonly id: string; readonly emulator: Emulator };
	/** The clock, Unix milliseconds. */
	readonly now: () => number;
}

export interface Window {
	/** Names it, also to the service, as its user agent. */
	readonly owner: string;
	readonly certificates: CertificateStore;
	readonly uploads: UploadService;
	/** Ends it as a crash does: what it does to a file is still done, but nothing that it began comes to an end any more. */
	die(): Promise<void>;
}

export interface WindowOptions {
	readonly limits?: Partial<TransportLimits>;
	/** Called after each step of the files: when one was read, written, renamed or removed. */
	readonly onStep?: () => void;
}

/** By how much the time of `QuickClock` goes faster. */
const HURRY = 500;

/** By how much it goes on between two looks at most, in milliseconds: a busy machine is slow for everybody. */
const LONGEST_STEP = 300;

/** A clock of one window's locks for which one that died is overtaken after some 30 milliseconds. */
export class QuickClock implements LockClock {
	#lookedAt = performance.now();
	#time = 0;
	readonly #timers = new Set<NodeJS.Timeout>();
	#dead = false;

	now(): number {
		const at = performance.now();
		this.#time += Math.min((at - this.#lookedAt) * HURRY, LONGEST_STEP);
		this.#lookedAt = at;
		return this.#time;
	}

	after(milliseconds: number, act: () => void): () => void {
		if (this.#dead) return () => {};
		const timer = setTimeout(() => {
			this.#timers.delete(timer);
			act();
		}, milliseconds / HURRY);
		this.#timers.add(timer);
		return () => {
			this.#timers.delete(timer);
			clearTimeout(timer);
		};
	}

	/** Ends it with its window. */
	die(): void {
		this.#dead = true;
		for (const timer of this.#timers) clearTimeout(timer);
	}
}

/** Opens one that knows the connection. */
export function openWindow(machine: Machine, { limits, onStep = () => {} }: WindowOptions = {}): Window {
	const { now, folder } = machine;
	const mortal = new MortalDisk(onStep);
	const clock = new QuickClock();
	const locks = new FileLocks(join(folder, "locks"), clock, undefined, mortal.disk);
	const pending = new JournalStore(folder, locks, now, mortal.disk);
	const { owner } = pending;
	const options = { userAgent: owner, observe: () => {}, network: () => plainNetwork };
	const transport = new HttpTransport(options, { pauseMilliseconds: 1, ...limits });
	const service = async (organizationRef?: string) =>
		new CertificatesClient(transport, async () => {
			const { id, emulator } = machine.connection;
			if (organizationRef !== undefined && organizationRef !== id)
				throw new ProblemError({ reason: "connection-changed" });
			return { baseUrl: parseBaseUrl(emulator.url), key: emulator.adminKey, clientCertificate: null };
		});
	const reader = async () => new X509CertificateFileReader();
	// As the extension opens it: of a connection that it has not followed yet a window shows nothing.
	const ofItsConnection = async (): Promise<CertificatesClient> => {
		certificates.bindConnection(machine.connection.id);
		return service(machine.connection.id);
	};
	const certificates = new CertificateStore(ofItsConnection, reader, now);
	certificates.reset(machine.connection.id);
	const uploads = new UploadService({ service, certificates, pending, now, lookAgainMs: [0], readAgainMs: 1 });
	return {
		owner,
		certificates,
		uploads,
		die: async () => {
			uploads.dispose();
			clock.die();
			const lastStep = mortal.die();
			await transport.close();
			await lastStep;
		},
	};
}

/** The file system as a window has it that may die. */
class MortalDisk {
	readonly disk: FileSystem;
	readonly #onStep: () => void;
	#dead = false;
	readonly #steps = new Set<Promise<unknown>>();

	constructor(onStep: () => void) {
		this.#onStep = onStep;
		this.disk = new Proxy(FILE_SYSTEM, {
			get:
				(disk, name: keyof FileSystem) =>
				(...args: unknown[]) =>
					this.#step(() => Reflect.apply(disk[name], disk, args)),
		});
	}

	async die(): Promise<void> {
		this.#dead = true;
		await Promise.allSettled(this.#steps);
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
			if (this.#dead) {
				await step.then(close, () => {});
				await never;
			}
		}
	}
}

/** Closes what was opened. */
async function close(opened: unknown): Promise<void> {
	await (opened as { close?(): Promise<void> } | undefined)?.close?.();
}
