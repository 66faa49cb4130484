import {
	type BlockKind,
	type Finding,
	isFault,
	type RefusalReason,
	type SkippedBlock,
} from "../domain/certificateFile.ts";
import { type Element, isCutOff, readElement } from "./asn1/der.ts";
import { decodeCertificate } from "./certificate.ts";
import { detectKind } from "./contentKind.ts";
import type { Block } from "./fileBlocks.ts";
import { type FoundCertificate, fingerprint } from "./parsedCertificate.ts";
import { certificatesIn } from "./pkcs7.ts";
import { reasonFor } from "./refusalReason.ts";
import { holdsPrivateKey, isOpensslTrustData } from "./trailingData.ts";

/** What has been found in a file so far. */
export class FileScan {
	/** Every block that is no candidate. */
	readonly skipped: SkippedBlock[] = [];
	readonly #found = new Map<string, FoundCertificate>();
	#blocks = 0;
	/** The line on which each private key begins, or a block that holds one; `null` in a binary file. */
	readonly #keyLines: (number | null)[] = [];

	get holdsPrivateKey(): boolean {
		return this.#keyLines.length > 0;
	}

	/** The certificates, each once, with what is wrong around them. */
	get certificates(): FoundCertificate[] {
		const around: Finding[] = [];
		const [line = null] = this.#keyLines;
		const count = this.#keyLines.length;
		if (count > 0) around.push({ code: "private-key-in-file", level: "warn", line, count });
		const unreadable = this.skipped.filter(({ reason }) => isFault(reason));
		if (unreadable[0]) {
			const { block, line } = unreadable[0];
			around.push({ code: "unreadable-block", level: "warn", block, line, count: unreadable.length });
		}
		return [...this.#found.values()].map((found) => ({ ...found, findings: [...found.findings, ...around] }));
	}

	/** Takes in the next block; yields after each certificate, which takes about a millisecond. */
	*add({ line, labelled, trusted, content }: Block): Generator<void> {
		this.#blocks++;
		const named = labelled ?? "unknown";
		if (content === null) return this.#skip(line, named, reasonFor(named));
		if ("fault" in content) {
			const { fault, ...where } = content;
			return this.#skip(line, named, mayHoldCertificates(labelled) ? fault : reasonFor(named), where);
		}
		const { bytes } = content;
		const element = readElement(bytes);
		const kind = detectKind(element, labelled);
		if (element === null || kind === null) {
			const fault = isCutOff(bytes) ? "cut-off" : "unreadable";
			return this.#skip(line, named, mayHoldCertificates(labelled) ? fault : reasonFor(named));
		}
		const remainder = bytes.subarray(element.whole.length);
		if (holdsPrivateKey(remainder)) this.#keyLines.push(line);
		if (kind !== "certificate" && kind !== "pkcs7") return this.#skip(line, kind, reasonFor(kind));

		const follow = trusted && isOpensslTrustData(remainder) ? 0 : remainder.length;
		const findings: Finding[] = follow === 0 ? [] : [{ code: "bytes-follow", level: "warn", bytes: follow }];
		const certificates = kind === "pkcs7" ? certificatesIn(element) : [element];
		if (certificates.length === 0) this.#skip(line, kind, "no-certificates");
		for (const certificate of certificates) {
			this.#take(certificate, line, findings);
			yield;
		}
	}

	#take(element: Element, line: Block["line"], findings: readonly Finding[]): void {
		const sha256 = fingerprint(element.whole);
		const isDuplicate = this.#found.has(sha256);
		const certificate = isDuplicate ? null : decodeCertificate(element);
		if (certificate) this.#found.set(sha256, { certificate, sha256, block: this.#blocks, line, findings });
		else this.#skip(line, "certificate", isDuplicate ? "duplicate" : "unreadable");
	}

	#skip(line: Block["line"], kind: BlockKind, reason: RefusalReason, where: { faultLine?: number } = {}): void {
		if (kind === "private-key" || kind === "pkcs12") this.#keyLines.push(line);
		this.skipped.push({ block: this.#blocks, line, kind, reason, ...where });
	}
}

/** Whether a block of such a label, or of none, should hold certificates, so that it is a fault when it does not. */
function mayHoldCertificates(labelled: BlockKind | null): boolean {
	return labelled === null || labelled === "certificate" || labelled === "pkcs7";
}
