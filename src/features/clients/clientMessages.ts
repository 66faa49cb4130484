import * as l10n from "@vscode/l10n";
import { formatCertificateName } from "../../common/messages/certificateMessages.ts";
import { formatAbsoluteTime, formatExpiry, formatTimeLeft } from "../../common/messages/dates.ts";
import { labels } from "../../common/messages/labels.ts";
import { formatFingerprint } from "../../common/messages/parsedCertificateMessages.ts";
import { formatList, formatScopes, summarizeScopes } from "../../common/messages/scopes.ts";
import { sanitizePath } from "../../common/text/sanitize.ts";
import { expiryState } from "../../domain/certificate.ts";
import type { NamedProject } from "../../domain/problem.ts";
import type { Scope } from "../../domain/scope.ts";
import type { ClientStatus } from "./clientStatus.ts";
import type { KnownClient } from "./knownClient.ts";

/** A client's status with what its texts need. */
export interface ShownClient {
	readonly client: KnownClient;
	/** `undefined` if the client was not judged yet. */
	readonly status: ClientStatus | undefined;
	/** False if there might be more projects. */
	readonly allScopes: boolean;
	/** Returns a project's name by its id; `null` if unknown. */
	readonly nameOf: (projectId: string) => string | null;
	/** The names of the trust anchors that the client chains to, sanitized. */
	readonly anchorNames: readonly string[];
}

/** How urgently a client needs attention, the most urgent first. */
export const URGENCIES = ["expired", "rejected", "expiring", "unknown", "accepted"] as const;

export type ClientUrgency = (typeof URGENCIES)[number];

/** Returns the text beside a client's name: expiry, where it is accepted, trust anchor. @param now Unix seconds. */
export function formatClientDescription(shown: ShownClient, now: number): string {
	return [formatTimeLeft(shown.client.notAfter, now), formatClientStatus(shown), ...formatAnchors(shown)].join(" · ");
}

/** Returns a client's text for screen readers. @param now Unix seconds. */
export function formatClientLabel(shown: ShownClient, now: number): string {
	const { client } = shown;
	const expiry = formatExpiry(client.notAfter, now);
	return [formatCertificateName(client), expiry, formatClientStatus(shown), ...formatAnchors(shown)].join(", ");
}

/** Returns all facts about a client, one per line. @param issues The sentences about its issues. */
export function clientTooltip(shown: ShownClient, issues: readonly string[], now: number): string {
	const { client } = shown;
	const { notBefore, notAfter, certificatePath, keyPath, sha256 } = client;
	const lines = [
		formatCertificateName(client),
		l10n.t(
			"Status: {0} (checked offline; CEL filters and revocation aren't checked)",
			formatClientStatus(shown, MAX_NAMED_IN_TOOLTIP),
		),
		...formatAnchors(shown),
		...issues,
		l10n.t("Valid from: {0}", formatAbsoluteTime(notBefore)),
		l10n.t("Expires: {0}", `${formatAbsoluteTime(notAfter)}, ${formatExpiry(notAfter, now)}`),
		l10n.t("SHA-256 fingerprint: {0}", formatFingerprint(sha256)),
	];
	if (certificatePath !== null) lines.push(l10n.t("File: {0}", sanitizePath(certificatePath)));
	if (keyPath !== null) lines.push(l10n.t("Private key: {0}", sanitizePath(keyPath)));
	return lines.join("\n");
}

const MAX_NAMED_IN_TOOLTIP = 20;

/** Returns where a client is accepted. @param max Maximum number of named projects. */
export function formatClientStatus({ status, allScopes, nameOf }: ShownClient, max = 1): string {
	if (!status) return l10n.t("checking…");
	const { accepted, rejected, unknown } = status;
	const isRestKnown = allScopes && unknown.length === 0;
	if (accepted.length + rejected.length + unknown.length === 0)
		return allScopes ? l10n.t("no trust anchor active") : labels.unknown;
	if (accepted.length + rejected.length === 0) return labels.unknown;
	if (isRestKnown && accepted.length === 0) return l10n.t("rejected everywhere");
	if (isRestKnown && rejected.length === 0 && accepted.length > 1) return l10n.t("accepted everywhere");
	const format = (scopes: readonly Scope[]) => {
		const projects = scopes.filter(({ kind }) => kind === "project");
		// Names only what is shown: there may be thousands of rows and hundreds of projects.
		const named = summarizeScopes(projects.slice(0, max), nameOf).projects;
		const unnamed = Array<NamedProject>(projects.length - named.length).fill({ id: "", name: null });
		return formatScopes({ organization: projects.length < scopes.length, projects: [...named, ...unnamed] }, max);
	};
	return [
		...(accepted.length > 0 ? [l10n.t("accepted in {0}", format(accepted))] : []),
		...(rejected.length > 0 ? [l10n.t("rejected in {0}", format(rejected))] : []),
		...(unknown.length > 0 ? [l10n.t("unknown in {0}", format(unknown))] : []),
		...(unknown.length === 0 && !allScopes ? [l10n.t("otherwise unknown")] : []),
	].join(" · ");
}

function formatAnchors({ anchorNames }: ShownClient): readonly string[] {
	return anchorNames.length > 0 ? [l10n.t("chains to {0}", formatList(anchorNames))] : [];
}

/** Returns how urgent a client is. @param now Unix seconds. @param reminderDays As in `expiryState`. */
export function clientUrgency(
	{ notAfter }: Pick<KnownClient, "notAfter">,
	status: ClientStatus | undefined,
	now: number,
	reminderDays: number,
): ClientUrgency {
	const expiry = expiryState(notAfter, now, reminderDays);
	if (expiry === "expired") return "expired";
	if (status && status.rejected.length > 0) return "rejected";
	if (expiry === "expiring") return "expiring";
	return status && status.unknown.length === 0 && status.accepted.length > 0 ? "accepted" : "unknown";
}
