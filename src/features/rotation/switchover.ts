import { limitConcurrency } from "../../common/concurrency.ts";
import type { Certificate } from "../../domain/certificate.ts";
import { isCancelled, isOutcomeUnknown, type Problem, problemOf } from "../../domain/problem.ts";
import type { Scope } from "../../domain/scope.ts";
import { applyToScopes, type ScopeResult } from "../activation/activation.ts";
import { isActive, isComplete } from "../organization/activeScopes.ts";
import type { OrganizationSession } from "../organization/organizationSession.ts";
import { MAX_CONCURRENT_REQUESTS } from "../organization/projectStore.ts";
import type { SwitchoverResult } from "./rotationResult.ts";

/** The ids of the certificates of a switchover: `from` is deactivated, and `to` is activated. */
export interface SwitchoverRequest {
	readonly from: string;
	readonly to: string;
	/** True if a project inherits `from`: its list may then not show its direct activation. */
	readonly inherited: boolean;
	/** True if the person confirmed deactivating `from`; else `from` must still be inactive. */
	readonly expectedActive: boolean;
}

/**
 * Replaces `from` with `to` in one scope. Must deactivate only after a fresh read showed `from` as active, and after an
 * activation of `to` was then answered. The deactivation follows at once, is sent once, and is read back. Never relies
 * on an own write, because somebody else may have undone the write. If neither is active then, reactivates `from` at
 * once.
 */
export async function switchOver(
	session: OrganizationSession,
	scope: Scope,
	{ from, to, inherited, expectedActive }: SwitchoverRequest,
	signal?: AbortSignal,
): Promise<SwitchoverResult> {
	const result = resultFor(scope);
	const before = await attempt(() => session.scope(scope, signal));
	if ("ended" in before) return result("failed", before.ended);
	const { listing, problem } = before.value;
	const [wasFrom, wasTo] = [from, to].map((id) => isActive(id, listing));
	if (!listing || !isComplete(listing) || wasFrom === undefined || wasTo === undefined)
		return result("failed", problem ?? unreadProblem(scope));
	if (!wasFrom) return result(wasTo ? "done" : "neither");
	if (!expectedActive) return result("failed", { reason: "changed-meanwhile" });

	const activated = await attempt(() => session.setActive(scope, [to], true, signal));
	recordAttempt(session, scope, to, activated);
	if ("ended" in activated) return result("failed", activated.ended);
	if (signal?.aborted) return result("failed");
	try {
		const deactivated = await attempt(() => session.setActive(scope, [from], false, signal, true));
		recordAttempt(session, scope, from, deactivated);

		// Without the signal: the result must show the current state also if cancelled.
		const after = await session.scope(scope);
		const served = after.served ?? null;
		const [isFrom, isTo] = [from, to].map((id) => isActive(id, served));
		// Somebody else undid the activation: it must not be applied to the lists any more.
		if (isTo === false) session.recordWrite({ kind: "unknown", id: to, field: "active" }, scope);
		if (isFrom === false && isTo === false) {
			// Needs no lock: an extra active certificate does no harm.
			const [reactivation] = await activateAndRead(session.withoutLock(), [scope], from);
			return reactivation?.changed.length ? result("restored") : result("emptied", reactivation?.problem);
		}
		const isRead = served && isComplete(served) && isFrom !== undefined && isTo !== undefined;
		if (!("ended" in deactivated))
			return isRead ? result("done") : result("unread", after.problem ?? unreadProblem(scope));
		const { ended } = deactivated;
		if (ended && !isOutcomeUnknown(ended)) return result("failed", ended);
		if (isFrom === undefined || (isFrom && inherited)) return result("unknown", ended);
		return isFrom ? result("failed", ended) : result("done");
	} catch (defect) {
		return { ...(await recover(session, scope, { from, to, inherited })), defect };
	}
}

/** Returns a function that builds the scope's result. */
function resultFor(scope: Scope) {
	return (outcome: SwitchoverResult["outcome"], problem: Problem | null = null): SwitchoverResult => ({
		scope,
		outcome,
		problem,
	});
}

/** Like the end of `switchOver`, but bypasses the lists: their listeners may have caused the unexpected error. */
async function recover(
	{ service }: OrganizationSession,
	scope: Scope,
	{ from, to, inherited }: Pick<SwitchoverRequest, "from" | "to" | "inherited">,
): Promise<SwitchoverResult> {
	const result = resultFor(scope);
	const read = () => (scope.kind === "project" ? service.projectCertificates(scope.id) : service.list());
	const listing = await read().catch(() => null);
	const [isFrom, isTo] = [from, to].map((id) => isActive(id, listing));
	if (isFrom === undefined || isTo === undefined || (isFrom && inherited)) return result("unknown");
	if (isFrom) return result("failed");
	if (isTo) return result("done");
	try {
		await service.setActive(scope, [from], true);
		return result("restored");
	} catch (thrown) {
		return result("emptied", problemOf(thrown));
	}
}

/**
 * Activates a certificate in scopes where a fresh read right before shows `beside` as active. Where no certificate is
 * active, OpenAI would reject clients without a certificate from then on. Stops at the first scope where `beside` isn't
 * shown as active.
 */
export async function activateAlongside(
	session: OrganizationSession,
	scopes: readonly Scope[],
	id: string,
	beside: string,
	signal?: AbortSignal,
): Promise<readonly ScopeResult[]> {
	return activateAndRead(session, scopes, id, signal, async (scope) => {
		const reading = await attempt(() => session.scope(scope, signal));
		// The activation reports the cancellation.
		if ("ended" in reading) return reading.ended;
		const { listing, problem } = reading.value;
		const isBesideActive = isActive(beside, listing);
		if (isBesideActive === undefined) return problem ?? unreadProblem(scope);
		return isBesideActive ? null : { reason: "changed-meanwhile" };
	});
}

/**
 * Activates a certificate in scopes, and reads the changed scopes: until a list confirms a write, the write hides
 * changes by others there.
 */
export async function activateAndRead(
	session: OrganizationSession,
	scopes: readonly Scope[],
	id: string,
	signal?: AbortSignal,
	refuse?: (scope: Scope) => Promise<Problem | null>,
): Promise<readonly ScopeResult[]> {
	const results = await applyToScopes(session, scopes, [id], true, signal, refuse);
	const limit = limitConcurrency(MAX_CONCURRENT_REQUESTS);
	const changed = results.filter((result) => result.changed.length > 0);
	await Promise.all(changed.map(({ scope }) => limit(() => session.scope(scope))));
	return results;
}

/** A call's value, or the problem that ended the call; `null` if cancelled. */
type Attempt<T> = { readonly value: T } | { readonly ended: Problem | null };

/** @throws errors other than ProblemError and CancelledError */
async function attempt<T>(call: () => Promise<T>): Promise<Attempt<T>> {
	try {
		return { value: await call() };
	} catch (thrown) {
		const problem = problemOf(thrown);
		if (!problem && !isCancelled(thrown)) throw thrown;
		return { ended: problem };
	}
}

/** Applies an attempted activation or deactivation to the lists. */
function recordAttempt(
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

/** Returns the problem of a scope whose list was read in part only. */
export function unreadProblem(scope: Scope): Problem {
	const isProject = scope.kind === "project";
	return {
		reason: "scopes-unread",
		organization: !isProject,
		allProjects: false,
		projects: isProject ? [{ id: scope.id, name: null }] : [],
		why: null,
	};
}
