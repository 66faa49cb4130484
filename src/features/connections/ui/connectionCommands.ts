import * as l10n from "@vscode/l10n";
import * as vscode from "vscode";
import { SETTINGS } from "../../../common/manifestIds.ts";
import { sanitize } from "../../../common/text/sanitize.ts";
import { pickOne, promptText, type Validation } from "../../../common/ui/prompts.ts";
import { readBaseUrl } from "../../../common/ui/settings.ts";
import { CancelledError, ProblemError, problemOf } from "../../../domain/problem.ts";
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
		detail: connection.id === current?.id ? l10n.t("in use") : "",
		value: connection,
	}));
	const question = { title: l10n.t("Switch connection"), placeholder: l10n.t("Which organization?") };
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
		title: l10n.t("Rename the connection to {0}", hostOf(current)),
		prompt: l10n.t("A name for this organization, for you alone."),
		placeholder: l10n.t("Name"),
		value: current.label,
		validate: (text) => validateLabel(text.trim(), others),
	});
	if (label === current.label) throw new CancelledError();
	await connections.rename(current.id, label);
}

function validateLabel(label: string, others: readonly ConnectionSummary[]): Validation | null {
	if (label === "") return { message: l10n.t("Enter a name."), severity: "error" };
	if (label.length > MAX_LABEL_LENGTH) return { message: l10n.t("This is too long."), severity: "error" };
	if (others.some((other) => other.label === label))
		return { message: l10n.t("Another connection has this name already."), severity: "error" };
	return null;
}

function hostOf({ origin }: ConnectionSummary): string {
	return new URL(origin).host;
}
