import * as l10n from "@vscode/l10n";

/** The sentences that describe a problem, in this order. */
export interface ProblemText {
	/** What happened. Must be true even if earlier steps of the command changed something. */
	readonly fact: string;
	/** What the failed step didn't do. Left out after a partly done change, because it could be understood of all steps. */
	readonly effect?: string;
	/** What the user can do. */
	readonly action?: string;
}

/** Effects that several problems have. */
export const problemTextLabels = {
	get nothingSent() {
		return l10n.t("Nothing was sent.");
	},
	get nothingChanged() {
		return l10n.t("Nothing was changed.");
	},
	get nothingUploaded() {
		return l10n.t("It wasn't uploaded.");
	},
	get nothingDone() {
		return l10n.t("Nothing was done.");
	},
};
