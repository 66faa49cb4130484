import { labels } from "../../../common/messages/labels.ts";
import { formatProjectName } from "../../../common/messages/scopes.ts";
import { withCancellableProgress } from "../../../common/ui/progress.ts";
import { type Choice, pickMany } from "../../../common/ui/prompts.ts";
import type { Certificate, CertificateListing } from "../../../domain/certificate.ts";
import { ProblemError } from "../../../domain/problem.ts";
import { ORGANIZATION, type Project, type Scope, scopeKey } from "../../../domain/scope.ts";
import { isActive } from "../../organization/activeScopes.ts";
import { type CommandContext, refreshProjects } from "../../organization/ui/commandContext.ts";
import {
	formatOrganizationChoice,
	formatProjectChoice,
	scopePickerLabels,
	scopePickerPlaceholder,
	scopePickerTitle,
} from "../scopePickerMessages.ts";

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
	await withCancellableProgress(labels.loadingProjects, async (signal) => {
		if (active) await refreshProjects(deps, signal);
		else await Promise.all([certificates.load(signal), projects.refresh(signal)]);
	});
	const { projects: known, problem } = projects.state;
	const inOrganization = activeStates(chosen, certificates.state.listing);
	const choices = [
		toChoice(ORGANIZATION, scopePickerLabels.organization, formatOrganizationChoice(inOrganization), inOrganization),
		...(known ?? []).toSorted(byName).map((project) => {
			const reading = projects.scope(project.id);
			const states = activeStates(chosen, reading.problem ? null : reading.listing);
			const scope: Scope = { kind: "project", id: project.id };
			return toChoice(scope, formatProjectName(project), formatProjectChoice(project, states), states);
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
	const question = { title: scopePickerTitle(chosen, active), placeholder: scopePickerPlaceholder(problem) };
	const clicked = choices.filter(({ value }) => clickedScope && scopeKey(value) === scopeKey(clickedScope));
	return pickMany(question, choices, choices.length === 1 ? choices : clicked);
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
	description: string,
	states: readonly (boolean | undefined)[],
): ScopeChoice {
	return { label, description, value, mayBeActive: states.some((state) => state !== false) };
}

/** Returns for each certificate whether it is active in a scope; `undefined` if unknown. */
function activeStates(
	chosen: readonly Certificate[],
	listing: CertificateListing | null,
): readonly (boolean | undefined)[] {
	return chosen.map(({ id }) => isActive(id, listing));
}
