import * as l10n from "@vscode/l10n";
import { nameWords } from "../../common/messages/certificateMessages.ts";
import { clockWords, expiryWords, momentWords } from "../../common/messages/dates.ts";
import { currentLocale } from "../../common/messages/locale.ts";
import { fingerprintStart } from "../../common/messages/parsedCertificateMessages.ts";
import { describeUnconfirmedUpload } from "../../common/messages/problems.ts";
import { sanitize } from "../../common/messages/sanitize.ts";
import type { Certificate } from "../../domain/certificate.ts";
import type { LookupOutcome } from "../../domain/problem.ts";
import { LATE_ARRIVAL_MS, type UploadAttempt } from "./uploadAttempt.ts";

/** An upload that was written down and of which it is not known whether it arrived. */
interface Unconfirmed {
	readonly pending: UploadAttempt;
	/** Whether another window has it on its way. */
	readonly elsewhere: boolean;
	/** What a look said, or `null` before the first one. */
	readonly look: LookupOutcome | null;
	/** Whether the service did not name the organization that it was sent to. */
	readonly unplaced: boolean;
}

/** So many ids are named; a notification has little room. */
const MOST_NAMED = 5;

/** What an upload is doing, beside its name. */
export function runningDescription({ checking }: { readonly checking: boolean }): string {
	return checking ? l10n.t("checking whether it arrived…") : l10n.t("uploading…");
}

/** Beside the name of an upload that is not confirmed. @param now Unix milliseconds. */
export function unconfirmedDescription({ pending, elsewhere, look, unplaced }: Unconfirmed, now: number): string {
	if (elsewhere) return l10n.t("uploading in another window…");
	if (unplaced) return l10n.t("unconfirmed upload · {0} · organization unknown", momentWords(pending.startedAt));
	return look?.outcome === "not-seen"
		? l10n.t("upload not confirmed · not seen at {0}", clockWords(look.at, now))
		: l10n.t("upload not confirmed");
}

/** What happened to it, when, and what to do, one thing a line. @param now Unix milliseconds. */
export function unconfirmedTooltip({ pending, elsewhere, look }: Unconfirmed, now: number): string {
	const name = sanitize(pending.name);
	return [
		elsewhere
			? l10n.t("Another window is uploading “{0}”. Check Now looks whether it has arrived.", name)
			: describeUnconfirmedUpload(name, null, look, now),
		l10n.t("Started: {0}", momentWords(pending.startedAt)),
		l10n.t("SHA-256: {0}", fingerprintStart(pending.sha256)),
	].join("\n");
}

/** What a screen reader says of the row. @param now Unix milliseconds. */
export function unconfirmedSpoken(upload: Unconfirmed, now: number): string {
	return `${sanitize(upload.pending.name)}, ${unconfirmedDescription(upload, now)}`;
}

/** That an upload without an answer had arrived. @param now Unix milliseconds. */
export function arrivedWords(certificate: Certificate, now: number): string {
	const expiry = expiryWords(certificate.expiresAt, now / 1000);
	return l10n.t("“{0}” had arrived: {1}, {2}.", nameWords(certificate), certificate.id, expiry);
}

/** Says that the same certificate was uploaded in the meantime. */
export function thereBeforeWords(certificate: Certificate): string {
	return l10n.t(
		"The same certificate was uploaded in the meantime, as “{0}” ({1}). Nothing was sent.",
		nameWords(certificate),
		certificate.id,
	);
}

/** That the same certificate is there more than once. */
export function duplicatesWords(certificate: Certificate, duplicates: readonly Certificate[]): string {
	const ids = duplicates.slice(0, MOST_NAMED).map(({ id }) => id);
	if (duplicates.length > MOST_NAMED) ids.push("…");
	const list = ids.join(", ");
	return new Intl.PluralRules(currentLocale()).select(duplicates.length) === "one"
		? l10n.t("“{0}” is there once more, with the same SHA-256: {1}. Neither was deleted.", nameWords(certificate), list)
		: l10n.t(
				"“{0}” is there {1} times more, with the same SHA-256: {2}. None was deleted.",
				nameWords(certificate),
				duplicates.length,
				list,
			);
}

/**
 * The question before an upload that was not seen is repeated.
 * @param seenNoneAt When it was looked for, Unix milliseconds.
 * @param now Unix milliseconds.
 */
export function againWords(
	{ name, startedAt }: UploadAttempt,
	seenNoneAt: number,
	now: number,
): { readonly message: string; readonly detail: string } {
	const late = startedAt + LATE_ARRIVAL_MS;
	return {
		message: l10n.t("“{0}” was not seen at {1}. Upload it again?", sanitize(name), clockWords(seenNoneAt, now)),
		detail:
			now < late
				? l10n.t("The first upload may still arrive until {0}: then there would be two.", clockWords(late, now))
				: l10n.t(
						"The first upload was begun at {0}. Should it arrive after all, there would be two.",
						clockWords(startedAt, now),
					),
	};
}

/** The question before what was written down of an upload is discarded, unread. @param name The certificate's, for people */
export function spoiltWords(name: string): { readonly message: string; readonly detail: string } {
	return {
		message: l10n.t("What was written down of an earlier upload of “{0}” cannot be read. Discard it?", name),
		detail: l10n.t(
			"That upload may have arrived: look at the list of certificates first. Without what was written down nothing keeps the same certificate from being uploaded twice.",
		),
	};
}

/** The question before an upload that is not confirmed is forgotten. */
export function forgetWords({ name }: UploadAttempt): { readonly message: string; readonly detail: string } {
	return {
		message: l10n.t("Forget the upload of “{0}”?", sanitize(name)),
		detail: l10n.t(
			"If it arrived, it will show up in the list. But from now on nothing keeps the same certificate from being uploaded twice.",
		),
	};
}
