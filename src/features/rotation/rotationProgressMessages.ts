import * as l10n from "@vscode/l10n";
import { formatCertificateName } from "../../common/messages/certificateMessages.ts";
import type { Certificate } from "../../domain/certificate.ts";

/** Titles of progress. */
export const rotationProgressLabels = {
	get checkingClientCertificate() {
		return l10n.t("Checking this extension's client certificate…");
	},
	get finishing() {
		return l10n.t("Finishing the rotation…");
	},
	get undoing() {
		return l10n.t("Undoing the rotation…");
	},
};

export function activatingTitle(next: Certificate): string {
	return l10n.t("Activating “{0}”…", formatCertificateName(next));
}
