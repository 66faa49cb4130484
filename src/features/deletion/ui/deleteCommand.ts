import * as vscode from "vscode";
import type { CertificateWithContent } from "../../../common/messages/certificateMessages.ts";
import { summarizeScopes } from "../../../common/messages/scopes.ts";
import { retryWhenChanged } from "../../../common/retryOnChange.ts";
import { showMessage } from "../../../common/ui/notifications.ts";
import { withCancellableProgress } from "../../../common/ui/progress.ts";
import { readReminderDays } from "../../../common/ui/settings.ts";
import { notifyDone } from "../../../common/ui/statusNotifications.ts";
import type { Certificate } from "../../../domain/certificate.ts";
import { CancelledError, isCancelled } from "../../../domain/problem.ts";
import type { Scope } from "../../../domain/scope.ts";
import { toScopeSnapshot } from "../../activation/activation.ts";
import { describeFailedDeletion } from "../../activation/activationResultMessages.ts";
import { activeAfterDeactivation, assessDeactivation } from "../../activation/deactivationImpact.ts";
import { savePem } from "../../certificates/ui/savePemCommand.ts";
import { describeSelfAccess } from "../../clientCheck/clientCheckMessages.ts";
import { checkSelfAccess, type SelfAccessDeps } from "../../clientCheck/ui/selfAccess.ts";
import type { ClientImpact } from "../../clientImpact/clientImpact.ts";
import {
	type ClientImpactDeps,
	promptWithClients,
	readClientImpact,
} from "../../clientImpact/ui/clientImpactPrompt.ts";
import { assertAllScopesRead, scopesToDeactivate } from "../../organization/activeScopes.ts";
import {
	type CommandContext,
	handleDeleted,
	loadContents,
	projectNameById,
	requireConnection,
} from "../../organization/ui/commandContext.ts";
import {
	type DeletionResult,
	type DeletionSnapshot,
	deactivateEverywhereAndDelete,
	deleteCertificate,
	prepareDeletion,
} from "../deleteCertificate.ts";
import {
	deleteLabels,
	deletionProgressTitle,
	describeActiveDeletion,
	describeDeleted,
	describeInactiveDeletion,
} from "../deleteMessages.ts";

export interface DeletionDeps extends CommandContext, SelfAccessDeps, ClientImpactDeps {}

/** The state that the user confirms. */
interface DeletionPreview {
	readonly snapshot: DeletionSnapshot;
	readonly subject: CertificateWithContent;
	/** The scopes to deactivate in first. */
	readonly scopes: readonly Scope[];
	/** The effect on this extension's own calls; `null` if there is none. */
	readonly access: string | null;
	/** The effect on the known clients; `null` if none is known, or nothing is deactivated. */
	readonly clients: ClientImpact | null;
}

/** Prompts for each certificate; Escape ends the command. @throws ProblemError; CancelledError */
export async function deleteCertificates(deps: DeletionDeps, chosen: readonly Certificate[]): Promise<void> {
	for (const certificate of chosen) await handleDeleted(deps, [certificate], () => deleteOne(deps, certificate));
}

async function deleteOne(deps: DeletionDeps, { id }: Certificate): Promise<void> {
	const { organization } = deps;
	const { organizationRef } = await requireConnection(deps);
	const { certificate, result } = await retryWhenChanged(async (changed) => {
		const preview = await withCancellableProgress(deleteLabels.checkingActivation, (signal) =>
			loadPreview(deps, organizationRef, id, signal),
		);
		const { snapshot, subject, scopes } = preview;
		const request = { organizationRef, confirmed: snapshot };
		const title = deletionProgressTitle(subject.certificate, scopes.length > 0);
		if (scopes.length === 0) {
			await confirmDeletion(deps, subject, changed);
			await withCancellableProgress(title, (signal) => deleteCertificate(organization, request, signal));
			return { certificate: subject.certificate, result: null };
		}
		await confirmEverywhere(deps, preview, changed);
		const result = await withCancellableProgress(title, (signal) =>
			deactivateEverywhereAndDelete(organization, request, signal),
		);
		return { certificate: subject.certificate, result };
	});
	if (result && !result.deleted) return notifyNotDeleted(deps, certificate, result);
	notifyDone(describeDeleted(certificate));
}

