import * as l10n from "@vscode/l10n";
import { type ClientFiles, INSTALLATIONS, PASSPHRASE_VARIABLE, type SetupTarget } from "./clientSetup.ts";

/** Texts of the prompt, and the button that leads to it. */
export const clientSetupLabels = {
	get copySetup() {
		return l10n.t("Copy Client Setup…");
	},
	get title() {
		return l10n.t("Copy client setup");
	},
	get selectTarget() {
		return l10n.t("Select what calls OpenAI");
	},
	get sdk() {
		return l10n.t("OpenAI's SDK");
	},
	get onlyBaseUrl() {
		return l10n.t("only the base URL of OpenAI's SDKs");
	},
	get others() {
		return l10n.t("Go, Java, .NET, and others");
	},
	get opensGuide() {
		return l10n.t("opens OpenAI's guide in the browser");
	},
};

/** Returns the name of what calls OpenAI. */
export function formatSetupTarget(target: SetupTarget): string {
	switch (target) {
		case "curl":
			return l10n.t("curl");
		case "python":
			return l10n.t("Python");
		case "node":
			return l10n.t("Node.js");
		case "environment":
			return l10n.t("Environment variables");
	}
}

/** Describes that a setup was copied. */
export function describeCopiedSetup(target: SetupTarget): string {
	return l10n.t("Copied the client setup: {0}.", formatSetupTarget(target));
}

/** Returns the comments above a setup's code, a line each. @param url,isWindows As in `formatClientSetup`. */
export function describeSetup(
	target: SetupTarget,
	{ certificatePath, keyPath, isKeyEncrypted }: ClientFiles,
	url: string,
	isWindows: boolean,
): readonly string[] {
	const passphrase = isKeyEncrypted === false ? [] : [describePassphrase(target)];
	if (target === "environment")
		return [
			l10n.t("OpenAI's SDKs for Python and Node.js read {0} and {1}; curl reads neither.", BASE_URL, API_KEY),
			l10n.t("No variable makes them present a client certificate: copy the setup for Python or Node.js, too."),
			...passphrase,
			l10n.t("{0} must contain the API key of a project.", API_KEY),
		];
	return [
		l10n.t("Lists the models at {0}, with a client certificate.", url),
		...(target === "curl" ? [] : [l10n.t("Needs: {0}", INSTALLATIONS[target])]),
		l10n.t("{0} must contain the API key of a project.", API_KEY),
		l10n.t("The certificate's file must be PEM: the client certificate first, then its intermediates."),
		...(certificatePath === null ? [l10n.t("Replace the path of the certificate.")] : []),
		...(keyPath === null ? [l10n.t("Replace the path of the private key.")] : []),
		...passphrase,
		...(target === "curl" && isWindows
			? [l10n.t("The curl of Windows can't read PEM files. Use a curl that was built with OpenSSL.")]
			: []),
	];
}

const API_KEY = "OPENAI_API_KEY";
const BASE_URL = "OPENAI_BASE_URL";

function describePassphrase(target: SetupTarget): string {
	return target === "curl"
		? l10n.t("If the private key is encrypted, curl asks for its passphrase.")
		: l10n.t("If the private key is encrypted, {0} must contain its passphrase.", PASSPHRASE_VARIABLE);
}
