import * as l10n from "@vscode/l10n";
import { nameWords } from "../../common/messages/certificateMessages.ts";
import { absoluteTime } from "../../common/messages/dates.ts";
import { sanitize } from "../../common/messages/sanitize.ts";
import { projectName } from "../../common/messages/scopes.ts";
import type { HistoryEvent, HistoryEventType } from "../../domain/administration.ts";
import type { Certificate } from "../../domain/certificate.ts";

/**
 * What was done to a certificate, newest first, as a text to read.
 * @param nameOf The name of a project by its id, where it is known.
 * @param now Unix seconds.
 */
export function historyWords(
	certificate: Certificate,
	events: readonly HistoryEvent[],
	nameOf: (projectId: string) => string | null,
	now: number,
): string {
	const head = [
		nameWords(certificate),
		certificate.id,
		l10n.t("From the organization's audit log, as of {0}", absoluteTime(now)),
	];
	const lines = events.map((event) =>
		[absoluteTime(event.at), eventWords(event, nameOf), actorWords(event)].join("\n    "),
	);
	const body =
		lines.length > 0 ? lines : [l10n.t("The audit log tells nothing of it. It may be switched off at OpenAI.")];
	return `${[head.join("\n"), ...body].join("\n\n")}\n`;
}

function eventWords(
	{ type, projectId, certificateIds }: HistoryEvent,
	nameOf: (projectId: string) => string | null,
): string {
	const what = typeWords(type);
	const isScoped = type === "activated" || type === "deactivated";
	const where =
		projectId !== null
			? l10n.t("{0} in project “{1}”", what, projectName({ id: projectId, name: nameOf(projectId) }))
			: isScoped
				? l10n.t("{0} in the organization", what)
				: what;
	const count = certificateIds.length;
	return count > 1 ? l10n.t("{0}, {1} certificates at once", where, count) : where;
}

function actorWords({ actor }: HistoryEvent): string {
	return actor === null ? l10n.t("by somebody whom the audit log does not name") : l10n.t("by {0}", sanitize(actor));
}

function typeWords(type: HistoryEventType): string {
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
