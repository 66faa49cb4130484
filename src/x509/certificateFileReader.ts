import type {
	CertificateFile,
	CertificateReader,
	ParsedCertificate,
	RefusalReason,
} from "../domain/certificateFile.ts";
import { MAX_FILE_BYTES } from "../domain/limits.ts";
import { splitBlocks } from "./fileBlocks.ts";
import { FileScan } from "./fileScan.ts";
import { toParsedCertificate } from "./parsedCertificate.ts";
import { decodeText } from "./pemScanner.ts";
import { mainReason } from "./refusalReason.ts";

export class X509CertificateFileReader implements CertificateReader {
	/** Yields to the event loop after each block and certificate: reading a bundle at once would block the editor. */
	async read(file: Uint8Array, at: number, reminderDays: number): Promise<CertificateFile> {
		const steps = readInSteps(file, at, reminderDays);
		for (;;) {
			const step = steps.next();
			if (step.done) return step.value;
			await new Promise((resolve) => setImmediate(resolve));
		}
	}
}

function* readInSteps(file: Uint8Array, at: number, reminderDays: number): Generator<void, CertificateFile> {
	if (file.length > MAX_FILE_BYTES) return refusal("too-large");
	const scan = new FileScan();
	for (const block of splitBlocks(file)) {
		yield* scan.add(block);
		yield;
	}
	const candidates: ParsedCertificate[] = [];
	for (const found of scan.certificates) {
		candidates.push(toParsedCertificate(found, at, reminderDays));
		yield;
	}
	const { skipped, holdsPrivateKey } = scan;
	if (candidates.length > 0)
		return {
			outcome: candidates.length === 1 ? "accept" : "choose",
			reason: null,
			holdsPrivateKey,
			candidates,
			skipped,
		};
	const reason = mainReason(skipped) ?? (decodeText(file).trim() === "" ? "empty" : "no-block");
	return { ...refusal(reason), holdsPrivateKey, skipped };
}

function refusal(reason: RefusalReason): CertificateFile {
	return { outcome: "refuse", reason, holdsPrivateKey: false, candidates: [], skipped: [] };
}
