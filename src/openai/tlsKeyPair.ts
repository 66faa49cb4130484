import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { constants, promises as fs, type Stats } from "node:fs";
import { dirname, isAbsolute } from "node:path";
import { createSecureContext } from "node:tls";
import type { ClientCertificateFiles } from "../domain/adminApi.ts";
import type { ClientCredentials } from "../domain/liveCheck.ts";
import { ProblemError, problemOf, type TlsKeyPairIssue } from "../domain/problem.ts";

/** The largest known, a chain with its key, has some 20 kB. */
const LARGEST_FILE = 1024 * 1024;
const MOST_LINKS = 10;
/** How long reading one file may take, in milliseconds. */
const LONGEST_READ_MS = 9000;

/** A certificate and its private key, as TLS takes them. */
export interface TlsKeyPair {
	/** The client's certificate and what follows it in its file, PEM. */
	readonly cert: string;
	/** PEM, encrypted if it is so in its file. */
	readonly key: string;
	readonly passphrase?: string;
}

/** Reads a client certificate's files. @throws Failure `client-certificate` where they cannot be read. */
export async function readTlsKeyPair(files: ClientCertificateFiles): Promise<ClientCredentials> {
	const certificate = await inTime(files.certificate);
	const key = files.key === files.certificate ? certificate : await inTime(files.key);
	const names = { certificate: nameOf(files.certificate), key: nameOf(files.key) };
	return { certificate, key, passphrase: files.passphrase, names };
}

/**
 * Takes the certificates and the private key out of what was read and checks that they belong together.
 * @throws Failure `client-certificate`, with nothing of what the files hold.
 */
export function parseTlsKeyPair(text: ClientCredentials): TlsKeyPair {
	const { passphrase, names } = text;
	const blocks = text.certificate.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
	const certificate = attempt(() => new X509Certificate(blocks[0] ?? ""));
	if (!certificate) throw unusable(names.certificate, "no-certificate");

	const [key, label] = /-----BEGIN ([A-Z ]*PRIVATE KEY)-----(?:(?!-----)[\s\S])*-----END \1-----/.exec(text.key) ?? [];
	if (!key) throw unusable(names.key, "no-key");
	const encrypted = label === "ENCRYPTED PRIVATE KEY" || /^Proc-Type: 4,ENCRYPTED/m.test(key);
	if (encrypted && passphrase === null) throw unusable(names.key, "passphrase-needed");
	const opened = attempt((): KeyObject => createPrivateKey({ key, ...(passphrase !== null && { passphrase }) }));
	if (!opened) throw unusable(names.key, encrypted ? "passphrase-wrong" : "no-key");
	if (!certificate.checkPrivateKey(opened)) throw unusable(names.key, "not-a-pair");
	const presented = { cert: blocks.join("\n"), key, ...(encrypted && passphrase !== null && { passphrase }) };
	if (!attempt(() => createSecureContext(presented))) throw unusable(names.certificate, "unusable");
	return presented;
}

/** What it gives, or `null` where it throws: its error could tell of what it read. */
function attempt<T>(make: () => T): T | null {
	try {
		return make();
	} catch {
		return null;
	}
}

/** Reads a file, and gives up on a drive that does not answer: a read that hangs cannot be ended. */
async function inTime(path: string): Promise<string> {
	const late = Promise.withResolvers<never>();
	const timer = setTimeout(() => late.reject(unusable(nameOf(path), "no-answer")), LONGEST_READ_MS);
	return Promise.race([readText(path), late.promise]).finally(() => clearTimeout(timer));
}

/** Reads a regular file; of a link, what it leads to. Nothing else is opened, since to open some things is to do something. */
async function readText(path: string): Promise<string> {
	const file = nameOf(path);
	let handle: fs.FileHandle | undefined;
	try {
		const target = await regularFile(path, file);
		// What stands there by now may be another thing than what was looked at.
		handle = await fs.open(target, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
		judgeStats(await handle.stat(), file);
		return await handle.readFile("latin1");
	} catch (thrown) {
		throw problemOf(thrown) ? thrown : unusable(file, flawOf((thrown as NodeJS.ErrnoException).code));
	} finally {
		await handle?.close();
	}
}

/** Follows a path's links to a regular file. A UNC path is not even looked at: that alone logs in to its server. */
async function regularFile(path: string, file: string): Promise<string> {
	let target = path;
	for (let links = 0; links <= MOST_LINKS; links++) {
		if (/^[\\/]{2}/.test(target)) throw unusable(file, "not-a-file");
		if (!isAbsolute(target)) break;
		const stats = await fs.lstat(target);
		if (!stats.isSymbolicLink()) {
			judgeStats(stats, file);
			return target;
		}
		const next = await fs.readlink(target);
		// Not put in order: a `..` in it is meant from where its folder really is.
		target = isAbsolute(next) ? next : `${dirname(target)}/${next}`;
	}
	throw unusable(file, "missing");
}

function judgeStats(stats: Stats, file: string): void {
	if (!stats.isFile()) throw unusable(file, "not-a-file");
	if (stats.size > LARGEST_FILE) throw unusable(file, "too-large");
}

function flawOf(code: string | undefined): TlsKeyPairIssue {
	return code === "EACCES" || code === "EPERM" ? "no-permission" : "missing";
}

function nameOf(path: string): string {
	return path.split(/[\\/]/).at(-1) || path;
}

function unusable(file: string, why: TlsKeyPairIssue): ProblemError {
	return new ProblemError({ reason: "client-certificate", file, why });
}
