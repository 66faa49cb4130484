import * as vscode from "vscode";
import { SETTINGS } from "../../../common/manifestIds.ts";
import { describeNameIssue } from "../../../common/messages/certificateNameMessages.ts";
import { labels } from "../../../common/messages/labels.ts";
import { sanitize } from "../../../common/text/sanitize.ts";
import { pickOne, promptText, type Validation } from "../../../common/ui/prompts.ts";
import { readBaseUrl } from "../../../common/ui/settings.ts";
import { CancelledError, ProblemError, problemOf } from "../../../domain/problem.ts";
import { connectionLabels, describeNameTooLong, renameConnectionTitle } from "../connectionMessages.ts";
import type { ConnectionStore, ConnectionSummary } from "./connectionStore.ts";

const MAX_LABEL_LENGTH = 60;

/** Prompts for the connection to use. @throws ProblemError, CancelledError */
export async function switchConnection(connections: ConnectionStore): Promise<void> {
	const current = await connections.current();
	const all = await connections.all();
	if (all.length === 0) throw new ProblemError({ reason: "no-key" });
	const choices = all.map((connection) => ({
		label: sanitize(connection.label),
		description: hostOf(connection),
		detail: connection.id === current?.id ? labels.current : "",
		value: connection,
	}));
	const question = { title: connectionLabels.switchTitle, placeholder: connectionLabels.switchPlaceholder };
	const chosen = await pickOne(
		question,
		choices,
		choices.find(({ value }) => value.id !== current?.id),
	);
	// A key is only sent to its own host, so the base URL must follow the user's choice.
	if (!matchesBaseUrl(chosen))
		await vscode.workspace
			.getConfiguration()
			.update(SETTINGS.baseUrl, chosen.origin + chosen.path, vscode.ConfigurationTarget.Global);
	await connections.use(chosen.id);
}

/** True if the base URL is this connection's. An invalid base URL matches no connection. */
function matchesBaseUrl(connection: ConnectionSummary): boolean {
	try {
		const { origin, path } = readBaseUrl();
		return origin === connection.origin && path === connection.path;
	} catch (thrown) {
		if (!problemOf(thrown)) throw thrown;
		return false;
	}
}

/** Prompts for a new label of the connection in use. @throws ProblemError, CancelledError */
export async function renameConnection(connections: ConnectionStore): Promise<void> {
	const current = await connections.current();
	if (!current) throw new ProblemError({ reason: "no-key" });
	const others = (await connections.all()).filter(({ id }) => id !== current.id);
	const label = await promptText({
		title: renameConnectionTitle(hostOf(current)),
		prompt: connectionLabels.renamePrompt,
		placeholder: labels.name,
		value: current.label,
		validate: (text) => validateLabel(text.trim(), others),
	});
	if (label === current.label) throw new CancelledError();
	await connections.rename(current.id, label);
}

function validateLabel(label: string, others: readonly ConnectionSummary[]): Validation | null {
	if (label === "") return { message: describeNameIssue("blank"), severity: "error" };
	if (label.length > MAX_LABEL_LENGTH) return { message: describeNameTooLong(MAX_LABEL_LENGTH), severity: "error" };
	if (others.some((other) => other.label === label)) return { message: connectionLabels.nameTaken, severity: "error" };
	return null;
}

function hostOf({ origin }: ConnectionSummary): string {
	return new URL(origin).host;
}
