import * as l10n from "@vscode/l10n";
import * as vscode from "vscode";
import { type CertificateWithContent, nameWords } from "../../../common/messages/certificateMessages.ts";
import { summarizeScopes } from "../../../common/messages/scopes.ts";
import { retryWhenChanged } from "../../../common/retryOnChange.ts";
import { showMessage } from "../../../common/ui/notifications.ts";
import { withCancellableProgress } from "../../../common/ui/progress.ts";
import { reminderDays } from "../../../common/ui/settings.ts";
import { notifyDone } from "../../../common/ui/statusNotifications.ts";
import type { Certificate } from "../../../domain/certificate.ts";
import { CancelledError, isCancelled } from "../../../domain/problem.ts";
import type { Scope } from "../../../domain/scope.ts";
import { basisOf } from "../../activation/activation.ts";
import { notRemovedWords } from "../../activation/activationResultMessages.ts";
import { activeAfter, assessDeactivation } from "../../activation/deactivationImpact.ts";
import { savePem } from "../../certificates/ui/savePemCommand.ts";
import { accessWords } from "../../clientCheck/clientCheckMessages.ts";
import { checkSelfAccess, type SelfAccessDeps } from "../../clientCheck/ui/selfAccess.ts";
import { assertAllScopesRead, scopesToDeactivate } from "../../organization/activeScopes.ts";
import {
	type CommandContext,
	handleDeleted,
	loadContents,
	projectNamed,
	requireConnection,
} from "../../organization/ui/commandContext.ts";
import {
	type DeletionResult,
	type DeletionSnapshot,
	deactivateEverywhereAndDelete,
	deleteCertificate,
	prepareDeletion,
} from "../deleteCertificate.ts";
import { activeRemovalWords, removalWords } from "../deleteMessages.ts";

/** What deleting needs. */
export interface RemovalCommands extends CommandContext, SelfAccessDeps {}

/** How it is before a certificate is deleted. */
interface Situation {
	readonly basis: DeletionSnapshot;
	readonly subject: CertificateWithContent;
	/** Where it has to be deactivated first. */
	readonly scopes: readonly Scope[];
	/** What will become of this extension's own calls; `null` where that is not touched. */
	readonly access: string | null;
}

/** Deletes certificates, one question each; Escape ends them all. @throws Failure, Cancelled */
export async function removeCertificates(commands: RemovalCommands, chosen: readonly Certificate[]): Promise<void> {
	for (const certificate of chosen)
		await handleDeleted(commands, [certificate], () => removeCertificate(commands, certificate));
}

async function removeCertificate(commands: RemovalCommands, { id }: Certificate): Promise<void> {
	const { organization } = commands;
	const { organizationRef } = await requireConnection(commands);
	const { certificate, account } = await retryWhenChanged(async (changed) => {
		const reading = l10n.t("Reading where it is active…");
		const situation = await withCancellableProgress(reading, (signal) => lookAt(commands, organizationRef, id, signal));
		const { basis, subject, scopes } = situation;
		const request = { organizationRef, confirmed: basis };
		const name = nameWords(subject.certificate);
		if (scopes.length === 0) {
			await confirmRemoval(commands, subject, changed);
			await withCancellableProgress(l10n.t("Deleting “{0}”…", name), (signal) =>
				deleteCertificate(organization, request, signal),
			);
			return { certificate: subject.certificate, account: null };
		}
		await confirmEverywhere(commands, situation, changed);
		const title = l10n.t("Deactivating “{0}” everywhere and deleting it…", name);
		const account = await withCancellableProgress(title, (signal) =>
			deactivateEverywhereAndDelete(organization, request, signal),
		);
		return { certificate: subject.certificate, account };
	});
	if (account && !account.removed) return tellNotRemoved(commands, certificate, account);
	notifyDone(l10n.t("Deleted “{0}”.", nameWords(certificate)));
}

/** @throws Cancelled, so that those which were to follow are left alone. */
function tellNotRemoved(commands: RemovalCommands, certificate: Certificate, account: DeletionResult): never {
	const { scopes, problem } = account;
	void showMessage(commands, "warning", notRemovedWords(certificate, scopes, problem, projectNamed(commands)));
	throw new CancelledError();
}

/** @throws Failure `scopes-unread`, also where it is active in what could be read; Cancelled */
async function lookAt(
	commands: RemovalCommands,
	organizationRef: string,
	id: string,
	signal: AbortSignal,
): Promise<Situation> {
	const { organization, certificates } = commands;
	const basis = await prepareDeletion(organization, { organizationRef, id }, signal);
	assertAllScopesRead(basis.where);
	const scopes = scopesToDeactivate(basis.where);
	const [subject = { certificate: basis.certificate, content: null }] = await loadContents(
		commands,
		[basis.certificate],
		signal,
	);
	const anchors = basis.where.organization
		? activeAfter(scopes.map(toBasis(commands)), [id], certificates.state.listing)
		: [];
	const access = anchors.length > 0 ? await checkSelfAccess(commands, anchors, signal) : null;
	return { basis, subject, scopes, access: access && accessWords(access, Date.now() / 1000) };
}

/** @throws Cancelled unless it is to be deleted. */
async function confirmRemoval(
	commands: RemovalCommands,
	subject: CertificateWithContent,
	changed: boolean,
): Promise<void> {
	const time = { now: Date.now() / 1000, reminderDays: reminderDays() };
	const { message, detail } = removalWords(subject, changed, time);
	const save = l10n.t("Save PEM As…");
	const goOn = l10n.t("Delete");
	// Enter takes the first button.
	const buttons = subject.content ? [save, goOn] : [l10n.t("Don't Delete"), goOn];
	for (;;) {
		const chosen = await vscode.window.showWarningMessage(message, { modal: true, detail }, ...buttons);
		if (chosen === goOn) return;
		if (chosen !== save) throw new CancelledError();
		await savePem(commands, [subject.certificate]).catch((thrown) => {
			if (!isCancelled(thrown)) throw thrown;
		});
	}
}

/** @throws Cancelled unless it is to be deactivated everywhere and deleted. */
async function confirmEverywhere(commands: RemovalCommands, situation: Situation, changed: boolean): Promise<void> {
	const { subject, scopes, access } = situation;
	const nameOf = projectNamed(commands);
	const places = (some: readonly Scope[]) => summarizeScopes(some, nameOf);
	const { listing } = commands.certificates.state;
	const aftermath = assessDeactivation(scopes.map(toBasis(commands)), [subject.certificate.id], listing);
	const { message, detail } = activeRemovalWords(
		{
			subject,
			places: places(scopes),
			off: places(aftermath.off),
			left: places(aftermath.left),
			unclear: places(aftermath.unclear),
			access,
			changed,
		},
		{ now: Date.now() / 1000, reminderDays: reminderDays() },
	);
	const goOn = l10n.t("Deactivate Everywhere and Delete");
	// Enter takes the first button.
	const buttons = [l10n.t("Keep It"), goOn];
	const chosen = await vscode.window.showWarningMessage(message, { modal: true, detail }, ...buttons);
	if (chosen !== goOn) throw new CancelledError();
}

/** A scope as it was read last. */
function toBasis({ certificates, projects }: CommandContext) {
	return (scope: Scope) => {
		if (scope.kind === "project") return basisOf(scope, projects.scope(scope.id));
		return basisOf(scope, { listing: certificates.state.listing, problem: null });
	};
}
