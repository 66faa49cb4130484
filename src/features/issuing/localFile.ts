import { constants } from "node:fs";
import fs from "node:fs/promises";
import { basename } from "node:path";
import { withTimeLimit } from "../../common/storage/fileSystem.ts";
import { MAX_FILE_BYTES } from "../../domain/limits.ts";
import { ProblemError, problemOf, type UnreadableFile } from "../../domain/problem.ts";

/**
 * Reads a regular file of at most 1 MiB on the computer that this extension runs on, so that a key never passes through
 * the editor. Opens no other kind of file.
 * @param path An absolute path. Refuses a UNC path, because opening it logs in to its server.
 * @throws ProblemError `file-unreadable`
 */
export async function readLocalFile(path: string): Promise<Uint8Array> {
	const unreadable = (why: UnreadableFile) =>
		new ProblemError({ reason: "file-unreadable", file: basename(path), why });
	const assertReadable = (stats: { isFile(): boolean; isDirectory(): boolean; readonly size: number }) => {
		if (!stats.isFile()) throw unreadable(stats.isDirectory() ? "folder" : "not-a-file");
		if (stats.size > MAX_FILE_BYTES) throw unreadable("too-large");
	};
	if (/^[\\/]{2}/.test(path)) throw unreadable("not-a-file");
	let file: fs.FileHandle | undefined;
	try {
		assertReadable(await withTimeLimit(fs.stat(path)));
		// The file may have been replaced since the check, so the open file is checked again.
		file = await withTimeLimit(fs.open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)));
		assertReadable(await withTimeLimit(file.stat()));
		return await withTimeLimit(file.readFile());
	} catch (thrown) {
		throw problemOf(thrown) ? thrown : unreadable(REASONS[(thrown as NodeJS.ErrnoException).code ?? ""] ?? "other");
	} finally {
		// `close` waits for a read that took too long.
		if (file) await withTimeLimit(file.close()).catch(() => {});
	}
}

const REASONS: Readonly<Record<string, UnreadableFile>> = {
	ENOENT: "gone",
	ENOTDIR: "gone",
	ELOOP: "dead-link",
	EACCES: "no-permission",
	EPERM: "no-permission",
};
