import { timeSlices } from "../../common/concurrency.ts";
import type { Certificate, CertificateListing } from "../../domain/certificate.ts";
import type { ClientCertificateIssue, Verdict } from "../../domain/clientCertificateCheck.ts";
import type { Problem } from "../../domain/problem.ts";
import { ORGANIZATION, type Scope } from "../../domain/scope.ts";
import { isComplete } from "../organization/activeScopes.ts";
import type { CertificateStore } from "../organization/certificateStore.ts";
import type { EnforcementIndex } from "../organization/enforcementIndex.ts";
import type { ProjectStore } from "../organization/projectStore.ts";
import type { Anchor, ClientJudge } from "./judgeClients.ts";
import type { KnownClient } from "./knownClient.ts";

/** A scope and the trust anchors that are active there, inherited ones included. */
export interface ScopeAnchors {
	readonly scope: Scope;
	readonly certificates: readonly Certificate[];
	/** False if more certificates might be active there. */
	readonly complete: boolean;
}

/** Where OpenAI would accept a client, as the check predicts. Scopes that require no client certificate are left out. */
export interface ClientStatus {
	readonly accepted: readonly Scope[];
	readonly rejected: readonly Scope[];
	readonly unknown: readonly Scope[];
	/** The ids of the trust anchors that the client chains to. */
	readonly anchorIds: readonly string[];
	/** The issues of the first scope that might reject the client. */
	readonly issues: readonly ClientCertificateIssue[];
}

interface ScopeSources {
	readonly certificates: Pick<CertificateStore, "state">;
	readonly projects: Pick<ProjectStore, "state" | "scope">;
	readonly enforcement: Pick<EnforcementIndex, "findEnforced">;
}

/**
 * Returns the trust anchors of the organization and of each project, as last read.
 * @returns `allScopes`: false if there might be more projects.
 */
export function readScopeAnchors({ certificates, projects, enforcement }: ScopeSources): {
	readonly scopes: readonly ScopeAnchors[];
	readonly allScopes: boolean;
} {
	const { listing, problem } = certificates.state;
	const organization = {
		scope: ORGANIZATION,
		certificates: listing?.certificates.filter(({ active }) => active) ?? [],
		complete: isReadCompletely(listing, problem),
	};
	const ofProjects = (projects.state.projects ?? []).map(({ id }): ScopeAnchors => {
		const own = projects.scope(id);
		return {
			scope: { kind: "project", id },
			certificates: enforcement.findEnforced(id).map(({ certificate }) => certificate),
			complete: organization.complete && isReadCompletely(own.listing, own.problem),
		};
	});
	const { state } = projects;
	const allScopes = state.projects !== null && state.complete && state.unreadable === 0 && !state.problem;
	return { scopes: [organization, ...ofProjects], allScopes };
}

function isReadCompletely(listing: CertificateListing | null, problem: Problem | null): boolean {
	return (
		listing !== null &&
		!problem &&
		isComplete(listing) &&
		listing.certificates.every((each) => each.active !== undefined)
	);
}

/** What clients are judged by, besides the trust anchors of the scopes. */
export interface Judging {
	readonly judge: ClientJudge;
	/** Returns the DER of a certificate's content by its id; `null` if unknown. */
	readonly contentOf: (certificateId: string) => Uint8Array | null;
	/** Unix seconds. */
	readonly now: number;
	readonly signal?: AbortSignal;
}

/**
 * Judges clients in all scopes. Where not all trust anchors or contents are known, a client is never rejected.
 * @returns the statuses by the clients' SHA-256.
 * @throws CancelledError
 */
export async function judgeInScopes(
	clients: readonly KnownClient[],
	scopes: readonly ScopeAnchors[],
	{ judge, contentOf, now, signal }: Judging,
): Promise<ReadonlyMap<string, ClientStatus>> {
	// Most projects have the same trust anchors as others.
	const groups = [...Map.groupBy(scopes, anchorSetKey).values()].flatMap((same) => readGroup(same, contentOf));
	const sets = groups.map(({ anchors }) => anchors);
	const verdicts = await judge.judge(clients, sets, now, signal);
	const statuses = new Map<string, ClientStatus>();
	const pause = timeSlices();
	for (const { sha256 } of clients) {
		await pause(signal);
		const status = newStatus();
		for (const [index, { isComplete, scopes }] of groups.entries()) {
			const judged = verdicts.get(sha256)?.[index];
			const verdict = judged && (isComplete || judged.verdict === "accepted") ? judged.verdict : "unknown";
			status[verdict].push(...scopes);
			if (judged?.anchorId && !status.anchorIds.includes(judged.anchorId)) status.anchorIds.push(judged.anchorId);
			if (judged && verdict !== "accepted" && status.issues.length === 0) status.issues.push(...judged.issues);
		}
		statuses.set(sha256, status);
	}
	return statuses;
}

/** Scopes with the same trust anchors. */
interface ScopeGroup {
	readonly scopes: readonly Scope[];
	/** Those whose contents are known. */
	readonly anchors: readonly Anchor[];
	/** True if these are all that are active there. */
	readonly isComplete: boolean;
}

/** Returns nothing for scopes that require no client certificate. */
function readGroup(
	same: readonly ScopeAnchors[],
	contentOf: (certificateId: string) => Uint8Array | null,
): readonly ScopeGroup[] {
	const { certificates = [], complete = true } = same[0] ?? {};
	if (complete && certificates.length === 0) return [];
	const anchors = certificates.flatMap(({ id }): Anchor[] => {
		const der = contentOf(id);
		return der ? [{ id, der }] : [];
	});
	const isComplete = complete && anchors.length === certificates.length;
	return [{ scopes: same.map(({ scope }) => scope), anchors, isComplete }];
}

function newStatus() {
	const scopes: Record<Verdict, Scope[]> = { accepted: [], rejected: [], unknown: [] };
	const anchorIds: string[] = [];
	const issues: ClientCertificateIssue[] = [];
	return { ...scopes, anchorIds, issues };
}

function anchorSetKey({ certificates, complete }: ScopeAnchors): string {
	const ids = certificates.map(({ id }) => id).sort();
	return `${complete} ${ids.join()}`;
}
