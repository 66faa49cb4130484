// Explains why the offline check and OpenSSL judge a chain differently, by the rules in differenceRules.ts.
import { effectOf } from "../../src/domain/clientCertificateCheck.ts";
import type { checkChain } from "../../src/x509/chainCheck.ts";
import { RULES, type Rule, SEARCH } from "./differenceRules.ts";
import type { OpensslResult } from "./openssl.ts";

/** A chain on which the verdicts differ, and what is known about it. */
export interface Difference {
	/** What differs from a usual chain. */
	readonly changes: readonly string[];
	readonly ours: NonNullable<ReturnType<typeof checkChain>>;
	/** What OpenSSL says of the path that the check found, without the other certificates. */
	readonly opensslOnOurPath: () => OpensslResult;
}

/**
 * Returns the rules that explain a difference; `null` if something remains unexplained. There must be a rule for each reason of
 * the verdict that differs: otherwise a rule would hide a fault beside it.
 */
export function explain({ changes, ours, opensslOnOurPath }: Difference): readonly Rule[] | null {
	const possible = RULES.filter((rule) => rule.changes.some((change) => changes.includes(change)));
	if (ours.rfc5280 !== "valid") {
		const codes = ours.issues.filter((issue) => effectOf([issue]).rfc5280 === ours.rfc5280).map(({ code }) => code);
		return forEach(codes, (code) => possible.find((rule) => rule.codes?.includes(code)));
	}
	const { accepted, errors } = opensslOnOurPath();
	if (accepted) return [SEARCH];
	return forEach(errors, (error) => possible.find((rule) => rule.errors?.includes(error)));
}

/** Returns the rule of each reason; `null` without reasons, or if a reason has no rule. */
function forEach<Reason>(
	reasons: readonly Reason[],
	find: (reason: Reason) => Rule | undefined,
): readonly Rule[] | null {
	const rules = new Set(reasons.map(find));
	return rules.size === 0 || rules.has(undefined) ? null : [...rules].filter((rule) => rule !== undefined);
}
