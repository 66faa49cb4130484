import * as l10n from "@vscode/l10n";
import { formatCertificateName } from "../../common/messages/certificateMessages.ts";
import { formatDateTime, formatExpiry, formatTimeOfDay } from "../../common/messages/dates.ts";
import { formatShortFingerprint } from "../../common/messages/parsedCertificateMessages.ts";
import { describeUnconfirmedUpload } from "../../common/messages/problems/uploadProblems.ts";
import { isOne } from "../../common/text/counts.ts";
import { sanitize } from "../../common/text/sanitize.ts";
import type { Certificate } from "../../domain/certificate.ts";
import type { LookupOutcome } from "../../domain/problem.ts";
import type { UploadAttempt } from "./uploadAttempt.ts";

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
const MAX_NAMED_IDS = 5;

/** Maximum number of failed files in a notification. */
const MAX_NAMED_FILES = 3;

export const uploadLabels = {
	/** Title of the progress while the certificate is compared with the organization's certificates. */
	get comparing() {
		return l10n.t("Comparing with the organization's certificates…");
	},
};

/** Returns the title of an upload's progress. */
export function uploadingTitle(name: string): string {
	return l10n.t("Uploading “{0}”…", sanitize(name));
}

/** Returns the title of the progress of a check. */
export function checkingTitle({ name }: UploadAttempt): string {
	return l10n.t("Checking whether “{0}” arrived…", sanitize(name));
}

/** Returns the title of the progress while an unconfirmed upload is forgotten. */
export function forgettingTitle({ name }: UploadAttempt): string {
	return l10n.t("Forgetting the upload of “{0}”…", sanitize(name));
}

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
		? l10n.t("unconfirmed upload · not found at {0}", formatTimeOfDay(lookup.at, now))
		: l10n.t("unconfirmed upload");
}

/** Returns the tooltip of an unconfirmed upload, one fact per line. @param now Unix milliseconds. */
export function unconfirmedTooltip({ pending, inOtherWindow, lookup }: Unconfirmed, now: number): string {
	const name = sanitize(pending.name);
	return [
		inOtherWindow
			? l10n.t("Another window is uploading “{0}”. Select Check Now to find out whether it arrived.", name)
			: describeUnconfirmedUpload(name, null, lookup, now),
		l10n.t("Started: {0}", formatDateTime(pending.startedAt)),
		l10n.t("SHA-256 fingerprint: {0}", formatShortFingerprint(pending.sha256)),
	].join("\n");
}

/** Returns the row's label for screen readers. @param now Unix milliseconds. */
export function unconfirmedAriaLabel(upload: Unconfirmed, now: number): string {
	return `${sanitize(upload.pending.name)}, ${formatUnconfirmedUpload(upload, now)}`;
}

/** Reports that a check found an unconfirmed upload. @param now Unix milliseconds. */
export function describeArrival(certificate: Certificate, now: number): string {
	const expiry = formatExpiry(certificate.expiresAt, now / 1000);
	return l10n.t("“{0}” was uploaded: {1}, {2}.", formatCertificateName(certificate), certificate.id, expiry);
}

/** Reports that an identical certificate was uploaded in the meantime, so that nothing was sent. */
export function describeAlreadyPresent(certificate: Certificate): string {
	return l10n.t(
		"The same certificate was uploaded in the meantime, as “{0}” ({1}). Nothing was sent.",
		formatCertificateName(certificate),
		certificate.id,
	);
}

/** Warns about identical certificates in the organization. @param duplicates The other certificates; at least one. */
export function describeDuplicates(certificate: Certificate, duplicates: readonly Certificate[]): string {
	const ids = duplicates.slice(0, MAX_NAMED_IDS).map(({ id }) => id);
	if (duplicates.length > MAX_NAMED_IDS) ids.push("…");
	const list = ids.join(", ");
	const name = formatCertificateName(certificate);
	const copies = duplicates.length + 1;
	return isOne(duplicates.length)
		? l10n.t(
				"The organization has {1} copies of “{0}” with the same SHA-256 fingerprint (other ID: {2}). Nothing was deleted.",
				name,
				copies,
				list,
			)
		: l10n.t(
				"The organization has {1} copies of “{0}” with the same SHA-256 fingerprint (other IDs: {2}). Nothing was deleted.",
				name,
				copies,
				list,
			);
}

/** Reports how many of several files were uploaded, with a line per failed file; `brief` limits the lines. */
export function describeUploadSummary(
	files: number,
	uploaded: number,
	failures: readonly string[],
): { readonly brief: string; readonly complete: string } {
	const head = l10n.t("{0} of {1} files uploaded.", uploaded, files);
	const more = failures.length - MAX_NAMED_FILES;
	const brief = [head, ...failures.slice(0, MAX_NAMED_FILES), ...(more > 0 ? [l10n.t("… and {0} more", more)] : [])];
	return { brief: brief.join("\n"), complete: [head, ...failures].join("\n") };
}

/** Reports that a file's certificate can't be uploaded; a previous message gave the reason. */
export function describeBlockedFile(file: string): string {
	return l10n.t("{0} can't be uploaded.", sanitize(file));
}

/** Returns a file's name and position among several files. @param index From 1. */
export function formatFilePosition(file: string, index: number, count: number): string {
	return l10n.t("{0}, {1} of {2}", sanitize(file), index, count);
}
