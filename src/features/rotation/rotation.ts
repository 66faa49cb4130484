import { isDeepStrictEqual } from "node:util";
import { mayBeOf } from "../../common/organizationRef.ts";
import type { CertificatesApi } from "../../domain/adminApi.ts";
import type { Certificate, CertificateListing } from "../../domain/certificate.ts";
import type { ParsedCertificate } from "../../domain/certificateFile.ts";
import { ProblemError, type RotationIssue } from "../../domain/problem.ts";
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

/** What it takes to rotate. */
export interface Rotations {
	readonly organization: OrganizationContext;
	readonly plans: RotationPlanStore;
	/** What the service keeps under an id; `null` where it cannot be read. @throws Cancelled */
	readonly contentOf: (
		id: string,
		signal: AbortSignal | undefined,
		service: CertificatesApi,
	) => Promise<ParsedCertificate | null>;
	/** The clock, Unix milliseconds. */
	readonly now?: () => number;
}

/** Which rotation. */
export interface RotationPair {
	/** The organization that the person was told of. */
	readonly organizationRef: string;
	readonly oldId: string;
	readonly nextId: string;
}

/** One scope in which one of the two is active, or was by the plan. */
export interface RotationScope {
	readonly scope: Scope;
	/**
	 * Whether the old one is active there itself. `unclear`: the project's list says so, but may say so of what the
	 * organization imposes; the person is to be asked, unless a plan stands.
	 */
	readonly old: "active" | "inactive" | "unclear";
	/** Whether the new one is active by the scope's own list, which for a project may mean that it is imposed. */
	readonly next: boolean;
	/** Whether the plan has it. */
	readonly planned: boolean;
}

/** What a fresh read of everything shows: what a person is asked about, at each step. */
export interface RotationSnapshot {
	readonly organizationRef: string;
	readonly epoch: number;
	readonly old: TrustAnchor;
	/** `null` where it is gone; only where a plan stands. */
	readonly next: TrustAnchor | null;
	/** The organization first, if it is one of them, then projects, archived ones too. */
	readonly scopes: readonly RotationScope[];
	/** The ids of all that is active in the organization itself. */
	readonly inOrganization: readonly string[];
	/** What this machine wrote down of this rotation. Without it nobody knows where the new one was active before. */
	readonly plan: RotationPlan | null;
}

/**
 * Reads all that a person has to know before any step of a rotation. What keeps from the step is told apart, by `flawsOf`.
 * @throws Failure `scopes-unread` where anything could not be read as a whole; `rotation-pending` where no plan stands, and
 * another rotation has one of the two; `not-found` where one is gone; `not-recorded`; Cancelled
 */
export async function prepareRotation(
	rotations: Rotations,
	pair: RotationPair,
	signal?: AbortSignal,
): Promise<RotationSnapshot> {
	const session = await OrganizationSession.open(rotations.organization, pair.organizationRef);
	return readRotation(rotations, session, pair, signal);
}

/**
 * What keeps from a step.
 * @param now Unix seconds.
 * @param soonDays For a start: the new one must be valid for longer than so many days. A step of a rotation that stands
 * asks only that it is valid.
 */
export function findIssues(
	basis: RotationSnapshot,
	step: "start" | "finish" | "undo",
	now: number,
	soonDays: number,
): readonly RotationIssue[] {
	const { old, next, plan, scopes } = basis;
	if (step === "undo") {
		const isOver = (validityOf(old).until ?? now + 1) <= now;
		// Where nothing would return to it the plan alone is removed.
		const returns = plan && scopes.some((each) => ["take", "return"].includes(undoStep(each, plan)));
		return isOver && returns ? ["old-expired"] : [];
	}
	if (!next) return ["gone"];
	const flaws = findRotationIssues(old, next, now, step === "start" && !plan ? soonDays : 0);
	const isInactive = step === "start" && scopes.every((each) => each.old === "inactive");
	return isInactive ? [...flaws, "inactive"] : flaws;
}

/**
 * What undoing does in one scope.
 * - `take`: the new one is deactivated, after an activation of the old one.
 * - `return`: the new one was active before and stays; the old one, which is not active any more, is activated beside it.
 * - `keep`: the new one was active before and stays; so does the old one.
 * - `nothing`: the new one is not active there. Where the old one is not either, somebody lets clients in without a
 *   certificate, which must not end by an undo.
 */
export type UndoStep = "take" | "return" | "keep" | "nothing";

export function undoStep({ scope, old, next, planned }: RotationScope, { scopes }: RotationPlan): UndoStep {
	if (!next || !planned) return "nothing";
	const before = scopes.find((each) => scopeKey(each.scope) === scopeKey(scope));
	if (!before?.nextWasActive) return "take";
	return old === "inactive" ? "return" : "keep";
}

/** How far a rotation is, by where both are active. */
export function rotationStage(plan: RotationPlan, old: ActiveScopes, next: ActiveScopes): RotationStage {
	if (!old.complete || !next.complete) return "unknown";
	const [withOld, withNext] = [old, next].map((where) => new Set(scopesToDeactivate(where).map(scopeKey)));
	if (withOld?.size === 0) return "finished";
	const keys = plan.scopes.map(({ scope }) => scopeKey(scope));
	return keys.some((key) => withOld?.has(key) && !withNext?.has(key)) ? "activating" : "waiting";
}

