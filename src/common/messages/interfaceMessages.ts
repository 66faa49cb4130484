import * as l10n from "@vscode/l10n";

/** The texts of a modal dialog: a question or statement, and the consequences or reasons below it. */
export interface ModalText {
	readonly message: string;
	readonly detail: string;
}

/** Texts of `src/common/ui`. The first bundle contains these and no others. */
export const interfaceLabels = {
	get unexpectedError() {
		return l10n.t("An unexpected error occurred. See the log.");
	},
	get showLog() {
		return l10n.t("Show Log");
	},
	/** The title of a document with a notification's complete text. */
	get details() {
		return l10n.t("Details");
	},
	get textUnavailable() {
		return l10n.t("This text is no longer available. Open it again where you opened it before.");
	},

	// The file picker
	get activeEditor() {
		return l10n.t("active editor");
	},
	get allFiles() {
		return l10n.t("All files");
	},
	get certificateFiles() {
		return l10n.t("Certificate files");
	},
	get choose() {
		return l10n.t("Choose");
	},
	get selectFile() {
		return l10n.t("Select the file");
	},
};
