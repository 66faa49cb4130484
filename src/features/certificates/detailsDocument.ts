import * as l10n from "@vscode/l10n";
import { activationFacts } from "../../common/messages/certificateFacts.ts";
import { type CertificateWithContent, formatCertificateName } from "../../common/messages/certificateMessages.ts";
import { formatAbsoluteTime } from "../../common/messages/dates.ts";
import {
	formatAllFields,
	formatFieldLines,
	formatFindingLines,
} from "../../common/messages/parsedCertificateMessages.ts";
import type { ActivationStatus } from "../../domain/activationStatus.ts";

/** Formats all known facts about a certificate as plain text. @param now Unix seconds. */
export function formatDetails(
	{ certificate, content }: CertificateWithContent,
	activation: ActivationStatus,
	now: number,
): string {
	const { id, createdAt, validAt, expiresAt } = certificate;
	const facts: (readonly [label: string, value: string])[] = [[l10n.t("ID"), id]];
	if (createdAt !== null) facts.push([l10n.t("Uploaded"), formatAbsoluteTime(createdAt)]);
	if (content) facts.push(...formatAllFields(content, now));
	else {
		if (validAt !== null) facts.push([l10n.t("Valid from"), formatAbsoluteTime(validAt)]);
		if (expiresAt !== null) facts.push([l10n.t("Expires"), formatAbsoluteTime(expiresAt)]);
		facts.push([l10n.t("Content"), l10n.t("couldn't be read")]);
	}
	for (const { label, value } of activationFacts(activation, { loading: false, askedAt: 0 }))
		facts.push([label, value]);
	const blocks = [
		[formatCertificateName(certificate)],
		formatFieldLines(facts),
		content ? formatFindingLines(content.findings) : [],
	];
	return `${blocks
		.filter(({ length }) => length > 0)
		.map((lines) => lines.join("\n"))
		.join("\n\n")}\n`;
}
