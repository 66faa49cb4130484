import * as l10n from "@vscode/l10n";
import { formatCertificateName } from "../../common/messages/certificateMessages.ts";
import { formatList } from "../../common/messages/scopes.ts";
import type { Certificate } from "../../domain/certificate.ts";

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
	const sentences = [l10n.t("{0} of {1} certificates saved.", count, saved.length)];
	const [taken, unreadable, failed] = [namesWith("taken"), namesWith("unreadable"), namesWith("failed")];
	if (taken.length > 0)
		sentences.push(l10n.t("A file of that name holds something else, and was left alone: {0}.", formatList(taken)));
	if (unreadable.length > 0) sentences.push(l10n.t("No certificate could be read: {0}.", formatList(unreadable)));
	if (failed.length > 0) sentences.push(l10n.t("The file could not be written: {0}.", formatList(failed)));
	return sentences.join(" ");
}
