import * as l10n from "@vscode/l10n";
import { joinParagraphs } from "../../common/messages/certificateMessages.ts";
import type { ModalText } from "../../common/messages/interfaceMessages.ts";
import { isOne } from "../../common/text/counts.ts";
import { currentLocale } from "../../common/text/locale.ts";
import { sanitize } from "../../common/text/sanitize.ts";

export const connectionLabels = {
	get switchTitle() {
		return l10n.t("Switch connection");
	},
	get switchPlaceholder() {
		return l10n.t("Select the connection to use");
	},
	get renamePrompt() {
		return l10n.t("Name for this connection. Only you see it.");
	},
	get nameTaken() {
		return l10n.t("Another connection already has this name.");
	},
	get remove() {
		return l10n.t("Remove");
	},
};

export function renameConnectionTitle(host: string): string {
	return l10n.t("Rename connection ({0})", host);
}

export function describeNameTooLong(maxLength: number): string {
	return l10n.t("A name can have at most {0} characters.", maxLength);
}

/** A connection to be removed, and what depends on it. */
export interface RemovedConnection {
	readonly label: string;
	/** As in `Connection`. */
	readonly sessionOnly: boolean;
	/** True if the service named the organization. */
	readonly isNamed: boolean;
	/** Counts of the organization's unfinished work. */
	readonly unfinished: { readonly uploads: number; readonly rotations: number };
	/** True if the client key's passphrase is removed, too. */
	readonly withPassphrase: boolean;
}

/** Asks whether to remove a connection and its key. */
export function describeConnectionRemoval({
	label,
	sessionOnly,
	isNamed,
	unfinished,
	withPassphrase,
}: RemovedConnection): ModalText {
	const name = sanitize(label);
	return {
		message: sessionOnly
			? l10n.t("Remove the connection “{0}” and its admin key from this window?", name)
			: l10n.t("Remove the connection “{0}” and its admin key from this computer?", name),
		detail: joinParagraphs(
			describeUnfinishedWork(unfinished, isNamed),
			// A session-only connection hides the stored connection to the same organization.
			sessionOnly && l10n.t("If a key for this organization is also saved, it isn't removed."),
			l10n.t("This doesn't revoke the key at OpenAI."),
			withPassphrase && l10n.t("The saved client key passphrase for this host is removed, too."),
		),
	};
}

function describeUnfinishedWork(
	{ uploads, rotations }: RemovedConnection["unfinished"],
	isNamed: boolean,
): string | false {
	const parts: string[] = [];
	if (uploads > 0)
		parts.push(isOne(uploads) ? l10n.t("1 unconfirmed upload") : l10n.t("{0} unconfirmed uploads", uploads));
	if (rotations > 0)
		parts.push(isOne(rotations) ? l10n.t("1 rotation in progress") : l10n.t("{0} rotations in progress", rotations));
	if (parts.length === 0) return false;
	const list = new Intl.ListFormat(currentLocale(), { type: "conjunction" }).format(parts);
	return isNamed
		? l10n.t("Unfinished: {0}. The record is kept and appears again with any admin key of this organization.", list)
		: l10n.t(
				"Unfinished: {0}. The record is kept, but OpenAI didn't name the organization. It's shown with “organization unknown” until a list contains its certificates.",
				list,
			);
}
