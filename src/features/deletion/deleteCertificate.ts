import { isDeepStrictEqual } from "node:util";
import type { Certificate } from "../../domain/certificate.ts";
import { isCancelled, isOutcomeUnknown, type Problem, ProblemError, problemOf } from "../../domain/problem.ts";
import { ORGANIZATION, type Scope } from "../../domain/scope.ts";
import { applyToScopes, notAttempted, type ScopeResult } from "../activation/activation.ts";
import {
	type ActiveScopes,
	assertAllScopesRead,
	findActiveScopes,
	isComplete,
	projectsToDeactivate,
	scopesToDeactivate,
	toNamedProject,
} from "../organization/activeScopes.ts";
import {
	type OrganizationContext,
	OrganizationSession,
	requireCertificate,
} from "../organization/organizationSession.ts";

/** The certificate to delete. */
export interface DeletionTarget {
	readonly generation: number;
	/** As the organization lists it. */
	readonly certificate: Certificate;
}

/** The freshly read state that the user confirms before a deletion. */
export interface DeletionSnapshot extends DeletionTarget {
	readonly activeScopes: ActiveScopes;
}

export interface DeletionRequest {
	/** The connection that the user was shown. */
	readonly organizationRef: string;
	/** The state that the user confirmed. */
	readonly confirmed: DeletionSnapshot;
}

/** The result of deactivating a certificate everywhere and then deleting it. */
export interface DeletionResult {
	/** The deactivations, in the order of execution. */
	readonly scopes: readonly ScopeResult[];
	readonly deleted: boolean;
	/** Why the certificate is not deleted; `null` also if the user cancelled. */
	readonly problem: Problem | null;
}

/**
 * Reads the certificate and every scope, including archived projects, for the user's confirmation.
 * @throws ProblemError `not-found` if the certificate was deleted (and the list shows this); ProblemError if the
 * organization's list cannot be read; CancelledError
 */
export async function prepareDeletion(
	organization: OrganizationContext,
	{ organizationRef, id }: { readonly organizationRef: string; readonly id: string },
	signal?: AbortSignal,
): Promise<DeletionSnapshot> {
	return readSnapshot(await OrganizationSession.open(organization, organizationRef), id, signal);
}

/**
 * Deletes an inactive certificate. Returns after the deletion, also if the answer was lost or the user cancelled late.
 * @throws ProblemError `certificate-active`, `scopes-unread`, `changed-meanwhile`, `connection-changed`, `not-found`
 * before the request; `change-unknown`; CancelledError if the certificate still exists
 */
export async function deleteCertificate(
	organization: OrganizationContext,
	{ organizationRef, confirmed }: { readonly organizationRef: string; readonly confirmed: DeletionTarget },
	signal?: AbortSignal,
): Promise<void> {
	const session = await OrganizationSession.open(organization, organizationRef);
	await deleteInactive(session, confirmed, signal);
}

/**
 * Deactivates a certificate wherever it is active, then deletes it. Stops at the first scope that fails; the others
 * stay enforced.
 * @returns the results so far, also after a cancellation.
 * @throws before any change: ProblemError as in `deleteCertificate` except `certificate-active`, and
 * `changed-meanwhile` also if the active scopes differ from the confirmed scopes; CancelledError
 */
