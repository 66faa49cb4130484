import { isDeepStrictEqual } from "node:util";
import { limitConcurrency } from "../../common/concurrency.ts";
import { MAX_PER_CALL } from "../../domain/administration.ts";
import type { Certificate } from "../../domain/certificate.ts";
import {
	isCancelled,
	isOutcomeUnknown,
	type Problem,
	ProblemError,
	problemOf,
	type Reason,
} from "../../domain/problem.ts";
import { type Scope, scopeKey } from "../../domain/scope.ts";
import { isActive, isComplete, type ScopeReading } from "../organization/activeScopes.ts";
import { type OrganizationContext, OrganizationSession } from "../organization/organizationSession.ts";
import { MOST_AT_ONCE } from "../organization/projectStore.ts";

/** Certificates and the scopes in which they are to be switched. */
export interface ActivationTarget {
	/** The connection that the person was told of. */
	readonly organizationRef: string;
	readonly scopes: readonly Scope[];
	readonly ids: readonly string[];
}

/** What a fresh read shows before certificates are switched: what a person is asked about. */
export interface ActivationSnapshot {
	readonly epoch: number;
	/** The certificates as the organization lists them. */
	readonly certificates: readonly Certificate[];
	readonly scopes: readonly ScopeSnapshot[];
}

export interface ScopeSnapshot {
	readonly scope: Scope;
	/** The ids of all that is active there by its list, sorted. */
	readonly active: readonly string[];
	/** False where there may be more. */
	readonly whole: boolean;
	/** Why its list could not be read, else `null`. */
	readonly problem: Problem | null;
}

/** What became of the certificates in one scope. Each id stands in exactly one of the lists. */
export interface ScopeResult {
	readonly scope: Scope;
	/** As they were meant to be, by the service's answer or by what was read back. */
	readonly changed: readonly string[];
	readonly failed: readonly string[];
	/** The answer was lost, and they could not be read back. */
	readonly unknown: readonly string[];
	/** Not asked for, after something failed or the person cancelled. */
	readonly notTried: readonly string[];
	/** Why not all is changed; `null` also where the person cancelled. */
	readonly problem: Problem | null;
	/** Since the activation was sent OpenAI rejects this extension: the way back is the dashboard or a client certificate. */
	readonly lockedOut: boolean;
}

/**
 * Reads what a person has to know before certificates are switched.
 * @throws Failure `not-found` where one is gone (the list shows it by then), and where the organization's list cannot be
 * read; Cancelled
 */
export async function prepareActivation(
	organization: OrganizationContext,
	{ organizationRef, scopes, ids }: ActivationTarget,
	signal?: AbortSignal,
): Promise<ActivationSnapshot> {
	return readBasis(await OrganizationSession.open(organization, organizationRef), scopes, ids, signal);
}

/**
 * Activates or deactivates certificates in some scopes, one after the other; the organization comes last where it is an
 * activation, since that may shut this extension out.
 * @param request.confirmed What the person said yes to, if anybody was asked.
 * @returns a true account, in the order in which it was done, also where it was cancelled on the way.
 * @throws before anything is changed: Failure as `prepareActivation`, `changed-meanwhile` where a fresh read shows
 * something else than what was confirmed, `connection-changed`; Cancelled
 */
export async function setActive(
	organization: OrganizationContext,
	request: ActivationTarget & { readonly active: boolean; readonly confirmed?: ActivationSnapshot },
	signal?: AbortSignal,
): Promise<readonly ScopeResult[]> {
	const { organizationRef, scopes, ids, active, confirmed } = request;
	const session = await OrganizationSession.open(organization, organizationRef);
	// The organization is read in any case: it knows which certificates there are, and that it could be read now tells later
	// whether an activation shut this extension out.
	const fresh = await readBasis(session, confirmed ? scopes : [], ids, signal);
	if (confirmed) assertConfirmed(confirmed, fresh);
	const unread = fresh.scopes.filter(({ problem }) => problem);
	const readable = scopes.filter((scope) => !unread.some((each) => keyOf(each) === scopeKey(scope)));
	const refused = unread.map(({ scope, problem }) => ({ ...notAttempted(scope, ids), problem }));
	return [...refused, ...(await applyToScopes(session, readable, ids, active, signal))];
}

/**
 * As `setActive`, without reading anything first.
 * @param refuse What keeps from a scope, asked right before it.
 */
export async function applyToScopes(
	session: OrganizationSession,
	scopes: readonly Scope[],
	ids: readonly string[],
	active: boolean,
	signal?: AbortSignal,
	refuse: (scope: Scope) => Promise<Problem | null> = async () => null,
): Promise<readonly ScopeResult[]> {
	const isLast = ({ kind }: Scope) => active && kind === "organization";
	const accounts: ScopeResult[] = [];
	for (const scope of [...scopes.filter((each) => !isLast(each)), ...scopes.filter(isLast)]) {
		const isHopeless = accounts.some(({ problem }) => problem && !isAboutScope(problem));
		const problem = isHopeless ? null : await refuse(scope);
		const isLeft = isHopeless || problem;
		accounts.push(
			isLeft ? { ...notAttempted(scope, ids), problem } : await switchScope(session, scope, ids, active, signal),
		);
	}
	return accounts;
}

/** An account of what was not even begun. */
export function notAttempted(scope: Scope, ids: readonly string[]): ScopeResult {
	return { scope, changed: [], failed: [], unknown: [], notTried: ids, problem: null, lockedOut: false };
}

