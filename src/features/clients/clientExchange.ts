import { timeSlices } from "../../common/concurrency.ts";
import type { CertificateReader } from "../../domain/certificateFile.ts";
import { asRecord, parseObject } from "../../domain/json.ts";
import { MAX_FILE_BYTES, MAX_NAME_LENGTH } from "../../domain/limits.ts";
import { ProblemError } from "../../domain/problem.ts";
import { chainPem } from "./clientRecord.ts";
import { type KnownClient, MAX_CLIENTS } from "./knownClient.ts";
import { type FoundClients, readClients, type SkippedSource } from "./readClients.ts";

/** Identifies an exported list among other JSON files. */
const FORMAT = "certificates-for-openai.clients";

const VERSION = 1;

/** Maximum size of a list to import, in bytes. */
export const MAX_LIST_BYTES = 16_777_216;

/** Far more values than a list contains: JSON is parsed at once, and millions of values would block the runtime. */
const MAX_VALUES = 250_000;

/** Returns a list for other computers: names and certificates, no path of this computer. */
export function exportClients(clients: readonly KnownClient[]): string {
	const entries = clients.map((client) => ({ name: client.name, certificates: chainPem(client) }));
	return `${JSON.stringify({ format: FORMAT, version: VERSION, clients: entries }, null, "\t")}\n`;
}

/**
 * Reads an exported list, which may be by anybody: each certificate is decoded again, and everything else but the names
 * is ignored.
 * @param file The file's name, for a problem.
 * @param now Unix seconds.
 * @throws ProblemError `client-list-refused`; CancelledError
 */
export async function readExportedClients(
	bytes: Uint8Array,
	file: string,
	reader: CertificateReader,
	now: number,
	signal: AbortSignal,
): Promise<FoundClients> {
	const refuse = (why: "too-large" | "not-a-list" | "newer") =>
		new ProblemError({ reason: "client-list-refused", file, why });
	if (bytes.length > MAX_LIST_BYTES) throw refuse("too-large");
	if (countValues(bytes) > MAX_VALUES) throw refuse("not-a-list");
	const { format, version, clients: entries } = parseObject(new TextDecoder().decode(bytes));
	if (format !== FORMAT || typeof version !== "number") throw refuse("not-a-list");
	if (version > VERSION) throw refuse("newer");
	if (!Array.isArray(entries)) throw refuse("not-a-list");
	const clients: KnownClient[] = [];
	const skipped: SkippedSource[] = [];
	const pause = timeSlices();
	for (const [index, entry] of entries.slice(0, MAX_CLIENTS).entries()) {
		await pause(signal);
		const found = await readEntry(entry, reader, now);
		if (typeof found === "string") skipped.push({ name: `clients[${index}]`, why: found });
		else clients.push(found);
	}
	return { clients, skipped, isCut: entries.length > MAX_CLIENTS };
}

/** Returns about the number of values in JSON, or more: each but the first follows a comma or an opening bracket. */
function countValues(bytes: Uint8Array): number {
	let count = 0;
	for (const byte of bytes) if (byte === COMMA || byte === OPEN_BRACKET || byte === OPEN_BRACE) count++;
	return count;
}

const [COMMA, OPEN_BRACKET, OPEN_BRACE] = Buffer.from(",[{");

async function readEntry(
	entry: unknown,
	reader: CertificateReader,
	now: number,
): Promise<KnownClient | SkippedSource["why"]> {
	const { name, certificates } = asRecord(entry);
	if (typeof name !== "string" || typeof certificates !== "string") return "unreadable";
	if (certificates.length > MAX_FILE_BYTES) return "too-large";
	const bytes = new TextEncoder().encode(certificates);
	const found = await readClients({ name, bytes, certificatePath: null, fileStamp: null }, reader, now);
	if (typeof found === "string") return found;
	const [client] = found;
	return client ? { ...client, name: name.slice(0, MAX_NAME_LENGTH) } : "unreadable";
}
