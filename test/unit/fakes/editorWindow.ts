// VS Code windows for tests of uploads, with the real stores and API client, over real sockets.
import { join } from "node:path";
import { FILE_SYSTEM, type FileSystem } from "../../../src/common/storage/fileSystem.ts";
import type { LockClock } from "../../../src/common/storage/heldLock.ts";
import { FileLocks } from "../../../src/common/storage/locks.ts";
import { parseBaseUrl } from "../../../src/domain/baseUrl.ts";
import { ProblemError } from "../../../src/domain/problem.ts";
import { CertificateStore } from "../../../src/features/organization/certificateStore.ts";
import { JournalStore } from "../../../src/features/upload/journalStore.ts";
import { UploadService } from "../../../src/features/upload/uploadService.ts";
import { AdminClient } from "../../../src/openai/adminClient.ts";
import { HttpTransport, type TransportLimits } from "../../../src/openai/httpTransport.ts";
import { X509CertificateFileReader } from "../../../src/x509/certificateFileReader.ts";
import type { Emulator } from "../../emulator/emulator.ts";
import { directNetwork } from "../openai/network/directNetwork.ts";

/** The state that all windows of one machine share. */
export interface Machine {
	/** The folder of the upload journal. */
	readonly folder: string;
	/** The current connection. */
	connection: { readonly id: string; readonly emulator: Emulator };
	/** The clock, Unix milliseconds. */
	readonly now: () => number;
}

export interface EditorWindow {
	/** Unique id of the window, and its user agent. */
	readonly owner: string;
	readonly certificates: CertificateStore;
	readonly uploads: UploadService;
	/** Ends the window as a crash would: a started file operation completes, but no other code of the window runs. */
	crash(): Promise<void>;
}

export interface WindowOptions {
	readonly limits?: Partial<TransportLimits>;
	/** Called after each file operation, such as a read, write, rename or delete. */
	readonly onStep?: () => void;
}

/** The speed of `FastClock`, as a multiple of real time. */
const SPEED = 500;

/** Most milliseconds that the clock advances between two reads: a busy machine must not make locks expire. */
const MAX_STEP_MS = 300;

/** A clock of one window's locks. The lock of a crashed window expires after about 30 real milliseconds. */
export class FastClock implements LockClock {
	#readAt = performance.now();
	#time = 0;
	readonly #timers = new Set<NodeJS.Timeout>();
	#stopped = false;

	now(): number {
		const at = performance.now();
		this.#time += Math.min((at - this.#readAt) * SPEED, MAX_STEP_MS);
		this.#readAt = at;
		return this.#time;
	}

	after(milliseconds: number, callback: () => void): () => void {
		if (this.#stopped) return () => {};
		const timer = setTimeout(() => {
			this.#timers.delete(timer);
			callback();
		}, milliseconds / SPEED);
		this.#timers.add(timer);
		return () => {
			this.#timers.delete(timer);
			clearTimeout(timer);
		};
	}

	/** Cancels all timers, and starts no more. */
	stop(): void {
		this.#stopped = true;
		for (const timer of this.#timers) clearTimeout(timer);
	}
}

/** Opens a window that uses the current connection. */
export function openEditorWindow(machine: Machine, { limits, onStep = () => {} }: WindowOptions = {}): EditorWindow {
	const { now, folder } = machine;
	const crashable = new CrashableFileSystem(onStep);
	const clock = new FastClock();
	const locks = new FileLocks(join(folder, "locks"), clock, undefined, crashable.fileSystem);
	const pending = new JournalStore(folder, locks, now, crashable.fileSystem);
	const { owner } = pending;
	const options = { userAgent: owner, observe: () => {}, network: () => directNetwork };
	const transport = new HttpTransport(options, { pauseMilliseconds: 1, ...limits });
	const service = async (organizationRef?: string) =>
		new AdminClient(transport, async () => {
			const { id, emulator } = machine.connection;
			if (organizationRef !== undefined && organizationRef !== id)
				throw new ProblemError({ reason: "connection-changed" });
			return { baseUrl: parseBaseUrl(emulator.url), key: emulator.adminKey, clientCertificate: null };
		});
	const reader = async () => new X509CertificateFileReader();
	// As in the extension: the store shows no list of a connection that it is not bound to.
	const currentService = async (): Promise<AdminClient> => {
		certificates.bindConnection(machine.connection.id);
		return service(machine.connection.id);
	};
	const certificates = new CertificateStore(currentService, reader, now);
	certificates.reset(machine.connection.id);
	const uploads = new UploadService({
		service,
		certificates,
		store: pending,
		now,
		retryDelaysMs: [0],
		pollIntervalMs: 1,
	});
	return {
		owner,
		certificates,
		uploads,
		crash: async () => {
			uploads.dispose();
			clock.stop();
			const lastSteps = crashable.crash();
			await transport.close();
			await lastSteps;
		},
	};
}

/** A file system that stops working when its window crashes. */
class CrashableFileSystem {
	readonly fileSystem: FileSystem;
	readonly #onStep: () => void;
	#crashed = false;
	readonly #steps = new Set<Promise<unknown>>();

	constructor(onStep: () => void) {
		this.#onStep = onStep;
		this.fileSystem = new Proxy(FILE_SYSTEM, {
			get:
				(target, name: keyof FileSystem) =>
				(...args: unknown[]) =>
					this.#step(() => Reflect.apply(target[name], target, args)),
		});
	}

	async crash(): Promise<void> {
		this.#crashed = true;
		await Promise.allSettled(this.#steps);
	}

	async #step<T>(operation: () => Promise<T>): Promise<T> {
		const never = new Promise<never>(() => {});
		if (this.#crashed) return never;
		const step = operation();
		this.#steps.add(step);
		try {
			return await step;
		} finally {
			this.#steps.delete(step);
			if (!this.#crashed) this.#onStep();
			if (this.#crashed) {
				await step.then(close, () => {});
				await never;
			}
		}
	}
}

/** Closes the result of an operation, if it is an open file. */
async function close(opened: unknown): Promise<void> {
	await (opened as { close?(): Promise<void> } | undefined)?.close?.();
}
