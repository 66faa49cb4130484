// Known clients and files for the tests of `features/clients`.
import { lstat, readdir, readFile, stat } from "node:fs/promises";
import { basename } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { MAX_FILE_BYTES } from "../../../../src/domain/limits.ts";
import { ProblemError } from "../../../../src/domain/problem.ts";
import type { KnownClient } from "../../../../src/features/clients/knownClient.ts";
import type { FileSource } from "../../../../src/features/clients/scanFiles.ts";
import { type CertificateOptions, makeCertificate, type TestCertificate } from "../../../certificates.ts";

/** Makes a client certificate. */
export function makeClient(options: CertificateOptions = {}): Promise<TestCertificate> {
	return makeCertificate({ ca: false, ...options });
}

/** Returns a client with the chain of these certificates, leaf first. */
export function knownClient(chain: readonly TestCertificate[], more: Partial<KnownClient> = {}): KnownClient {
	return {
		...{ sha256: chain[0]?.sha256 ?? "", name: "client", chain: chain.map(({ der }) => der) },
		...{ notBefore: 1_700_000_000, notAfter: 1_900_000_000 },
		...{ certificatePath: null, keyPath: null, fileStamp: null },
		...more,
	};
}

/** Reads files by Node.js, as `ui/fileSource.ts` does by VS Code. */
export const NODE_FILES: FileSource = {
	isFolder: async (location) => (await stat(fileURLToPath(location)).catch(() => null))?.isDirectory() ?? false,
	entries: async (folder) => {
		const entries = await readdir(fileURLToPath(folder), { withFileTypes: true });
		return entries.map((entry) => ({
			location: `${folder}/${encodeURIComponent(entry.name)}`,
			type: entry.isSymbolicLink() ? "link" : entry.isDirectory() ? "folder" : entry.isFile() ? "file" : "other",
		}));
	},
	stamp: async (location) => {
		const found = await lstat(fileURLToPath(location)).catch(() => null);
		return found && `${found.mtimeMs}-${found.size}`;
	},
	read: async (location) => {
		const unreadable = (why: "too-large" | "gone") =>
			new ProblemError({ reason: "file-unreadable", file: basename(location), why });
		const bytes = await readFile(fileURLToPath(location)).catch(() => {
			throw unreadable("gone");
		});
		if (bytes.length > MAX_FILE_BYTES) throw unreadable("too-large");
		return bytes;
	},
	pathOf: (location) => fileURLToPath(location),
	locationOf: (path) => pathToFileURL(path).href,
	nameOf: (location) => basename(fileURLToPath(location)),
};
