import { mayBeOf } from "../../common/organizationRef.ts";
import type { HeldLock } from "../../common/storage/heldLock.ts";
import { ProblemError } from "../../domain/problem.ts";
import type { ScopeResult } from "../activation/activation.ts";
import { OrganizationSession } from "../organization/organizationSession.ts";
import { assertFit, pairOf, type RotationSnapshot, type Rotations, readConfirmed } from "./rotation.ts";
import type { RotationPlan } from "./rotationPlan.ts";
import type { RotationPlanStore } from "./rotationPlanStore.ts";
import { activateAlongside } from "./switchover.ts";

export interface StartRequest {
	/** What the person said yes to. */
	readonly confirmed: RotationSnapshot;
	/** The person's word on what is `unclear`. It counts for nothing where nothing is, or where a plan stands. */
	readonly unclear: "own" | "imposed";
	/** As in `flawsOf`. */
	readonly soonDays: number;
}

/** What became of activating the new one wherever the old one is. */
export interface StartResult {
	readonly plan: RotationPlan;
	/** Where the new one was still to be activated, in the order in which it was done; none where it was active everywhere. */
	readonly scopes: readonly ScopeResult[];
}

/**
 * Writes the plan down, then activates the new certificate in exactly the scopes where the old one is active; the
 * organization comes last. Each is read right before, and it ends where the old one is not active any more. Where a plan stands it goes on with that one. The old one stays as it is.
 * @returns a true account, also where it was cancelled on the way.
 * @throws before anything is changed: Failure as `prepareRotation`, `rotation-refused`, `changed-meanwhile`,
 * `connection-changed`, `locked`, `not-recorded`; Cancelled
 */
export async function startRotation(
	rotations: Rotations,
	{ confirmed, unclear, soonDays }: StartRequest,
	signal?: AbortSignal,
): Promise<StartResult> {
	return rotations.plans.withLock(
		confirmed.organizationRef,
		async (lock) => {
			const { organization, plans, now = Date.now } = rotations;
			const session = await OrganizationSession.open(organization, confirmed.organizationRef, lock);
			const fresh = await readConfirmed(rotations, session, confirmed, signal);
			const startedAt = now();
			assertFit(fresh, "start", startedAt / 1000, soonDays);
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
			if (!fresh.plan) await create(plans, plan, lock);
			else if (added.length > 0) await plans.extend(plan, lock);
			const missing = chosen.filter(({ next }) => !next).map(({ scope }) => scope);
			return { plan, scopes: await activateAlongside(session, missing, nextId, oldId, signal) };
		},
		signal,
	);
}

/** @throws Failure `changed-meanwhile` where another window was first; `not-recorded` */
async function create(plans: RotationPlanStore, plan: RotationPlan, lock: HeldLock): Promise<void> {
	if (await plans.create(plan, lock)) return;
	const { organizationRef, old } = plan;
	const isKnown = plans.known.some((each) => mayBeOf(each, organizationRef) && each.old.id === old.id);
	throw new ProblemError(isKnown ? { reason: "changed-meanwhile" } : { reason: "not-recorded", code: null });
}
