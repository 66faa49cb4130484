import * as l10n from "@vscode/l10n";
import { formatCertificateName } from "../../common/messages/certificateMessages.ts";
import type { Certificate } from "../../domain/certificate.ts";

export function renameTitle(certificate: Certificate): string {
	return l10n.t("Rename “{0}”", formatCertificateName(certificate));
}

/** Returns the prompt for the new name. @param changed True if the name changed since the last prompt. */
export function renamePrompt(changed: boolean): string {
	return changed
		? l10n.t("It was renamed in the meantime. New name at OpenAI:")
		: l10n.t("New name of the certificate at OpenAI");
}

/** Describes that a certificate is being renamed, as the title of a progress. */
export function renamingTitle(certificate: Certificate): string {
	return l10n.t("Renaming “{0}”…", formatCertificateName(certificate));
}

/** Describes a rename. @param certificate The certificate with its new name. */
export function describeRenamed(certificate: Certificate): string {
	return l10n.t("Renamed to “{0}”.", formatCertificateName(certificate));
}
