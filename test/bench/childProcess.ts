import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

/**
 * Runs a program of this folder in a process of its own, where nothing is warm yet.
 * @param input What `inputApart` hands to it.
 * @param env Variables besides those of this process.
 * @returns what the program tells by `tell`.
 */
export async function apart<T>(program: string, input: unknown, env: NodeJS.ProcessEnv = {}): Promise<T> {
	const child = fork(join(import.meta.dirname, program), [JSON.stringify(input)], {
		// Whatever this process is to trust besides counts for none of them.
		env: { ...process.env, NODE_EXTRA_CA_CERTS: "", NODE_OPTIONS: "", ...env },
	});
	const told: T[] = [];
	child.on("message", (message: T) => told.push(message));
	const [code] = await once(child, "exit");
	const [result] = told;
	if (code !== 0 || result === undefined) throw new Error(`${program} ended with exit code ${code}.`);
	return result;
}

/** What such a program was started with. */
export function inputApart<T>(): T {
	return JSON.parse(process.argv[2] ?? "");
}

/** Ends such a program's work. */
export function tell(result: unknown): void {
	process.send?.(result, () => process.disconnect());
}
