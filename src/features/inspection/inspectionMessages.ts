import * as l10n from "@vscode/l10n";

export const inspectionLabels = {
	/** The title of the file picker. */
	get inspectCertificate() {
		return l10n.t("Inspect certificate");
	},
};

/** Returns the path of a document about a file. The tab shows its last part. @param path The file's path. */
export function inspectionPath(path: string): string {
	return l10n.t("{0} (inspected)", path);
}
