import * as l10n from "@vscode/l10n";
import * as vscode from "vscode";
import { STALE_MS } from "../../../common/freshness.ts";
import { VIEW } from "../../../common/manifestIds.ts";
import { goneWords, nameWords } from "../../../common/messages/certificateMessages.ts";
import { expiryWords } from "../../../common/messages/dates.ts";
import type { NotificationDeps } from "../../../common/ui/notifications.ts";
import { withCancellableProgress } from "../../../common/ui/progress.ts";
import { pickOne } from "../../../common/ui/prompts.ts";
import type { Certificate } from "../../../domain/certificate.ts";
import { ProblemError } from "../../../domain/problem.ts";
import type { CertificateStore } from "../../organization/certificateStore.ts";
import { handleDeleted, type RowReveal } from "../../organization/ui/commandContext.ts";
import { dayOf, type WatchedCertificate } from "../expiryRules.ts";
import { claimDay, type ExpirySnapshotWriter, mute } from "../expirySnapshotWriter.ts";
import { reminderWords } from "../reminderMessages.ts";
import type { ExpiryMonitor } from "./expiryMonitor.ts";

/** What a reminder is made of, and what leads on from it. */
interface Reminding extends NotificationDeps {
	/** Where the record is; an absolute path. */
	readonly watchFolder: string;
	readonly snapshot: Pick<ExpirySnapshotWriter, "settled">;
	readonly certificates: CertificateStore;
	readonly view: RowReveal;
	readonly watch: Pick<ExpiryMonitor, "due" | "claimDayHere">;
	/** As the command on its row. @throws Failure, Cancelled */
	readonly rotate: (certificate: Certificate) => Promise<void>;
}

/** Tells once, for all windows, what is to be told today, and does what the person chooses. @throws Failure, Cancelled */
export async function remind({ watchFolder, snapshot, watch, ...reminding }: Reminding): Promise<void> {
	// What was read a moment ago counts.
	await snapshot.settled();
	const { record, now, certificates: due } = await watch.due();
	if (!record.snapshot || due.length === 0) return;
	const { organizationRef, readAt } = record.snapshot;
	// Whoever cannot say it must not take it on.
	const words = reminderWords(due, readAt, now);
	const day = dayOf(now);
	const claim = await claimDay(watchFolder, day, record.remindedOn);
	if (claim === "taken" || (claim === "unwritten" && !watch.claimDayHere(day))) return;

	const rotate = l10n.t("Rotate…");
	const show = l10n.t("Show");
	const silence = due.length === 1 ? l10n.t("Not Again for This One") : l10n.t("Not Again for These");
	const chosen = await vscode.window.showWarningMessage(words, rotate, show, silence);
	if (chosen === silence)
		return mute(
			watchFolder,
			organizationRef,
			due.map(({ id }) => id),
		);
	if (chosen !== rotate && chosen !== show) return;
	const which = chosen === rotate && due.length > 1 ? await askWhich(due, now) : due[0];
	const certificate = which && (await reveal(which, organizationRef, reminding));
	if (certificate && chosen === rotate)
		await handleDeleted(reminding, [certificate], () => reminding.rotate(certificate));
}

/** @throws Cancelled */
function askWhich(due: readonly WatchedCertificate[], now: number): Promise<WatchedCertificate> {
	const choices = due.map((value) => ({
		label: nameWords(value),
		description: expiryWords(value.expiresAt, now / 1000),
		value,
	}));
	return pickOne({ title: l10n.t("Rotate a certificate"), placeholder: l10n.t("Which one?") }, choices);
}

/** Selects a certificate's row. @returns it as the list has it, if it is still there. @throws Failure, Cancelled */
async function reveal(
	which: WatchedCertificate,
	organizationRef: string,
	{ certificates, view }: Pick<Reminding, "certificates" | "view">,
): Promise<Certificate | undefined> {
	const title = l10n.t("Reading the certificates…");
	const listing = await withCancellableProgress(title, (signal) => certificates.recent(STALE_MS, signal));
	if (certificates.organizationRef !== organizationRef) throw new ProblemError({ reason: "connection-changed" });
	await vscode.commands.executeCommand(`${VIEW}.focus`);
	const certificate = listing.certificates.find(({ id }) => id === which.id);
	if (certificate) await view.reveal(certificate);
	else void vscode.window.showInformationMessage(goneWords(l10n.t("“{0}”", nameWords(which))));
	return certificate;
}
