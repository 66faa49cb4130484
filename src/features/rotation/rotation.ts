import { isDeepStrictEqual } from "node:util";
import { mayBelongTo } from "../../common/organizationRef.ts";
import type { CertificatesApi } from "../../domain/adminApi.ts";
import type { Certificate, CertificateListing } from "../../domain/certificate.ts";
import type { ParsedCertificate } from "../../domain/certificateFile.ts";
import { ProblemError } from "../../domain/problem.ts";
import type { RotationIssue } from "../../domain/rotationIssue.ts";
import { ORGANIZATION, type Scope, scopeKey } from "../../domain/scope.ts";
import {
	type ActiveScopes,
	assertAllScopesRead,
	findActiveScopes,
	isActive,
	isComplete,
	type ProjectsReading,
	scopesToDeactivate,
} from "../organization/activeScopes.ts";
import {
	type OrganizationContext,
	OrganizationSession,
	requireCertificate,
} from "../organization/organizationSession.ts";
import {
	findRotationIssues,
	type RotationPlan,
	type RotationStage,
	type TrustAnchor,
	validityOf,
} from "./rotationPlan.ts";
import type { RotationPlanStore } from "./rotationPlanStore.ts";

export interface RotationDeps {
	readonly organization: OrganizationContext;
	readonly plans: RotationPlanStore;
	/** Returns a certificate's content at the service; `null` if unreadable. @throws CancelledError */
	readonly readContent: (
		id: string,
		signal: AbortSignal | undefined,
		service: CertificatesApi,
	) => Promise<ParsedCertificate | null>;
	/** The clock, Unix milliseconds. */
	readonly now?: () => number;
}

/** Identifies a rotation. */
export interface RotationPair {
	/** The organization shown to the person. */
	readonly organizationRef: string;
	readonly oldId: string;
	readonly nextId: string;
}

/** A scope where one of the two certificates is active, or that the plan contains. */
export interface RotationScope {
	readonly scope: Scope;
	/**
	 * Whether the old certificate is directly active in the scope. `unclear`: the project's list shows the certificate,
	 * but it may be inherited from the organization; the person must be asked, unless a plan exists.
	 */
	readonly old: "active" | "inactive" | "unclear";
	/** True if the scope's own list shows the new certificate as active; for a project, it may be inherited. */
	readonly next: boolean;
	/** True if the plan contains the scope. */
	readonly planned: boolean;
}

/** A rotation's state by a fresh read of everything. Each step's question shows this state. */
export interface RotationSnapshot {
	readonly organizationRef: string;
	readonly generation: number;
	readonly old: TrustAnchor;
	/** `null` if deleted; only if a plan exists. */
	readonly next: TrustAnchor | null;
	/** The organization first, if included, then projects, also archived projects. */
	readonly scopes: readonly RotationScope[];
	/** The ids of all certificates active in the organization itself. */
	readonly activeInOrganization: readonly string[];
	/** The plan stored on this machine. Without a plan, earlier activations of `next` are unknown. */
	readonly plan: RotationPlan | null;
}

/**
 * Reads the state to show before a step of a rotation. `findStepIssues` returns the reasons against the step.
 * @throws ProblemError `scopes-unread` if any list is incomplete; `rotation-pending` if no plan exists, and another
 * rotation includes one of the two; `not-found` if a certificate is deleted; `not-recorded`; CancelledError
 */
export async function prepareRotation(
	deps: RotationDeps,
	pair: RotationPair,
	signal?: AbortSignal,
): Promise<RotationSnapshot> {
	const session = await OrganizationSession.open(deps.organization, pair.organizationRef);
	return readRotation(deps, session, pair, signal);
}

/**
 * Returns the reasons against a step.
 * @param now Unix seconds.
 * @param soonDays For a start: `next` must be valid for longer than this number of days. If a plan exists, `next` must
 * only be valid.
 */
