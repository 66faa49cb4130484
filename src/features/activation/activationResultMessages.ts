import * as l10n from "@vscode/l10n";
import { formatCertificateName, formatCertificates } from "../../common/messages/certificateMessages.ts";
import { describePartialFailure } from "../../common/messages/problems/problems.ts";
import { formatList, formatScopes, summarizeScopesOf } from "../../common/messages/scopes.ts";
import type { Certificate } from "../../domain/certificate.ts";
import { isClientCertificateRefused, type Problem } from "../../domain/problem.ts";
import type { ScopeResult } from "./activation.ts";
import type { ExpiredPredecessor } from "./expiredPredecessors.ts";

type NameOf = (projectId: string) => string | null;

/** True if every certificate has the requested state and this extension is not locked out. */
export function isFullyApplied(results: readonly ScopeResult[]): boolean {
	return results.every(
		({ failed, unknown, notTried, lockedOut }) => failed.length + unknown.length + notTried.length === 0 && !lockedOut,
	);
}

/** True if OpenAI rejects this extension, and another client certificate helps. */
export function needsClientCertificate(results: readonly ScopeResult[]): boolean {
	return results.some(
		({ lockedOut, problem }) => lockedOut || (problem !== null && isClientCertificateRefused(problem)),
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
	const lockout = results.find(({ lockedOut }) => lockedOut)?.lockedOut;
	if (lockout) sentences.push(describeLockout(lockout));
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
			? l10n.t("OpenAI didn't confirm that “{0}” was deleted.", formatCertificateName(certificate))
			: l10n.t("“{0}” wasn't deleted.", formatCertificateName(certificate)),
		...(results.length > 0 ? [describeActivationResults([certificate], results, false, nameOf)] : []),
		...(problem && !isReported ? [describePartialFailure(problem)] : []),
	].join("\n");
}

/** Describes that OpenAI rejects this extension since an activation, why if OpenAI says so, and how to regain access. */
export function describeLockout(problem: Problem): string {
	if (problem.reason === "mtls")
		return l10n.t(
			"OpenAI now rejects this extension. {0} You can also regain access in the OpenAI dashboard.",
			describePartialFailure(problem),
		);
	return l10n.t(
		"OpenAI now rejects this extension. To regain access, use the OpenAI dashboard, or set a client certificate that chains to an active certificate.",
	);
}

/** Points out an expired certificate that is active beside its renewal. */
export function describeExpiredPredecessor({ expired, renewal }: ExpiredPredecessor): string {
	return l10n.t(
		"“{0}” has expired but is still active. OpenAI might use it instead of its renewal “{1}”, which has the same subject and key.",
		formatCertificateName(expired),
		formatCertificateName(renewal),
	);
}

/** Returns the outcome, with the number of certificates if their outcomes differ. */
function formatOutcome(result: ScopeResult, active: boolean): string {
	const { changed, failed, unknown, notTried } = result;
	const outcomes = [
		formatChanged(changed.length, active),
		// Without a problem, the user cancelled.
		result.problem ? formatFailed(failed.length, active) : formatUnchanged(failed.length, active),
		formatUnconfirmed(unknown.length, active),
		{ count: notTried.length, alone: l10n.t("skipped"), counted: l10n.t("{0} skipped", notTried.length) },
	].filter(({ count }) => count > 0);
	const parts = outcomes.map(({ alone, counted }) => (outcomes.length === 1 ? alone : counted));
	return l10n.t("{0}.", formatList(parts));
}

/** A phrase about some certificates, without and with their number. */
interface Outcome {
	readonly count: number;
	readonly alone: string;
	readonly counted: string;
}

function formatChanged(count: number, active: boolean): Outcome {
	return active
		? { count, alone: l10n.t("activated"), counted: l10n.t("{0} activated", count) }
		: { count, alone: l10n.t("deactivated"), counted: l10n.t("{0} deactivated", count) };
}

function formatFailed(count: number, active: boolean): Outcome {
	return active
		? { count, alone: l10n.t("couldn't be activated"), counted: l10n.t("{0} couldn't be activated", count) }
		: { count, alone: l10n.t("couldn't be deactivated"), counted: l10n.t("{0} couldn't be deactivated", count) };
}

function formatUnchanged(count: number, active: boolean): Outcome {
	return active
		? { count, alone: l10n.t("not activated"), counted: l10n.t("{0} not activated", count) }
		: { count, alone: l10n.t("not deactivated"), counted: l10n.t("{0} not deactivated", count) };
}

function formatUnconfirmed(count: number, active: boolean): Outcome {
	const alone = active ? l10n.t("activation unconfirmed") : l10n.t("deactivation unconfirmed");
	return { count, alone, counted: l10n.t("{0} unconfirmed", count) };
}
