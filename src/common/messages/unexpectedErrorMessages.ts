import * as l10n from "@vscode/l10n";

/** The message about an unexpected error and its button, apart from other texts: the first bundle has only these. */
export const unexpectedErrorLabels = {
	get message() {
		return l10n.t("An unexpected error occurred. See the log.");
	},
	get showLog() {
		return l10n.t("Show Log");
	},
};