async function switchScope(
	session: OrganizationSession,
	scope: Scope,
	ids: readonly string[],
	active: boolean,
	signal?: AbortSignal,
): Promise<ScopeResult> {
	let account = notAttempted(scope, ids);
	while (account.notTried.length > 0 && !account.problem && !account.lockedOut && !signal?.aborted) {
		const batch = account.notTried.slice(0, MAX_PER_CALL);
		const outcome = await switchBatch(session, scope, batch, active, signal);
		account = {
			scope,
			changed: [...account.changed, ...outcome.changed],
			failed: [...account.failed, ...outcome.failed],
			unknown: [...account.unknown, ...outcome.unknown],
			notTried: account.notTried.slice(MAX_PER_CALL),
			problem: outcome.problem,
			lockedOut: outcome.lockedOut,
		};
	}
	return account;
}

type Outcome = Omit<ScopeResult, "scope" | "notTried">;

async function switchBatch(
	session: OrganizationSession,
	scope: Scope,
	batch: readonly string[],
	active: boolean,
	signal?: AbortSignal,
): Promise<Outcome> {
	const isRisky = active && scope.kind === "organization";
	const outcome: Outcome = { changed: [], failed: [], unknown: [], problem: null, lockedOut: false };
	try {
		const certificates = await session.setActive(scope, batch, active, signal);
		for (const certificate of certificates)
			session.recordWrite({ kind: "changed", certificate, field: "active" }, scope);
		const lockedOut = isRisky && isShutOut(await session.scope(scope));
		return { ...outcome, changed: batch, lockedOut };
	} catch (thrown) {
		const problem = problemOf(thrown);
		if (problem && !isOutcomeUnknown(problem)) return { ...outcome, failed: batch, problem };
		if (!problem && !isCancelled(thrown)) throw thrown;
		for (const id of batch) session.recordWrite({ kind: "unknown", id, field: "active" }, scope);
		// Without the signal: also who cancelled has to know how it is now.
		const reading = await session.scope(scope);
		// A rejected read does not show that the activation took effect: the key might have been revoked.
		const lockedOut = isRisky && isShutOut(reading);
		const found = (wanted: boolean | undefined) => batch.filter((id) => isActive(id, reading.listing) === wanted);
		const changed = found(active);
		return {
			...outcome,
			changed,
			failed: found(!active),
			unknown: found(undefined),
			problem: changed.length === batch.length ? null : problem,
			lockedOut,
		};
	}
}

/** Whether a scope cannot be read for want of a client certificate. The service does not document how it says so. */
function isShutOut({ problem }: ScopeReading): boolean {
	return problem !== null && SHUT_OUT.has(problem.reason);
}

const SHUT_OUT: ReadonlySet<Reason> = new Set<Reason>(["unauthorized", "forbidden", "client-certificate-refused"]);

/** Whether another scope may do better: the service answered about this one, or nobody knows. */
function isAboutScope(problem: Problem): boolean {
	return isOutcomeUnknown(problem) || ["forbidden", "not-found", "rejected"].includes(problem.reason);
}

async function readBasis(
	session: OrganizationSession,
	scopes: readonly Scope[],
	ids: readonly string[],
	signal?: AbortSignal,
): Promise<ActivationSnapshot> {
	const inTurn = limitConcurrency(MOST_AT_ONCE);
	const organization = session.certificates(signal);
	const [listing, ...readings] = await Promise.all([
		organization,
		...scopes.map(async (scope): Promise<ScopeReading> => {
			if (scope.kind === "organization") return { listing: await organization, problem: null };
			return inTurn(() => session.scope(scope, signal));
		}),
	]);
	const certificates = listing.certificates.filter(({ id }) => ids.includes(id));
	if (certificates.length < new Set(ids).size && isComplete(listing)) throw new ProblemError({ reason: "not-found" });
	return {
		epoch: session.generation,
		certificates,
		scopes: scopes.map((scope, index) => basisOf(scope, readings[index])),
	};
}

/** A scope as a reading of its list shows it. */
export function basisOf(scope: Scope, reading: ScopeReading | undefined): ScopeSnapshot {
	const listing = reading?.listing ?? null;
	const active = listing?.certificates.filter((each) => each.active).map(({ id }) => id) ?? [];
	return {
		scope,
		active: active.sort(),
		whole: listing !== null && isComplete(listing),
		problem: reading?.problem ?? null,
	};
}

/** @throws Failure `connection-changed`, `changed-meanwhile` */
function assertConfirmed(confirmed: ActivationSnapshot, fresh: ActivationSnapshot): void {
	if (confirmed.epoch !== fresh.epoch) throw new ProblemError({ reason: "connection-changed" });
	const names = ({ certificates }: ActivationSnapshot) => new Map(certificates.map(({ id, name }) => [id, name]));
	// What cannot be read now is not compared: it is not changed either.
	const readable = fresh.scopes.filter(({ problem }) => !problem).map(keyOf);
	const active = ({ scopes }: ActivationSnapshot) =>
		readable.map((key) => scopes.find((each) => keyOf(each) === key && !each.problem)?.active);
	if (!isDeepStrictEqual([names(confirmed), active(confirmed)], [names(fresh), active(fresh)]))
		throw new ProblemError({ reason: "changed-meanwhile" });
}

function keyOf({ scope }: ScopeSnapshot): string {
	return scopeKey(scope);
}
