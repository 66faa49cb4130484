import * as l10n from "@vscode/l10n";
import { subjectsWords } from "../../../common/messages/certificateMessages.ts";
import { describeProblem } from "../../../common/messages/problems.ts";
import { projectName } from "../../../common/messages/scopes.ts";
import { withCancellableProgress } from "../../../common/ui/progress.ts";
import { type Choice, pickMany } from "../../../common/ui/prompts.ts";
import type { Certificate, CertificateListing } from "../../../domain/certificate.ts";
import { ProblemError } from "../../../domain/problem.ts";
import { ORGANIZATION, type Project, type Scope, scopeKey } from "../../../domain/scope.ts";
import { isActive } from "../../organization/activeScopes.ts";
import { type CommandContext, refreshProjects } from "../../organization/ui/commandContext.ts";

/**
 * Asks in which scopes certificates are to be switched: the organization first, then the projects.
 * @param near The scope whose row was chosen, if any: it is ticked to begin with.
 * @returns none where nothing is active that is to be deactivated. Where that is so in one scope only, it does not ask.
 * @throws Failure, Cancelled
 */
export async function askForScopes(
	commands: CommandContext,
	chosen: readonly Certificate[],
	active: boolean,
	near: Scope | null,
): Promise<readonly Scope[]> {
	const { certificates, projects } = commands;
	// What is active somewhere must not be missing among what can be deactivated; where to activate, any project will do.
	await withCancellableProgress(l10n.t("Reading the projects…"), async (signal) => {
		if (active) await refreshProjects(commands, signal);
		else await Promise.all([certificates.load(signal), projects.refresh(signal)]);
	});
	const { projects: known, problem } = projects.state;
	const ofOrganization = l10n.t("all of its projects, and this extension's own calls");
	const choices = [
		choiceOf(ORGANIZATION, l10n.t("The organization"), [ofOrganization], chosen, certificates.state.listing),
		...(known ?? []).toSorted(byName).map((project) => {
			const beside = project.archived ? [project.id, l10n.t("archived")] : [project.id];
			const reading = projects.scope(project.id);
			const listing = reading.problem ? null : reading.listing;
			return choiceOf({ kind: "project", id: project.id }, projectName(project), beside, chosen, listing);
		}),
	].filter(({ mayBeActive }) => active || mayBeActive);
	if (problem && choices.length === 0)
		throw new ProblemError({
			reason: "scopes-unread",
			organization: false,
			allProjects: true,
			projects: [],
			why: problem,
		});
	const isAllKnown = known !== null && !problem;
	if (!active && isAllKnown && choices.length < 2) return choices.map(({ value }) => value);
	const subjects = subjectsWords(chosen);
	const title = active ? l10n.t("Activate {0}", subjects) : l10n.t("Deactivate {0}", subjects);
	const where = l10n.t("Where? Several can be ticked.");
	const placeholder = problem
		? l10n.t("{0} Not all projects could be read: {1}", where, describeProblem(problem))
		: where;
	const nearest = choices.filter(({ value }) => near && scopeKey(value) === scopeKey(near));
	return pickMany({ title, placeholder }, choices, choices.length === 1 ? choices : nearest);
}

/** What is archived comes last. */
function byName(one: Project, other: Project): number {
	return Number(one.archived) - Number(other.archived) || names.compare(projectName(one), projectName(other));
}

const names = new Intl.Collator(undefined, { numeric: true });

interface ScopeChoice extends Choice<Scope> {
	/** Whether one of the certificates is active there, or may be. */
	readonly mayBeActive: boolean;
}

function choiceOf(
	value: Scope,
	label: string,
	beside: readonly string[],
	chosen: readonly Certificate[],
	listing: CertificateListing | null,
): ScopeChoice {
	const states = chosen.map(({ id }) => isActive(id, listing));
	const count = states.filter((state) => state === true).length;
	const words = states.includes(undefined) ? l10n.t("not known whether active") : stateWords(count, states.length);
	return {
		label,
		description: [...beside, words].join(" · "),
		value,
		mayBeActive: states.some((state) => state !== false),
	};
}

function stateWords(count: number, of: number): string {
	if (count === 0) return l10n.t("not active");
	return count === of ? l10n.t("active") : l10n.t("{0} of {1} active", count, of);
}
