import type { HeldLock } from "../../common/storage/heldLock.ts";
import { isCancelled, type Problem, ProblemError, problemOf } from "../../domain/problem.ts";
import { ORGANIZATION, type Scope, scopeKey } from "../../domain/scope.ts";
import { deleteCertificate } from "../deletion/deleteCertificate.ts";
import { isActive, isComplete } from "../organization/activeScopes.ts";
import { OrganizationSession } from "../organization/organizationSession.ts";
import {
	activeAfterSwitchover,
	assertNoStepIssues,
	pairOf,
	type RotationDeps,
	type RotationScope,
	type RotationSnapshot,
	readConfirmed,
	readRotation,
	undoStep,
} from "./rotation.ts";
import type { RotationPlan } from "./rotationPlan.ts";
import type { RotationPlanStore } from "./rotationPlanStore.ts";
import type { RotationResult, SwitchoverResult } from "./rotationResult.ts";
import { activateAlongside, switchOver, unreadProblem } from "./switchover.ts";

export interface EndRequest {
	/** The state that the person confirmed. */
	readonly confirmed: RotationSnapshot;
	/**
	 * Returns true if this extension's own calls would be accepted with only these certificates active in the
	 * organization. Called before anything is deactivated there.
	 */
	readonly hasSelfAccess: (anchors: readonly string[], signal?: AbortSignal) => Promise<boolean>;
}

export interface FinishRequest extends EndRequest {
	/** True to delete the old certificate, too. */
	readonly deleteOld: boolean;
}

/**
 * Deactivates the old certificate wherever it is active, the organization first, and deletes it on request. In each
 * scope, a fresh read and a successful activation of the new certificate come immediately before, and a read comes
 * after. If neither is active then, reactivates the old certificate at once, and stops.
 * @returns the actual results, also if cancelled on the way.
 * @throws before any change: ProblemError as `startRotation`; `no-rotation`; `own-access`; CancelledError
 */
export async function finishRotation(
	deps: RotationDeps,
	request: FinishRequest,
	signal?: AbortSignal,
): Promise<RotationResult> {
	return endWithLock(deps, request, "finish", signal, async ({ session, fresh, lock }) => {
		const { oldId: from, nextId: to, organizationRef } = pairOf(fresh);
		const withOld = fresh.scopes.filter(({ old }) => old === "active");
		if (scopeKeys(withOld).has("organization")) await assertSelfAccess(request, fresh, from, to, signal);
		// Scopes where neither is active stay unchanged, but are reported.
		const without = fresh.scopes.filter(({ old, next }) => old === "inactive" && !next);
		return {
			scopes: [...withOld, ...without],
			act: ({ scope, old }) =>
				switchOver(session, scope, { from, to, inherited: false, expectedActive: old === "active" }, signal),
			last: async () => {
				if (!request.deleteOld) {
					// A project's own activation may show only now that the project no longer inherits the certificate.
					const { scopes } = await readRotation(deps, session, pairOf(fresh), signal);
					if (scopes.some(({ old }) => old !== "inactive")) throw new ProblemError({ reason: "changed-meanwhile" });
					return false;
				}
				await lock.assertHeld();
				await deleteCertificate(
					deps.organization,
					{ organizationRef, confirmed: { generation: fresh.generation, certificate: fresh.old.certificate } },
					signal,
				);
				return true;
			},
		};
	});
}

/**
 * Restores the planned scopes: mirrors `finishRotation` with swapped roles. The new certificate stays where it was
 * active before. Reactivates the old certificate where only the new certificate is active. Does nothing where neither
 * is active.
 * @returns, @throws as `finishRotation`
 */
export async function undoRotation(
	deps: RotationDeps,
	request: EndRequest,
	signal?: AbortSignal,
): Promise<RotationResult> {
	return endWithLock(deps, request, "undo", signal, async ({ session, fresh, plan }) => {
		const { oldId: to, nextId: from } = pairOf(fresh);
		const scopes = fresh.scopes.filter(({ planned }) => planned);
		const [first] = scopes;
		if (first?.scope.kind === "organization" && undoStep(first, plan) === "switch-back")
			await assertSelfAccess(request, fresh, from, to, signal);
		return {
			scopes,
			act: async (each) => {
				const { scope } = each;
				const step = undoStep(each, plan);
				if (step === "keep-both") {
					// The project's list may have shown a certificate inherited from the organization, which is undone first.
					const { listing, problem } = await session.scope(scope, signal);
					const stays = isActive(from, listing);
					if (stays === undefined) return { scope, outcome: "failed", problem: problem ?? unreadProblem(scope) };
					return { scope, outcome: stays ? "kept" : "done", problem };
				}
				if (step === "reactivate-old") return reactivateOld(session, scope, to, from, signal);
				const inherited = scope.kind === "project" && fresh.activeInOrganization.includes(from);
				return switchOver(session, scope, { from, to, inherited, expectedActive: step === "switch-back" }, signal);
			},
			last: async () => false,
		};
	});
}

