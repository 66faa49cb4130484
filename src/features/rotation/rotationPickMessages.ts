import * as l10n from "@vscode/l10n";
import { formatCertificateName } from "../../common/messages/certificateMessages.ts";
import { formatScopes, type ScopeSummary } from "../../common/messages/scopes.ts";
import type { Certificate } from "../../domain/certificate.ts";

/** Texts of the choices before a rotation. */
export const rotationPickLabels = {
	get selectReplacement() {
		return l10n.t("Select the replacement");
	},
	get alsoInProjects() {
		return l10n.t("Is it also activated separately in projects? OpenAI's lists don't say.");
	},
	get onlyInOrganization() {
		return l10n.t("Only in the organization");
	},
	get onlyInOrganizationEffect() {
		return l10n.t("Nothing is activated in projects where this is unknown.");
	},
	get inProjectsToo() {
		return l10n.t("In projects, too");
	},
};

export function rotateTitle(old: Certificate): string {
	return l10n.t("Rotate “{0}”", formatCertificateName(old));
}

/** Returns the title of the picker for the replacement's file. */
export function replacementFileTitle(old: Certificate): string {
	return l10n.t("Choose the replacement for “{0}”", formatCertificateName(old));
}

/** Returns the title of the question about direct activations in projects. */
export function unclearScopesTitle(old: Certificate): string {
	return l10n.t("Where “{0}” is active", formatCertificateName(old));
}

/** Describes the effect of `inProjectsToo`. */
export function describeAlsoActivated(unclear: ScopeSummary): string {
	return l10n.t("The replacement is also activated in {0}.", formatScopes(unclear));
}
