import { Failure, isCancelled, type Problem, problemOf } from "../domain/failure.ts";
import type { RotationPlan } from "../domain/rotation.ts";
import { ORGANIZATION, type Scope, scopeKey } from "../domain/scope.ts";
import { activate, type HandOver, handOver, type Roles } from "./handOver.ts";
import { Session } from "./organization.ts";
import { remove } from "./removal.ts";
import {
	assertFit,
	pairOf,
	type RotationBasis,
	type RotationScope,
	type Rotations,
	readConfirmed,
	readRotation,
} from "./rotation.ts";
import { isWhole } from "./whereabouts.ts";

export interface EndRequest {
	/** What the person said yes to. */
	readonly confirmed: RotationBasis;
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

/** What became of a rotation that was to end. */
export interface EndAccount {
	/** In the order in which it was done; what comes after the first that fails is not tried. */
	readonly scopes: readonly HandOver[];
	/** Whether it is over, and its plan removed. */
	readonly ended: boolean;
	/** Whether the old one is deleted. */
	readonly removed: boolean;
	/** Why it is not over; `null` also where the person cancelled, or where the last outcome says it all. */
	readonly problem: Problem | null;
}

/**
 * Deactivates the old certificate wherever it is active, the organization first, and deletes it if wished. In each scope a
 * fresh read and a successful activation of the new one come immediately before, and a read after it; a scope in which
 * neither is active then gets the old one back at once, and it ends there.
 * @returns a true account, also where it was cancelled on the way.
 * @throws before anything is changed: Failure as `startRotation`; `own-access`; Cancelled
 */
export async function finishRotation(
	rotations: Rotations,
	request: FinishRequest,
	signal?: AbortSignal,
): Promise<EndAccount> {
	const ending = await Ending.begin(rotations, request, "finish", signal);
	const { basis: fresh } = ending;
	const { oldId: from, nextId: to, connectionId } = pairOf(fresh);
	const roles = { from, to, imposed: false };
	const withOld = fresh.scopes.filter(({ old }) => old === "active");
	const confirmed = keysOf(withOld);
	const isUntold = ({ scope, old }: RotationScope) => old !== "inactive" && !confirmed.has(scopeKey(scope));
	if (confirmed.has("organization")) await assertOwnAccess(request, fresh, [from], to, signal);
	return ending.run(async () => {
		// Where neither is active nothing is done, but it is told.
		const without = fresh.scopes.filter(({ old, next }) => old === "inactive" && !next);
		await ending.inTurn([...withOld, ...without], async ({ scope }) => {
			await ending.handOver(scope, roles);
			if (scope.kind !== "organization") return;
			// What a project's list says of what the organization imposed shows only now.
			await ending.readAgain();
			if (ending.basis.scopes.some(isUntold)) throw new Failure({ reason: "changed-meanwhile" });
		});
		if (request.remove) {
			const { epoch, old } = fresh;
			await remove(
				rotations.organization,
				{ connectionId, confirmed: { epoch, certificate: old.certificate } },
				signal,
			);
			return true;
		}
		await ending.readAgain();
		if (ending.basis.scopes.some(({ old }) => old !== "inactive")) throw new Failure({ reason: "changed-meanwhile" });
		return false;
	});
}

/**
 * Puts the scopes of the plan back to what they were: the mirror of `finishRotation`, with the roles of the two swapped.
 * Where the new one was active before, it stays. The old one is activated wherever it is not active any more.
 * @returns, @throws as `finishRotation`
 */
export async function undoRotation(
	rotations: Rotations,
	request: EndRequest,
	signal?: AbortSignal,
): Promise<EndAccount> {
	const ending = await Ending.begin(rotations, request, "undo", signal);
	const { basis: fresh, plan } = ending;
	const { oldId: to, nextId: from } = pairOf(fresh);
	const keeps = keysOf(plan.scopes.filter(({ nextWasActive }) => nextWasActive));
	const planned = fresh.scopes.filter((each) => each.planned);
	const [first] = planned;
	const isTaken = !keeps.has("organization") && first?.next;
	if (first?.scope.kind === "organization" && (isTaken || first.old === "inactive"))
		await assertOwnAccess(request, fresh, isTaken ? [from] : [], to, signal);
	return ending.run(async () => {
		await ending.inTurn(planned, async (planning) => {
			const { scope } = planning;
			const key = scopeKey(scope);
			const { old, next } = ending.basis.scopes.find((each) => scopeKey(each.scope) === key) ?? planning;
			const outcome = next && keeps.has(key) ? "kept" : "done";
			if (old === "inactive" && (outcome === "kept" || !next)) return ending.activate(scope, to, outcome);
			if (outcome === "kept") return ending.tell({ scope, outcome, problem: null });
			const imposed = scope.kind === "project" && ending.basis.inOrganization.includes(from);
			await ending.handOver(scope, { from, to, imposed });
			if (scope.kind === "organization") await ending.readAgain();
		});
		return false;
	});
}

/** The end of one rotation, scope by scope, up to the first that fails. */
class Ending {
	readonly plan: RotationPlan;
	/** As it was last read. */
	basis: RotationBasis;
	readonly #rotations: Rotations;
	readonly #session: Session;
	readonly #signal: AbortSignal | undefined;
	readonly #accounts: HandOver[] = [];

