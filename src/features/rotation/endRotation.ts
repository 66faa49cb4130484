import type { HeldLock } from "../../common/storage/heldLock.ts";
import { isCancelled, type Problem, ProblemError, problemOf } from "../../domain/problem.ts";
import { ORGANIZATION, type Scope, scopeKey } from "../../domain/scope.ts";
import { deleteCertificate } from "../deletion/deleteCertificate.ts";
import { isActive, isComplete } from "../organization/activeScopes.ts";
import { OrganizationSession } from "../organization/organizationSession.ts";
import {
	assertFit,
	leftInOrganization,
	pairOf,
	type RotationScope,
	type RotationSnapshot,
	type Rotations,
	readConfirmed,
	readRotation,
	undoStep,
} from "./rotation.ts";
import type { RotationPlan } from "./rotationPlan.ts";
import type { RotationPlanStore } from "./rotationPlanStore.ts";
import type { RotationResult, SwitchoverResult } from "./rotationResult.ts";
import { activateAlongside, switchOver } from "./switchover.ts";

export interface EndRequest {
	/** What the person said yes to. */
	readonly confirmed: RotationSnapshot;
	/**
	 * Whether this extension's own calls would be accepted where these certificates alone were active in the organization.
	 * It is asked before anything is deactivated there.
	 */
	readonly ownAccess: (anchors: readonly string[], signal?: AbortSignal) => Promise<boolean>;
}

export interface FinishRequest extends EndRequest {
	/** Whether the old one is to be deleted, too. */
	readonly remove: boolean;
}

/**
 * Deactivates the old certificate wherever it is active, the organization first, and deletes it if wished. In each scope a
 * fresh read and a successful activation of the new one come immediately before, and a read after it; a scope in which
 * neither is active then gets the old one back at once, and it ends there.
 * @returns a true account, also where it was cancelled on the way.
 * @throws before anything is changed: Failure as `startRotation`; `no-rotation`; `own-access`; Cancelled
 */
export async function finishRotation(
	rotations: Rotations,
	request: FinishRequest,
	signal?: AbortSignal,
): Promise<RotationResult> {
	return endAlone(rotations, request, "finish", signal, async ({ session, fresh, lock }) => {
		const { oldId: from, nextId: to, organizationRef } = pairOf(fresh);
		const withOld = fresh.scopes.filter(({ old }) => old === "active");
		if (keysOf(withOld).has("organization")) await assertOwnAccess(request, fresh, from, to, signal);
		// Where neither is active nothing is done, but it is told.
		const without = fresh.scopes.filter(({ old, next }) => old === "inactive" && !next);
		return {
			scopes: [...withOld, ...without],
			act: ({ scope, old }) => switchOver(session, scope, { from, to, imposed: false, goes: old === "active" }, signal),
			last: async () => {
				if (!request.remove) {
					// What a project has by itself may show only now that the organization does not impose it any more.
					const { scopes } = await readRotation(rotations, session, pairOf(fresh), signal);
					if (scopes.some(({ old }) => old !== "inactive")) throw new ProblemError({ reason: "changed-meanwhile" });
					return false;
				}
				const confirmed = { epoch: fresh.epoch, certificate: fresh.old.certificate };
				await lock.check();
				await deleteCertificate(rotations.organization, { organizationRef, confirmed }, signal);
				return true;
			},
		};
	});
}

/**
 * Puts the scopes of the plan back to what they were: the mirror of `finishRotation`, with the roles of the two swapped.
 * Where the new one was active before, it stays. The old one is activated again where the new one is active and it is not;
 * where neither is, nothing is done.
 * @returns, @throws as `finishRotation`
 */
export async function undoRotation(
	rotations: Rotations,
	request: EndRequest,
	signal?: AbortSignal,
): Promise<RotationResult> {
	return endAlone(rotations, request, "undo", signal, async ({ session, fresh, plan }) => {
		const { oldId: to, nextId: from } = pairOf(fresh);
		const scopes = fresh.scopes.filter(({ planned }) => planned);
		const [first] = scopes;
		if (first?.scope.kind === "organization" && undoStep(first, plan) === "take")
			await assertOwnAccess(request, fresh, from, to, signal);
		return {
			scopes,
			act: async (each) => {
				const { scope } = each;
				const step = undoStep(each, plan);
				if (step === "keep") {
					// What its list showed may have been imposed by the organization, which is undone first.
					const { listing, problem } = await session.scope(scope, signal);
					const stays = isActive(from, listing);
					return { scope, outcome: stays === undefined ? "failed" : stays ? "kept" : "done", problem };
				}
				if (step === "return") return giveBack(session, scope, to, from, signal);
				const imposed = scope.kind === "project" && fresh.inOrganization.includes(from);
				return switchOver(session, scope, { from, to, imposed, goes: step === "take" }, signal);
			},
			last: async () => false,
		};
	});
}

