import { timeSlices, untilAborted } from "../../common/concurrency.ts";
import type { CertificateReader } from "../../domain/certificateFile.ts";
import { problemOf } from "../../domain/problem.ts";
import type { KnownClient } from "./knownClient.ts";
import { type FoundClients, type NoClientReason, readClients, type SkippedSource } from "./readClients.ts";

/** An entry of a folder. A `link` is not followed: it could lead out of the folder, or back into it. */
interface FolderEntry {
	readonly location: string;
	readonly type: "file" | "folder" | "link" | "other";
}

/** Reads files by their location, a URI. */
export interface FileSource {
	/** True for a folder, also behind a link. */
	isFolder(location: string): Promise<boolean>;
	/** @throws any error if the folder cannot be read */
	entries(folder: string): Promise<readonly FolderEntry[]>;
	/** Returns a text that changes with the file; `null` if there is no such file. */
	stamp(location: string): Promise<string | null>;
	/** Reads a regular file of at most 1 MiB. @throws ProblemError `file-unreadable` */
	read(location: string): Promise<Uint8Array>;
	/** Returns the file's absolute path on this computer; `null` if it is elsewhere. */
	pathOf(location: string): string | null;
	locationOf(path: string): string;
	/** Returns the file's name without folders. */
	nameOf(location: string): string;
}

/** Maximum number of entries of folders that are looked at. */
export const MAX_ENTRIES = 20_000;

/** In a folder only these files are read, so that no key's file is opened by chance. */
const CERTIFICATE_NAME = /\.(?:pem|crt|cer|der|p7b|p7c|ca-bundle)$/i;

/**
 * Reads the clients in files, and in folders and their subfolders. Never follows a link inside a folder.
 * @param now Unix seconds.
 * @throws ProblemError `file-unreadable` if the only location is a file that cannot be read; CancelledError
 */
export async function scanFiles(
	locations: readonly string[],
	source: FileSource,
	reader: CertificateReader,
	now: number,
	signal: AbortSignal,
): Promise<FoundClients> {
	const clients: KnownClient[] = [];
	const { files, skipped, isCut } = await findFiles(locations, source, signal);
	const pause = timeSlices();
	for (const location of files) {
		await pause(signal);
		// A network drive may never answer, here and below.
		const found = await untilAborted(readClientFile(location, source, reader, now), signal).catch(
			(thrown): SkippedSource["why"] => {
				const problem = problemOf(thrown);
				if (problem?.reason !== "file-unreadable" || (locations.length === 1 && location === locations[0]))
					throw thrown;
				return problem.why === "too-large" ? "too-large" : "unreadable";
			},
		);
		if (typeof found === "string") skipped.push({ name: pathOrLocation(location, source), why: found });
		else clients.push(...found);
	}
	return { clients, skipped, isCut };
}

async function findFiles(locations: readonly string[], source: FileSource, signal: AbortSignal) {
	const files: string[] = [];
	const skipped: SkippedSource[] = [];
	const skip = (location: string, why: SkippedSource["why"]) =>
		skipped.push({ name: pathOrLocation(location, source), why });
	const folders: string[] = [];
	for (const location of locations)
		((await untilAborted(source.isFolder(location), signal)) ? folders : files).push(location);
	const pause = timeSlices();
	let count = 0;
	// `folders` grows during the loop.
	for (const folder of folders) {
		const entries = await untilAborted(
			source.entries(folder).catch(() => null),
			signal,
		);
		if (!entries) skip(folder, "unreadable");
		for (const { location, type } of entries ?? []) {
			await pause(signal);
			if (++count > MAX_ENTRIES) return { files, skipped, isCut: true };
			if (type === "folder") folders.push(location);
			else if (type === "link") skip(location, "link");
			else if (type === "file" && CERTIFICATE_NAME.test(source.nameOf(location))) files.push(location);
			else skip(location, "other-type");
		}
	}
	return { files, skipped, isCut: false };
}

function pathOrLocation(location: string, source: FileSource): string {
	return source.pathOf(location) ?? location;
}

/** Reads the clients of one file. @throws ProblemError `file-unreadable` */
export async function readClientFile(
	location: string,
	source: FileSource,
	reader: CertificateReader,
	now: number,
): Promise<readonly KnownClient[] | NoClientReason> {
	const certificatePath = source.pathOf(location);
	// Before the content: a change in between is noticed later.
	const fileStamp = certificatePath === null ? null : await source.stamp(location);
	const bytes = await source.read(location);
	return readClients({ name: source.nameOf(location), bytes, certificatePath, fileStamp }, reader, now);
}
