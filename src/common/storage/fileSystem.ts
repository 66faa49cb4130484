import fs, { type FileHandle } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { ProblemError } from "../../domain/problem.ts";

/** The file system functions in use; tests inject failures. */
export type FileSystem = Pick<typeof fs, "mkdir" | "open" | "readdir" | "readFile" | "rename" | "unlink" | "writeFile">;

export const FILE_SYSTEM: FileSystem = fs;

/** Short-lived errors of Windows and some network drives while a virus scanner or another process has a file open. */
const TRANSIENT_CODES: readonly unknown[] = ["EPERM", "EBUSY"];

/** Delays before each retry, in milliseconds: about two seconds in total. */
const RETRY_DELAYS_MS: readonly number[] = [10, 20, 40, 80, 160, 320, 640, 800];

/** Error codes of file systems that cannot flush a file to disk. These errors are ignored. */
const FLUSH_UNSUPPORTED: readonly unknown[] = ["EINVAL", "ENOSYS", "ENOTSUP", "EOPNOTSUPP"];

/** Time limit of a call, in milliseconds. A disconnected network drive may never respond. */
const MAX_CALL_MS = 7000;

/** Runs a file operation again while the system reports a file in use. @throws the last error */
export async function retryWhileBusy<T>(
	operation: () => Promise<T>,
	delays: readonly number[] = RETRY_DELAYS_MS,
): Promise<T> {
	try {
		return await withTimeLimit(operation());
	} catch (error) {
		const [next, ...rest] = delays;
		if (next === undefined || !TRANSIENT_CODES.includes((error as NodeJS.ErrnoException).code)) throw error;
		await pause(next);
		return retryWhileBusy(operation, rest);
	}
}

/** Waits up to 7 seconds for a file system call, which cannot be canceled. @throws an error with the code ETIMEDOUT */
export function withTimeLimit<T>(call: Promise<T>): Promise<T> {
	const timeout = Promise.withResolvers<never>();
	const timer = setTimeout(
		() => timeout.reject(Object.assign(new Error("no answer"), { code: "ETIMEDOUT" })),
		MAX_CALL_MS,
	);
	// The pending call itself keeps the process alive.
	timer.unref();
	return Promise.race([call, timeout.promise]).finally(() => clearTimeout(timer));
}

/** Flushes an open file's content to disk, if the system can. @throws the system's error */
export async function flushFile(file: Pick<FileHandle, "sync">): Promise<void> {
	await withTimeLimit(file.sync()).catch((error) => {
		if (!FLUSH_UNSUPPORTED.includes(error.code)) throw error;
	});
}

/** Flushes a folder's entries, so that they survive a power failure, if the system can. */
export async function flushFolder(folder: string, fileSystem: Pick<FileSystem, "open">): Promise<void> {
	await withTimeLimit(
		(async () => {
			const handle = await fileSystem.open(folder, "r");
			await handle.sync().finally(() => handle.close());
		})(),
	).catch(() => {});
}

/** True if a system call failed with this code, such as `ENOENT`. */
export function hasErrorCode(error: unknown, code: string): boolean {
	return (error as NodeJS.ErrnoException).code === code;
}

/** Returns a ProblemError `not-recorded` with the system's error code. */
export function toStorageProblem(error: unknown): ProblemError {
	const { code = null } = error as NodeJS.ErrnoException;
	return new ProblemError({ reason: "not-recorded", code });
}
