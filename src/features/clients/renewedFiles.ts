import { hasErrorCode, withTimeLimit } from "../../common/storage/fileSystem.ts";
import type { CertificateReader } from "../../domain/certificateFile.ts";
import { problemOf } from "../../domain/problem.ts";
import type { ClientStore } from "./clientStore.ts";
import type { KnownClient } from "./knownClient.ts";
import { type FileSource, readClientFile } from "./scanFiles.ts";

/**
 * Looks at the files that clients were read from, and replaces the entries whose file changed. A file that is gone,
 * contains no client at the moment, or can't be read within 7 seconds, changes nothing.
 * @returns the organization's clients afterwards.
 * @throws ProblemError as `ClientStore.list` and `renew`
 */
export async function readRenewedFiles(
	organizationRef: string,
	store: ClientStore,
	source: FileSource,
	reader: CertificateReader,
): Promise<readonly KnownClient[]> {
	const known = await store.list(organizationRef);
	const stampByPath = new Map(known.map(({ certificatePath, fileStamp }) => [certificatePath, fileStamp]));
	const renewed = await Promise.all(
		[...stampByPath].map(async ([path, stamp]) => {
			if (path === null) return [];
			const location = source.locationOf(path);
			const read = async () =>
				(await source.stamp(location)) === stamp ? [] : readRenewedFile(location, source, reader);
			// A network drive may never answer, and a deactivation waits for this.
			return withTimeLimit(read()).catch((error) => {
				if (!hasErrorCode(error, "ETIMEDOUT")) throw error;
				return [];
			});
		}),
	);
	const clients = renewed.flat();
	// Read again: looking at the files may have taken long.
	return clients.length === 0 ? store.list(organizationRef) : store.renew(organizationRef, clients);
}

async function readRenewedFile(
	location: string,
	source: FileSource,
	reader: CertificateReader,
): Promise<readonly KnownClient[]> {
	try {
		const found = await readClientFile(location, source, reader, Date.now() / 1000);
		return typeof found === "string" ? [] : found;
	} catch (thrown) {
		if (!problemOf(thrown)) throw thrown;
		return [];
	}
}
