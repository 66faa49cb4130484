import * as vscode from "vscode";
import { loadingTitle } from "../../../common/messages/certificateMessages.ts";
import { withCancellableProgress } from "../../../common/ui/progress.ts";
import { readReminderDays } from "../../../common/ui/settings.ts";
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
	projectNameById,
	refreshProjects,
	requireConnection,
} from "../../organization/ui/commandContext.ts";
import { formatDetails } from "../detailsDocument.ts";
import { formatHistory } from "../historyDocument.ts";
import {
	describeCopiedFingerprints,
	describeCopiedIds,
	describeCopiedPems,
	detailsTitle,
	historyTitle,
	viewAndCopyLabels,
} from "../viewAndCopyMessages.ts";

export interface ViewAndCopyDeps extends CommandContext {
	readonly enforcement: EnforcementIndex;
	readonly documents: Pick<VirtualDocuments, "show">;
	readonly reader: CertificateReader;
}

/** Copies the ids of certificates, one per line. */
export async function copyId(chosen: readonly Certificate[]): Promise<void> {
	await vscode.env.clipboard.writeText(chosen.map(({ id }) => id).join("\n"));
	notifyDone(describeCopiedIds(chosen));
}

/** Copies the SHA-256 fingerprints of certificates, one per line. @throws ProblemError; CancelledError */
export async function copyFingerprint(deps: ViewAndCopyDeps, chosen: readonly Certificate[]): Promise<void> {
	const contents = await fetchContents(deps, chosen);
	await vscode.env.clipboard.writeText(contents.map(({ sha256 }) => sha256).join("\n"));
	notifyDone(describeCopiedFingerprints(chosen));
}

/** Copies certificates as PEM. @throws ProblemError; CancelledError */
export async function copyPem(deps: ViewAndCopyDeps, chosen: readonly Certificate[]): Promise<void> {
	const contents = await fetchContents(deps, chosen);
	await vscode.env.clipboard.writeText(contents.map(({ pem }) => pem).join(""));
	notifyDone(describeCopiedPems(chosen));
}

/** Shows a certificate's re-encoded PEM. @throws ProblemError; CancelledError */
export async function openPem(deps: ViewAndCopyDeps, certificate: Certificate): Promise<void> {
	const { pem } = await fetchContent(deps, certificate);
	await deps.documents.show(`${certificate.id}.pem`, pem);
}

/** Shows all known facts about a certificate. @throws CancelledError */
export async function showDetails(deps: ViewAndCopyDeps, certificate: Certificate): Promise<void> {
	const { enforcement, documents, reader } = deps;
	const subject = await withCancellableProgress(loadingTitle([certificate]), async (signal) => {
		const [subjects] = await Promise.all([loadContents(deps, [certificate], signal), refreshProjects(deps, signal)]);
		return subjects[0] ?? { certificate, content: null };
	});
	const now = Date.now() / 1000;
	// The findings of a cached content may be out of date.
	const file = subject.content && (await reader.read(subject.content.der, now, readReminderDays()));
	const checked = { certificate, content: file?.candidates[0] ?? null };
	const text = formatDetails(checked, enforcement.activationStatus(certificate.id), now);
	await documents.show(detailsTitle(certificate), text);
}

/** Shows a certificate's events in the organization's audit log. @throws ProblemError; CancelledError */
export async function showHistory(deps: ViewAndCopyDeps, certificate: Certificate): Promise<void> {
	const { organization, documents } = deps;
	const { organizationRef } = await requireConnection(deps);
	const service = await organization.open(organizationRef);
	const events = await withCancellableProgress(viewAndCopyLabels.loadingAuditLog, async (signal) => {
		const events = await service.history(certificate.id, signal);
		if (events.some(({ projectId }) => projectId !== null)) await refreshProjects(deps, signal);
		return events;
	});
	const text = formatHistory(certificate, events, projectNameById(deps), Date.now() / 1000);
	await documents.show(historyTitle(certificate), text);
}
