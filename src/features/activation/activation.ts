import { isDeepStrictEqual } from "node:util";
import { limitConcurrency } from "../../common/concurrency.ts";
import type { Certificate } from "../../domain/certificate.ts";
import { MAX_PER_CALL } from "../../domain/limits.ts";
import {
	isCancelled,
	isClientCertificateRefused,
	isOutcomeUnknown,
	type Problem,
	ProblemError,
	problemOf,
} from "../../domain/problem.ts";
import { type Scope, scopeKey } from "../../domain/scope.ts";
import { isActive, isComplete, type ScopeReading } from "../organization/activeScopes.ts";
import { type OrganizationContext, OrganizationSession } from "../organization/organizationSession.ts";
import { MAX_CONCURRENT_REQUESTS } from "../organization/projectStore.ts";

/** The certificates and scopes of an activation or deactivation. */
export interface ActivationTarget {
	/** The connection that the user was shown. */
	readonly organizationRef: string;
	readonly scopes: readonly Scope[];
	readonly ids: readonly string[];
}

/** The freshly read state that the user confirms before a change. */
export interface ActivationSnapshot {
	readonly generation: number;
	/** The certificates as the organization lists them. */
	readonly certificates: readonly Certificate[];
	readonly scopes: readonly ScopeSnapshot[];
}

export interface ScopeSnapshot {
	readonly scope: Scope;
	/** The active ids in the scope's list, sorted. */
	readonly active: readonly string[];
	/** False if the list may be incomplete. */
	readonly complete: boolean;
	/** Why the list could not be read, else `null`. */
	readonly problem: Problem | null;
}

/** The result for one scope. Each id must be in exactly one of the lists. */
export interface ScopeResult {
	readonly scope: Scope;
	/** In the requested state, by the service's answer or a later read. */
	readonly changed: readonly string[];
	readonly failed: readonly string[];
	/** The answer was lost, and the state could not be read afterwards. */
	readonly unknown: readonly string[];
	/** Not requested, because a call failed or the user cancelled. */
	readonly notTried: readonly string[];
	/** Why not every id is in `changed`; `null` also if the user cancelled. */
	readonly problem: Problem | null;
	/**
	 * Why OpenAI rejects this extension since the activation, if it does; only the dashboard or a client certificate
	 * helps.
	 */
	readonly lockedOut: Problem | null;
}

/**
 * Reads the state that the user confirms before an activation or deactivation.
 * @throws ProblemError `not-found` if a certificate was deleted (and the list shows this); ProblemError if the
 * organization's list cannot be read; CancelledError
 */
export async function prepareActivation(
	organization: OrganizationContext,
	{ organizationRef, scopes, ids }: ActivationTarget,
	signal?: AbortSignal,
): Promise<ActivationSnapshot> {
	return readSnapshot(await OrganizationSession.open(organization, organizationRef), scopes, ids, signal);
}

/**
 * Activates or deactivates certificates in one scope after the other. Activates in the organization last, because this
 * may lock this extension out.
 * @param request.confirmed The state that the user confirmed, if there was a prompt.
 * @returns the results in the order of execution, also after a cancellation.
 * @throws before any change: ProblemError as in `prepareActivation`, `changed-meanwhile` if a fresh read differs from
 * `confirmed`, `connection-changed`; CancelledError
 */
export async function setActive(
	organization: OrganizationContext,
	request: ActivationTarget & { readonly active: boolean; readonly confirmed?: ActivationSnapshot },
	signal?: AbortSignal,
): Promise<readonly ScopeResult[]> {
	const { organizationRef, scopes, ids, active, confirmed } = request;
	const session = await OrganizationSession.open(organization, organizationRef);
	// Always read the organization: its list shows which certificates exist. Only after a successful read can a later
	// failure show that an activation locked this extension out.
	const fresh = await readSnapshot(session, confirmed ? scopes : [], ids, signal);
	if (confirmed) assertConfirmed(confirmed, fresh);
	const unread = fresh.scopes.filter(({ problem }) => problem);
	const readable = scopes.filter((scope) => !unread.some((each) => keyOf(each) === scopeKey(scope)));
	const skipped = unread.map(({ scope, problem }) => ({ ...notAttempted(scope, ids), problem }));
	return [...skipped, ...(await applyToScopes(session, readable, ids, active, signal))];
}

/**
 * Like `setActive`, without a read before.
 * @param refuse Called right before each scope; returns a problem to skip the scope.
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
	const results: ScopeResult[] = [];
	for (const scope of [...scopes.filter((each) => !isLast(each)), ...scopes.filter(isLast)]) {
		const isBlocked = results.some(({ problem }) => problem && !isScopeSpecific(problem));
		const problem = isBlocked ? null : await refuse(scope);
		const isSkipped = isBlocked || problem;
		results.push(
			isSkipped ? { ...notAttempted(scope, ids), problem } : await applyToScope(session, scope, ids, active, signal),
		);
	}
	return results;
}

/** Returns the result for a scope in which nothing was requested. */
export function notAttempted(scope: Scope, ids: readonly string[]): ScopeResult {
	return { scope, changed: [], failed: [], unknown: [], notTried: ids, problem: null, lockedOut: null };
}

