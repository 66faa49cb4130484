import { type Certificate, NO_EXPIRY } from "../../domain/certificate.ts";
import { notCaFinding, type ParsedCertificate } from "../../domain/certificateFile.ts";
import type { RotationIssue } from "../../domain/problem.ts";
import type { Scope } from "../../domain/scope.ts";

/** A new trust anchor taking over an old one's scopes, as it was written down before the first activation. */
export interface RotationPlan {
	readonly organizationRef: string;
	readonly old: RotatedCertificate;
	readonly next: RotatedCertificate;
	/** Where the old one was active; where it was found to be active since is added before the new one is activated there. */
	readonly scopes: readonly PlannedScope[];
	/** When it was written down, Unix milliseconds. */
	readonly startedAt: number;
}

/** As it was called then. */
export type RotatedCertificate = Pick<Certificate, "id" | "name">;

export interface PlannedScope {
	readonly scope: Scope;
	/** Whether the new one was active there before by the scope's list: undoing leaves it there. */
	readonly nextWasActive: boolean;
}

/**
 * How far a rotation is. `activating`: the new one is not active yet in every scope of the plan where the old one is;
 * `waiting`: it is, and clients must move; `finished`: the old one is active nowhere any more; `unknown`: not all scopes
 * could be read.
 */
export type RotationStage = "activating" | "waiting" | "finished" | "unknown";

/** A certificate and what the service keeps of it; `null` where that cannot be read. */
export interface TrustAnchor {
	readonly certificate: Certificate;
	readonly content: ParsedCertificate | null;
}

/** From when until when, Unix seconds; what the list does not tell the content may. */
export interface Validity {
	readonly from: number | null;
	readonly until: number | null;
}

const DAY = 86_400;

export function validityOf({ certificate, content }: TrustAnchor): Validity {
	return {
		from: certificate.validAt ?? content?.notBefore ?? null,
		until: certificate.expiresAt ?? content?.notAfter ?? null,
	};
}

/**
 * What of the two certificates themselves keeps the new one from taking over.
 * @param now Unix seconds.
 * @param soonDays The new one must be valid for longer than so many days.
 */
export function findRotationIssues(
	old: TrustAnchor,
	next: TrustAnchor,
	now: number,
	soonDays: number,
): readonly RotationIssue[] {
	const flaws: RotationIssue[] = [];
	const { from, until } = validityOf(next);
	const oldUntil = validityOf(old).until;
	const isSame = old.content !== null && old.content.sha256 === next.content?.sha256;
	if (isSame || old.certificate.id === next.certificate.id) return ["same"];
	if (next.content && notCaFinding(next.content)) flaws.push("leaf");
	if (until === null || oldUntil === null) flaws.push("dates-unknown");
	// The last second means no expiry (RFC 5280 4.1.2.5): nothing is valid for longer.
	else if (until <= oldUntil && until < NO_EXPIRY) flaws.push("not-longer");
	if (from !== null && from > now) flaws.push("not-yet-valid");
	if (until !== null && until <= now) flaws.push("expired");
	else if (until !== null && until - now <= soonDays * DAY) flaws.push("expires-soon");
	return flaws;
}
