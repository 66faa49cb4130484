import fs from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { ProblemError } from "../../domain/problem.ts";

/** What is needed of a file system; tests have it fail. */
export type FileSystem = Pick<typeof fs, "mkdir" | "open" | "readdir" | "readFile" | "rename" | "unlink" | "writeFile">;

export const FILE_SYSTEM: FileSystem = fs;

/** What Windows, and some network drives, answer for a moment while a virus scanner or another process has a file open. */
const PASSING: readonly unknown[] = ["EPERM", "EBUSY"];

/** The pauses before each new try, in milliseconds: some two seconds in all. */
const PAUSES: readonly number[] = [10, 20, 40, 80, 160, 320, 640, 800];

/** A network drive that is gone may never answer; so long it is waited for, in milliseconds. */
const LONGEST_CALL_MS = 7000;

/** Does something with a file again while the system says that it is in use. @throws what the last try threw; as `answered` */
export async function retryWhileBusy<T>(act: () => Promise<T>, pauses: readonly number[] = PAUSES): Promise<T> {
	try {
		return await withTimeLimit(act());
	} catch (error) {
		const [next, ...rest] = pauses;
		if (next === undefined || !PASSING.includes((error as NodeJS.ErrnoException).code)) throw error;
		await pause(next);
		return retryWhileBusy(act, rest);
	}
}

/** Waits for a file system's answer for some seconds. A call that hangs cannot be ended. @throws an error with the code ETIMEDOUT */
export function withTimeLimit<T>(call: Promise<T>): Promise<T> {
	const late = Promise.withResolvers<never>();
	const timer = setTimeout(
		() => late.reject(Object.assign(new Error("no answer"), { code: "ETIMEDOUT" })),
		LONGEST_CALL_MS,
	);
	// The call itself keeps a process alive as long as it goes on.
	timer.unref();
	return Promise.race([call, late.promise]).finally(() => clearTimeout(timer));
}

/** Whether a system call failed with this code, such as `ENOENT`. */
export function hasErrorCode(error: unknown, code: string): boolean {
	return (error as NodeJS.ErrnoException).code === code;
}

/** A Failure `not-recorded` of what the system said. */
export function toStorageProblem(error: unknown): ProblemError {
	const { code = null } = error as NodeJS.ErrnoException;
	return new ProblemError({ reason: "not-recorded", code });
}
