import * as l10n from "@vscode/l10n";
import * as vscode from "vscode";
import { nameWords } from "../../../common/messages/certificateMessages.ts";
import { withCancellableProgress } from "../../../common/ui/progress.ts";
import { reminderDays } from "../../../common/ui/settings.ts";
import { notifyDone } from "../../../common/ui/statusNotifications.ts";
import type { VirtualDocuments } from "../../../common/ui/virtualDocuments.ts";
import type { Certificate } from "../../../domain/certificate.ts";
import type { CertificateReader } from "../../../domain/certificateFile.ts";
import type { EnforcementIndex } from "../../organization/enforcementIndex.ts";
import {
	type CommandContext,
	fetchContent,
	fetchContents,
	loadContents,
	projectNamed,
	refreshProjects,
	requireConnection,
} from "../../organization/ui/commandContext.ts";
import { detailsWords } from "../detailsDocument.ts";
import { historyWords } from "../historyDocument.ts";

/** What showing and copying certificates needs. */
export interface TextCommands extends CommandContext {
	readonly enforcement: EnforcementIndex;
	readonly documents: Pick<VirtualDocuments, "show">;
	readonly reader: CertificateReader;
}

/** Copies the ids of certificates, a line each. */
export async function copyId(chosen: readonly Certificate[]): Promise<void> {
	await vscode.env.clipboard.writeText(chosen.map(({ id }) => id).join("\n"));
	tellCopied(chosen, l10n.t("Copied the certificate's id."), l10n.t("Copied the ids, a line each."));
}

/** Copies the fingerprints of certificates, a line each. @throws Failure, Cancelled */
export async function copyFingerprint(commands: TextCommands, chosen: readonly Certificate[]): Promise<void> {
	const contents = await fetchContents(commands, chosen);
	await vscode.env.clipboard.writeText(contents.map(({ sha256 }) => sha256).join("\n"));
	tellCopied(
		chosen,
		l10n.t("Copied the SHA-256 fingerprint."),
		l10n.t("Copied the SHA-256 fingerprints, a line each."),
	);
}

/** Copies certificates as PEM. @throws Failure, Cancelled */
export async function copyPem(commands: TextCommands, chosen: readonly Certificate[]): Promise<void> {
	const contents = await fetchContents(commands, chosen);
	await vscode.env.clipboard.writeText(contents.map(({ pem }) => pem).join(""));
	tellCopied(chosen, l10n.t("Copied the PEM."), l10n.t("Copied the PEMs, one after the other."));
}

function tellCopied({ length }: readonly Certificate[], one: string, several: string): void {
	notifyDone(length === 1 ? one : several);
}

/** Shows a certificate's PEM, encoded anew. @throws Failure, Cancelled */
export async function openPem(commands: TextCommands, certificate: Certificate): Promise<void> {
	const { pem } = await fetchContent(commands, certificate);
	await commands.documents.show(`${certificate.id}.pem`, pem);
}

/** Shows all that is known of a certificate. @throws Cancelled */
export async function showDetails(commands: TextCommands, certificate: Certificate): Promise<void> {
	const { enforcement, documents, reader } = commands;
	const subject = await withCancellableProgress(l10n.t("Reading “{0}”…", nameWords(certificate)), async (signal) => {
		const [subjects] = await Promise.all([
			loadContents(commands, [certificate], signal),
			refreshProjects(commands, signal),
		]);
		return subjects[0] ?? { certificate, content: null };
	});
	const now = Date.now() / 1000;
	// What is known of a content was judged when it was first read.
	const anew = subject.content && (await reader.read(subject.content.der, now, reminderDays()));
	const judged = { certificate, content: anew?.candidates[0] ?? null };
	const text = detailsWords(judged, enforcement.activity(certificate.id), now);
	await documents.show(l10n.t("{0} (details)", certificate.id), text);
}

/** Shows what was done to a certificate, by the organization's audit log. @throws Failure, Cancelled */
export async function showHistory(commands: TextCommands, certificate: Certificate): Promise<void> {
	const { organization, documents } = commands;
	const { organizationRef } = await requireConnection(commands);
	const service = await organization.open(organizationRef);
	const events = await withCancellableProgress(l10n.t("Reading the audit log…"), async (signal) => {
		const found = await service.history(certificate.id, signal);
		if (found.some(({ projectId }) => projectId !== null)) await refreshProjects(commands, signal);
		return found;
	});
	const text = historyWords(certificate, events, projectNamed(commands), Date.now() / 1000);
	await documents.show(l10n.t("{0} (history)", certificate.id), text);
}
