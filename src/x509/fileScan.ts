import {
	type BlockKind,
	type Finding,
	isFault,
	type RefusalReason,
	type SkippedBlock,
} from "../domain/certificateFile.ts";
import { type Element, isTruncated, readElement } from "./asn1/der.ts";
import { type DecodedCertificate, decodeCertificate } from "./certificate.ts";
import { detectKind } from "./contentKind.ts";
import { type Block, splitBlocks } from "./fileBlocks.ts";
import { type FoundCertificate, fingerprint } from "./parsedCertificate.ts";
import { certificatesIn } from "./pkcs7.ts";
import { defaultReason } from "./refusalReason.ts";
import { holdsPrivateKey, isOpensslTrustData } from "./trailingData.ts";

/** Collects the certificates and skipped blocks of a file. */
export class FileScan {
	/** Every block or certificate that is not in `certificates`. */
	readonly skipped: SkippedBlock[] = [];
	readonly #found = new Map<string, FoundCertificate>();
	#blocks = 0;
	/** The first line of each private key, or of the block that contains the key; `null` in a binary file. */
	readonly #keyLines: (number | null)[] = [];

	get holdsPrivateKey(): boolean {
		return this.#keyLines.length > 0;
	}

	/** Each certificate once, with findings about the file around the certificate. */
	get certificates(): FoundCertificate[] {
		const fileFindings: Finding[] = [];
		const [line = null] = this.#keyLines;
		const count = this.#keyLines.length;
		if (count > 0) fileFindings.push({ code: "private-key-in-file", level: "warn", line, count });
		const unreadable = this.skipped.filter(({ reason }) => isFault(reason));
		if (unreadable[0]) {
			const { block, line } = unreadable[0];
			fileFindings.push({ code: "unreadable-block", level: "warn", block, line, count: unreadable.length });
		}
		return [...this.#found.values()].map((found) => ({ ...found, findings: [...found.findings, ...fileFindings] }));
	}

	/** Adds the next block; yields after each certificate, because decoding requires about a millisecond. */
	*add({ line, labelKind, trusted, content }: Block): Generator<void> {
		this.#blocks++;
		const fallbackKind = labelKind ?? "unknown";
		if (content === null) return this.#skip(line, fallbackKind, defaultReason(fallbackKind));
		if ("fault" in content) {
			const { fault, ...location } = content;
			return this.#skip(
				line,
				fallbackKind,
				shouldContainCertificates(labelKind) ? fault : defaultReason(fallbackKind),
				location,
			);
		}
		const { bytes } = content;
		const element = readElement(bytes);
		const kind = detectKind(element, labelKind);
		if (element === null || kind === null) {
			const fault = isTruncated(bytes) ? "cut-off" : "unreadable";
			return this.#skip(line, fallbackKind, shouldContainCertificates(labelKind) ? fault : defaultReason(fallbackKind));
		}
		const trailing = bytes.subarray(element.encoded.length);
		if (holdsPrivateKey(trailing)) this.#keyLines.push(line);
		if (kind !== "certificate" && kind !== "pkcs7") return this.#skip(line, kind, defaultReason(kind));

		const trailingLength = trusted && isOpensslTrustData(trailing) ? 0 : trailing.length;
		const findings: Finding[] =
			trailingLength === 0 ? [] : [{ code: "bytes-follow", level: "warn", bytes: trailingLength }];
		const certificates = kind === "pkcs7" ? certificatesIn(element) : [element];
		if (certificates.length === 0) this.#skip(line, kind, "no-certificates");
		for (const certificate of certificates) {
			this.#addCertificate(certificate, line, findings);
			yield;
		}
	}

	#addCertificate(element: Element, line: Block["line"], findings: readonly Finding[]): void {
		const sha256 = fingerprint(element.encoded);
		const isDuplicate = this.#found.has(sha256);
		const certificate = isDuplicate ? null : decodeCertificate(element);
		if (certificate) this.#found.set(sha256, { certificate, sha256, block: this.#blocks, line, findings });
		else this.#skip(line, "certificate", isDuplicate ? "duplicate" : "unreadable");
	}

	#skip(line: Block["line"], kind: BlockKind, reason: RefusalReason, location: { faultLine?: number } = {}): void {
		if (kind === "private-key" || kind === "pkcs12") this.#keyLines.push(line);
		this.skipped.push({ block: this.#blocks, line, kind, reason, ...location });
	}
}

/** TLS libraries accept chains of at most 100 kB, about a hundred small certificates; decoding takes time. */
const MAX_CERTIFICATES = 100;

/** Returns the first certificates of a file, each once. `cut`: there are more. */
export function readCertificates(file: Uint8Array): {
	readonly certificates: readonly DecodedCertificate[];
	readonly cut: boolean;
} {
	const scan = new FileScan();
	let count = 0;
	for (const _ of scanInSteps(scan, file)) if (++count > MAX_CERTIFICATES) break;
	return { certificates: scan.certificates.map(({ certificate }) => certificate), cut: count > MAX_CERTIFICATES };
}

/** Yields after each certificate. */
function* scanInSteps(scan: FileScan, file: Uint8Array): Generator<void> {
	for (const block of splitBlocks(file)) yield* scan.add(block);
}

/** True if a block with the label, or without a label, should contain certificates; their absence is a fault. */
function shouldContainCertificates(labelKind: BlockKind | null): boolean {
	return labelKind === null || labelKind === "certificate" || labelKind === "pkcs7";
}
