import * as l10n from "@vscode/l10n";
import { formatCertificateName, formatCertificates } from "../../common/messages/certificateMessages.ts";
import { formatList } from "../../common/messages/scopes.ts";
import { isOne } from "../../common/text/counts.ts";
import { sanitize } from "../../common/text/sanitize.ts";
import type { Certificate } from "../../domain/certificate.ts";

export const savePemLabels = {
	get saveHere() {
		return l10n.t("Save Here");
	},
};

/** Returns the title of the dialog that asks where to save certificates. */
export function saveTitle(certificates: readonly Certificate[]): string {
	return l10n.t("Save {0} as PEM", formatCertificates(certificates));
}

/** Describes that a file was saved. */
export function describeSavedPem(fileName: string): string {
	return l10n.t("Saved {0}.", sanitize(fileName));
}

/** The result of saving one certificate. */
export interface SavedPem {
	readonly certificate: Certificate;
	/** `taken`: a file of that name has other content; `unreadable`: the service sent no valid certificate. */
	readonly outcome: "saved" | "taken" | "unreadable" | "failed";
}

/** Limit of named certificates, because a notification has little room. */
const MAX_NAMED = 5;

/** Says how many certificates were saved, and why the others were not. */
export function describeSavedPems(saved: readonly SavedPem[]): string {
	const namesWith = (wanted: SavedPem["outcome"]) => {
		const found = saved
			.filter(({ outcome }) => outcome === wanted)
			.map(({ certificate }) => formatCertificateName(certificate));
		return found.length > MAX_NAMED ? [...found.slice(0, MAX_NAMED), "…"] : found;
	};
	const count = saved.filter(({ outcome }) => outcome === "saved").length;
	const sentences = [formatCount(count, saved.length)];
	const [taken, unreadable, failed] = [namesWith("taken"), namesWith("unreadable"), namesWith("failed")];
	if (taken.length > 0)
		sentences.push(l10n.t("Not saved, because a different file has that name: {0}.", formatList(taken)));
	if (unreadable.length > 0)
		sentences.push(l10n.t("Not saved, because the certificate couldn't be read: {0}.", formatList(unreadable)));
	if (failed.length > 0)
		sentences.push(l10n.t("Not saved, because the file couldn't be written: {0}.", formatList(failed)));
	return sentences.join(" ");
}

function formatCount(count: number, total: number): string {
	return isOne(total)
		? l10n.t("Saved {0} of {1} certificate.", count, total)
		: l10n.t("Saved {0} of {1} certificates.", count, total);
}
