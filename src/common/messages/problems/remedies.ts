import * as l10n from "@vscode/l10n";
import { isClientCertificateRefused, type Problem } from "../../../domain/problem.ts";
import { interfaceLabels } from "../interfaceMessages.ts";
import { labels } from "../labels.ts";

/** A command that can solve a problem. */
export type Remedy =
	| "set-key"
	| "set-passphrase"
	| "open-settings"
	| "open-proxy-settings"
	| "show-log"
	| "refresh"
	| "show-view"
	| "check-upload"
	| "switch-connection"
	| "open-dashboard"
	| "open-admin-keys";

/** Returns the remedy for a problem; `null` if no command can help. */
export function remedyFor(problem: Problem): Remedy | null {
	switch (problem.reason) {
		case "no-key":
		case "key-elsewhere":
		case "unauthorized":
		case "forbidden":
			return "set-key";
		case "client-certificate":
			return problem.why === "passphrase-needed" || problem.why === "passphrase-wrong"
				? "set-passphrase"
				: "open-settings";
		case "mtls":
			return isClientCertificateRefused(problem) ? "open-settings" : null;
		case "scopes-unread":
			return (problem.why && remedyFor(problem.why)) ?? "refresh";
		case "base-url":
		case "no-mtls-host":
		case "redirected":
		case "wrong-region":
		case "client-certificate-refused":
		case "own-access":
			return "open-settings";
		case "unreachable":
		case "proxy":
			return "open-proxy-settings";
		case "upload-pending":
		case "rotation-pending":
			return "show-view";
		case "unconfirmed":
			// Another lookup cannot distinguish an older copy from this upload. A person may.
			return problem.lookup.outcome === "ambiguous" ? "show-view" : "check-upload";
		case "connection-lost":
		case "not-found":
		case "conflict":
		case "changed-meanwhile":
		case "no-rotation":
		case "change-unknown":
			return "refresh";
		case "untrusted-server":
		case "bad-answer":
		case "rejected":
		case "service-error":
			return "show-log";
		default:
			return null;
	}
}

/** Returns all remedies for a problem, the best one first. The dashboard asks for no client certificate. */
export function remediesFor(problem: Problem): readonly Remedy[] {
	const cause = (problem.reason === "scopes-unread" && problem.why) || problem;
	const remedies = [remedyFor(problem)].filter((remedy) => remedy !== null);
	if (cause.reason === "unauthorized") return [...remedies, "open-admin-keys"];
	return isClientCertificateRefused(cause) ? [...remedies, "open-dashboard"] : remedies;
}

/** Returns at least one remedy for a problem that prevents the list from being shown. */
export function remediesInView(problem: Problem): readonly Remedy[] {
	const remedies = remediesFor(problem);
	if (problem.reason === "key-elsewhere") return ["switch-connection", ...remedies];
	return remedies.length > 0 ? remedies : ["refresh"];
}

/** Returns a remedy's button label. */
export function formatRemedy(remedy: Remedy): string {
	switch (remedy) {
		case "set-key":
			return l10n.t("Set Admin Key…");
		case "set-passphrase":
			return l10n.t("Set Client Key Passphrase…");
		case "open-settings":
			return labels.openSettings;
		case "open-proxy-settings":
			return l10n.t("Open Proxy Settings");
		case "show-log":
			return interfaceLabels.showLog;
		case "refresh":
			return labels.refresh;
		case "show-view":
			return labels.showCertificates;
		case "check-upload":
			return labels.checkNow;
		case "switch-connection":
			return l10n.t("Switch Connection…");
		case "open-dashboard":
			return labels.openDashboard;
		case "open-admin-keys":
			return l10n.t("Open Admin Keys in OpenAI Dashboard");
	}
}