/** An end that may begin. */
interface Work {
	readonly session: OrganizationSession;
	readonly fresh: RotationSnapshot;
	readonly plan: RotationPlan;
	readonly lock: HeldLock;
}

interface Steps {
	/** In this order. */
	readonly scopes: readonly RotationScope[];
	/** What is done in each. */
	readonly act: (each: RotationScope) => Promise<SwitchoverResult>;
	/** @returns whether the old certificate is deleted. */
	readonly last: () => Promise<boolean>;
}

/** Ends a rotation while no other step of one is under way. @param steps What is to be done, by a fresh read. */
async function endAlone(
	rotations: Rotations,
	{ confirmed }: EndRequest,
	step: "finish" | "undo",
	signal: AbortSignal | undefined,
	steps: (work: Work) => Promise<Steps>,
): Promise<RotationResult> {
	const { organization, plans, now = Date.now } = rotations;
	return plans.withLock(
		confirmed.organizationRef,
		async (lock) => {
			const session = await OrganizationSession.open(organization, confirmed.organizationRef, lock);
			const fresh = await readConfirmed(rotations, session, confirmed, signal);
			const { plan } = fresh;
			if (!plan) throw new ProblemError({ reason: "no-rotation" });
			assertFit(fresh, step, now() / 1000, 0);
			const work = { session, fresh, plan, lock };
			return end(plans, work, await steps(work));
		},
		signal,
	);
}

/** Goes from scope to scope up to the first that fails, and removes the plan at the end. */
async function end(plans: RotationPlanStore, work: Work, { scopes, act, last }: Steps): Promise<RotationResult> {
	const told: SwitchoverResult[] = [];
	const account = (ended: boolean, removed: boolean, problem: Problem | null): RotationResult => {
		const rest = scopes
			.slice(told.length)
			.map(({ scope }) => ({ scope, outcome: "not-tried", problem: null }) as const);
		return { scopes: [...told, ...rest], ended, removed, problem };
	};
	try {
		for (const each of scopes) {
			const handedOver = await act(each);
			told.push(handedOver);
			if ("defect" in handedOver || !["done", "kept", "returned", "neither"].includes(handedOver.outcome))
				return account(false, false, handedOver.problem);
		}
		const removed = await last();
		// Without its old certificate a rotation is over, whatever still stands of its plan.
		await plans.remove(work.plan).catch((thrown) => {
			if (!removed || !problemOf(thrown)) throw thrown;
		});
		return account(true, removed, null);
	} catch (thrown) {
		const problem = problemOf(thrown);
		if (!problem && !isCancelled(thrown)) throw thrown;
		if (problem?.reason !== "not-found" || !(await isGone(work))) return account(false, false, problem);
		await plans.remove(work.plan).catch((failed) => {
			if (!problemOf(failed)) throw failed;
		});
		return account(true, true, null);
	}
}

/** Whether the old certificate is deleted, and so active nowhere. */
async function isGone({ session, plan }: Work): Promise<boolean> {
	const { listing } = await session.scope(ORGANIZATION);
	return listing !== null && isComplete(listing) && !listing.certificates.some(({ id }) => id === plan.old.id);
}

/** Activates a certificate beside one that stays, as long as that is active there. */
async function giveBack(
	session: OrganizationSession,
	scope: Scope,
	id: string,
	beside: string,
	signal: AbortSignal | undefined,
): Promise<SwitchoverResult> {
	const [account] = await activateAlongside(session, [scope], id, beside, signal);
	const outcome = account?.changed.length ? "returned" : "not-returned";
	return { scope, outcome, problem: account?.problem ?? null };
}

/** @throws Failure `own-access` */
async function assertOwnAccess(
	{ ownAccess }: EndRequest,
	basis: RotationSnapshot,
	from: string,
	to: string,
	signal: AbortSignal | undefined,
): Promise<void> {
	if (!(await ownAccess(leftInOrganization(basis, from, to), signal))) throw new ProblemError({ reason: "own-access" });
}

function keysOf(scopes: readonly { readonly scope: Scope }[]): ReadonlySet<string> {
	return new Set(scopes.map(({ scope }) => scopeKey(scope)));
}
