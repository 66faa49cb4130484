// Compares the reader's results for others' certificate files with openssl's results.
import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ParsedCertificate } from "../src/domain/certificateFile.ts";
import { X509CertificateFileReader } from "../src/x509/certificateFileReader.ts";

/** The content of a corpus's `index.json`, made with openssl block by block. */
interface CorpusIndex {
	readonly files: readonly {
		readonly file: string;
		readonly labels: readonly string[];
		readonly certs: readonly CorpusEntry[];
	}[];
}

interface CorpusEntry {
	readonly openssl_ok: boolean;
	readonly subject: string;
	readonly issuer: string;
	/** Hexadecimal with an even number of digits and no further leading zeros; negative with a minus. */
	readonly serial: string;
	readonly notBefore: number;
	readonly notAfter: number;
	readonly sha256: string;
	readonly isCA: boolean;
}

export interface Comparison {
	readonly files: number;
	readonly certificates: number;
	/** One sentence each. */
	readonly differences: readonly string[];
	/** Checks that were omitted because openssl is missing. */
	readonly notCompared: readonly string[];
}

/** Reads and compares every file of a corpus; an exception counts as a difference. */
export async function compareCorpus(folder: string): Promise<Comparison> {
	const index: CorpusIndex = JSON.parse(await readFile(join(folder, "index.json"), "utf8"));
	const reader = new X509CertificateFileReader();
	const differences: string[] = [];
	const hasOpenssl = openssl(["version"]) !== null;
	let certificates = 0;
	for (const { file, labels, certs } of index.files) {
		const addDifference = (difference: string) => differences.push(`${file}: ${difference}`);
		const path = join(folder, file);
		try {
			const { candidates } = await reader.read(await readFile(path), Date.now() / 1000, 30);
			certificates += candidates.length;
			for (const entry of certs) if (entry.openssl_ok) compareEntry(entry, candidates, addDifference);
			if (!hasOpenssl) continue;
			if (certs.length === 0) comparePkcs7(path, labels, candidates, addDifference);
			for (const candidate of candidates)
				if (fingerprintOf(candidate.pem) !== candidate.sha256)
					addDifference(`openssl does not read ${candidate.sha256}`);
		} catch (error) {
			addDifference(`throws ${error}`);
		}
	}
	const notCompared = hasOpenssl ? [] : ["PKCS#7 files", "whether openssl reads the PEM of each candidate"];
	return { files: index.files.length, certificates, differences, notCompared };
}

function compareEntry(
	entry: CorpusEntry,
	candidates: readonly ParsedCertificate[],
	addDifference: (difference: string) => void,
): void {
	const candidate = candidates.find(({ sha256 }) => sha256 === entry.sha256);
	if (!candidate) return void addDifference(`no candidate ${entry.sha256}`);
	const pairs = {
		serial: [signedSerial(candidate.serialNumber), entry.serial],
		notBefore: [candidate.notBefore, entry.notBefore],
		notAfter: [candidate.notAfter, entry.notAfter],
		isCA: [candidate.isCa ?? false, entry.isCA],
		subject: [asciiName(candidate.subject), entry.subject],
		issuer: [asciiName(candidate.issuer), entry.issuer],
	};
	for (const [property, [ours, theirs]] of Object.entries(pairs))
		if (ours !== theirs) addDifference(`${property} of ${entry.sha256} is ${ours}, but ${theirs} to openssl`);
}

/** Compares candidates with the output of `openssl pkcs7 -print_certs`, for PEM and DER. */
function comparePkcs7(
	path: string,
	labels: readonly string[],
	candidates: readonly ParsedCertificate[],
	addDifference: (difference: string) => void,
): void {
	const printed = openssl(["pkcs7", "-print_certs", "-in", path, "-inform", labels.length > 0 ? "PEM" : "DER"]);
	if (printed === null) return;
	const blocks = printed.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
	const theirs = new Set(
		blocks.map((pem) => new X509Certificate(pem).fingerprint256.replaceAll(":", "").toLowerCase()),
	);
	const ours = new Set(candidates.map(({ sha256 }) => sha256));
	for (const sha256 of theirs) if (!ours.has(sha256)) addDifference(`no candidate ${sha256} of the PKCS#7`);
	for (const sha256 of ours) if (!theirs.has(sha256)) addDifference(`openssl finds no ${sha256} in the PKCS#7`);
}

function fingerprintOf(pem: string): string | undefined {
	const printed = openssl(["x509", "-noout", "-fingerprint", "-sha256"], pem);
	return printed?.split("=")[1]?.trim().replaceAll(":", "").toLowerCase();
}

/** Formats the content octets of an INTEGER as openssl does. */
function signedSerial(hex: string): string {
	const value = BigInt.asIntN(hex.length * 4, BigInt(`0x${hex}`));
	const digits = (value < 0n ? -value : value).toString(16).toUpperCase();
	return (value < 0n ? "-" : "") + digits.padStart(digits.length + (digits.length % 2), "0");
}

/** Formats a name as openssl does, with non-ASCII characters as escaped UTF-8 bytes. */
function asciiName(name: string): string {
	return name.replace(/[^\0-\x7f]+/gu, (text) =>
		Buffer.from(text).toString("hex").toUpperCase().replace(/../g, "\\$&"),
	);
}

/** Runs openssl. @returns its output; `null` if openssl is missing or fails. */
function openssl(args: readonly string[], input = ""): string | null {
	try {
		return execFileSync("openssl", args, { input, encoding: "utf8", stdio: ["pipe", "pipe", "ignore"] });
	} catch {
		return null;
	}
}
