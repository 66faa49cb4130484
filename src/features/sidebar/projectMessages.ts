import * as l10n from "@vscode/l10n";
import { absoluteTime, momentWords, timeLeftWords } from "../../common/messages/dates.ts";
import { describeProblem } from "../../common/messages/problems.ts";
import { projectName } from "../../common/messages/scopes.ts";
import type { EnforcedCertificate } from "../../domain/activationStatus.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Project } from "../../domain/scope.ts";

/** What is known of one project. */
export interface ProjectSituation {
	readonly project: Project;
	/** What is enforced in it by what was read last. */
	readonly enforced: readonly EnforcedCertificate[];
	/** When its certificates were read, Unix milliseconds; `null` where they never were. */
	readonly loadedAt: number | null;
	readonly loading: boolean;
	/** Why the newest attempt to read them failed, else `null`. */
	readonly problem: Problem | null;
}

/** Beside the name of a project. */
export function projectDescription(situation: ProjectSituation): string {
	const { project, problem, loadedAt } = situation;
	const parts = [project.archived ? l10n.t("archived") : null, countWords(situation)];
	if (problem && loadedAt !== null) parts.push(l10n.t("as of {0}", momentWords(loadedAt)));
	return parts.filter((part) => part !== null).join(" · ");
}

function countWords({ enforced, loadedAt, loading, problem }: ProjectSituation): string {
	if (loadedAt === null) {
		if (problem && !loading) return l10n.t("could not be read");
		return l10n.t("loading…");
	}
	const own = enforced.filter(({ how }) => how !== "inherited").length;
	const inherited = enforced.length - own;
	if (inherited === 0) return own === 0 ? l10n.t("none active") : l10n.t("{0} active", own);
	return own === 0
		? l10n.t("none of its own; the organization's {0} applies", inherited)
		: l10n.t("{0} active; the organization's {1} applies too", own, inherited);
}

/** What a screen reader says of a project. */
export function projectSpoken(situation: ProjectSituation): string {
	return `${projectName(situation.project)}, ${projectDescription(situation)}`;
}

/** Everything about a project, one fact a line. */
export function projectTooltip(situation: ProjectSituation): string {
	const { project, loadedAt, problem } = situation;
	const lines = [projectName(project), l10n.t("Id: {0}", project.id), projectDescription(situation)];
	if (project.createdAt !== null) lines.push(l10n.t("Created: {0}", absoluteTime(project.createdAt)));
	if (loadedAt !== null) lines.push(l10n.t("Read: {0}", momentWords(loadedAt)));
	if (problem) lines.push(describeProblem(problem));
	return lines.join("\n");
}

/** Beside the name of a certificate that is enforced in a project. @param now Unix seconds. */
export function enforcedDescription({ certificate, how }: EnforcedCertificate, now: number): string {
	const expiry = timeLeftWords(certificate.expiresAt, now);
	return how === "own" ? expiry : `${expiry} · ${throughWords(how)}`;
}

/** That a certificate is active in a project, and by whom. */
export function enforcedActivation({ how }: EnforcedCertificate, project: Project): string {
	const active = l10n.t("active in “{0}”", projectName(project));
	return how === "own" ? active : `${active}, ${throughWords(how)}`;
}

function throughWords(how: "inherited" | "either"): string {
	return how === "inherited"
		? l10n.t("through the organization")
		: l10n.t("through the organization, or perhaps by itself");
}