/** As `prepareRotation`. */
export async function readRotation(
	{ plans, contentOf }: Rotations,
	session: OrganizationSession,
	pair: RotationPair,
	signal?: AbortSignal,
): Promise<RotationSnapshot> {
	const { organizationRef, oldId, nextId } = pair;
	const plan = planOf(await plans.read(organizationRef), pair);
	const [listing, projects] = await Promise.all([session.certificates(signal), session.projects(signal)]);
	const old = requireCertificate(listing, oldId);
	const isGone = plan && isComplete(listing) && !listing.certificates.some(({ id }) => id === nextId);
	const next = isGone ? null : requireCertificate(listing, nextId);
	const [ofOld, ofNext] = [findActiveScopes(oldId, listing, projects), findActiveScopes(nextId, listing, projects)];
	for (const where of [ofOld, ofNext]) assertAllScopesRead(where);
	assertWhole(listing, projects);
	const anchorOf = async (certificate: Certificate): Promise<TrustAnchor> => ({
		certificate,
		content: await contentOf(certificate.id, signal, session.service),
	});
	return {
		organizationRef,
		epoch: session.generation,
		old: await anchorOf(old),
		next: next && (await anchorOf(next)),
		scopes: scopesOf(pair, plan, listing, projects),
		inOrganization: activeIn(listing),
		plan,
	};
}

/**
 * A fresh read that shows what a person said yes to.
 * @throws Failure `connection-changed`, `changed-meanwhile`, and as `prepareRotation`; Cancelled
 */
export async function readConfirmed(
	rotations: Rotations,
	session: OrganizationSession,
	confirmed: RotationSnapshot,
	signal?: AbortSignal,
): Promise<RotationSnapshot> {
	if (confirmed.epoch !== session.generation) throw new ProblemError({ reason: "connection-changed" });
	const fresh = await readRotation(rotations, session, pairOf(confirmed), signal);
	const shown = ({ old, next, scopes, plan }: RotationSnapshot) => [
		old.certificate.name,
		next?.certificate.name,
		scopes,
		plan?.startedAt,
	];
	if (!isDeepStrictEqual(shown(confirmed), shown(fresh))) throw new ProblemError({ reason: "changed-meanwhile" });
	return fresh;
}

/** @throws Failure `rotation-refused` */
export function assertFit(...[basis, step, now, soonDays]: Parameters<typeof findIssues>): void {
	const [flaw] = findIssues(basis, step, now, soonDays);
	if (flaw) throw new ProblemError({ reason: "rotation-refused", flaw });
}

export function pairOf({ organizationRef, old, next, plan }: RotationSnapshot): RotationPair {
	return { organizationRef, oldId: old.certificate.id, nextId: next?.certificate.id ?? plan?.next.id ?? "" };
}

/** @throws Failure `rotation-pending` */
function planOf(plans: readonly RotationPlan[], { organizationRef, oldId, nextId }: RotationPair): RotationPlan | null {
	const ours = plans.filter((plan) => mayBeOf(plan, organizationRef));
	const plan = ours.find(({ old, next }) => old.id === oldId && next.id === nextId);
	if (plan) return plan;
	// Whichever of the two another one has, one of them could take away what the other one relies on.
	const other = ours.find(({ old, next }) => [old.id, next.id].some((id) => id === oldId || id === nextId));
	if (other) throw new ProblemError({ reason: "rotation-pending", name: other.old.name ?? other.old.id });
	return null;
}

/** The ids of what is active in the organization once one of the two has taken over from the other. */
export function leftInOrganization(
	{ inOrganization }: Pick<RotationSnapshot, "inOrganization">,
	from: string,
	to: string,
): readonly string[] {
	return [...new Set([...inOrganization, to])].filter((id) => id !== from);
}

/** Also where what is missing in a list is something else. @throws Failure `scopes-unread` */
function assertWhole(organization: CertificateListing, { projects, scope }: ProjectsReading): void {
	const isPart = (listing: CertificateListing | null) => !listing || !isComplete(listing);
	const parts = (projects ?? []).filter(({ id }) => isPart(scope(id).listing)).map(({ id, name }) => ({ id, name }));
	if (!isPart(organization) && parts.length === 0) return;
	const rest = { allProjects: false, projects: parts, why: null };
	throw new ProblemError({ reason: "scopes-unread", organization: isPart(organization), ...rest });
}

function scopesOf(
	{ oldId, nextId }: RotationPair,
	plan: RotationPlan | null,
	listing: CertificateListing,
	projects: ProjectsReading,
): readonly RotationScope[] {
	const planned = new Set(plan?.scopes.map(({ scope }) => scopeKey(scope)));
	const inOrganization = activeIn(listing);
	// By what the service sends: that a list does not show what was just written there tells nothing.
	const showsOwnOnly = (projects.projects ?? []).some(({ id }) =>
		inOrganization.some((imposed) => isActive(imposed, projects.scope(id).served ?? null) === false),
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
		const counts = old !== "inactive" || isPlanned || (next && !isImposed(nextId));
		return counts ? [{ scope, old, next, planned: isPlanned }] : [];
	});
}

function activeIn({ certificates }: CertificateListing): readonly string[] {
	return certificates.filter(({ active }) => active).map(({ id }) => id);
}
