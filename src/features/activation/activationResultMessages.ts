import * as l10n from "@vscode/l10n";
import { nameWords, subjectsWords } from "../../common/messages/certificateMessages.ts";
import { describePartialFailure } from "../../common/messages/problems.ts";
import { formatScopes, summarizeScopesByName } from "../../common/messages/scopes.ts";
import type { Certificate } from "../../domain/certificate.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Scope } from "../../domain/scope.ts";

/** What became of some certificates in one scope, by their ids; each stands in exactly one of the lists. */
interface Account {
	readonly scope: Scope;
	readonly changed: readonly string[];
	readonly failed: readonly string[];
	readonly unknown: readonly string[];
	readonly notTried: readonly string[];
	/** Why not all is changed; `null` also where the person cancelled. */
	readonly problem: Problem | null;
	readonly lockedOut: boolean;
}

type NameOf = (projectId: string) => string | null;

/** Whether all is as it was meant to be, and there is nothing to say of it. */
export function isDone(accounts: readonly Account[]): boolean {
	return accounts.every(
		({ failed, unknown, notTried, lockedOut }) => failed.length + unknown.length + notTried.length === 0 && !lockedOut,
	);
}

/** What became of certificates that were to be activated or deactivated, a line for each outcome. */
export function accountWords(
	certificates: readonly Certificate[],
	accounts: readonly Account[],
	active: boolean,
	nameOf: NameOf,
): string {
	const subjects = subjectsWords(certificates);
	// One line for all scopes with the same outcome; incomplete ones first.
	const ordered = accounts.toSorted((one, other) => Number(isDone([one])) - Number(isDone([other])));
	const alike = Map.groupBy(ordered, (account) =>
		[outcomeWords(account, active), ...(account.problem ? [describePartialFailure(account.problem)] : [])].join(" "),
	);
	const sentences = [...alike].map(([words, group]) =>
		l10n.t("{0} in {1}: {2}", subjects, formatScopes(summarizeScopesByName(group, nameOf)), words),
	);
	if (accounts.some(({ lockedOut }) => lockedOut)) sentences.push(lockedOutWords());
	return sentences.join("\n");
}

/** That a certificate which was to be deactivated everywhere and deleted is still there, or may be, and how far that came. */
export function notRemovedWords(
	certificate: Certificate,
	accounts: readonly Account[],
	problem: Problem | null,
	nameOf: NameOf,
): string {
	const isTold = accounts.some((account) => account.problem === problem);
	return [
		problem?.reason === "change-unknown"
			? l10n.t("It's unknown whether “{0}” was deleted.", nameWords(certificate))
			: l10n.t("“{0}” was not deleted.", nameWords(certificate)),
		...(accounts.length > 0 ? [accountWords([certificate], accounts, false, nameOf)] : []),
		...(problem && !isTold ? [describePartialFailure(problem)] : []),
	].join("\n");
}

function lockedOutWords(): string {
	return l10n.t(
		"This extension is now refused. The way back is the dashboard at OpenAI, or a client certificate that chains to an active certificate.",
	);
}

function outcomeWords({ changed, failed, unknown, notTried }: Account, active: boolean): string {
	const outcomes: readonly (readonly [ids: readonly string[], words: string])[] = [
		[changed, active ? l10n.t("activated") : l10n.t("deactivated")],
		[failed, active ? l10n.t("not activated") : l10n.t("not deactivated")],
		[unknown, active ? l10n.t("not known whether activated") : l10n.t("not known whether deactivated")],
		[notTried, l10n.t("not tried")],
	];
	const happened = outcomes.filter(([ids]) => ids.length > 0);
	const words = happened.map(([{ length }, words]) => (happened.length === 1 ? words : `${length} ${words}`));
	return `${words.join(", ")}.`;
}
