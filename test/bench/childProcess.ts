import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

/**
 * Runs a program of this folder in a new process, without warm caches.
 * @param input Returned by `childInput` in the program.
 * @param env Variables in addition to this process's variables.
 * @returns the result that the program sends by `sendResult`.
 */
export async function runInChildProcess<T>(program: string, input: unknown, env: NodeJS.ProcessEnv = {}): Promise<T> {
	const child = fork(join(import.meta.dirname, program), [JSON.stringify(input)], {
		// Programs must not inherit additional trusted certificates.
		env: { ...process.env, NODE_EXTRA_CA_CERTS: "", NODE_OPTIONS: "", ...env },
	});
	const messages: T[] = [];
	child.on("message", (message: T) => messages.push(message));
	const [code] = await once(child, "exit");
	const [result] = messages;
	if (code !== 0 || result === undefined) throw new Error(`${program} ended with exit code ${code}.`);
	return result;
}

/** Returns the input of the program. */
export function childInput<T>(): T {
	return JSON.parse(process.argv[2] ?? "");
}

/** Sends the result of the program, and disconnects. */
export function sendResult(result: unknown): void {
	process.send?.(result, () => process.disconnect());
}
