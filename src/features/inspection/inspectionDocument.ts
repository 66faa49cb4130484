import * as l10n from "@vscode/l10n";
import { outcomeWords, skippedWords } from "../../common/messages/certificateFileMessages.ts";
import { nameWords } from "../../common/messages/certificateMessages.ts";
import { contentFacts, factLines, findingLines } from "../../common/messages/parsedCertificateMessages.ts";
import { sanitize } from "../../common/messages/sanitize.ts";
import type { Certificate } from "../../domain/certificate.ts";
import type { CertificateFile, ParsedCertificate } from "../../domain/certificateFile.ts";

/** The longest file name in a document, in graphemes. */
const LONGEST = 1000;

/**
 * What is in a certificate file, block by block, as a text to read.
 * @param knownAs Under which names a certificate is known to be uploaded, by its SHA-256.
 * @param now Unix seconds.
 */
export function inspectionWords(
	name: string,
	file: CertificateFile,
	knownAs: (sha256: string) => readonly Certificate[],
	now: number,
): string {
	const blocks = [
		...file.candidates.map((candidate) => ({ at: candidate, lines: candidateLines(candidate, knownAs, now) })),
		...file.skipped.map((skipped) => ({ at: skipped, lines: [skippedWords(skipped)] })),
	].sort((one, other) => one.at.block - other.at.block);
	const head = [sanitize(name, LONGEST), outcomeWords(file)];
	if (file.holdsPrivateKey) head.push(l10n.t("It holds a private key, which is never sent."));
	return `${[head, ...blocks.map(({ lines }) => lines)].map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

function candidateLines(
	candidate: ParsedCertificate,
	knownAs: (sha256: string) => readonly Certificate[],
	now: number,
): readonly string[] {
	const { block, line, sha256, findings } = candidate;
	const facts = [
		...contentFacts(candidate, now),
		...knownAs(sha256).map(
			(certificate) => [l10n.t("Uploaded as"), `${nameWords(certificate)}, ${certificate.id}`] as const,
		),
	];
	return [
		line === null ? l10n.t("Block {0} (certificate)", block) : l10n.t("Block {0} (line {1}, certificate)", block, line),
		...factLines(facts).map((words) => `  ${words}`),
		...findingLines(findings).map((words) => `  ${words}`),
	];
}
