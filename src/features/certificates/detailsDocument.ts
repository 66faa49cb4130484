import * as l10n from "@vscode/l10n";
import { activityFacts } from "../../common/messages/certificateFacts.ts";
import { type CertificateWithContent, nameWords } from "../../common/messages/certificateMessages.ts";
import { absoluteTime } from "../../common/messages/dates.ts";
import { contentFacts, factLines, findingLines } from "../../common/messages/parsedCertificateMessages.ts";
import type { ActivationStatus } from "../../domain/activationStatus.ts";

/** Formats all known facts about a certificate as plain text. @param now Unix seconds. */
export function detailsWords(
	{ certificate, content }: CertificateWithContent,
	activation: ActivationStatus,
	now: number,
): string {
	const { id, createdAt, validAt, expiresAt } = certificate;
	const facts: (readonly [label: string, value: string])[] = [[l10n.t("Id"), id]];
	if (createdAt !== null) facts.push([l10n.t("Created"), absoluteTime(createdAt)]);
	if (content) facts.push(...contentFacts(content, now));
	else {
		if (validAt !== null) facts.push([l10n.t("Valid from"), absoluteTime(validAt)]);
		if (expiresAt !== null) facts.push([l10n.t("Valid to"), absoluteTime(expiresAt)]);
		facts.push([l10n.t("Content"), l10n.t("could not be read")]);
	}
	for (const { label, value } of activityFacts(activation, { loading: false, askedAt: 0 })) facts.push([label, value]);
	const blocks = [[nameWords(certificate)], factLines(facts), content ? findingLines(content.findings) : []];
	return `${blocks
		.filter(({ length }) => length > 0)
		.map((lines) => lines.join("\n"))
		.join("\n\n")}\n`;
}
