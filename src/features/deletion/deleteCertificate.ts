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

/** What a fresh read shows before a certificate is deleted: what a person is asked about. */
export interface DeletionSnapshot {
	readonly epoch: number;
	/** As the organization lists it. */
	readonly certificate: Certificate;
	readonly where: ActiveScopes;
}

/** What is to be deleted, wherever it is active. */
type Subject = Pick<DeletionSnapshot, "epoch" | "certificate">;

export interface DeletionRequest {
	/** The connection that the person was told of. */
	readonly organizationRef: string;
	/** What the person said yes to. */
	readonly confirmed: DeletionSnapshot;
}

/** What became of a certificate that was to be deactivated wherever it is active and then deleted. */
export interface DeletionResult {
	/** Where it was to be deactivated, in the order in which it was done. */
	readonly scopes: readonly ScopeResult[];
	readonly removed: boolean;
	/** Why it is not deleted; `null` also where the person cancelled. */
	readonly problem: Problem | null;
}

/**
 * Reads what a person has to know before a certificate is deleted: itself, and every scope, archived projects included.
 * @throws Failure `not-found` where it is gone (the list shows it by then), and where the organization's list cannot be
 * read; Cancelled
 */
export async function prepareDeletion(
	organization: OrganizationContext,
	{ organizationRef, id }: { readonly organizationRef: string; readonly id: string },
	signal?: AbortSignal,
): Promise<DeletionSnapshot> {
	return readBasis(await OrganizationSession.open(organization, organizationRef), id, signal);
}

/**
 * Deletes a certificate that is active nowhere. Returns where it is gone, also where the answer was lost or the person
 * cancelled too late.
 * @throws Failure `certificate-active`, `scopes-unread`, `changed-meanwhile`, `connection-changed`, `not-found` before
 * anything is sent; `change-unknown`; Cancelled where it is still there
 */
export async function deleteCertificate(
	organization: OrganizationContext,
	{ organizationRef, confirmed }: { readonly organizationRef: string; readonly confirmed: Subject },
	signal?: AbortSignal,
): Promise<void> {
	const session = await OrganizationSession.open(organization, organizationRef);
	await removeNow(session, confirmed, signal);
}

/**
 * Deactivates a certificate wherever it is active, then deletes it. It stops at the first scope that fails: what would
 * not lead to the end is left enforced.
 * @returns a true account, also where it was cancelled on the way.
 * @throws before anything is changed: Failure as `remove` but for `certificate-active`, and `changed-meanwhile` also where
 * it is active elsewhere than was confirmed; Cancelled
 */
export async function deactivateEverywhereAndDelete(
	organization: OrganizationContext,
	{ organizationRef, confirmed }: DeletionRequest,
	signal?: AbortSignal,
): Promise<DeletionResult> {
	const session = await OrganizationSession.open(organization, organizationRef);
	const { id } = confirmed.certificate;
	let found = await readBasis(session, id, signal);
	assertSame(confirmed, found);
	assertAllScopesRead(found.where);
	if (!isDeepStrictEqual(scopesToDeactivate(confirmed.where), scopesToDeactivate(found.where)))
		throw new ProblemError({ reason: "changed-meanwhile" });
	const accounts: ScopeResult[] = [];
	const account = (removed: boolean, problem: Problem | null): DeletionResult => ({
		scopes: accounts,
		removed,
		problem,
	});
	try {
		if (found.where.organization) {
			accounts.push(...(await deactivateInTurn(session, [ORGANIZATION], id, signal)));
			if (!isDone(accounts)) return account(false, problemIn(accounts));
			// What a project merely inherits shows only now.
			found = await readBasis(session, id, signal);
			assertAllScopesRead(found.where);
		}
		accounts.push(...(await deactivateInTurn(session, scopesToDeactivate(found.where), id, signal)));
		if (!isDone(accounts)) return account(false, problemIn(accounts));
		await removeNow(session, confirmed, signal);
		return account(true, null);
	} catch (thrown) {
		const problem = problemOf(thrown);
		if (!problem && !isCancelled(thrown)) throw thrown;
		return account(false, problem);
	}
}

/** Deactivates a certificate in one scope after the other, as long as that succeeds. */
async function deactivateInTurn(
	session: OrganizationSession,
	scopes: readonly Scope[],
	id: string,
	signal?: AbortSignal,
): Promise<readonly ScopeResult[]> {
	const accounts: ScopeResult[] = [];
	for (const scope of scopes)
		accounts.push(
			...(isDone(accounts) ? await applyToScopes(session, [scope], [id], false, signal) : [notAttempted(scope, [id])]),
		);
	return accounts;
}

function isDone(accounts: readonly ScopeResult[]): boolean {
	return accounts.every(({ changed }) => changed.length > 0);
}

function problemIn(accounts: readonly ScopeResult[]): Problem | null {
	return accounts.find(({ problem }) => problem)?.problem ?? null;
}

async function removeNow(session: OrganizationSession, confirmed: Subject, signal?: AbortSignal): Promise<void> {
	const { id } = confirmed.certificate;
	const found = await readBasis(session, id, signal);
	assertFree(found.where);
	assertSame(confirmed, found);
	try {
		await session.service.remove(id, signal);
	} catch (thrown) {
		const problem = problemOf(thrown);
		// It was there a moment ago: whoever deleted it, the list tells.
		const isLost = problem ? isOutcomeUnknown(problem) || problem.reason === "not-found" : isCancelled(thrown);
		if (!isLost) throw thrown;
		session.recordWriteEverywhere({ kind: "unknown", id, field: null });
		// Without the signal: also who cancelled has to know how it is now.
		const { listing } = await session.scope(ORGANIZATION);
		if (listing?.certificates.some((each) => each.id === id)) throw thrown;
		if (!listing || !isComplete(listing)) throw new ProblemError({ reason: "change-unknown", act: "remove" });
	}
	session.recordWriteEverywhere({ kind: "removed", id });
}

async function readBasis(session: OrganizationSession, id: string, signal?: AbortSignal): Promise<DeletionSnapshot> {
	const [listing, projects] = await Promise.all([session.certificates(signal), session.projects(signal)]);
	const certificate = requireCertificate(listing, id);
	return { epoch: session.generation, certificate, where: findActiveScopes(id, listing, projects) };
}

/** @throws Failure `connection-changed`, `changed-meanwhile` */
function assertSame(confirmed: Subject, found: DeletionSnapshot): void {
	if (confirmed.epoch !== found.epoch) throw new ProblemError({ reason: "connection-changed" });
	if (confirmed.certificate.name !== found.certificate.name) throw new ProblemError({ reason: "changed-meanwhile" });
}

/** @throws Failure `certificate-active`, `scopes-unread` */
function assertFree(where: ActiveScopes): void {
	const projects = projectsToDeactivate(where.projects).map(toNamedProject);
	const organization = where.organization === true;
	if (organization || projects.length > 0)
		throw new ProblemError({ reason: "certificate-active", organization, projects });
	assertAllScopesRead(where);
}