/** The state of a finish or undo after its checks, under the lock. */
interface PreparedEnd {
	readonly session: OrganizationSession;
	readonly fresh: RotationSnapshot;
	readonly plan: RotationPlan;
	readonly lock: HeldLock;
}

interface EndSteps {
	/** In execution order. */
	readonly scopes: readonly RotationScope[];
	/** Ends the rotation in one scope. */
	readonly act: (each: RotationScope) => Promise<SwitchoverResult>;
	/** Runs after all scopes. @returns true if the old certificate is deleted. */
	readonly last: () => Promise<boolean>;
}

/** Ends a rotation under the organization's lock. @param steps Returns the steps, by a fresh read. */
async function endWithLock(
	deps: RotationDeps,
	{ confirmed }: EndRequest,
	step: "finish" | "undo",
	signal: AbortSignal | undefined,
	steps: (prepared: PreparedEnd) => Promise<EndSteps>,
): Promise<RotationResult> {
	const { organization, plans, now = Date.now } = deps;
	return plans.withLock(
		confirmed.organizationRef,
		async (lock) => {
			const session = await OrganizationSession.open(organization, confirmed.organizationRef, lock);
			const fresh = await readConfirmed(deps, session, confirmed, signal);
			const { plan } = fresh;
			if (!plan) throw new ProblemError({ reason: "no-rotation" });
			assertNoStepIssues(fresh, step, now() / 1000, 0);
			const prepared = { session, fresh, plan, lock };
			return executeEnd(plans, prepared, await steps(prepared));
		},
		signal,
	);
}

/** Ends the rotation in each scope up to the first failure, then removes the plan. */
async function executeEnd(
	plans: RotationPlanStore,
	prepared: PreparedEnd,
	{ scopes, act, last }: EndSteps,
): Promise<RotationResult> {
	const results: SwitchoverResult[] = [];
	const result = (ended: boolean, deleted: boolean, problem: Problem | null): RotationResult => {
		const rest = scopes
			.slice(results.length)
			.map(({ scope }) => ({ scope, outcome: "not-tried", problem: null }) as const);
		return { scopes: [...results, ...rest], ended, deleted, problem };
	};
	try {
		for (const each of scopes) {
			const switched = await act(each);
			results.push(switched);
			if ("defect" in switched || !["done", "kept", "returned", "neither"].includes(switched.outcome))
				return result(false, false, switched.problem);
		}
		const deleted = await last();
		// Without its old certificate a rotation is over, even if its plan remains.
		await plans.remove(prepared.plan).catch((thrown) => {
			if (!deleted || !problemOf(thrown)) throw thrown;
		});
		return result(true, deleted, null);
	} catch (thrown) {
		const problem = problemOf(thrown);
		if (!problem && !isCancelled(thrown)) throw thrown;
		if (problem?.reason !== "not-found" || !(await isOldDeleted(prepared))) return result(false, false, problem);
		await plans.remove(prepared.plan).catch((failed) => {
			if (!problemOf(failed)) throw failed;
		});
		return result(true, true, null);
	}
}

/** True if the old certificate is deleted, and so active nowhere. */
async function isOldDeleted({ session, plan }: PreparedEnd): Promise<boolean> {
	const { listing } = await session.scope(ORGANIZATION);
	return listing !== null && isComplete(listing) && !listing.certificates.some(({ id }) => id === plan.old.id);
}

/** Activates a certificate in a scope if `beside`, which stays, is active there. */
async function reactivateOld(
	session: OrganizationSession,
	scope: Scope,
	id: string,
	beside: string,
	signal: AbortSignal | undefined,
): Promise<SwitchoverResult> {
	const [activation] = await activateAlongside(session, [scope], id, beside, signal);
	const outcome = activation?.changed.length ? "returned" : activation?.notTried.length ? "not-tried" : "not-returned";
	return { scope, outcome, problem: activation?.problem ?? null };
}

/** @throws ProblemError `own-access` */
async function assertSelfAccess(
	{ hasSelfAccess }: EndRequest,
	snapshot: RotationSnapshot,
	from: string,
	to: string,
	signal: AbortSignal | undefined,
): Promise<void> {
	if (!(await hasSelfAccess(activeAfterSwitchover(snapshot, from, to), signal)))
		throw new ProblemError({ reason: "own-access" });
}

function scopeKeys(scopes: readonly { readonly scope: Scope }[]): ReadonlySet<string> {
	return new Set(scopes.map(({ scope }) => scopeKey(scope)));
}
