import * as l10n from "@vscode/l10n";
import type { Certificate } from "../../domain/certificate.ts";
import type { Look } from "../../domain/failure.ts";
import { LATE_MS, type PendingUpload } from "../../domain/pendingUpload.ts";
import { fingerprintStart } from "./candidates.ts";
import { nameWords } from "./certificates.ts";
import { clockWords, expiryWords, momentWords } from "./dates.ts";
import { inert } from "./inert.ts";
import { currentLocale } from "./language.ts";

/** An upload that was written down and of which it is not known whether it arrived. */
interface Unconfirmed {
	readonly pending: PendingUpload;
	/** Whether another window has it on its way. */
	readonly elsewhere: boolean;
	/** What a look said, or `null` before the first one. */
	readonly look: Look | null;
}

/** So many ids are named; a notification has little room. */
const MOST_NAMED = 5;

/**
 * That it is not known whether an upload arrived, and what to do. It never says that it is not there.
 * @param look What a look said, or `null` before the first one.
 * @param now Unix milliseconds.
 */
export function unconfirmedWords(name: string, look: Look | null, now: number): string {
	switch (look?.outcome) {
		case undefined:
			return l10n.t(
				"An upload of “{0}” was begun, and no answer tells whether it arrived. Check Now before you upload it again.",
				name,
			);
		case "not-seen":
			return l10n.t(
				"“{0}” was sent, but no answer came. It was not seen among the organization's certificates at {1}. It may still appear: Check Now before you upload it again.",
				name,
				clockWords(look.at, now),
			);
		case "failed":
			return l10n.t(
				"“{0}” was sent, but no answer came, and the organization's certificates could not be read either. Check Now before you upload it again.",
				name,
			);
		case "partial":
			return l10n.t(
				"“{0}” was sent, but no answer came, and not all of the organization's certificates could be read. Check Now before you upload it again.",
				name,
			);
		case "ambiguous":
			return l10n.t(
				"“{0}” was sent, but no answer came. The same certificate is there, which may be an older copy: look at when it was created. If it is this one, forget this upload.",
				name,
			);
	}
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
export function unconfirmedDescription({ elsewhere, look }: Unconfirmed, now: number): string {
	if (elsewhere) return l10n.t("uploading in another window…");
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
			: unconfirmedWords(name, look, now),
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

/** That somebody else was faster. */
export function thereBeforeWords(certificate: Certificate): string {
	return l10n.t(
		"The same certificate was uploaded by somebody else meanwhile, as “{0}” ({1}). Nothing was sent.",
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

/** The question before an upload that is not confirmed is forgotten. */
export function forgetWords({ name }: PendingUpload): { readonly message: string; readonly detail: string } {
	return {
		message: l10n.t("Forget the upload of “{0}”?", inert(name)),
		detail: l10n.t(
			"If it arrived, it will show up in the list. But from now on nothing keeps the same certificate from being uploaded twice.",
		),
	};
}
