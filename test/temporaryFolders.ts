// Cleans up when this process ends, however it ends.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const cleanups = new Set<() => void>();

const runCleanups = () => {
	for (const cleanUp of cleanups) cleanUp();
	cleanups.clear();
};
process.on("exit", runCleanups);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
	process.once(signal, () => {
		runCleanups();
		process.kill(process.pid, signal);
	});

/** Runs a cleanup when this process ends. @returns a function that cancels the cleanup. */
export function onExit(cleanUp: () => void): () => void {
	cleanups.add(cleanUp);
	return () => cleanups.delete(cleanUp);
}

/** Creates a temporary folder, removed when this process ends at the latest. */
export function temporaryFolder(name: string): { readonly path: string; remove(): void } {
	const path = mkdtempSync(join(tmpdir(), `${name}-`));
	// Retries, since a killed process may still be writing.
	const cleanUp = () => rmSync(path, { recursive: true, force: true, maxRetries: 10 });
	const cancelCleanup = onExit(cleanUp);
	return {
		path,
		remove: () => {
			cleanUp();
			cancelCleanup();
		},
	};
}
