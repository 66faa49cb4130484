import * as l10n from "@vscode/l10n";

/** Texts without values that several features use: buttons, and short texts for rows and progress. */
export const labels = {
	// Buttons
	get checkNow() {
		return l10n.t("Check Now");
	},
	get dontDiscard() {
		return l10n.t("Don't Discard");
	},
	get forget() {
		return l10n.t("Forget");
	},
	get openDashboard() {
		return l10n.t("Open OpenAI Dashboard");
	},
	get openSettings() {
		return l10n.t("Open Settings");
	},
	get refresh() {
		return l10n.t("Refresh");
	},
	get setUpClientCertificate() {
		return l10n.t("Set Up Client Certificate");
	},
	get showCertificate() {
		return l10n.t("Show Certificate");
	},
	get showCertificates() {
		return l10n.t("Show Certificates");
	},
	get showClients() {
		return l10n.t("Show Clients");
	},
	get showDetails() {
		return l10n.t("Show Details");
	},

	// Prompts and rows
	get archived() {
		return l10n.t("archived");
	},
	get chooseFile() {
		return l10n.t("Choose a file…");
	},
	/** Marks the choice that is in use. */
	get current() {
		return l10n.t("current");
	},
	get name() {
		return l10n.t("Name");
	},
	get unknown() {
		return l10n.t("unknown");
	},

	// Titles of progress
	get checkingCurrentState() {
		return l10n.t("Checking the current state…");
	},
	get loadingCertificates() {
		return l10n.t("Loading certificates…");
	},
	get loadingProjects() {
		return l10n.t("Loading projects…");
	},
};
