import { type Certificate, NO_EXPIRY } from "../../domain/certificate.ts";
import { notCaFinding, type ParsedCertificate } from "../../domain/certificateFile.ts";
import type { RotationIssue } from "../../domain/rotationIssue.ts";
import type { Scope } from "../../domain/scope.ts";

/** The plan by which `next` replaces `old` as a trust anchor. Written before the first activation. */
export interface RotationPlan {
	readonly organizationRef: string;
	readonly old: RotatedCertificate;
	readonly next: RotatedCertificate;
	/** Where `old` was active. Scopes found later must be added before `next` is activated there. */
	readonly scopes: readonly PlannedScope[];
	/** When the plan was written, Unix milliseconds. */
	readonly startedAt: number;
}

/** A certificate with its name when recorded. */
export type RotatedCertificate = Pick<Certificate, "id" | "name">;

export interface PlannedScope {
	readonly scope: Scope;
	/** True if the scope's list showed `next` as active before: undo leaves `next` active. */
	readonly nextWasActive: boolean;
}

/**
 * How far a rotation is. `activating`: `next` is not active yet in every planned scope where `old` is; `waiting`:
 * `next` is, and clients must move; `finished`: `old` is active nowhere any more; `unknown`: not all scopes could be
 * read.
 */
export type RotationStage = "activating" | "waiting" | "finished" | "unknown";

/** A certificate and its content at the service; `null` if unreadable. */
export interface TrustAnchor {
	readonly certificate: Certificate;
	readonly content: ParsedCertificate | null;
}

/** Unix seconds, from the list, else from the content; `null` if unknown. */
export interface Validity {
	readonly from: number | null;
	readonly until: number | null;
}

const DAY_SECONDS = 86_400;

export function validityOf({ certificate, content }: TrustAnchor): Validity {
	return {
		from: certificate.validAt ?? content?.notBefore ?? null,
		until: certificate.expiresAt ?? content?.notAfter ?? null,
	};
}

/**
 * Returns the reasons why `next` cannot replace `old`, judged by the two certificates alone.
 * @param now Unix seconds.
 * @param soonDays `next` must be valid for longer than this number of days.
 */
export function findRotationIssues(
	old: TrustAnchor,
	next: TrustAnchor,
	now: number,
	soonDays: number,
): readonly RotationIssue[] {
	const issues: RotationIssue[] = [];
	const { from, until } = validityOf(next);
	const oldUntil = validityOf(old).until;
	const isSame = old.content !== null && old.content.sha256 === next.content?.sha256;
	if (isSame || old.certificate.id === next.certificate.id) return ["same"];
	if (next.content && notCaFinding(next.content)) issues.push("leaf");
	if (until === null || oldUntil === null) issues.push("dates-unknown");
	// `NO_EXPIRY` (RFC 5280 4.1.2.5): no certificate is valid for longer.
	else if (until <= oldUntil && until < NO_EXPIRY) issues.push("not-longer");
	if (from !== null && from > now) issues.push("not-yet-valid");
	if (until !== null && until <= now) issues.push("expired");
	else if (until !== null && until - now <= soonDays * DAY_SECONDS) issues.push("expires-soon");
	return issues;
}
