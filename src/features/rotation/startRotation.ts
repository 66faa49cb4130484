import { mayBelongTo } from "../../common/organizationRef.ts";
import type { HeldLock } from "../../common/storage/heldLock.ts";
import { ProblemError } from "../../domain/problem.ts";
import type { ScopeResult } from "../activation/activation.ts";
import { OrganizationSession } from "../organization/organizationSession.ts";
import { assertNoStepIssues, pairOf, type RotationDeps, type RotationSnapshot, readConfirmed } from "./rotation.ts";
import type { RotationPlan } from "./rotationPlan.ts";
import type { RotationPlanStore } from "./rotationPlanStore.ts";
import { activateAlongside } from "./switchover.ts";

export interface StartRequest {
	/** The state that the person confirmed. */
	readonly confirmed: RotationSnapshot;
	/** The person's answer about `unclear` scopes. Ignored without such scopes, or if a plan exists. */
	readonly unclear: "own" | "inherited";
	/** As in `findStepIssues`. */
	readonly soonDays: number;
}

/** The result of activating the new certificate wherever the old certificate is active. */
export interface StartResult {
	readonly plan: RotationPlan;
	/** Where the new certificate was still inactive, in execution order; empty if it was active everywhere. */
	readonly scopes: readonly ScopeResult[];
}

/**
 * Writes the plan, then activates the new certificate in exactly the scopes where the old certificate is active, the
 * organization last. Reads each scope right before, and stops if the old certificate is inactive. Continues an existing
 * plan. Never changes the old certificate.
 * @returns the actual results, also if cancelled on the way.
 * @throws before any change: ProblemError as `prepareRotation`, `rotation-refused`, `changed-meanwhile`,
 * `connection-changed`, `locked`, `not-recorded`; CancelledError
 */
export async function startRotation(
	deps: RotationDeps,
	{ confirmed, unclear, soonDays }: StartRequest,
	signal?: AbortSignal,
): Promise<StartResult> {
	return deps.plans.withLock(
		confirmed.organizationRef,
		async (lock) => {
			const { organization, plans, now = Date.now } = deps;
			const session = await OrganizationSession.open(organization, confirmed.organizationRef, lock);
			const fresh = await readConfirmed(deps, session, confirmed, signal);
			const startedAt = now();
			assertNoStepIssues(fresh, "start", startedAt / 1000, soonDays);
			const { organizationRef, oldId, nextId } = pairOf(fresh);
			const chosen = fresh.scopes.filter(
				({ old }) => old === "active" || (old === "unclear" && !fresh.plan && unclear === "own"),
			);
			const added = chosen.filter((each) => !each.planned).map(({ scope, next }) => ({ scope, nextWasActive: next }));
			const plan = {
				organizationRef,
				old: { id: oldId, name: fresh.old.certificate.name },
				next: { id: nextId, name: fresh.next?.certificate.name ?? null },
				startedAt,
				...fresh.plan,
				scopes: [...(fresh.plan?.scopes ?? []), ...added],
			};
			if (!fresh.plan) await createPlan(plans, plan, lock);
			else if (added.length > 0) await plans.extend(plan, lock);
			const missing = chosen.filter(({ next }) => !next).map(({ scope }) => scope);
			return { plan, scopes: await activateAlongside(session, missing, nextId, oldId, signal) };
		},
		signal,
	);
}

/** @throws ProblemError `changed-meanwhile` if another window was first; `not-recorded` */
async function createPlan(plans: RotationPlanStore, plan: RotationPlan, lock: HeldLock): Promise<void> {
	if (await plans.create(plan, lock)) return;
	const { organizationRef, old } = plan;
	const isKnown = plans.known.some((each) => mayBelongTo(each, organizationRef) && each.old.id === old.id);
	throw new ProblemError(isKnown ? { reason: "changed-meanwhile" } : { reason: "not-recorded", code: null });
}