export function findStepIssues(
	snapshot: RotationSnapshot,
	step: "start" | "finish" | "undo",
	now: number,
	soonDays: number,
): readonly RotationIssue[] {
	const { old, next, plan, scopes } = snapshot;
	if (step === "undo") {
		const isExpired = (validityOf(old).until ?? now + 1) <= now;
		// If no scope returns to `old`, undo only removes the plan.
		const returns = plan && scopes.some((each) => ["switch-back", "reactivate-old"].includes(undoStep(each, plan)));
		return isExpired && returns ? ["old-expired"] : [];
	}
	if (!next) return ["gone"];
	const issues = findRotationIssues(old, next, now, step === "start" && !plan ? soonDays : 0);
	const isInactive = step === "start" && scopes.every((each) => each.old === "inactive");
	return isInactive ? [...issues, "inactive"] : issues;
}

/**
 * The action of undo in one scope.
 * - `switch-back`: activates `old`, then deactivates `next`.
 * - `reactivate-old`: activates `old`, which is inactive; `next` was active before and stays.
 * - `keep-both`: none; `next` was active before, and both stay.
 * - `none`: `next` is inactive. If `old` is inactive too, clients without a certificate might be accepted, and
 *   undo must not end that.
 */
export type UndoStep = "switch-back" | "reactivate-old" | "keep-both" | "none";

/** Returns the action of undo in one scope. */
export function undoStep({ scope, old, next, planned }: RotationScope, { scopes }: RotationPlan): UndoStep {
	if (!next || !planned) return "none";
	const before = scopes.find((each) => scopeKey(each.scope) === scopeKey(scope));
	if (!before?.nextWasActive) return "switch-back";
	return old === "inactive" ? "reactivate-old" : "keep-both";
}

/** Returns how far a rotation is, by the scopes where both certificates are active. */
export function rotationStage(plan: RotationPlan, old: ActiveScopes, next: ActiveScopes): RotationStage {
	if (!old.complete || !next.complete) return "unknown";
	const [withOld, withNext] = [old, next].map((where) => new Set(scopesToDeactivate(where).map(scopeKey)));
	if (withOld?.size === 0) return "finished";
	const keys = plan.scopes.map(({ scope }) => scopeKey(scope));
	return keys.some((key) => withOld?.has(key) && !withNext?.has(key)) ? "activating" : "waiting";
}

/** Like `prepareRotation`, within a session. */
export async function readRotation(
	{ plans, readContent }: RotationDeps,
	session: OrganizationSession,
	pair: RotationPair,
	signal?: AbortSignal,
): Promise<RotationSnapshot> {
	const { organizationRef, oldId, nextId } = pair;
	const plan = findPlan(await plans.read(organizationRef), pair);
	const [listing, projects] = await Promise.all([session.certificates(signal), session.projects(signal)]);
	const old = requireCertificate(listing, oldId);
	const isGone = plan && isComplete(listing) && !listing.certificates.some(({ id }) => id === nextId);
	const next = isGone ? null : requireCertificate(listing, nextId);
	const [ofOld, ofNext] = [findActiveScopes(oldId, listing, projects), findActiveScopes(nextId, listing, projects)];
	for (const where of [ofOld, ofNext]) assertAllScopesRead(where);
	assertComplete(listing, projects);
	const toTrustAnchor = async (certificate: Certificate): Promise<TrustAnchor> => ({
		certificate,
		content: await readContent(certificate.id, signal, session.service),
	});
	return {
		organizationRef,
		generation: session.generation,
		old: await toTrustAnchor(old),
		next: next && (await toTrustAnchor(next)),
		scopes: toRotationScopes(pair, plan, listing, projects),
		activeInOrganization: activeIds(listing),
		plan,
	};
}

/**
 * Reads the state again, which must match the confirmed state.
 * @throws ProblemError `connection-changed`, `changed-meanwhile`, and as `prepareRotation`; CancelledError
 */
export async function readConfirmed(
	deps: RotationDeps,
	session: OrganizationSession,
	confirmed: RotationSnapshot,
	signal?: AbortSignal,
): Promise<RotationSnapshot> {
	if (confirmed.generation !== session.generation) throw new ProblemError({ reason: "connection-changed" });
	const fresh = await readRotation(deps, session, pairOf(confirmed), signal);
	const shown = ({ old, next, scopes, plan }: RotationSnapshot) => [
		old.certificate.name,
		next?.certificate.name,
		scopes,
		plan?.startedAt,
	];
	if (!isDeepStrictEqual(shown(confirmed), shown(fresh))) throw new ProblemError({ reason: "changed-meanwhile" });
	return fresh;
}

