import * as vscode from "vscode";
import { untilAborted } from "../../../common/concurrency.ts";
import type { ModalText } from "../../../common/messages/interfaceMessages.ts";
import { labels } from "../../../common/messages/labels.ts";
import type { NotificationDeps } from "../../../common/ui/notifications.ts";
import { CancelledError, problemOf } from "../../../domain/problem.ts";
import { scopeKey } from "../../../domain/scope.ts";
import { readScopeAnchors } from "../../clients/clientStatus.ts";
import type { ClientJudge } from "../../clients/judgeClients.ts";
import type { KnownClient } from "../../clients/knownClient.ts";
import type { EnforcementIndex } from "../../organization/enforcementIndex.ts";
import {
	type CommandContext,
	loadContents,
	projectNameById,
	refreshProjects,
} from "../../organization/ui/commandContext.ts";
import { type AnchorRemoval, findAnchorChanges } from "../anchorChanges.ts";
import { assessClients, type ClientImpact } from "../clientImpact.ts";
import { clientImpactLabels, formatClientList } from "../clientImpactMessages.ts";

export interface ClientImpactDeps extends Pick<CommandContext, "certificates" | "projects"> {
	readonly enforcement: EnforcementIndex;
	readonly clientJudge: ClientJudge;
	/** Returns the known clients of an organization, with what their files contain now. @throws ProblemError */
	readonly readKnownClients: (organizationRef: string, signal: AbortSignal) => Promise<readonly KnownClient[]>;
}

export interface ClientPromptDeps extends NotificationDeps, Pick<CommandContext, "projects"> {}

/**
 * Returns the effect of a deactivation on the known clients, by lists that were just read. Reads the projects for a
 * deactivation in the organization, and missing contents.
 * @returns `null` if no client is known, or nothing changes.
 * @throws CancelledError
 */
export async function readClientImpact(
	deps: ClientImpactDeps,
	organizationRef: string,
	removal: AnchorRemoval,
	signal: AbortSignal,
): Promise<ClientImpact | null> {
	// A file on a network drive may not answer for seconds.
	const clients = await untilAborted(deps.readKnownClients(organizationRef, signal), signal).catch(
		(thrown): ClientImpact => {
			const problem = problemOf(thrown);
			if (!problem) throw thrown;
			return { kind: "unread", problem };
		},
	);
	if ("kind" in clients) return clients;
	if (clients.length === 0 || removal.scopes.length === 0) return null;
	const removesInherited = removal.scopes.some(({ kind }) => kind === "organization");
	if (removesInherited) await refreshProjects(deps, signal);
	const { scopes, allScopes } = readScopeAnchors(deps);
	const changes = findAnchorChanges(scopes, removal, deps.enforcement);
	const known = new Set(scopes.map(({ scope }) => scopeKey(scope)));
	const areAllKnown = removal.scopes.every((scope) => known.has(scopeKey(scope))) && (allScopes || !removesInherited);
	const anchors = changes.flatMap(({ before, after }) => [...before.certificates, ...after.certificates]);
	const distinct = [...new Map(anchors.map((each) => [each.id, each])).values()];
	const contents = new Map(
		(await loadContents(deps, distinct, signal)).map(({ certificate, content }) => [certificate.id, content?.der]),
	);
	const contentOf = (id: string) => contents.get(id) ?? null;
	const judging = { judge: deps.clientJudge, contentOf, now: Date.now() / 1000, signal };
	return assessClients(clients, { changes, allScopes: areAllKnown }, judging);
}

/**
 * Asks a modal question before a deactivation. If known clients are affected, the first button shows them instead of
 * declining, because Enter presses it.
 * @returns the pressed button of `accepting`.
 * @throws CancelledError after another button, or none
 */
export async function promptWithClients(
	deps: ClientPromptDeps,
	{ message, detail }: ModalText,
	impact: ClientImpact | null,
	decline: string,
	...accepting: readonly string[]
): Promise<string> {
	const { showClients } = labels;
	const isAffected = impact?.kind === "judged" && impact.rejected.length + impact.unknown.length > 0;
	const first = isAffected ? showClients : decline;
	const chosen = await vscode.window.showWarningMessage(message, { modal: true, detail }, first, ...accepting);
	if (chosen !== undefined && accepting.includes(chosen)) return chosen;
	if (isAffected && chosen === showClients)
		await deps.documents.show(
			clientImpactLabels.documentTitle,
			formatClientList(impact, projectNameById(deps), Date.now() / 1000),
		);
	throw new CancelledError();
}
