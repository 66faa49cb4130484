import type * as vscode from "vscode";
import type { CertificateWithContent } from "../../../common/messages/certificateMessages.ts";
import { labels } from "../../../common/messages/labels.ts";
import { summarizeScopes } from "../../../common/messages/scopes.ts";
import { retryWhenChanged } from "../../../common/retryOnChange.ts";
import { showMessage } from "../../../common/ui/notifications.ts";
import { withCancellableProgress } from "../../../common/ui/progress.ts";
import { readMtlsEndpoint, readReminderDays } from "../../../common/ui/settings.ts";
import type { Certificate } from "../../../domain/certificate.ts";
import { ProblemError } from "../../../domain/problem.ts";
import type { Scope } from "../../../domain/scope.ts";
import { saveAllPems } from "../../certificates/ui/savePemCommand.ts";
import { describeSelfAccess, keepsAccess, type SelfAccess } from "../../clientCheck/clientCheckMessages.ts";
import { checkSelfAccess, type SelfAccessDeps } from "../../clientCheck/ui/selfAccess.ts";
import type { ClientImpact } from "../../clientImpact/clientImpact.ts";
import { type ClientImpactDeps, readClientImpact } from "../../clientImpact/ui/clientImpactPrompt.ts";
import {
	type CommandContext,
	loadContents,
	projectNameById,
	requireConnection,
} from "../../organization/ui/commandContext.ts";
import {
	type ActivationSnapshot,
	type ActivationTarget,
	prepareActivation,
	type ScopeResult,
	type ScopeSnapshot,
	setActive,
} from "../activation.ts";
import {
	type ActivationQuestion,
	activationLabels,
	activationProgressTitle,
	type ConfirmationQuestion,
	describeAlreadyApplied,
	type ImpactSummary,
} from "../activationMessages.ts";
import { describeActivationResults, describeExpiredPredecessor } from "../activationResultMessages.ts";
import { activeAfterDeactivation, assessDeactivation, isAlreadyApplied } from "../deactivationImpact.ts";
import { findExpiredPredecessors } from "../expiredPredecessors.ts";
import { notifyActivationResults } from "./activationNotification.ts";
import { confirmDeactivation, confirmInOrganization, confirmInProjects } from "./activationPrompts.ts";
import { promptForScopes } from "./scopePicker.ts";

const SHOWN_NOTES_KEY = "openaiCertificates.said";

export interface ActivationDeps extends CommandContext, SelfAccessDeps, ClientImpactDeps {
	/** Remembers which notes were shown once. */
	readonly globalState: vscode.Memento;
}

/** The state that the user confirms. */
interface ActivationPreview {
	readonly snapshot: ActivationSnapshot;
	readonly subjects: readonly CertificateWithContent[];
	/** `null` if this extension's own calls are not affected. */
	readonly access: SelfAccess | null;
	/** The effect on the known clients; `null` if none is known. */
	readonly clients: ClientImpact | null;
}

/**
 * Activates or deactivates certificates in scopes that the user picks.
 * @param clickedScope The scope of the clicked row, if any.
 * @throws ProblemError; CancelledError
 */
export async function changeActivation(
	deps: ActivationDeps,
	chosen: readonly Certificate[],
	active: boolean,
	clickedScope: Scope | null,
): Promise<void> {
	const { organizationRef } = await requireConnection(deps);
	const scopes = await promptForScopes(deps, chosen, active, clickedScope);
	const target = { organizationRef, scopes, ids: chosen.map(({ id }) => id) };
	const nameOf = projectNameById(deps);
	const done = await retryWhenChanged(async (changed) => {
		const preview = await withCancellableProgress(labels.checkingCurrentState, (signal) =>
			loadPreview(deps, target, chosen, active, signal),
		);
		const { snapshot, subjects } = preview;
		if (isAlreadyApplied(snapshot, target.ids, active)) return null;
		await confirm(deps, preview, active, changed);
		const certificates = subjects.map(({ certificate }) => certificate);
		const title = activationProgressTitle(certificates, active);
		const request = { ...target, active, confirmed: snapshot };
		const results = await withCancellableProgress(title, (signal) => setActive(deps.organization, request, signal));
		return { subjects, results };
	});
	if (!done)
		return void showMessage(
			deps,
			"information",
			describeAlreadyApplied(chosen, summarizeScopes(scopes, nameOf), active),
		);
	const { subjects, results } = done;
	notifyActivationResults(deps, describeActivationResults(chosen, results, active, nameOf), results);
	if (active) await offerDeactivation(deps, subjects, results);
}

