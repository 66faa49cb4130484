// Compares what the reader makes of others' certificate files with what openssl made of them.
import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ParsedCertificate } from "../src/domain/certificateFile.ts";
import { X509CertificateFileReader } from "../src/x509/certificateFileReader.ts";

/** What `index.json` says of a corpus; openssl made it, block by block. */
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
	/** Hexadecimal, without leading zeros but to whole bytes; negative with a minus. */
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
	/** What was not compared for want of openssl. */
	readonly notCompared: readonly string[];
}

/** Reads every file of a corpus and compares; a file that throws is a difference. */
export async function compareCorpus(folder: string): Promise<Comparison> {
	const index: CorpusIndex = JSON.parse(await readFile(join(folder, "index.json"), "utf8"));
	const reader = new X509CertificateFileReader();
	const differences: string[] = [];
	const hasOpenssl = openssl(["version"]) !== null;
	let certificates = 0;
	for (const { file, labels, certs } of index.files) {
		const differs = (what: string) => differences.push(`${file}: ${what}`);
		const path = join(folder, file);
		try {
			const { candidates } = await reader.read(await readFile(path), Date.now() / 1000, 30);
			certificates += candidates.length;
			for (const entry of certs) if (entry.openssl_ok) compareEntry(entry, candidates, differs);
			if (!hasOpenssl) continue;
			if (certs.length === 0) comparePkcs7(path, labels, candidates, differs);
			for (const candidate of candidates)
				if (fingerprintOf(candidate.pem) !== candidate.sha256) differs(`openssl does not read ${candidate.sha256}`);
		} catch (error) {
			differs(`throws ${error}`);
		}
	}
	const notCompared = hasOpenssl ? [] : ["PKCS#7 files", "whether openssl reads the PEM of each candidate"];
	return { files: index.files.length, certificates, differences, notCompared };
}

function compareEntry(
	entry: CorpusEntry,
	candidates: readonly ParsedCertificate[],
	differs: (what: string) => void,
): void {
	const candidate = candidates.find(({ sha256 }) => sha256 === entry.sha256);
	if (!candidate) return void differs(`no candidate ${entry.sha256}`);
	const pairs = {
		serial: [signedSerial(candidate.serialNumber), entry.serial],
		notBefore: [candidate.notBefore, entry.notBefore],
		notAfter: [candidate.notAfter, entry.notAfter],
		isCA: [candidate.isCa ?? false, entry.isCA],
		subject: [asciiName(candidate.subject), entry.subject],
		issuer: [asciiName(candidate.issuer), entry.issuer],
	};
	for (const [what, [ours, theirs]] of Object.entries(pairs))
		if (ours !== theirs) differs(`${what} of ${entry.sha256} is ${ours}, but ${theirs} to openssl`);
}

/** What `openssl pkcs7 -print_certs` gives, in either form. */
function comparePkcs7(
	path: string,
	labels: readonly string[],
	candidates: readonly ParsedCertificate[],
	differs: (what: string) => void,
): void {
	const printed = openssl(["pkcs7", "-print_certs", "-in", path, "-inform", labels.length > 0 ? "PEM" : "DER"]);
	if (printed === null) return;
	const blocks = printed.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
	const theirs = new Set(
		blocks.map((pem) => new X509Certificate(pem).fingerprint256.replaceAll(":", "").toLowerCase()),
	);
	const ours = new Set(candidates.map(({ sha256 }) => sha256));
	for (const sha256 of theirs) if (!ours.has(sha256)) differs(`no candidate ${sha256} of the PKCS#7`);
	for (const sha256 of ours) if (!theirs.has(sha256)) differs(`openssl finds no ${sha256} in the PKCS#7`);
}

function fingerprintOf(pem: string): string | undefined {
	const printed = openssl(["x509", "-noout", "-fingerprint", "-sha256"], pem);
	return printed?.split("=")[1]?.trim().replaceAll(":", "").toLowerCase();
}

/** The value of an INTEGER's content octets, as openssl writes it. */
function signedSerial(hex: string): string {
	const value = BigInt.asIntN(hex.length * 4, BigInt(`0x${hex}`));
	const digits = (value < 0n ? -value : value).toString(16).toUpperCase();
	return (value < 0n ? "-" : "") + digits.padStart(digits.length + (digits.length % 2), "0");
}

/** A name with all that is not ASCII as escaped UTF-8 bytes, as openssl writes it. */
function asciiName(name: string): string {
	return name.replace(/[^\0-\x7f]+/gu, (text) =>
		Buffer.from(text).toString("hex").toUpperCase().replace(/../g, "\\$&"),
	);
}

/** Runs openssl; `null` where it is not there or refuses. */
function openssl(args: readonly string[], input = ""): string | null {
	try {
		return execFileSync("openssl", args, { input, encoding: "utf8", stdio: ["pipe", "pipe", "ignore"] });
	} catch {
		return null;
	}
}
