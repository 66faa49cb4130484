import { timeSlices } from "../../common/concurrency.ts";
import { hasErrorCode, withTimeLimit } from "../../common/storage/fileSystem.ts";
import type { CertificateReader } from "../../domain/certificateFile.ts";
import { problemOf } from "../../domain/problem.ts";
import type { ClientStore } from "./clientStore.ts";
import type { KnownClient } from "./knownClient.ts";
import { type FileSource, readClientFile } from "./scanFiles.ts";

/**
 * Looks at the files that clients were read from, and replaces the entries whose file changed. A file that is gone,
 * contains no client at the moment, or does not answer within 7 seconds, changes nothing.
 * @returns the organization's clients afterwards.
 * @throws ProblemError as `ClientStore.list` and `renew`; CancelledError
 */
export async function readRenewedFiles(
	organizationRef: string,
	store: ClientStore,
	source: FileSource,
	reader: CertificateReader,
	signal?: AbortSignal,
): Promise<readonly KnownClient[]> {
	const known = await store.list(organizationRef);
	const stampByPath = new Map(known.map(({ certificatePath, fileStamp }) => [certificatePath, fileStamp]));
	const changed = await Promise.all(
		[...stampByPath].map(async ([path, stamp]) => {
			if (path === null) return [];
			const location = source.locationOf(path);
			const current = await withTimeLimit(source.stamp(location)).catch(ignoreNoAnswer);
			return current === null || current === stamp ? [] : [location];
		}),
	);
	const pause = timeSlices();
	const clients: KnownClient[] = [];
	for (const location of changed.flat()) {
		await pause(signal);
		clients.push(...(await readRenewedFile(location, source, reader)));
	}
	// Read again: looking at the files may have taken long.
	return clients.length === 0 ? store.list(organizationRef) : store.renew(organizationRef, clients, signal);
}

async function readRenewedFile(
	location: string,
	source: FileSource,
	reader: CertificateReader,
): Promise<readonly KnownClient[]> {
	const found = await withTimeLimit(readClientFile(location, source, reader, Date.now() / 1000)).catch((thrown) =>
		problemOf(thrown) ? null : ignoreNoAnswer(thrown),
	);
	return found === null || typeof found === "string" ? [] : found;
}

/** @throws any error but that of `withTimeLimit` */
function ignoreNoAnswer(thrown: unknown): null {
	if (!hasErrorCode(thrown, "ETIMEDOUT")) throw thrown;
	return null;
}
