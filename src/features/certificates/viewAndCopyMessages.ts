import * as l10n from "@vscode/l10n";
import { isOne } from "../../common/text/counts.ts";
import type { Certificate } from "../../domain/certificate.ts";

export const viewAndCopyLabels = {
	get loadingAuditLog() {
		return l10n.t("Loading the audit log…");
	},
};

/** Describes that the IDs of certificates were copied. */
export function describeCopiedIds(certificates: readonly Certificate[]): string {
	return isOne(certificates.length) ? l10n.t("Copied the certificate's ID.") : l10n.t("Copied the IDs, one per line.");
}

/** Describes that the SHA-256 fingerprints of certificates were copied. */
export function describeCopiedFingerprints(certificates: readonly unknown[]): string {
	return isOne(certificates.length)
		? l10n.t("Copied the SHA-256 fingerprint.")
		: l10n.t("Copied the SHA-256 fingerprints, one per line.");
}

/** Describes that certificates were copied as PEM. */
export function describeCopiedPems(certificates: readonly Certificate[]): string {
	return isOne(certificates.length)
		? l10n.t("Copied the certificate as PEM.")
		: l10n.t("Copied the certificates as PEM, one after the other.");
}

/** Returns the tab's title of a certificate's details. */
export function detailsTitle({ id }: Certificate): string {
	return l10n.t("{0} (details)", id);
}

/** Returns the tab's title of a certificate's history. */
export function historyTitle({ id }: Certificate): string {
	return l10n.t("{0} (history)", id);
}
