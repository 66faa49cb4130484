// What must not outlive this process, however it ends.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const leftovers = new Set<() => void>();

const clearAway = () => {
	for (const clear of leftovers) clear();
	leftovers.clear();
};
process.on("exit", clearAway);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
	process.once(signal, () => {
		clearAway();
		process.kill(process.pid, signal);
	});

/** Clears something away when this process ends. @returns a function that takes this back. */
export function atEnd(clear: () => void): () => void {
	leftovers.add(clear);
	return () => leftovers.delete(clear);
}

/** A new folder for what is not kept; it goes with this process at the latest. */
export function temporaryFolder(name: string): { readonly path: string; remove(): void } {
	const path = mkdtempSync(join(tmpdir(), `${name}-`));
	// Tries again, since a process that was ended may still be writing.
	const clear = () => rmSync(path, { recursive: true, force: true, maxRetries: 10 });
	const forget = atEnd(clear);
	return {
		path,
		remove: () => {
			clear();
			forget();
		},
	};
}
