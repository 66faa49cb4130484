import * as l10n from "@vscode/l10n";
import { formatCertificateName, joinParagraphs, type Time } from "../../common/messages/certificateMessages.ts";
import { formatExpiry } from "../../common/messages/dates.ts";
import { describeCause } from "../../common/messages/problems/problems.ts";
import { formatNames, formatScopes, summarizeScopes } from "../../common/messages/scopes.ts";
import { formatCount, isOne } from "../../common/text/counts.ts";
import { expiryState } from "../../domain/certificate.ts";
import { describeClientCertificateIssues } from "../clientCheck/clientCertificateIssueMessages.ts";
import type { KnownClient } from "../clients/knownClient.ts";
import type { AffectedClient, ClientImpact } from "./clientImpact.ts";

/** Maximum number of named clients in a question. */
const MAX_NAMED = 5;

/** Maximum number of named projects in a client's line. */
const MAX_PROJECTS = 20;

export const clientImpactLabels = {
	/** The document's title. */
	get documentTitle() {
		return l10n.t("Known clients");
	},
	/** Title of progress. */
	get checking() {
		return l10n.t("Checking the known clients…");
	},
};

/** Describes in a question which known clients a deactivation affects. */
export function describeClientImpact(impact: ClientImpact, time: Time): string {
	const others = l10n.t("There might be other clients, which this extension doesn't know.");
	return `${describeCounts(impact, time)} ${others}`;
}

function describeCounts(impact: ClientImpact, time: Time): string {
	if (impact.kind === "unread") return l10n.t("Couldn't check the known clients. {0}", describeCause(impact.problem));
	const { rejected, unknown } = impact;
	const known = formatKnownClients(impact.known);
	const names = (clients: readonly AffectedClient[]) =>
		formatNames(
			clients.map(({ client }) => formatClient(client, time)),
			MAX_NAMED,
		);
	if (rejected.length > 0) {
		const [count, list] = [formatCount(rejected.length), names(rejected)];
		return unknown.length > 0
			? l10n.t(
					"{0} of {1} won't be accepted by what stays active: {2}; {3}.",
					count,
					known,
					list,
					formatUnknownCount(unknown.length),
				)
			: l10n.t("{0} of {1} won't be accepted by what stays active: {2}.", count, known, list);
	}
	return unknown.length > 0
		? l10n.t(
				"{0} of {1} might not be accepted by what stays active: {2}.",
				formatCount(unknown.length),
				known,
				names(unknown),
			)
		: l10n.t("{0} of {1} will be rejected because of this (checked offline).", formatCount(0), known);
}

/** Returns the complete list of affected clients, with reasons. @param nameOf As in `summarizeScopes`. */
export function formatClientList(
	impact: ClientImpact,
	nameOf: (projectId: string) => string | null,
	now: number,
): string {
	if (impact.kind === "unread") return `${describeCause(impact.problem)}\n`;
	const section = (title: string, clients: readonly AffectedClient[]) =>
		clients.length > 0 && [title, "", ...clients.flatMap((each) => formatEntry(each, nameOf, now))].join("\n");
	const { rejected, unknown } = impact;
	const notes = l10n.t(
		"Checked offline: CEL filters and revocation aren't checked. There might be other clients, which this extension doesn't know.",
	);
	return `${joinParagraphs(
		section(l10n.t("Won't be accepted by what stays active: {0}", formatCount(rejected.length)), rejected),
		section(l10n.t("Might not be accepted by what stays active: {0}", formatCount(unknown.length)), unknown),
		notes,
	)}\n`;
}

function formatEntry(
	{ client, scopes, issues }: AffectedClient,
	nameOf: (projectId: string) => string | null,
	now: number,
): readonly string[] {
	const where = scopes.length > 0 ? formatScopes(summarizeScopes(scopes, nameOf), MAX_PROJECTS) : null;
	const reasons = describeClientCertificateIssues(issues);
	const unread = l10n.t("Not everything that stays active could be read.");
	return [
		`• ${l10n.t("{0}: {1}", formatCertificateName(client), formatExpiry(client.notAfter, now))}`,
		...(where === null ? [] : [l10n.t("In {0}", where)]),
		...(reasons.length > 0 ? reasons : [unread]),
	].map((line, index) => (index === 0 ? line : `  ${line}`));
}

/** Returns a client's name, with its expiry if that is near. */
function formatClient(client: KnownClient, { now, reminderDays }: Time): string {
	const name = formatCertificateName(client);
	return expiryState(client.notAfter, now, reminderDays) === "expiring"
		? l10n.t("{0} ({1})", name, formatExpiry(client.notAfter, now))
		: name;
}

function formatKnownClients(count: number): string {
	return isOne(count)
		? l10n.t("{0} known client", formatCount(count))
		: l10n.t("{0} known clients", formatCount(count));
}

function formatUnknownCount(count: number): string {
	return isOne(count) ? l10n.t("{0} is unknown", formatCount(count)) : l10n.t("{0} are unknown", formatCount(count));
}
