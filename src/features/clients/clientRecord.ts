import { createHash, X509Certificate } from "node:crypto";
import type { JsonFileFormat } from "../../common/storage/jsonFileStore.ts";
import { asRecord } from "../../domain/json.ts";
import { type KnownClient, MAX_CHAIN_BYTES, MAX_CHAIN_LENGTH, MAX_CLIENTS } from "./knownClient.ts";

/** A client as stored: the chain as Base64 of each certificate's DER. */
export interface StoredClient extends Omit<KnownClient, "chain" | "sha256"> {
	readonly chain: readonly string[];
}

export interface StoredClients {
	readonly clients: readonly StoredClient[];
}

export const CLIENTS_FORMAT: JsonFileFormat<StoredClients> = { version: 1, parse: parseClients };

/**
 * Returns a client with nothing but certificates in its chain: each is decoded, and all bytes around it are dropped, so
 * that a private key can never be stored.
 * @returns `null` if the chain contains anything else, or is empty or too large.
 */
export function withCertificatesOnly(client: KnownClient): KnownClient | null {
	const chain = client.chain.map(decodeCertificate).filter((der) => der !== null);
	const [leaf] = chain;
	const size = chain.reduce((sum, { length }) => sum + length, 0);
	if (!leaf || chain.length < client.chain.length || chain.length > MAX_CHAIN_LENGTH || size > MAX_CHAIN_BYTES)
		return null;
	return { ...client, chain, sha256: fingerprint(leaf) };
}

function decodeCertificate(bytes: Uint8Array): Uint8Array | null {
	try {
		return new X509Certificate(bytes).raw;
	} catch {
		return null;
	}
}

/** Returns the SHA-256 of DER, lower-case hex. */
export function fingerprint(der: Uint8Array): string {
	return createHash("sha256").update(der).digest("hex");
}

/** Returns the chain as PEM, leaf first. */
export function chainPem({ chain }: Pick<KnownClient, "chain">): string {
	return chain.map((der) => new X509Certificate(der).toString()).join("");
}

/** Converts a client to its stored form. */
export function toStoredClient({ sha256: _, chain, ...client }: KnownClient): StoredClient {
	return { ...client, chain: chain.map((der) => Buffer.from(der).toString("base64")) };
}

/** Converts a stored client, and computes its fingerprint. */
export function toKnownClient({ chain, ...client }: StoredClient): KnownClient {
	const ders = chain.map((base64) => new Uint8Array(Buffer.from(base64, "base64")));
	return { ...client, chain: ders, sha256: fingerprint(ders[0] ?? new Uint8Array()) };
}

function parseClients({ clients }: Record<string, unknown>): StoredClients | null {
	if (!Array.isArray(clients) || clients.length > MAX_CLIENTS) return null;
	const parsed = clients.map(parseClient);
	return parsed.every((each) => each !== null) ? { clients: parsed } : null;
}

function parseClient(json: unknown): StoredClient | null {
	const { name, chain, notBefore, notAfter, certificatePath, keyPath, fileStamp } = asRecord(json);
	const isChain = Array.isArray(chain) && chain.length > 0 && chain.every((each) => typeof each === "string");
	if (typeof name !== "string" || !isChain || !isTime(notBefore) || !isTime(notAfter)) return null;
	if (!isOptionalText(certificatePath) || !isOptionalText(keyPath) || !isOptionalText(fileStamp)) return null;
	return { name, chain, notBefore, notAfter, certificatePath, keyPath, fileStamp };
}

function isTime(value: unknown): value is number {
	return Number.isSafeInteger(value);
}

function isOptionalText(value: unknown): value is string | null {
	return value === null || typeof value === "string";
}
