import * as l10n from "@vscode/l10n";
import type { LookupOutcome, UploadEnding } from "../../../domain/problem.ts";
import { formatTimeOfDay } from "../dates.ts";
import type { ProblemText } from "./problemText.ts";

/** Describes that an upload of the same certificate is running or unconfirmed. */
export function pendingUploadText(name: string, running: boolean): ProblemText {
	const effect = l10n.t("It wasn't sent again.");
	return running
		? {
				fact: l10n.t("This certificate is already being uploaded as “{0}”.", name),
				effect,
				action: l10n.t("Wait until the upload is finished."),
			}
		: {
				fact: l10n.t("An earlier upload of this certificate, as “{0}”, is unconfirmed.", name),
				effect,
				action: l10n.t("Select Check Now on its row first."),
			};
}

/**
 * Describes an upload with unknown outcome, and what to do. Must never say that the certificate isn't there.
 * @param ending How the request ended; `null` if this call sent nothing.
 * @param lookup The outcome of the last lookup in the organization's list; `null` before the first lookup.
 * @param now Unix milliseconds.
 */
export function describeUnconfirmedUpload(
	name: string,
	ending: UploadEnding | null,
	lookup: LookupOutcome | null,
	now: number,
): string {
	return `${describeUploadEnding(name, ending, lookup !== null)} ${describeLookup(lookup, now)}`;
}

/** @param wasLookedUp True after a lookup in the organization's list. */
function describeUploadEnding(name: string, ending: UploadEnding | null, wasLookedUp: boolean): string {
	switch (ending?.kind) {
		case undefined:
			return wasLookedUp
				? l10n.t("The upload of “{0}” is still unconfirmed.", name)
				: l10n.t("An upload of “{0}” was started, but its outcome is unknown.", name);
		case "no-response":
			return l10n.t("“{0}” was sent, but no response arrived.", name);
		case "canceled":
			return l10n.t("You canceled the upload of “{0}” after it was sent.", name);
		case "redirected":
			return l10n.t(
				"“{0}” was sent, but the server tried to redirect the request. The redirect wasn't followed.",
				name,
			);
		case "unreadable":
			return l10n.t("“{0}” was sent, but the response couldn't be read.", name);
		case "status":
			return ending.status === 409
				? l10n.t("“{0}” was sent, but OpenAI reported a conflict (409).", name)
				: l10n.t("“{0}” was sent, but OpenAI had a server error ({1}).", name, ending.status);
	}
}

function describeLookup(lookup: LookupOutcome | null, now: number): string {
	switch (lookup?.outcome) {
		case undefined:
			return l10n.t("Select Check Now before you upload it again.");
		case "not-seen":
			return l10n.t(
				"It wasn't in the list at {0} but might still appear. Select Check Now before you upload it again.",
				formatTimeOfDay(lookup.at, now),
			);
		case "failed":
			return l10n.t("The list couldn't be loaded. Select Check Now before you upload the certificate again.");
		case "partial":
			return l10n.t("Not all certificates could be read. Select Check Now before you upload this one again.");
		case "unplaced":
			return l10n.t(
				"OpenAI didn't name the organization. Look for the certificate in the OpenAI dashboard, or select Forget Upload.",
			);
		case "ambiguous":
			return l10n.t(
				"The same certificate is in the list, possibly an older copy. Check its upload time; if it's this upload, select Forget Upload.",
			);
	}
}