/** @throws ProblemError `rotation-refused` */
export function assertNoStepIssues(...[snapshot, step, now, soonDays]: Parameters<typeof findStepIssues>): void {
	const [issue] = findStepIssues(snapshot, step, now, soonDays);
	if (issue) throw new ProblemError({ reason: "rotation-refused", issue });
}

export function pairOf({ organizationRef, old, next, plan }: RotationSnapshot): RotationPair {
	return { organizationRef, oldId: old.certificate.id, nextId: next?.certificate.id ?? plan?.next.id ?? "" };
}

/** @throws ProblemError `rotation-pending` */
function findPlan(
	plans: readonly RotationPlan[],
	{ organizationRef, oldId, nextId }: RotationPair,
): RotationPlan | null {
	const matching = plans.filter((plan) => mayBelongTo(plan, organizationRef));
	const plan = matching.find(({ old, next }) => old.id === oldId && next.id === nextId);
	if (plan) return plan;
	// If two rotations share a certificate, one could deactivate a certificate that the other relies on.
	const other = matching.find(({ old, next }) => [old.id, next.id].some((id) => id === oldId || id === nextId));
	if (other) throw new ProblemError({ reason: "rotation-pending", name: other.old.name ?? other.old.id });
	return null;
}

/** Returns the ids of the certificates active in the organization once `to` has replaced `from`. */
export function activeAfterSwitchover(
	{ activeInOrganization: active }: RotationSnapshot,
	from: string,
	to: string,
): readonly string[] {
	return [...new Set([...active, to])].filter((id) => id !== from);
}

/** Refuses incomplete lists, even if both certificates were found. @throws ProblemError `scopes-unread` */
function assertComplete(organization: CertificateListing, { projects, scope }: ProjectsReading): void {
	const isIncomplete = (listing: CertificateListing | null) => !listing || !isComplete(listing);
	const incomplete = (projects ?? [])
		.filter(({ id }) => isIncomplete(scope(id).listing))
		.map(({ id, name }) => ({ id, name }));
	if (!isIncomplete(organization) && incomplete.length === 0) return;
	const rest = { allProjects: false, projects: incomplete, why: null };
	throw new ProblemError({ reason: "scopes-unread", organization: isIncomplete(organization), ...rest });
}

function toRotationScopes(
	{ oldId, nextId }: RotationPair,
	plan: RotationPlan | null,
	listing: CertificateListing,
	projects: ProjectsReading,
): readonly RotationScope[] {
	const planned = new Set(plan?.scopes.map(({ scope }) => scopeKey(scope)));
	const inOrganization = activeIds(listing);
	// By the lists as served: an absence from a list with own writes applied proves nothing.
	const showsOwnOnly = (projects.projects ?? []).some(({ id }) =>
		inOrganization.some((inherited) => isActive(inherited, projects.scope(id).served ?? null) === false),
	);
	const all = [
		{ scope: ORGANIZATION, shown: listing },
		...(projects.projects ?? []).map(({ id }) => ({
			scope: { kind: "project", id } as const,
			shown: projects.scope(id).listing,
		})),
	];
	return all.flatMap(({ scope, shown }): RotationScope[] => {
		const isPlanned = planned.has(scopeKey(scope));
		const isImposed = (id: string) => scope.kind === "project" && !showsOwnOnly && inOrganization.includes(id);
		const next = isActive(nextId, shown) === true;
		const old = !isActive(oldId, shown) ? "inactive" : isImposed(oldId) && !isPlanned ? "unclear" : "active";
		const isIncluded = old !== "inactive" || isPlanned || (next && !isImposed(nextId));
		return isIncluded ? [{ scope, old, next, planned: isPlanned }] : [];
	});
}

function activeIds({ certificates }: CertificateListing): readonly string[] {
	return certificates.filter(({ active }) => active).map(({ id }) => id);
}