export async function deactivateEverywhereAndDelete(
	organization: OrganizationContext,
	{ organizationRef, confirmed }: DeletionRequest,
	signal?: AbortSignal,
): Promise<DeletionResult> {
	const session = await OrganizationSession.open(organization, organizationRef);
	const { id } = confirmed.certificate;
	let current = await readSnapshot(session, id, signal);
	assertSame(confirmed, current);
	assertAllScopesRead(current.activeScopes);
	if (!isDeepStrictEqual(scopesToDeactivate(confirmed.activeScopes), scopesToDeactivate(current.activeScopes)))
		throw new ProblemError({ reason: "changed-meanwhile" });
	const scopes: ScopeResult[] = [];
	const notDeleted = (problem: Problem | null): DeletionResult => ({ scopes, deleted: false, problem });
	try {
		if (current.activeScopes.organization) {
			scopes.push(...(await deactivateInOrder(session, [ORGANIZATION], id, signal)));
			if (!areDeactivated(scopes)) return notDeleted(problemIn(scopes));
			// Only now does a read show which projects merely inherited the certificate.
			current = await readSnapshot(session, id, signal);
			assertAllScopesRead(current.activeScopes);
		}
		scopes.push(...(await deactivateInOrder(session, scopesToDeactivate(current.activeScopes), id, signal)));
		if (!areDeactivated(scopes)) return notDeleted(problemIn(scopes));
		await deleteInactive(session, confirmed, signal);
		return { scopes, deleted: true, problem: null };
	} catch (thrown) {
		const problem = problemOf(thrown);
		if (!problem && !isCancelled(thrown)) throw thrown;
		return notDeleted(problem);
	}
}

/** Deactivates a certificate in one scope after the other until a scope fails. */
async function deactivateInOrder(
	session: OrganizationSession,
	scopes: readonly Scope[],
	id: string,
	signal?: AbortSignal,
): Promise<readonly ScopeResult[]> {
	const results: ScopeResult[] = [];
	for (const scope of scopes)
		results.push(
			...(areDeactivated(results)
				? await applyToScopes(session, [scope], [id], false, signal)
				: [notAttempted(scope, [id])]),
		);
	return results;
}

function areDeactivated(results: readonly ScopeResult[]): boolean {
	return results.every(({ changed }) => changed.length > 0);
}

function problemIn(results: readonly ScopeResult[]): Problem | null {
	return results.find(({ problem }) => problem)?.problem ?? null;
}

async function deleteInactive(
	session: OrganizationSession,
	confirmed: DeletionTarget,
	signal?: AbortSignal,
): Promise<void> {
	const { id } = confirmed.certificate;
	const current = await readSnapshot(session, id, signal);
	assertInactive(current.activeScopes);
	assertSame(confirmed, current);
	try {
		await session.service.remove(id, signal);
	} catch (thrown) {
		const problem = problemOf(thrown);
		// The certificate existed a moment ago. After `not-found`, the list shows whether it is gone.
		const isUncertain = problem ? isOutcomeUnknown(problem) || problem.reason === "not-found" : isCancelled(thrown);
		if (!isUncertain) throw thrown;
		session.recordWriteEverywhere({ kind: "unknown", id, field: null });
		// Read without the signal, because a cancelled caller must know the current state too.
		const { listing } = await session.scope(ORGANIZATION);
		if (listing?.certificates.some((each) => each.id === id)) throw thrown;
		if (!listing || !isComplete(listing)) throw new ProblemError({ reason: "change-unknown", act: "remove" });
	}
	session.recordWriteEverywhere({ kind: "removed", id });
}

async function readSnapshot(session: OrganizationSession, id: string, signal?: AbortSignal): Promise<DeletionSnapshot> {
	const [listing, projects] = await Promise.all([session.certificates(signal), session.projects(signal)]);
	const certificate = requireCertificate(listing, id);
	return { generation: session.generation, certificate, activeScopes: findActiveScopes(id, listing, projects) };
}

/** @throws ProblemError `connection-changed`, `changed-meanwhile` */
function assertSame(confirmed: DeletionTarget, current: DeletionTarget): void {
	if (confirmed.generation !== current.generation) throw new ProblemError({ reason: "connection-changed" });
	if (confirmed.certificate.name !== current.certificate.name) throw new ProblemError({ reason: "changed-meanwhile" });
}

/** @throws ProblemError `certificate-active`, `scopes-unread` */
function assertInactive(activeScopes: ActiveScopes): void {
	const projects = projectsToDeactivate(activeScopes.projects).map(toNamedProject);
	const organization = activeScopes.organization === true;
	if (organization || projects.length > 0)
		throw new ProblemError({ reason: "certificate-active", organization, projects });
	assertAllScopesRead(activeScopes);
}
