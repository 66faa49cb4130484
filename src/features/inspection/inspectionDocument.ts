import * as l10n from "@vscode/l10n";
import { describeFileOutcome, describeSkippedBlock } from "../../common/messages/certificateFileMessages.ts";
import { formatCertificateName } from "../../common/messages/certificateMessages.ts";
import {
	formatAllFields,
	formatFieldLines,
	formatFindingLines,
} from "../../common/messages/parsedCertificateMessages.ts";
import { sanitize } from "../../common/text/sanitize.ts";
import type { Certificate } from "../../domain/certificate.ts";
import type { CertificateFile, ParsedCertificate } from "../../domain/certificateFile.ts";

/** Maximum length of a file name, in graphemes. */
const MAX_FILE_NAME_LENGTH = 1000;

/**
 * Returns a readable text of a certificate file's content, block by block.
 * @param knownAs Returns the uploaded certificates with a SHA-256.
 * @param now Unix seconds.
 */
export function formatInspection(
	name: string,
	file: CertificateFile,
	knownAs: (sha256: string) => readonly Certificate[],
	now: number,
): string {
	const blocks = [
		...file.candidates.map((candidate) => ({
			position: candidate.block,
			lines: candidateLines(candidate, knownAs, now),
		})),
		...file.skipped.map((skipped) => ({ position: skipped.block, lines: [describeSkippedBlock(skipped)] })),
	].sort((one, other) => one.position - other.position);
	const head = [sanitize(name, MAX_FILE_NAME_LENGTH), describeFileOutcome(file)];
	if (file.holdsPrivateKey) head.push(l10n.t("This file contains a private key, which is never sent."));
	return `${[head, ...blocks.map(({ lines }) => lines)].map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

function candidateLines(
	candidate: ParsedCertificate,
	knownAs: (sha256: string) => readonly Certificate[],
	now: number,
): readonly string[] {
	const { block, line, sha256, findings } = candidate;
	const facts = [
		...formatAllFields(candidate, now),
		...knownAs(sha256).map(
			(certificate) => [l10n.t("Uploaded as"), `${formatCertificateName(certificate)}, ${certificate.id}`] as const,
		),
	];
	return [
		line === null ? l10n.t("Block {0} (certificate)", block) : l10n.t("Block {0} (line {1}, certificate)", block, line),
		...formatFieldLines(facts).map((text) => `  ${text}`),
		...formatFindingLines(findings).map((text) => `  ${text}`),
	];
}
