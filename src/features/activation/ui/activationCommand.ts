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
import { settledWords } from "../activationMessages.ts";
import { accountWords } from "../activationResultMessages.ts";
import { activeAfter, assessDeactivation, isAlreadyApplied } from "../deactivationImpact.ts";
import { tellSwitched } from "./activationNotification.ts";
import { confirmDeactivation, confirmInOrganization, confirmInProjects } from "./activationPrompts.ts";
import { isNew, wasSaid } from "./saidOnce.ts";
import { askForScopes } from "./scopePicker.ts";

/** What activating and deactivating need. */
export interface ActivationCommands extends CommandContext, SelfAccessDeps {
	/** Remembers what was said once. */
	readonly memory: vscode.Memento;
}

/** How it is before certificates are switched. */
interface Situation {
	readonly basis: ActivationSnapshot;
	readonly subjects: readonly CertificateWithContent[];
	/** `null` where this extension's own calls are not at stake. */
	readonly access: SelfAccess | null;
}

/**
 * Activates or deactivates certificates where the person says.
 * @param near The scope whose row was chosen, if any.
 * @throws Failure, Cancelled
 */
export async function switchCertificates(
	commands: ActivationCommands,
	chosen: readonly Certificate[],
	active: boolean,
	near: Scope | null,
): Promise<void> {
	const { organizationRef } = await requireConnection(commands);
	const scopes = await askForScopes(commands, chosen, active, near);
	const target = { organizationRef, scopes, ids: chosen.map(({ id }) => id) };
	const nameOf = projectNamed(commands);
	const accounts = await retryWhenChanged(async (changed) => {
		const reading = l10n.t("Reading how it is now…");
		const situation = await withCancellableProgress(reading, (signal) =>
			lookAt(commands, target, chosen, active, signal),
		);
		const { basis, subjects } = situation;
		if (isAlreadyApplied(basis, target.ids, active)) return null;
		await confirm(commands, situation, active, changed);
		const what = subjectsWords(subjects.map(({ certificate }) => certificate));
		const title = active ? l10n.t("Activating {0}…", what) : l10n.t("Deactivating {0}…", what);
		const request = { ...target, active, confirmed: basis };
		return withCancellableProgress(title, (signal) => setActive(commands.organization, request, signal));
	});
	if (accounts) tellSwitched(commands, accountWords(chosen, accounts, active, nameOf), accounts);
	else void showMessage(commands, "information", settledWords(chosen, summarizeScopes(scopes, nameOf), active));
}

/** @throws Failure where none of the scopes can be read; Cancelled */
async function lookAt(
	commands: ActivationCommands,
	target: ActivationTarget,
	chosen: readonly Certificate[],
	active: boolean,
	signal: AbortSignal,
): Promise<Situation> {
	const { organization, certificates } = commands;
	const { ids } = target;
	const basis = await prepareActivation(organization, target, signal);
	const readable = basis.scopes.filter(isReadable);
	const [unread] = basis.scopes;
	if (readable.length === 0 && unread?.problem) throw new ProblemError(unread.problem);
	const fresh = chosen.map((each) => basis.certificates.find(({ id }) => id === each.id) ?? each);
	const { listing } = certificates.state;
	const staying = activeAfter(readable, ids, listing);
	const anchors = active ? [...new Set([...staying, ...ids])] : staying;
	const isAtStake = readable.some(({ scope }) => scope.kind === "organization") && anchors.length > 0;
	const access = isAtStake ? await checkSelfAccess(commands, anchors, signal) : null;
	return { basis, subjects: await loadContents(commands, fresh, signal), access };
}

/** @throws Cancelled unless they are to be switched. */
async function confirm(
	commands: ActivationCommands,
	{ basis, subjects, access }: Situation,
	active: boolean,
	changed: boolean,
): Promise<void> {
	const { certificates, memory } = commands;
	const time = { now: Date.now() / 1000, reminderDays: reminderDays() };
	const nameOf = projectNamed(commands);
	const places = (scopes: readonly Scope[]) => summarizeScopes(scopes, nameOf);
	const readable = basis.scopes.filter(isReadable);
	const unreadable = basis.scopes.filter((each) => !isReadable(each));
	const [first] = unreadable;
	const question = {
		subjects,
		places: places(readable.map(scopeOf)),
		unread: first?.problem ? { places: places(unreadable.map(scopeOf)), problem: first.problem } : null,
		access: access && accessWords(access, time.now),
		changed,
	};
	if (!active) {
		const ids = subjects.map(({ certificate }) => certificate.id);
		const { off, left, unclear } = assessDeactivation(readable, ids, certificates.state.listing);
		const aftermath = { off: places(off), left: places(left), unclear: places(unclear) };
		return confirmDeactivation({ ...question, ...aftermath }, time);
	}
	const open = places(readable.filter((scope) => scope.active.length === 0).map(scopeOf));
	const policies = isNew(memory, "policies");
	if (policies) await wasSaid(memory, "policies");
	const asked = { ...question, open, policies };
	if (!access) return confirmInProjects(asked, time);
	return confirmInOrganization(asked, time, isAccepted(access), () => saveAllPems(commands));
}

function isReadable({ problem }: ScopeSnapshot): boolean {
	return problem === null;
}

function scopeOf({ scope }: ScopeSnapshot): Scope {
	return scope;
}
