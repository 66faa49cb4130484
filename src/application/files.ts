import fs from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { Failure } from "../domain/failure.ts";

/** What is needed of a file system; tests have it fail. */
export type Disk = Pick<typeof fs, "mkdir" | "open" | "readdir" | "readFile" | "rename" | "unlink" | "writeFile">;

export const DISK: Disk = fs;

/** What Windows, and some network drives, answer for a moment while a virus scanner or another process has a file open. */
const PASSING: readonly unknown[] = ["EPERM", "EBUSY"];

/** The pauses before each new try, in milliseconds: some two seconds in all. */
const PAUSES: readonly number[] = [10, 20, 40, 80, 160, 320, 640, 800];

/** Does something with a file again while the system says that it is in use. @throws what the last try threw */
export async function insistently<T>(act: () => Promise<T>, pauses: readonly number[] = PAUSES): Promise<T> {
	try {
		return await act();
	} catch (error) {
		const [next, ...rest] = pauses;
		if (next === undefined || !PASSING.includes((error as NodeJS.ErrnoException).code)) throw error;
		await pause(next);
		return insistently(act, rest);
	}
}

/** Whether a system call failed with this code, such as `ENOENT`. */
export function hasCode(error: unknown, code: string): boolean {
	return (error as NodeJS.ErrnoException).code === code;
}

/** A Failure `not-recorded` of what the system said. */
export function notRecorded(error: unknown): Failure {
	const { code = null } = error as NodeJS.ErrnoException;
	return new Failure({ reason: "not-recorded", code });
}
