import * as vscode from "vscode";
import { STALE_MS } from "../../../common/freshness.ts";
import { CERTIFICATES_VIEW, CLIENTS_VIEW } from "../../../common/manifestIds.ts";
import { formatCertificateName } from "../../../common/messages/certificateMessages.ts";
import { formatExpiry } from "../../../common/messages/dates.ts";
import { labels } from "../../../common/messages/labels.ts";
import type { NotificationDeps } from "../../../common/ui/notifications.ts";
import { withCancellableProgress } from "../../../common/ui/progress.ts";
import { pickOne } from "../../../common/ui/prompts.ts";
import type { Certificate } from "../../../domain/certificate.ts";
import { ProblemError } from "../../../domain/problem.ts";
import type { CertificateStore } from "../../organization/certificateStore.ts";
import { handleDeleted, type RowSelection } from "../../organization/ui/commandContext.ts";
import { localDay, type SnapshotCertificate } from "../expiryRules.ts";
import { claimDay, type ExpirySnapshotWriter, muteReminders } from "../expirySnapshotWriter.ts";
import { describeDeletedSinceReminder, describeReminder, reminderLabels } from "../reminderMessages.ts";
import type { ExpiryMonitor } from "./expiryMonitor.ts";

interface ReminderDeps extends NotificationDeps {
	/** The folder of the shared state; an absolute path. */
	readonly folder: string;
	readonly snapshotWriter: Pick<ExpirySnapshotWriter, "flush">;
	readonly certificates: CertificateStore;
	readonly view: RowSelection;
	readonly monitor: Pick<ExpiryMonitor, "readDueReminder" | "claimDayLocally">;
	/** Runs the row's rotate command. @throws ProblemError; CancelledError */
	readonly rotate: (certificate: Certificate) => Promise<void>;
}

/** Shows today's reminder once for all windows, and runs the chosen action. @throws ProblemError; CancelledError */
export async function remind({ folder, snapshotWriter, monitor, ...deps }: ReminderDeps): Promise<void> {
	// Include a list read just now.
	await snapshotWriter.flush();
	const { state, now, certificates: due, clients } = await monitor.readDueReminder();
	if (!state.snapshot || due.length + clients.length === 0) return;
	const { organizationRef, readAt } = state.snapshot;
	// Must precede the claim: a window that fails here must not claim the day.
	const message = describeReminder(due, readAt, now, clients);
	const day = localDay(now);
	const claim = await claimDay(folder, day, state.remindedOn);
	if (claim === "taken" || (claim === "unwritten" && !monitor.claimDayLocally(day))) return;

	const { rotate, muteOne, muteSeveral } = reminderLabels;
	const { showCertificate, showClients } = labels;
	const ids = [...due.map(({ id }) => id), ...clients.map(({ sha256 }) => sha256)];
	const mute = ids.length === 1 ? muteOne : muteSeveral;
	const actions = [...(due.length > 0 ? [rotate, showCertificate] : []), ...(clients.length > 0 ? [showClients] : [])];
	const chosen = await vscode.window.showWarningMessage(message, ...actions, mute);
	if (chosen === mute) return muteReminders(folder, organizationRef, ids);
	if (chosen === showClients) return void vscode.commands.executeCommand(`${CLIENTS_VIEW}.focus`);
	if (chosen !== rotate && chosen !== showCertificate) return;
	const selected = chosen === rotate && due.length > 1 ? await promptForCertificate(due, now) : due[0];
	const certificate = selected && (await reveal(selected, organizationRef, deps));
	if (certificate && chosen === rotate) await handleDeleted(deps, [certificate], () => deps.rotate(certificate));
}

/** @throws CancelledError */
function promptForCertificate(due: readonly SnapshotCertificate[], now: number): Promise<SnapshotCertificate> {
	const choices = due.map((value) => ({
		label: formatCertificateName(value),
		description: formatExpiry(value.expiresAt, now / 1000),
		value,
	}));
	return pickOne({ title: reminderLabels.rotateTitle, placeholder: reminderLabels.selectOld }, choices);
}

/** Selects a certificate's row. @returns `undefined` if deleted. @throws ProblemError; CancelledError */
async function reveal(
	selected: SnapshotCertificate,
	organizationRef: string,
	{ certificates, view }: Pick<ReminderDeps, "certificates" | "view">,
): Promise<Certificate | undefined> {
	const listing = await withCancellableProgress(labels.loadingCertificates, (signal) =>
		certificates.loadIfStale(STALE_MS, signal),
	);
	if (certificates.organizationRef !== organizationRef) throw new ProblemError({ reason: "connection-changed" });
	await vscode.commands.executeCommand(`${CERTIFICATES_VIEW}.focus`);
	const certificate = listing.certificates.find(({ id }) => id === selected.id);
	if (certificate) await view.reveal(certificate);
	else void vscode.window.showInformationMessage(describeDeletedSinceReminder(selected));
	return certificate;
}