/** Points out expired certificates that are active beside an activated renewal. @throws as `changeActivation` */
async function offerDeactivation(
	deps: ActivationDeps,
	subjects: readonly CertificateWithContent[],
	results: readonly ScopeResult[],
): Promise<void> {
	// Without access, the other certificates cannot be read or deactivated here.
	if (results.some(({ lockedOut }) => lockedOut)) return;
	const changed = results.filter((each) => each.changed.length > 0);
	const activated = subjects.filter(({ certificate }) => changed.some((each) => each.changed.includes(certificate.id)));
	const { deactivateExpired } = activationLabels;
	for (const found of await findExpiredPredecessors(deps, activated, changed.map(scopeOf), Date.now() / 1000)) {
		const pressed = await showMessage(deps, "warning", describeExpiredPredecessor(found), deactivateExpired);
		if (pressed) await changeActivation(deps, [found.expired], false, null);
	}
}

/** @throws ProblemError if none of the scopes can be read; CancelledError */
async function loadPreview(
	deps: ActivationDeps,
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
	const remaining = activeAfterDeactivation(readable, ids, listing);
	const anchors = active ? [...new Set([...remaining, ...ids])] : remaining;
	const isAffected = readable.some(({ scope }) => scope.kind === "organization") && anchors.length > 0;
	const access = isAffected ? await checkSelfAccess(deps, anchors, signal) : null;
	const removal = { ids, scopes: readable.map(scopeOf), next: null };
	const clients = active ? null : await readClientImpact(deps, target.organizationRef, removal, signal);
	return { snapshot, subjects: await loadContents(deps, fresh, signal), access, clients };
}

/** @throws CancelledError unless the user confirms. */
async function confirm(
	deps: ActivationDeps,
	{ snapshot, subjects, access, clients }: ActivationPreview,
	active: boolean,
	changed: boolean,
): Promise<void> {
	const { certificates } = deps;
	const time = { now: Date.now() / 1000, reminderDays: readReminderDays() };
	const nameOf = projectNameById(deps);
	const summarize = (scopes: readonly Scope[]) => summarizeScopes(scopes, nameOf);
	const readable = snapshot.scopes.filter(isReadable);
	const unreadable = snapshot.scopes.filter((each) => !isReadable(each));
	const [first] = unreadable;
	const question: ConfirmationQuestion = {
		subjects,
		scopes: summarize(readable.map(scopeOf)),
		unread: first?.problem ? { scopes: summarize(unreadable.map(scopeOf)), problem: first.problem } : null,
		access: access && describeSelfAccess(access, time.now),
		changed,
	};
	if (!active) {
		const ids = subjects.map(({ certificate }) => certificate.id);
		const impact = assessDeactivation(readable, ids, certificates.state.listing);
		const summary: ImpactSummary = {
			unenforced: summarize(impact.unenforced),
			inheritedOnly: summarize(impact.inheritedOnly),
			unknown: summarize(impact.unknown),
		};
		return confirmDeactivation(deps, { ...question, ...summary, clients }, time);
	}
	const unenforced = readable.filter((scope) => scope.active.length === 0);
	const isFirst = isFirstTime(deps.globalState, "policies");
	if (isFirst) await rememberShown(deps.globalState, "policies");
	const activation: ActivationQuestion = {
		...question,
		unenforced: summarize(unenforced.map(scopeOf)),
		endpoint: readMtlsEndpoint(),
		showPolicyNote: isFirst,
	};
	if (!access) return confirmInProjects(activation, time);
	return confirmInOrganization(activation, time, keepsAccess(access), () => saveAllPems(deps));
}

function isReadable({ problem }: ScopeSnapshot): boolean {
	return problem === null;
}

function scopeOf({ scope }: { readonly scope: Scope }): Scope {
	return scope;
}

/** Notes that are shown only once on this computer. */
type OneTimeNote = "policies";

/** True if a note was not shown yet. */
function isFirstTime(globalState: vscode.Memento, note: OneTimeNote): boolean {
	return !globalState.get<readonly string[]>(SHOWN_NOTES_KEY, []).includes(note);
}

/** Remembers that a note was shown. */
async function rememberShown(globalState: vscode.Memento, note: OneTimeNote): Promise<void> {
	const shown = globalState.get<readonly string[]>(SHOWN_NOTES_KEY, []);
	await globalState.update(SHOWN_NOTES_KEY, [...new Set([...shown, note])]);
}