	private constructor(
		rotations: Rotations,
		session: Session,
		basis: RotationBasis,
		plan: RotationPlan,
		signal: AbortSignal | undefined,
	) {
		this.#rotations = rotations;
		this.#session = session;
		this.basis = basis;
		this.plan = plan;
		this.#signal = signal;
	}

	static async begin(
		rotations: Rotations,
		{ confirmed }: EndRequest,
		step: "finish" | "undo",
		signal: AbortSignal | undefined,
	): Promise<Ending> {
		const { organization, now = Date.now } = rotations;
		const session = await Session.open(organization, confirmed.connectionId);
		const basis = await readConfirmed(rotations, session, confirmed, signal);
		if (!basis.plan) throw new Failure({ reason: "changed-meanwhile" });
		assertFit(basis, step, now() / 1000, 0);
		return new Ending(rotations, session, basis, basis.plan, signal);
	}

	/** Runs it to its end. @param work Returns whether the old certificate is deleted. */
	async run(work: () => Promise<boolean>): Promise<EndAccount> {
		const { plans } = this.#rotations;
		const account = { scopes: this.#accounts, ended: false, removed: false, problem: null };
		try {
			const removed = await work();
			await plans.remove(this.plan);
			return { ...account, ended: true, removed };
		} catch (thrown) {
			if (thrown instanceof Stopped) return { ...account, problem: thrown.problem };
			const problem = problemOf(thrown);
			if (!problem && !isCancelled(thrown)) throw thrown;
			if (problem?.reason !== "not-found" || !(await this.#isGone())) return { ...account, problem };
			await plans.remove(this.plan);
			return { ...account, ended: true, removed: true };
		}
	}

	/** Whether the old one is deleted, and so active nowhere. */
	async #isGone(): Promise<boolean> {
		const { listing } = await this.#session.scope(ORGANIZATION);
		return listing !== null && isWhole(listing) && !listing.certificates.some(({ id }) => id === this.plan.old.id);
	}

	/** Reads everything anew. @throws Failure `changed-meanwhile` where the plan is another one's by now; as `prepareRotation` */
	async readAgain(): Promise<void> {
		this.basis = await readRotation(this.#rotations, this.#session, pairOf(this.basis), this.#signal);
		if (this.basis.plan?.startedAt !== this.plan.startedAt) throw new Failure({ reason: "changed-meanwhile" });
	}

	/** Does something in one scope after the other; what is left where it stops counts as not tried. */
	async inTurn(scopes: readonly RotationScope[], act: (each: RotationScope) => Promise<void>): Promise<void> {
		for (const [index, each] of scopes.entries())
			try {
				await act(each);
			} catch (thrown) {
				for (const { scope } of scopes.slice(index + 1)) this.tell({ scope, outcome: "not-tried", problem: null });
				throw thrown;
			}
	}

	async handOver(scope: Scope, roles: Roles): Promise<void> {
		const account = await handOver(this.#session, scope, roles, this.#signal);
		this.tell(account);
		if (account.outcome !== "done" && account.outcome !== "neither") throw new Stopped(account.problem);
	}

	/** @param outcome What it is called where it succeeds. */
	async activate(scope: Scope, id: string, outcome: "done" | "kept"): Promise<void> {
		const [account] = await activate(this.#session, [scope], id, this.#signal);
		const isDone = account?.changed.length === 1;
		const problem = account?.problem ?? null;
		this.tell({ scope, outcome: isDone ? outcome : account?.unknown.length ? "unknown" : "failed", problem });
		if (!isDone) throw new Stopped(problem);
	}

	tell(account: HandOver): void {
		this.#accounts.push(account);
	}
}

/** Ends it where a scope failed that stands in the account. */
class Stopped extends Error {
	readonly problem: Problem | null;

	constructor(problem: Problem | null) {
		super("stopped");
		this.problem = problem;
	}
}

/** @throws Failure `own-access` */
async function assertOwnAccess(
	{ ownAccess }: EndRequest,
	{ inOrganization }: RotationBasis,
	from: readonly string[],
	to: string,
	signal: AbortSignal | undefined,
): Promise<void> {
	const anchors = [...new Set([...inOrganization, to])].filter((id) => !from.includes(id));
	if (!(await ownAccess(anchors, signal))) throw new Failure({ reason: "own-access" });
}

function keysOf(scopes: readonly { readonly scope: Scope }[]): ReadonlySet<string> {
	return new Set(scopes.map(({ scope }) => scopeKey(scope)));
}