async function applyToScope(
	session: OrganizationSession,
	scope: Scope,
	ids: readonly string[],
	active: boolean,
	signal?: AbortSignal,
): Promise<ScopeResult> {
	let result = notAttempted(scope, ids);
	while (result.notTried.length > 0 && !result.problem && !result.lockedOut && !signal?.aborted) {
		const batch = result.notTried.slice(0, MAX_PER_CALL);
		const outcome = await applyToBatch(session, scope, batch, active, signal);
		result = {
			scope,
			changed: [...result.changed, ...outcome.changed],
			failed: [...result.failed, ...outcome.failed],
			unknown: [...result.unknown, ...outcome.unknown],
			notTried: result.notTried.slice(MAX_PER_CALL),
			problem: outcome.problem,
			lockedOut: outcome.lockedOut,
		};
	}
	return result;
}

type BatchResult = Omit<ScopeResult, "scope" | "notTried">;

async function applyToBatch(
	session: OrganizationSession,
	scope: Scope,
	batch: readonly string[],
	active: boolean,
	signal?: AbortSignal,
): Promise<BatchResult> {
	const isRisky = active && scope.kind === "organization";
	const nothing: BatchResult = { changed: [], failed: [], unknown: [], problem: null, lockedOut: null };
	try {
		const certificates = await session.setActive(scope, batch, active, signal);
		for (const certificate of certificates)
			session.recordWrite({ kind: "changed", certificate, field: "active" }, scope);
		const lockedOut = isRisky ? lockoutIn(await session.scope(scope)) : null;
		return { ...nothing, changed: batch, lockedOut };
	} catch (thrown) {
		const problem = problemOf(thrown);
		if (problem && !isOutcomeUnknown(problem)) return { ...nothing, failed: batch, problem };
		if (!problem && !isCancelled(thrown)) throw thrown;
		for (const id of batch) session.recordWrite({ kind: "unknown", id, field: "active" }, scope);
		// Read without the signal, because a cancelled caller must know the current state too.
		const reading = await session.scope(scope);
		// A rejected read does not prove that the activation took effect: the key might have been revoked.
		const lockedOut = isRisky ? lockoutIn(reading) : null;
		const found = (wanted: boolean | undefined) => batch.filter((id) => isActive(id, reading.listing) === wanted);
		const changed = found(active);
		return {
			...nothing,
			changed,
			failed: found(!active),
			unknown: found(undefined),
			problem: changed.length === batch.length ? null : problem,
			lockedOut,
		};
	}
}

/** Returns the problem of a read that was, or might have been, refused for want of another client certificate; else `null`. */
function lockoutIn({ problem }: ScopeReading): Problem | null {
	if (!problem) return null;
	// A server might respond without a code.
	const isDenied = problem.reason === "unauthorized" || problem.reason === "forbidden";
	return isDenied || isClientCertificateRefused(problem) ? problem : null;
}

/** True if other scopes may still succeed: the problem concerns one scope, or the outcome is unknown. */
function isScopeSpecific(problem: Problem): boolean {
	return isOutcomeUnknown(problem) || ["forbidden", "not-found", "rejected"].includes(problem.reason);
}

async function readSnapshot(
	session: OrganizationSession,
	scopes: readonly Scope[],
	ids: readonly string[],
	signal?: AbortSignal,
): Promise<ActivationSnapshot> {
	const limit = limitConcurrency(MAX_CONCURRENT_REQUESTS);
	const organization = session.certificates(signal);
	const [listing, ...readings] = await Promise.all([
		organization,
		...scopes.map(async (scope): Promise<ScopeReading> => {
			if (scope.kind === "organization") return { listing: await organization, problem: null };
			return limit(() => session.scope(scope, signal));
		}),
	]);
	const certificates = listing.certificates.filter(({ id }) => ids.includes(id));
	if (certificates.length < new Set(ids).size && isComplete(listing)) throw new ProblemError({ reason: "not-found" });
	return {
		generation: session.generation,
		certificates,
		scopes: scopes.map((scope, index) => toScopeSnapshot(scope, readings[index])),
	};
}

/** Converts a reading of a scope's list. */
export function toScopeSnapshot(scope: Scope, reading: ScopeReading | undefined): ScopeSnapshot {
	const listing = reading?.listing ?? null;
	const active = listing?.certificates.filter((each) => each.active).map(({ id }) => id) ?? [];
	return {
		scope,
		active: active.sort(),
		complete: listing !== null && isComplete(listing),
		problem: reading?.problem ?? null,
	};
}

/** @throws ProblemError `connection-changed`, `changed-meanwhile` */
function assertConfirmed(confirmed: ActivationSnapshot, fresh: ActivationSnapshot): void {
	if (confirmed.generation !== fresh.generation) throw new ProblemError({ reason: "connection-changed" });
	const names = ({ certificates }: ActivationSnapshot) => new Map(certificates.map(({ id, name }) => [id, name]));
	// Scopes that cannot be read now are not compared, because they stay unchanged.
	const readable = fresh.scopes.filter(({ problem }) => !problem).map(keyOf);
	const active = ({ scopes }: ActivationSnapshot) =>
		readable.map((key) => scopes.find((each) => keyOf(each) === key && !each.problem)?.active);
	if (!isDeepStrictEqual([names(confirmed), active(confirmed)], [names(fresh), active(fresh)]))
		throw new ProblemError({ reason: "changed-meanwhile" });
}

function keyOf({ scope }: ScopeSnapshot): string {
	return scopeKey(scope);
}
