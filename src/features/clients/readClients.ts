import type { CertificateReader, ParsedCertificate } from "../../domain/certificateFile.ts";
import { MAX_NAME_LENGTH } from "../../domain/limits.ts";
import { type KnownClient, MAX_CHAIN_LENGTH } from "./knownClient.ts";

/** A file that might contain client certificates. */
export interface ClientFile extends Pick<KnownClient, "certificatePath" | "fileStamp"> {
	/** Its name without folders. */
	readonly name: string;
	readonly bytes: Uint8Array;
}

/** Why a file adds no client. */
export type NoClientReason = "only-ca-certificates" | "not-a-certificate" | "unreadable" | "too-many-certificates";

/** A file, or an entry of a list, that adds no client. */
export interface SkippedSource {
	/** Its path or name, not sanitized. */
	readonly name: string;
	readonly why: NoClientReason | "other-type" | "too-large" | "link";
}

/** What files, folders or a list contain. */
export interface FoundClients {
	readonly clients: readonly KnownClient[];
	readonly skipped: readonly SkippedSource[];
	/** True if there is too much, so that the rest was not looked at. */
	readonly isCut: boolean;
}

/**
 * Returns the clients whose certificates a file contains; private keys in it are ignored.
 * @param now Unix seconds.
 */
export async function readClients(
	{ name, bytes, certificatePath, fileStamp }: ClientFile,
	reader: CertificateReader,
	now: number,
): Promise<readonly KnownClient[] | NoClientReason> {
	const { candidates, holdsPrivateKey, skipped } = await reader.read(bytes, now, 0);
	const clients = candidates.filter((each) => !isIssuer(each, candidates));
	if (clients.length === 0) {
		if (candidates.length > 0) return "only-ca-certificates";
		return skipped.some(({ kind }) => kind === "certificate") ? "unreadable" : "not-a-certificate";
	}
	const issuers = candidates.filter((each) => !clients.includes(each));
	if (issuers.length >= MAX_CHAIN_LENGTH) return "too-many-certificates";
	const known = clients.flatMap((client): KnownClient[] => {
		const { sha256, commonName, notBefore, notAfter } = client;
		if (notBefore === null || notAfter === null) return [];
		return [
			{
				...{ sha256, notBefore, notAfter, certificatePath, fileStamp },
				name: (commonName ?? name.replace(/\.[^.]*$/, "")).slice(0, MAX_NAME_LENGTH),
				chain: [client, ...issuers].map(({ der }) => der),
				keyPath: holdsPrivateKey ? certificatePath : null,
			},
		];
	});
	return known.length > 0 ? known : "unreadable";
}

/**
 * True for a CA. Without basic constraints, as in old roots, a certificate counts as a CA if it issued one with another
 * subject in the same file. Self-signed clients and their renewals have the same subject.
 */
function isIssuer({ isCa, subject }: ParsedCertificate, all: readonly ParsedCertificate[]): boolean {
	return isCa ?? all.some((other) => other.issuer === subject && other.subject !== subject);
}
