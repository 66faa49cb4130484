import * as l10n from "@vscode/l10n";
import { formatCertificates } from "../../../common/messages/certificateMessages.ts";
import { describeProblem } from "../../../common/messages/problems.ts";
import { formatProjectName } from "../../../common/messages/scopes.ts";
import { withCancellableProgress } from "../../../common/ui/progress.ts";
import { type Choice, pickMany } from "../../../common/ui/prompts.ts";
import type { Certificate, CertificateListing } from "../../../domain/certificate.ts";
import { ProblemError } from "../../../domain/problem.ts";
import { ORGANIZATION, type Project, type Scope, scopeKey } from "../../../domain/scope.ts";
import { isActive } from "../../organization/activeScopes.ts";
import { type CommandContext, refreshProjects } from "../../organization/ui/commandContext.ts";

/**
 * Asks for the scopes to activate or deactivate in; lists the organization first, then the projects.
 * @param clickedScope The scope of the clicked row, if any; initially checked.
 * @returns the picked scopes. A deactivation does not prompt if at most one scope has an active certificate.
 * @throws ProblemError; CancelledError
 */
export async function promptForScopes(
	deps: CommandContext,
	chosen: readonly Certificate[],
	active: boolean,
	clickedScope: Scope | null,
): Promise<readonly Scope[]> {
	const { certificates, projects } = deps;
	// A deactivation must offer every scope with an active certificate, so it reads all lists again.
	await withCancellableProgress(l10n.t("Reading the projects…"), async (signal) => {
		if (active) await refreshProjects(deps, signal);
		else await Promise.all([certificates.load(signal), projects.refresh(signal)]);
	});
	const { projects: known, problem } = projects.state;
	const organizationDetail = l10n.t("all of its projects, and this extension's own calls");
	const choices = [
		toChoice(ORGANIZATION, l10n.t("The organization"), [organizationDetail], chosen, certificates.state.listing),
		...(known ?? []).toSorted(byName).map((project) => {
			const details = project.archived ? [project.id, l10n.t("archived")] : [project.id];
			const reading = projects.scope(project.id);
			const listing = reading.problem ? null : reading.listing;
			return toChoice({ kind: "project", id: project.id }, formatProjectName(project), details, chosen, listing);
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
	const subjects = formatCertificates(chosen);
	const title = active ? l10n.t("Activate {0}", subjects) : l10n.t("Deactivate {0}", subjects);
	const where = l10n.t("Where? Several can be ticked.");
	const placeholder = problem
		? l10n.t("{0} Not all projects could be read: {1}", where, describeProblem(problem))
		: where;
	const clicked = choices.filter(({ value }) => clickedScope && scopeKey(value) === scopeKey(clickedScope));
	return pickMany({ title, placeholder }, choices, choices.length === 1 ? choices : clicked);
}

/** Compares by name; archived projects last. */
function byName(one: Project, other: Project): number {
	return (
		Number(one.archived) - Number(other.archived) || collator.compare(formatProjectName(one), formatProjectName(other))
	);
}

const collator = new Intl.Collator(undefined, { numeric: true });

interface ScopeChoice extends Choice<Scope> {
	/** True if one of the certificates is active in the scope, or may be. */
	readonly mayBeActive: boolean;
}

function toChoice(
	value: Scope,
	label: string,
	details: readonly string[],
	chosen: readonly Certificate[],
	listing: CertificateListing | null,
): ScopeChoice {
	const states = chosen.map(({ id }) => isActive(id, listing));
	const count = states.filter((state) => state === true).length;
	const state = states.includes(undefined) ? l10n.t("not known whether active") : formatCount(count, states.length);
	return {
		label,
		description: [...details, state].join(" · "),
		value,
		mayBeActive: states.some((state) => state !== false),
	};
}

function formatCount(count: number, of: number): string {
	if (count === 0) return l10n.t("not active");
	return count === of ? l10n.t("active") : l10n.t("{0} of {1} active", count, of);
}
