import fs, { type FileHandle } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, dirname, isAbsolute, join, relative } from "node:path";
import { flushFile, flushFolder, hasErrorCode, withTimeLimit } from "../../common/storage/fileSystem.ts";
import { type KeyFileIssue, NewPrivateKey } from "../../domain/certificateMaking.ts";
import { CancelledError, isCancelled, ProblemError, problemOf } from "../../domain/problem.ts";

/** The file system functions in use; tests inject failures. */
export type IssuingFileSystem = Pick<typeof fs, "lstat" | "mkdir" | "open" | "realpath" | "rmdir" | "unlink">;

/** A file to create. */
export interface NewFile {
	/** Without folders. */
	readonly name: string;
	/** Public text; or a private key, which only its owner may read. */
	readonly content: string | NewPrivateKey;
}

export interface NewFilesOptions {
	/** Runs once all files are on disk. If it fails, the files are removed. */
	readonly finish?: () => Promise<void>;
	readonly signal?: AbortSignal;
	readonly fileSystem?: IssuingFileSystem;
	/** The only folder below which a key may be written, as on Windows, where a file's mode protects nothing. */
	readonly profile?: string | null;
}

/**
 * Creates files in a folder, in this order, and the folder if it's missing: readable by its owner only. Replaces no file
 * and follows no link. A key's file is checked before its first byte is written: if other users can read it, it's removed.
 * If anything fails, everything that was created is removed. Keys are discarded in any case.
 * @param folder An absolute path.
 * @throws ProblemError `key-file`; any ProblemError of `finish`; CancelledError if the signal is aborted
 */
export async function createFiles(
	folder: string,
	files: readonly NewFile[],
	{ finish = async () => {}, signal, fileSystem = fs, profile = requiredProfile() }: NewFilesOptions = {},
): Promise<void> {
	const created: Created[] = [];
	let current = basename(folder);
	const stopIfAborted = () => {
		if (signal?.aborted) throw new CancelledError();
	};
	try {
		if (!(await isInProfile(folder, { fileSystem, profile }))) throw keyFileProblem(current, "outside-profile");
		await createFolder(folder, created, fileSystem);
		for (const file of files) {
			stopIfAborted();
			current = file.name;
			await createFile(join(folder, file.name), file, created, fileSystem);
		}
		await flushFolder(folder, fileSystem);
		stopIfAborted();
		await finish();
	} catch (error) {
		const left = await removeAll(created);
		if (left === null && (isCancelled(error) || problemOf(error))) throw error;
		const problem = problemOf(error);
		const ownIssue = problem?.reason === "key-file" ? problem.why : newFileIssue(error);
		const why = isCancelled(error) ? "canceled" : ownIssue;
		throw keyFileProblem(current, why, (error as NodeJS.ErrnoException).code, left);
	} finally {
		for (const { content } of files) if (content instanceof NewPrivateKey) content.discard();
	}
}

/** Returns the first of these files that exists in a folder, as a link too; `null` if none does. */
export async function findExisting(
	folder: string,
	names: readonly string[],
	fileSystem: IssuingFileSystem = fs,
): Promise<string | null> {
	for (const name of names) {
		const exists = await withTimeLimit(fileSystem.lstat(join(folder, name))).then(
			() => true,
			() => false,
		);
		if (exists) return name;
	}
	return null;
}

/** True if a key may be written to a folder, which need not exist. On Windows: only below the user's profile. */
export async function isInProfile(
	folder: string,
	{ fileSystem = fs, profile = requiredProfile() }: Pick<NewFilesOptions, "fileSystem" | "profile"> = {},
): Promise<boolean> {
	if (profile === null) return true;
	return isInside(await resolveLinks(folder, fileSystem), await resolveLinks(profile, fileSystem));
}

/** True for a folder itself and every path below it. */
export function isInside(path: string, folder: string): boolean {
	const rest = relative(folder, path);
	return !isAbsolute(rest) && !/^\.\.(?:[\\/]|$)/.test(rest);
}

/** Resolves the links in a path, of which the last parts need not exist. */
export async function resolveLinks(
	path: string,
	fileSystem: Pick<IssuingFileSystem, "realpath"> = fs,
): Promise<string> {
	try {
		return await withTimeLimit(fileSystem.realpath(path));
	} catch (error) {
		if (!hasErrorCode(error, "ENOENT") || dirname(path) === path) throw error;
		return join(await resolveLinks(dirname(path), fileSystem), basename(path));
	}
}

/** Something created, and how to remove it. */
interface Created {
	readonly path: string;
	remove(): Promise<void>;
}

async function createFolder(path: string, created: Created[], fileSystem: IssuingFileSystem): Promise<void> {
	const make = async () => {
		await withTimeLimit(fileSystem.mkdir(path, { mode: 0o700 }));
		created.push({ path, remove: () => fileSystem.rmdir(path) });
	};
	try {
		await make();
	} catch (error) {
		if (hasErrorCode(error, "EEXIST")) return;
		if (!hasErrorCode(error, "ENOENT") || dirname(path) === path) throw error;
		await createFolder(dirname(path), created, fileSystem);
		// Only once more: a link to a missing folder exists, but nothing can be created below it.
		await make();
	}
}

async function createFile(
	path: string,
	{ name, content }: NewFile,
	created: Created[],
	fileSystem: IssuingFileSystem,
): Promise<void> {
	const isKey = content instanceof NewPrivateKey;
	// With `wx`, the system refuses any existing name, also that of a link (open(2), O_EXCL).
	const file = await withTimeLimit(fileSystem.open(path, "wx", isKey ? 0o600 : 0o644));
	created.push({ path, remove: () => fileSystem.unlink(path) });
	try {
		if (isKey && (await isReadableByOthers(file))) throw keyFileProblem(name, "readable-by-others");
		const write = (bytes: string | Uint8Array) => withTimeLimit(file.writeFile(bytes));
		await (isKey ? content.write(write) : write(content));
		await flushFile(file);
	} finally {
		await withTimeLimit(file.close());
	}
}

/** True if an open file belongs to another user, or its mode grants access to others. Always false on Windows, whose modes show nothing. */
async function isReadableByOthers(file: FileHandle): Promise<boolean> {
	const { mode, uid } = await withTimeLimit(file.stat());
	const user = process.getuid?.();
	return user !== undefined && (uid !== user || (mode & 0o077) !== 0);
}

/** Removes what was created, last first. @returns the path of the first file or folder that stays; `null` if none does. */
async function removeAll(created: readonly Created[]): Promise<string | null> {
	let left: string | null = null;
	for (const { path, remove } of created.toReversed())
		await withTimeLimit(remove()).catch((error) => {
			if (!hasErrorCode(error, "ENOENT")) left ??= path;
		});
	return left;
}

function requiredProfile(): string | null {
	return process.platform === "win32" ? homedir() : null;
}

/** Returns why a file could not be created or extended. */
export function newFileIssue(error: unknown): KeyFileIssue {
	return ISSUES[(error as NodeJS.ErrnoException).code ?? ""] ?? "other";
}

const ISSUES: Readonly<Record<string, KeyFileIssue>> = {
	EEXIST: "exists",
	ENOSPC: "disk-full",
	EDQUOT: "disk-full",
	EACCES: "no-permission",
	EPERM: "no-permission",
	EROFS: "no-permission",
};

/** Returns the problem of a file that could not be created or extended. @param file Its name, or its folder. */
export function keyFileProblem(
	file: string,
	why: KeyFileIssue,
	code: string | null = null,
	left: string | null = null,
): ProblemError {
	return new ProblemError({ reason: "key-file", file, why, code, left });
}
