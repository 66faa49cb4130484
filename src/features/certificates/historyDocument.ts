import * as l10n from "@vscode/l10n";
import { formatCertificateName } from "../../common/messages/certificateMessages.ts";
import { formatAbsoluteTime } from "../../common/messages/dates.ts";
import { formatProjectName } from "../../common/messages/scopes.ts";
import { sanitize } from "../../common/text/sanitize.ts";
import type { HistoryEvent, HistoryEventType } from "../../domain/adminApi.ts";
import type { Certificate } from "../../domain/certificate.ts";

/**
 * Formats a certificate's audit log events, newest first, as plain text.
 * @param nameOf Returns a project's name by its id, or `null` if unknown.
 * @param now Unix seconds.
 */
export function formatHistory(
	certificate: Certificate,
	events: readonly HistoryEvent[],
	nameOf: (projectId: string) => string | null,
	now: number,
): string {
	const header = [
		formatCertificateName(certificate),
		certificate.id,
		l10n.t("From the organization's audit log, as of {0}", formatAbsoluteTime(now)),
	];
	const lines = events.map((event) =>
		[formatAbsoluteTime(event.at), formatEvent(event, nameOf), formatActor(event)].join("\n    "),
	);
	const body =
		lines.length > 0
			? lines
			: [l10n.t("The audit log has no entries for this certificate. It might be turned off at OpenAI.")];
	return `${[header.join("\n"), ...body].join("\n\n")}\n`;
}

function formatEvent(
	{ type, projectId, certificateIds }: HistoryEvent,
	nameOf: (projectId: string) => string | null,
): string {
	const action = formatType(type);
	const hasScope = type === "activated" || type === "deactivated";
	const scoped =
		projectId !== null
			? l10n.t("{0} in project “{1}”", action, formatProjectName({ id: projectId, name: nameOf(projectId) }))
			: hasScope
				? l10n.t("{0} in the organization", action)
				: action;
	const count = certificateIds.length;
	return count > 1 ? l10n.t("{0}, {1} certificates at once", scoped, count) : scoped;
}

function formatActor({ actor }: HistoryEvent): string {
	return actor === null ? l10n.t("by an unknown actor") : l10n.t("by {0}", sanitize(actor));
}

function formatType(type: HistoryEventType): string {
	switch (type) {
		case "created":
			return l10n.t("uploaded");
		case "updated":
			return l10n.t("renamed");
		case "deleted":
			return l10n.t("deleted");
		case "activated":
			return l10n.t("activated");
		case "deactivated":
			return l10n.t("deactivated");
	}
}
