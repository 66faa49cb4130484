import * as l10n from "@vscode/l10n";
import { formatCertificateName, formatCertificates } from "../../common/messages/certificateMessages.ts";
import { describePartialFailure } from "../../common/messages/problems.ts";
import { formatScopes, summarizeScopesOf } from "../../common/messages/scopes.ts";
import type { Certificate } from "../../domain/certificate.ts";
import type { Problem } from "../../domain/problem.ts";
import type { ScopeResult } from "./activation.ts";

type NameOf = (projectId: string) => string | null;

/** True if every certificate has the requested state and this extension is not locked out. */
export function isFullyApplied(results: readonly ScopeResult[]): boolean {
	return results.every(
		({ failed, unknown, notTried, lockedOut }) => failed.length + unknown.length + notTried.length === 0 && !lockedOut,
	);
}

/** Describes the results of an activation or deactivation, one line for each outcome. */
export function describeActivationResults(
	certificates: readonly Certificate[],
	results: readonly ScopeResult[],
	active: boolean,
	nameOf: NameOf,
): string {
	const subjects = formatCertificates(certificates);
	// One line for all scopes with the same outcome; incomplete scopes first.
	const ordered = results.toSorted((one, other) => Number(isFullyApplied([one])) - Number(isFullyApplied([other])));
	const groups = Map.groupBy(ordered, (result) =>
		[formatOutcome(result, active), ...(result.problem ? [describePartialFailure(result.problem)] : [])].join(" "),
	);
	const sentences = [...groups].map(([outcome, group]) =>
		l10n.t("{0} in {1}: {2}", subjects, formatScopes(summarizeScopesOf(group, nameOf)), outcome),
	);
	if (results.some(({ lockedOut }) => lockedOut)) sentences.push(describeLockout());
	return sentences.join("\n");
}

/** Describes a deletion that did not succeed or may not have, with the deactivations before it. */
export function describeFailedDeletion(
	certificate: Certificate,
	results: readonly ScopeResult[],
	problem: Problem | null,
	nameOf: NameOf,
): string {
	const isReported = results.some((result) => result.problem === problem);
	return [
		problem?.reason === "change-unknown"
			? l10n.t("It's unknown whether “{0}” was deleted.", formatCertificateName(certificate))
			: l10n.t("“{0}” was not deleted.", formatCertificateName(certificate)),
		...(results.length > 0 ? [describeActivationResults([certificate], results, false, nameOf)] : []),
		...(problem && !isReported ? [describePartialFailure(problem)] : []),
	].join("\n");
}

function describeLockout(): string {
	return l10n.t(
		"This extension is now refused. The way back is the dashboard at OpenAI, or a client certificate that chains to an active certificate.",
	);
}

function formatOutcome({ changed, failed, unknown, notTried }: ScopeResult, active: boolean): string {
	const outcomes: readonly (readonly [ids: readonly string[], label: string])[] = [
		[changed, active ? l10n.t("activated") : l10n.t("deactivated")],
		[failed, active ? l10n.t("not activated") : l10n.t("not deactivated")],
		[unknown, active ? l10n.t("not known whether activated") : l10n.t("not known whether deactivated")],
		[notTried, l10n.t("not tried")],
	];
	const present = outcomes.filter(([ids]) => ids.length > 0);
	const parts = present.map(([{ length }, label]) => (present.length === 1 ? label : `${length} ${label}`));
	return `${parts.join(", ")}.`;
}
