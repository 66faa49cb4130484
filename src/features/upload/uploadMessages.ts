import * as l10n from "@vscode/l10n";
import { formatCertificateName } from "../../common/messages/certificateMessages.ts";
import { formatDateTime, formatExpiry, formatTimeOfDay } from "../../common/messages/dates.ts";
import { formatShortFingerprint } from "../../common/messages/parsedCertificateMessages.ts";
import { describeUnconfirmedUpload } from "../../common/messages/uploadProblems.ts";
import { currentLocale } from "../../common/text/locale.ts";
import { sanitize } from "../../common/text/sanitize.ts";
import type { Certificate } from "../../domain/certificate.ts";
import type { LookupOutcome } from "../../domain/problem.ts";
import { LATE_ARRIVAL_MS, type UploadAttempt } from "./uploadAttempt.ts";

/** A recorded upload with unknown outcome. */
interface Unconfirmed {
	readonly pending: UploadAttempt;
	/** True if another window is sending the upload. */
	readonly inOtherWindow: boolean;
	/** Outcome of the last lookup; `null` before the first. */
	readonly lookup: LookupOutcome | null;
	/** True if the service did not name the target organization. */
	readonly unplaced: boolean;
}

/** Maximum number of ids in a notification. */
const MAX_NAMED = 5;

/** Returns the row description of a running upload. */
export function formatRunningUpload({ checking }: { readonly checking: boolean }): string {
	return checking ? l10n.t("checking whether it arrived…") : l10n.t("uploading…");
}

/** Returns the row description of an unconfirmed upload. @param now Unix milliseconds. */
export function formatUnconfirmedUpload(
	{ pending, inOtherWindow, lookup, unplaced }: Unconfirmed,
	now: number,
): string {
	if (inOtherWindow) return l10n.t("uploading in another window…");
	if (unplaced) return l10n.t("unconfirmed upload · {0} · organization unknown", formatDateTime(pending.startedAt));
	return lookup?.outcome === "not-seen"
		? l10n.t("upload not confirmed · not seen at {0}", formatTimeOfDay(lookup.at, now))
		: l10n.t("upload not confirmed");
}

/** Returns the tooltip of an unconfirmed upload, one fact per line. @param now Unix milliseconds. */
export function unconfirmedTooltip({ pending, inOtherWindow, lookup }: Unconfirmed, now: number): string {
	const name = sanitize(pending.name);
	return [
		inOtherWindow
			? l10n.t("Another window is uploading “{0}”. Check Now looks whether it has arrived.", name)
			: describeUnconfirmedUpload(name, null, lookup, now),
		l10n.t("Started: {0}", formatDateTime(pending.startedAt)),
		l10n.t("SHA-256: {0}", formatShortFingerprint(pending.sha256)),
	].join("\n");
}

/** Returns the row's label for screen readers. @param now Unix milliseconds. */
export function unconfirmedAriaLabel(upload: Unconfirmed, now: number): string {
	return `${sanitize(upload.pending.name)}, ${formatUnconfirmedUpload(upload, now)}`;
}

/** Reports that an unconfirmed upload had arrived. @param now Unix milliseconds. */
export function describeArrival(certificate: Certificate, now: number): string {
	const expiry = formatExpiry(certificate.expiresAt, now / 1000);
	return l10n.t("“{0}” had arrived: {1}, {2}.", formatCertificateName(certificate), certificate.id, expiry);
}

/** Reports that an identical certificate was uploaded in the meantime, so that nothing was sent. */
export function describeAlreadyPresent(certificate: Certificate): string {
	return l10n.t(
		"The same certificate was uploaded in the meantime, as “{0}” ({1}). Nothing was sent.",
		formatCertificateName(certificate),
		certificate.id,
	);
}

/** Warns about identical certificates in the organization. */
export function describeDuplicates(certificate: Certificate, duplicates: readonly Certificate[]): string {
	const ids = duplicates.slice(0, MAX_NAMED).map(({ id }) => id);
	if (duplicates.length > MAX_NAMED) ids.push("…");
	const list = ids.join(", ");
	return new Intl.PluralRules(currentLocale()).select(duplicates.length) === "one"
		? l10n.t(
				"“{0}” is there once more, with the same SHA-256: {1}. Neither was deleted.",
				formatCertificateName(certificate),
				list,
			)
		: l10n.t(
				"“{0}” is there {1} times more, with the same SHA-256: {2}. None was deleted.",
				formatCertificateName(certificate),
				duplicates.length,
				list,
			);
}

/**
 * Asks whether to repeat an upload that was not seen.
 * @param notSeenAt When the lookup ran, Unix milliseconds.
 * @param now Unix milliseconds.
 */
export function describeRetryPrompt(
	{ name, startedAt }: UploadAttempt,
	notSeenAt: number,
	now: number,
): { readonly message: string; readonly detail: string } {
	const latestArrival = startedAt + LATE_ARRIVAL_MS;
	return {
		message: l10n.t("“{0}” was not seen at {1}. Upload it again?", sanitize(name), formatTimeOfDay(notSeenAt, now)),
		detail:
			now < latestArrival
				? l10n.t(
						"The first upload may still arrive until {0}: then there would be two.",
						formatTimeOfDay(latestArrival, now),
					)
				: l10n.t(
						"The first upload was begun at {0}. Should it arrive after all, there would be two.",
						formatTimeOfDay(startedAt, now),
					),
	};
}

/** Asks whether to discard an upload's corrupt record. @param name The certificate's display name. */
export function describeDiscardPrompt(name: string): { readonly message: string; readonly detail: string } {
	return {
		message: l10n.t("What was written down of an earlier upload of “{0}” cannot be read. Discard it?", name),
		detail: l10n.t(
			"That upload may have arrived: look at the list of certificates first. Without what was written down nothing keeps the same certificate from being uploaded twice.",
		),
	};
}

/** Asks whether to forget an unconfirmed upload. */
export function describeForgetPrompt({ name }: UploadAttempt): { readonly message: string; readonly detail: string } {
	return {
		message: l10n.t("Forget the upload of “{0}”?", sanitize(name)),
		detail: l10n.t(
			"If it arrived, it will show up in the list. But from now on nothing keeps the same certificate from being uploaded twice.",
		),
	};
}
