import { readFile, stat } from "node:fs/promises";
import type { RefusalReason } from "../domain/certificateFile.ts";
import { MAX_FILE_BYTES } from "../domain/limits.ts";

/**
 * Reads a regular file; otherwise returns the reason for the refusal. Never throws.
 * @param maxBytes The largest size that is read. Default: 1 MiB, the limit of certificate files.
 */
export async function readRegularFile(path: string, maxBytes = MAX_FILE_BYTES): Promise<Uint8Array | RefusalReason> {
	try {
		// Never open a pipe or a device: reading might never end.
		const stats = await stat(path);
		if (!stats.isFile()) return "not-a-file";
		if (stats.size > maxBytes) return "too-large";
		// The system's own files report size 0, and some are endless.
		return stats.size === 0 ? new Uint8Array() : await readFile(path);
	} catch (error) {
		return REASONS[(error as NodeJS.ErrnoException).code ?? ""] ?? "read-failed";
	}
}

const REASONS: Readonly<Record<string, RefusalReason>> = {
	ENOENT: "not-found",
	ENOTDIR: "not-found",
	ELOOP: "not-found",
	EACCES: "no-permission",
	EPERM: "no-permission",
};
