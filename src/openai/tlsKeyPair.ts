import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { constants, promises as fs, type Stats } from "node:fs";
import { dirname, isAbsolute } from "node:path";
import { createSecureContext } from "node:tls";
import type { ClientCertificateFiles } from "../domain/adminApi.ts";
import type { ClientCredentials } from "../domain/liveCheck.ts";
import { ProblemError, problemOf, type TlsKeyPairIssue } from "../domain/problem.ts";
import { isSlowPemKey } from "../x509/keyDerivation.ts";

/** The largest known file, a chain with its key, has about 20 kB. */
const MAX_PEM_BYTES = 1024 * 1024;
const MAX_LINKS = 10;
const MAX_READ_MS = 9000;

/** A certificate and its private key, as options for TLS. */
export interface TlsKeyPair {
	/** PEM of all certificates in the file, the client's first. */
	readonly cert: string;
	/** PEM, encrypted if encrypted in the file. */
	readonly key: string;
	readonly passphrase?: string;
}

/** Reads a client certificate's files. @throws ProblemError `client-certificate` if a file cannot be read. */
export async function readTlsKeyPair(files: ClientCertificateFiles): Promise<ClientCredentials> {
	const certificate = await readWithTimeLimit(files.certificate);
	const key = files.key === files.certificate ? certificate : await readWithTimeLimit(files.key);
	const names = { certificate: nameOf(files.certificate), key: nameOf(files.key) };
	return { certificate, key, passphrase: files.passphrase, names };
}

/**
 * Extracts the certificates and the private key and checks that they form a pair.
 * @throws ProblemError `client-certificate`, without any content of the files.
 */
export function parseTlsKeyPair(contents: ClientCredentials): TlsKeyPair {
	const { passphrase, names } = contents;
	const blocks = contents.certificate.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
	const certificate = tryOrNull(() => new X509Certificate(blocks[0] ?? ""));
	if (!certificate) throw keyPairProblem(names.certificate, "no-certificate");

	const [key, label, body = ""] =
		/-----BEGIN ([A-Z ]*PRIVATE KEY)-----((?:(?!-----)[\s\S])*)-----END \1-----/.exec(contents.key) ?? [];
	if (!key) throw keyPairProblem(names.key, "no-key");
	const isPkcs8 = label === "ENCRYPTED PRIVATE KEY";
	const isSlow = isPkcs8 && isSlowPemKey(body);
	if (isSlow !== false) throw keyPairProblem(names.key, isSlow ? "slow-key" : "no-key");
	const encrypted = isPkcs8 || /^Proc-Type: 4,ENCRYPTED/m.test(key);
	if (encrypted && passphrase === null) throw keyPairProblem(names.key, "passphrase-needed");
	// An encrypted key with the wrong label isn't unlocked.
	const secret = encrypted && passphrase !== null && { passphrase };
	const privateKey = tryOrNull((): KeyObject => createPrivateKey({ key, ...secret }));
	if (!privateKey) throw keyPairProblem(names.key, encrypted ? "passphrase-wrong" : "no-key");
	if (!certificate.checkPrivateKey(privateKey)) throw keyPairProblem(names.key, "not-a-pair");
	const keyPair = { cert: blocks.join("\n"), key, ...secret };
	if (!tryOrNull(() => createSecureContext(keyPair))) throw keyPairProblem(names.certificate, "unusable");
	return keyPair;
}

/** Returns the result, or `null` if `make` throws. Drops the error, which could contain file content. */
function tryOrNull<T>(make: () => T): T | null {
	try {
		return make();
	} catch {
		return null;
	}
}

/** Reads a file, with a time limit for unresponsive drives. The read itself cannot be aborted. */
async function readWithTimeLimit(path: string): Promise<string> {
	const timeout = Promise.withResolvers<never>();
	const timer = setTimeout(() => timeout.reject(keyPairProblem(nameOf(path), "no-answer")), MAX_READ_MS);
	return Promise.race([readText(path), timeout.promise]).finally(() => clearTimeout(timer));
}

/** Reads a regular file, also through links. Never opens other file types, because opening can have side effects. */
async function readText(path: string): Promise<string> {
	const file = nameOf(path);
	let handle: fs.FileHandle | undefined;
	try {
		const target = await resolveRegularFile(path, file);
		// The file may have been replaced since the check, so check the open file again.
		handle = await fs.open(target, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
		validateStats(await handle.stat(), file);
		return await handle.readFile("latin1");
	} catch (thrown) {
		throw problemOf(thrown) ? thrown : keyPairProblem(file, issueFromCode((thrown as NodeJS.ErrnoException).code));
	} finally {
		await handle?.close();
	}
}

/** Follows a path's links to a regular file. Never accesses a UNC path, because any access logs in to its server. */
async function resolveRegularFile(path: string, file: string): Promise<string> {
	let target = path;
	for (let links = 0; links <= MAX_LINKS; links++) {
		if (/^[\\/]{2}/.test(target)) throw keyPairProblem(file, "not-a-file");
		if (!isAbsolute(target)) break;
		const stats = await fs.lstat(target);
		if (!stats.isSymbolicLink()) {
			validateStats(stats, file);
			return target;
		}
		const next = await fs.readlink(target);
		// Must not be normalized: a `..` in the link is relative to the real location of its folder.
		target = isAbsolute(next) ? next : `${dirname(target)}/${next}`;
	}
	throw keyPairProblem(file, "missing");
}

function validateStats(stats: Stats, file: string): void {
	if (!stats.isFile()) throw keyPairProblem(file, "not-a-file");
	if (stats.size > MAX_PEM_BYTES) throw keyPairProblem(file, "too-large");
}

function issueFromCode(code: string | undefined): TlsKeyPairIssue {
	return code === "EACCES" || code === "EPERM" ? "no-permission" : "missing";
}

function nameOf(path: string): string {
	return path.split(/[\\/]/).at(-1) || path;
}

function keyPairProblem(file: string, why: TlsKeyPairIssue): ProblemError {
	return new ProblemError({ reason: "client-certificate", file, why });
}
