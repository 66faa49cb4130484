import * as l10n from "@vscode/l10n";
import type * as vscode from "vscode";
import { type CertificateWithContent, subjectsWords } from "../../../common/messages/certificateMessages.ts";
import { summarizeScopes } from "../../../common/messages/scopes.ts";
import { retryWhenChanged } from "../../../common/retryOnChange.ts";
import { showMessage } from "../../../common/ui/notifications.ts";
import { withCancellableProgress } from "../../../common/ui/progress.ts";
import { reminderDays } from "../../../common/ui/settings.ts";
import type { Certificate } from "../../../domain/certificate.ts";
import { ProblemError } from "../../../domain/problem.ts";
import type { Scope } from "../../../domain/scope.ts";
import { saveAllPems } from "../../certificates/ui/savePemCommand.ts";
import { accessWords, isAccepted, type SelfAccess } from "../../clientCheck/clientCheckMessages.ts";
import { checkSelfAccess, type SelfAccessDeps } from "../../clientCheck/ui/selfAccess.ts";
import {
	type CommandContext,
	loadContents,
	projectNamed,
	requireConnection,
} from "../../organization/ui/commandContext.ts";
import {
	type ActivationSnapshot,
	type ActivationTarget,
	prepareActivation,
	type ScopeSnapshot,
	setActive,
} from "../activation.ts";
import {
	type ActivationQuestion,
	type ConfirmationQuestion,
	type ImpactSummary,
	settledWords,
} from "../activationMessages.ts";
import { accountWords } from "../activationResultMessages.ts";
import { activeAfter, assessDeactivation, isAlreadyApplied } from "../deactivationImpact.ts";
import { tellSwitched } from "./activationNotification.ts";
import { confirmDeactivation, confirmInOrganization, confirmInProjects } from "./activationPrompts.ts";
import { isNew, wasSaid } from "./saidOnce.ts";
import { askForScopes } from "./scopePicker.ts";

export interface ActivationCommands extends CommandContext, SelfAccessDeps {
	/** Remembers which notes were shown once. */
	readonly memory: vscode.Memento;
}

/** The state that the user confirms. */
interface ActivationPreview {
	readonly snapshot: ActivationSnapshot;
	readonly subjects: readonly CertificateWithContent[];
	/** `null` if this extension's own calls are not affected. */
	readonly access: SelfAccess | null;
}

/**
 * Activates or deactivates certificates in scopes that the user picks.
 * @param clickedScope The scope of the clicked row, if any.
 * @throws ProblemError; CancelledError
 */
export async function switchCertificates(
	deps: ActivationCommands,
	chosen: readonly Certificate[],
	active: boolean,
	clickedScope: Scope | null,
): Promise<void> {
	const { organizationRef } = await requireConnection(deps);
	const scopes = await askForScopes(deps, chosen, active, clickedScope);
	const target = { organizationRef, scopes, ids: chosen.map(({ id }) => id) };
	const nameOf = projectNamed(deps);
	const results = await retryWhenChanged(async (changed) => {
		const reading = l10n.t("Reading how it is now…");
		const preview = await withCancellableProgress(reading, (signal) =>
			loadPreview(deps, target, chosen, active, signal),
		);
		const { snapshot, subjects } = preview;
		if (isAlreadyApplied(snapshot, target.ids, active)) return null;
		await confirm(deps, preview, active, changed);
		const label = subjectsWords(subjects.map(({ certificate }) => certificate));
		const title = active ? l10n.t("Activating {0}…", label) : l10n.t("Deactivating {0}…", label);
		const request = { ...target, active, confirmed: snapshot };
		return withCancellableProgress(title, (signal) => setActive(deps.organization, request, signal));
	});
	if (results) tellSwitched(deps, accountWords(chosen, results, active, nameOf), results);
	else void showMessage(deps, "information", settledWords(chosen, summarizeScopes(scopes, nameOf), active));
}

/** @throws ProblemError if none of the scopes can be read; CancelledError */
async function loadPreview(
	deps: ActivationCommands,
	target: ActivationTarget,
	chosen: readonly Certificate[],
	active: boolean,
	signal: AbortSignal,
): Promise<ActivationPreview> {
	const { organization, certificates } = deps;
	const { ids } = target;
	const snapshot = await prepareActivation(organization, target, signal);
	const readable = snapshot.scopes.filter(isReadable);
	const [unread] = snapshot.scopes;
	if (readable.length === 0 && unread?.problem) throw new ProblemError(unread.problem);
	const fresh = chosen.map((each) => snapshot.certificates.find(({ id }) => id === each.id) ?? each);
	const { listing } = certificates.state;
	const remaining = activeAfter(readable, ids, listing);
	const anchors = active ? [...new Set([...remaining, ...ids])] : remaining;
	const isAffected = readable.some(({ scope }) => scope.kind === "organization") && anchors.length > 0;
	const access = isAffected ? await checkSelfAccess(deps, anchors, signal) : null;
	return { snapshot, subjects: await loadContents(deps, fresh, signal), access };
}

/** @throws CancelledError unless the user confirms. */
async function confirm(
	deps: ActivationCommands,
	{ snapshot, subjects, access }: ActivationPreview,
	active: boolean,
	changed: boolean,
): Promise<void> {
	const { certificates } = deps;
	const time = { now: Date.now() / 1000, reminderDays: reminderDays() };
	const nameOf = projectNamed(deps);
	const summarize = (scopes: readonly Scope[]) => summarizeScopes(scopes, nameOf);
	const readable = snapshot.scopes.filter(isReadable);
	const unreadable = snapshot.scopes.filter((each) => !isReadable(each));
	const [first] = unreadable;
	const question: ConfirmationQuestion = {
		subjects,
		places: summarize(readable.map(scopeOf)),
		unread: first?.problem ? { places: summarize(unreadable.map(scopeOf)), problem: first.problem } : null,
		access: access && accessWords(access, time.now),
		changed,
	};
	if (!active) {
		const ids = subjects.map(({ certificate }) => certificate.id);
		const impact = assessDeactivation(readable, ids, certificates.state.listing);
		const summary: ImpactSummary = {
			off: summarize(impact.off),
			left: summarize(impact.left),
			unclear: summarize(impact.unclear),
		};
		return confirmDeactivation({ ...question, ...summary }, time);
	}
	const unenforced = readable.filter((scope) => scope.active.length === 0);
	const isFirst = isNew(deps.memory, "policies");
	if (isFirst) await wasSaid(deps.memory, "policies");
	const activation: ActivationQuestion = {
		...question,
		open: summarize(unenforced.map(scopeOf)),
		policies: isFirst,
	};
	if (!access) return confirmInProjects(activation, time);
	return confirmInOrganization(activation, time, isAccepted(access), () => saveAllPems(deps));
}

function isReadable({ problem }: ScopeSnapshot): boolean {
	return problem === null;
}

function scopeOf({ scope }: ScopeSnapshot): Scope {
	return scope;
}