/** @throws CancelledError, so that the remaining certificates are not deleted. */
function notifyNotDeleted(deps: DeletionDeps, certificate: Certificate, result: DeletionResult): never {
	const { scopes, problem } = result;
	void showMessage(deps, "warning", describeFailedDeletion(certificate, scopes, problem, projectNameById(deps)));
	throw new CancelledError();
}

/** @throws ProblemError `scopes-unread`, also if the certificate is active in a scope that was read; CancelledError */
async function loadPreview(
	deps: DeletionDeps,
	organizationRef: string,
	id: string,
	signal: AbortSignal,
): Promise<DeletionPreview> {
	const { organization, certificates } = deps;
	const snapshot = await prepareDeletion(organization, { organizationRef, id }, signal);
	assertAllScopesRead(snapshot.activeScopes);
	const scopes = scopesToDeactivate(snapshot.activeScopes);
	const [subject = { certificate: snapshot.certificate, content: null }] = await loadContents(
		deps,
		[snapshot.certificate],
		signal,
	);
	const anchors = snapshot.activeScopes.organization
		? activeAfterDeactivation(scopes.map(knownSnapshot(deps)), [id], certificates.state.listing)
		: [];
	const access = anchors.length > 0 ? await checkSelfAccess(deps, anchors, signal) : null;
	const clients = await readClientImpact(deps, organizationRef, { ids: [id], scopes, next: null }, signal);
	return { snapshot, subject, scopes, access: access && describeSelfAccess(access, Date.now() / 1000), clients };
}

/** @throws CancelledError unless the user confirms. */
async function confirmDeletion(deps: DeletionDeps, subject: CertificateWithContent, changed: boolean): Promise<void> {
	const time = { now: Date.now() / 1000, reminderDays: readReminderDays() };
	const { message, detail } = describeInactiveDeletion(subject, changed, time);
	const { savePem: save, delete: proceed, dontDelete } = deleteLabels;
	// Enter presses the first button.
	const buttons = subject.content ? [save, proceed] : [dontDelete, proceed];
	for (;;) {
		const chosen = await vscode.window.showWarningMessage(message, { modal: true, detail }, ...buttons);
		if (chosen === proceed) return;
		if (chosen !== save) throw new CancelledError();
		await savePem(deps, [subject.certificate]).catch((thrown) => {
			if (!isCancelled(thrown)) throw thrown;
		});
	}
}

/** @throws CancelledError unless the user confirms. */
async function confirmEverywhere(deps: DeletionDeps, preview: DeletionPreview, changed: boolean): Promise<void> {
	const { subject, scopes, access, clients } = preview;
	const nameOf = projectNameById(deps);
	const summarize = (some: readonly Scope[]) => summarizeScopes(some, nameOf);
	const { listing } = deps.certificates.state;
	const impact = assessDeactivation(scopes.map(knownSnapshot(deps)), [subject.certificate.id], listing);
	const text = describeActiveDeletion(
		{
			subject,
			scopes: summarize(scopes),
			unenforced: summarize(impact.unenforced),
			inheritedOnly: summarize(impact.inheritedOnly),
			unknown: summarize(impact.unknown),
			...{ access, clients, changed },
		},
		{ now: Date.now() / 1000, reminderDays: readReminderDays() },
	);
	const { deactivateAndDelete: proceed, dontDelete } = deleteLabels;
	await promptWithClients(deps, text, clients, dontDelete, proceed);
}

/** Converts the last reading of a scope. */
function knownSnapshot({ certificates, projects }: CommandContext) {
	return (scope: Scope) => {
		if (scope.kind === "project") return toScopeSnapshot(scope, projects.scope(scope.id));
		return toScopeSnapshot(scope, { listing: certificates.state.listing, problem: null });
	};
}
