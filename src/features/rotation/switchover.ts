import { limitConcurrency } from "../../common/concurrency.ts";
import type { Certificate } from "../../domain/certificate.ts";
import { isCancelled, isOutcomeUnknown, type Problem, problemOf } from "../../domain/problem.ts";
import type { Scope } from "../../domain/scope.ts";
import { applyToScopes, type ScopeResult } from "../activation/activation.ts";
import { isActive, isComplete } from "../organization/activeScopes.ts";
import type { OrganizationSession } from "../organization/organizationSession.ts";
import { MOST_AT_ONCE } from "../organization/projectStore.ts";
import type { SwitchoverResult } from "./rotationResult.ts";

/** Ids: which is to go and which is to be active. */
export interface Roles {
	readonly from: string;
	readonly to: string;
	/** Whether the organization imposes `from`, so that a project's list may not tell whether it is active there itself. */
	readonly imposed: boolean;
	/** Whether the person was told that `from` goes there; else it was not active, and must not have become so. */
	readonly goes: boolean;
}

/**
 * Hands one scope over. Nothing is deactivated unless a fresh read showed what is to go as active, and after it an
 * activation of the other one was answered; the deactivation follows at once, is sent once, and is read back. An own write
 * counts for nothing in that, for somebody else may have undone it. Where neither of the two is active then, what was
 * deactivated is activated at once.
 */
export async function switchOver(
	session: OrganizationSession,
	scope: Scope,
	{ from, to, imposed, goes }: Roles,
	signal?: AbortSignal,
): Promise<SwitchoverResult> {
	const told = accountOf(scope);
	const before = await attempt(() => session.scope(scope, signal));
	if ("ended" in before) return told("failed", before.ended);
	const { listing, problem } = before.value;
	const [wasFrom, wasTo] = [from, to].map((id) => isActive(id, listing));
	if (!listing || !isComplete(listing) || wasFrom === undefined || wasTo === undefined)
		return told("failed", problem ?? unread(scope));
	if (!wasFrom) return told(wasTo ? "done" : "neither");
	if (!goes) return told("failed", { reason: "changed-meanwhile" });

	const activated = await attempt(() => session.setActive(scope, [to], true, signal));
	take(session, scope, to, activated);
	if ("ended" in activated) return told("failed", activated.ended);
	if (signal?.aborted) return told("failed");
	try {
		const deactivated = await attempt(() => session.setActive(scope, [from], false, signal, true));
		take(session, scope, from, deactivated);

		// Without the signal: also who cancelled has to know how it is now.
		const after = await session.scope(scope);
		const served = after.served ?? null;
		const [isFrom, isTo] = [from, to].map((id) => isActive(id, served));
		// Somebody else has undone it, so that it must not be laid over the lists any more.
		if (isTo === false) session.recordWrite({ kind: "unknown", id: to, field: "active" }, scope);
		if (isFrom === false && isTo === false) {
			// One certificate too many does no harm, so that no lock keeps from it.
			const [account] = await activate(session.unlocked(), [scope], from);
			return account?.changed.length ? told("restored") : told("emptied", account?.problem);
		}
		const isRead = served && isComplete(served) && isFrom !== undefined && isTo !== undefined;
		if (!("ended" in deactivated)) return isRead ? told("done") : told("unread", after.problem ?? unread(scope));
		const { ended } = deactivated;
		if (ended && !isOutcomeUnknown(ended)) return told("failed", ended);
		if (isFrom === undefined || (isFrom && imposed)) return told("unknown", ended);
		return isFrom ? told("failed", ended) : told("done");
	} catch (defect) {
		return { ...(await restored(session, scope, { from, to, imposed })), defect };
	}
}

/** Says what became of a scope. */
function accountOf(scope: Scope) {
	return (outcome: SwitchoverResult["outcome"], problem: Problem | null = null): SwitchoverResult => ({
		scope,
		outcome,
		problem,
	});
}

/** As at the end of a hand-over, past the lists: after a defect, which may be one of what follows them. */
async function restored(
	{ service }: OrganizationSession,
	scope: Scope,
	{ from, to, imposed }: Omit<Roles, "goes">,
): Promise<SwitchoverResult> {
	const told = accountOf(scope);
	const read = () => (scope.kind === "project" ? service.projectCertificates(scope.id) : service.list());
	const listing = await read().catch(() => null);
	const [isFrom, isTo] = [from, to].map((id) => isActive(id, listing));
	if (isFrom === undefined || isTo === undefined || (isFrom && imposed)) return told("unknown");
	if (isFrom) return told("failed");
	if (isTo) return told("done");
	try {
		await service.setActive(scope, [from], true);
		return told("restored");
	} catch (thrown) {
		return told("emptied", problemOf(thrown));
	}
}

/**
 * Activates a certificate where another one is active by a fresh read right before: where none is, that would be the
 * beginning of refusing clients without one. It ends at the first scope where the other one is not.
 */
export async function activateAlongside(
	session: OrganizationSession,
	scopes: readonly Scope[],
	id: string,
	beside: string,
	signal?: AbortSignal,
): Promise<readonly ScopeResult[]> {
	return activate(session, scopes, id, signal, async (scope) => {
		const reading = await attempt(() => session.scope(scope, signal));
		// The activation tells that it was cancelled.
		if ("ended" in reading) return reading.ended;
		const { listing, problem } = reading.value;
		const isBeside = isActive(beside, listing);
		if (isBeside === undefined) return problem ?? unread(scope);
		return isBeside ? null : { reason: "changed-meanwhile" };
	});
}

/**
 * Activates a certificate in some scopes, and reads those: as long as no list has confirmed a write, it would hide what
 * others do there.
 */
export async function activate(
	session: OrganizationSession,
	scopes: readonly Scope[],
	id: string,
	signal?: AbortSignal,
	refuse?: (scope: Scope) => Promise<Problem | null>,
): Promise<readonly ScopeResult[]> {
	const accounts = await applyToScopes(session, scopes, [id], true, signal, refuse);
	const inTurn = limitConcurrency(MOST_AT_ONCE);
	const changed = accounts.filter((account) => account.changed.length > 0);
	await Promise.all(changed.map(({ scope }) => inTurn(() => session.scope(scope))));
	return accounts;
}

/** How a call ended that failed: by a problem, or cancelled. */
type Attempt<T> = { readonly value: T } | { readonly ended: Problem | null };

/** @throws what is neither a Failure nor a Cancelled */
async function attempt<T>(call: () => Promise<T>): Promise<Attempt<T>> {
	try {
		return { value: await call() };
	} catch (thrown) {
		const problem = problemOf(thrown);
		if (!problem && !isCancelled(thrown)) throw thrown;
		return { ended: problem };
	}
}

/** Has the lists show what a switch did. */
function take(
	session: OrganizationSession,
	scope: Scope,
	id: string,
	attempted: Attempt<readonly Certificate[]>,
): void {
	if (!("ended" in attempted))
		for (const certificate of attempted.value)
			session.recordWrite({ kind: "changed", certificate, field: "active" }, scope);
	else if (!attempted.ended || isOutcomeUnknown(attempted.ended))
		session.recordWrite({ kind: "unknown", id, field: "active" }, scope);
}

function unread(scope: Scope): Problem {
	const isProject = scope.kind === "project";
	return {
		reason: "scopes-unread",
		organization: !isProject,
		allProjects: false,
		projects: isProject ? [{ id: scope.id, name: null }] : [],
		why: null,
	};
}
