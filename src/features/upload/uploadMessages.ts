import * as l10n from "@vscode/l10n";
import { nameWords } from "../../common/messages/certificateMessages.ts";
import { clockWords, expiryWords, momentWords } from "../../common/messages/dates.ts";
import { currentLocale } from "../../common/messages/locale.ts";
import { fingerprintStart } from "../../common/messages/parsedCertificateMessages.ts";
import { inert } from "../../common/messages/sanitize.ts";
import type { Certificate } from "../../domain/certificate.ts";
import type { Look, UploadEnding } from "../../domain/problem.ts";
import { LATE_MS, type PendingUpload } from "./uploadAttempt.ts";

/** An upload that was written down and of which it is not known whether it arrived. */
interface Unconfirmed {
	readonly pending: PendingUpload;
	/** Whether another window has it on its way. */
	readonly elsewhere: boolean;
	/** What a look said, or `null` before the first one. */
	readonly look: Look | null;
	/** Whether the service did not name the organization that it was sent to. */
	readonly unplaced: boolean;
}

/** So many ids are named; a notification has little room. */
const MOST_NAMED = 5;

/**
 * Says that the outcome of an upload is unknown, and what to do. It never says that the certificate isn't there.
 * @param ending How the request ended; `null` where this call sent nothing.
 * @param look What was found in the organization's list; `null` before the first look.
 * @param now Unix milliseconds.
 */
export function unconfirmedWords(name: string, ending: UploadEnding | null, look: Look | null, now: number): string {
	return `${endingWords(name, ending, look !== null)} ${lookWords(look, now)}`;
}

/** @param looked Whether the organization's list was looked at since. */
function endingWords(name: string, ending: UploadEnding | null, looked: boolean): string {
	switch (ending?.kind) {
		case undefined:
			return looked
				? l10n.t("The upload of “{0}” is still unconfirmed.", name)
				: l10n.t("An upload of “{0}” was started, but no response arrived.", name);
		case "no-response":
			return l10n.t("“{0}” was sent, but no response arrived.", name);
		case "canceled":
			return l10n.t("You canceled the upload of “{0}” after it was sent.", name);
		case "redirected":
			return l10n.t("“{0}” was sent, but the server tried to redirect the request, which wasn't followed.", name);
		case "unreadable":
			return l10n.t("“{0}” was sent, but the response couldn't be read.", name);
		case "status":
			return ending.status === 409
				? l10n.t("“{0}” was sent, but OpenAI reported a conflict (409).", name)
				: l10n.t("“{0}” was sent, but OpenAI had a server error ({1}).", name, ending.status);
	}
}

function lookWords(look: Look | null, now: number): string {
	switch (look?.outcome) {
		case undefined:
			return l10n.t("Select Check Now before you upload it again.");
		case "not-seen":
			return l10n.t(
				"It wasn't in the list at {0} but might still appear. Select Check Now before you upload it again.",
				clockWords(look.at, now),
			);
		case "failed":
			return l10n.t("The list couldn't be loaded. Select Check Now before you upload it again.");
		case "partial":
			return l10n.t("Not all certificates could be read. Select Check Now before you upload it again.");
		case "unplaced":
			return l10n.t(
				"OpenAI didn't name the organization it was sent to, and nothing shows that it's this one. Look there, or forget this upload.",
			);
		case "ambiguous":
			return l10n.t(
				"The same certificate is in the list, possibly an older copy. Check when it was uploaded; if it's this upload, forget this one.",
			);
	}
}

/** What an upload is doing, beside its name. */
export function runningDescription({ checking }: { readonly checking: boolean }): string {
	return checking ? l10n.t("checking whether it arrived…") : l10n.t("uploading…");
}

/** That the same certificate is on its way, or may have arrived. @param running Whether it is on its way. */
export function pendingWords(name: string, running: boolean): string {
	return running
		? l10n.t(
				"The same certificate is being uploaded already, as “{0}”. Nothing more was sent. Wait until that is over.",
				name,
			)
		: l10n.t(
				"An upload of the same certificate, as “{0}”, is not confirmed: it may have arrived. Nothing more was sent. Check Now on its row first.",
				name,
			);
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
	const name = inert(pending.name);
	return [
		elsewhere
			? l10n.t("Another window is uploading “{0}”. Check Now looks whether it has arrived.", name)
			: unconfirmedWords(name, null, look, now),
		l10n.t("Started: {0}", momentWords(pending.startedAt)),
		l10n.t("SHA-256: {0}", fingerprintStart(pending.sha256)),
	].join("\n");
}

/** What a screen reader says of the row. @param now Unix milliseconds. */
export function unconfirmedSpoken(upload: Unconfirmed, now: number): string {
	return `${inert(upload.pending.name)}, ${unconfirmedDescription(upload, now)}`;
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
export function twinsWords(certificate: Certificate, twins: readonly Certificate[]): string {
	const ids = twins.slice(0, MOST_NAMED).map(({ id }) => id);
	if (twins.length > MOST_NAMED) ids.push("…");
	const list = ids.join(", ");
	return new Intl.PluralRules(currentLocale()).select(twins.length) === "one"
		? l10n.t("“{0}” is there once more, with the same SHA-256: {1}. Neither was deleted.", nameWords(certificate), list)
		: l10n.t(
				"“{0}” is there {1} times more, with the same SHA-256: {2}. None was deleted.",
				nameWords(certificate),
				twins.length,
				list,
			);
}

/**
 * The question before an upload that was not seen is repeated.
 * @param seenNoneAt When it was looked for, Unix milliseconds.
 * @param now Unix milliseconds.
 */
export function againWords(
	{ name, startedAt }: PendingUpload,
	seenNoneAt: number,
	now: number,
): { readonly message: string; readonly detail: string } {
	const late = startedAt + LATE_MS;
	return {
		message: l10n.t("“{0}” was not seen at {1}. Upload it again?", inert(name), clockWords(seenNoneAt, now)),
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
export function forgetWords({ name }: PendingUpload): { readonly message: string; readonly detail: string } {
	return {
		message: l10n.t("Forget the upload of “{0}”?", inert(name)),
		detail: l10n.t(
			"If it arrived, it will show up in the list. But from now on nothing keeps the same certificate from being uploaded twice.",
		),
	};
}
