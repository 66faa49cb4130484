// Texts of rows in the views, from the functions that make them.
import assert from "node:assert/strict";
import { activationFacts, certificateFacts, type Fact } from "../../../src/common/messages/certificateFacts.ts";
import { formatAccessibilityLabel, formatRowDescription } from "../../../src/common/messages/certificateMessages.ts";
import type { ActivationStatus } from "../../../src/domain/activationStatus.ts";
import type { ContentState } from "../../../src/domain/certificateContent.ts";
import type { Project as ListedProject } from "../../../src/domain/scope.ts";
import {
	formatEnforcedActivation,
	formatEnforcedDescription,
	formatProjectDescription,
	type ProjectStatus,
} from "../../../src/features/sidebar/projectMessages.ts";
import type { Project, StoredCertificate } from "../../emulator/state.ts";
import { certificate } from "../../unit/fakes/certificatesApi.ts";
import { type ScopeOrProject, summarize } from "./activationTexts.ts";
import { currentTime, toCertificate } from "./certificateTexts.ts";

/** The progress of the projects after they were read. */
const PROJECTS_READ = { loading: false, askedAt: 0 };

/** The row of a certificate while its projects are being read. */
export const CHECKING_PROJECTS = valueOfFact(
	activationFacts({ ...activeIn(), allProjects: false }, { loading: true, askedAt: null }),
	"unknown/projects",
);

/** The row of all projects that inherit an activation in the organization. */
export const ALL_PROJECTS = valueOfFact(activationFacts(activeIn("organization"), PROJECTS_READ), "active/inherited");

/** Returns the activation of a certificate, whose scopes are all known. @param scopes Sorted by name. */
export function activeIn(...scopes: readonly ScopeOrProject[]): ActivationStatus {
	return { ...summarize(...scopes), unread: 0, allProjects: true, problem: null };
}

/** The activation of a certificate that is inactive in the organization, before the projects are read. */
export const UNREAD_PROJECTS: ActivationStatus = { ...activeIn(), allProjects: false };

/** Returns the description of a certificate's row. */
export function certificateDescription(stored: StoredCertificate, activation: ActivationStatus): string {
	return formatRowDescription(toCertificate(stored), activation, currentTime().now);
}

/** Returns the beginning of the text for screen readers of a valid certificate's row. @param activation A phrase. */
export function validCertificateLabel(stored: StoredCertificate, activation: string): string {
	return formatAccessibilityLabel(toCertificate(stored), "valid", activation, currentTime().now);
}

/** Returns the rows below a certificate: label and value. */
export function factRows(stored: StoredCertificate, content: ContentState, activation: ActivationStatus): string[] {
	const facts = certificateFacts(toCertificate(stored), content, activation, PROJECTS_READ);
	return facts.map(({ label, value }) => `${label} ${value}`);
}

/** Returns the text of the row that shows the state of a certificate's content, unless it could be read. */
export function contentText(content: Exclude<ContentState, { readonly state: "read" }>): string {
	return valueOfFact(certificateFacts(certificate(""), content, activeIn(), PROJECTS_READ), "content");
}

/** The numbers of certificates that are active in a project. */
interface Counts {
	readonly own?: number;
	readonly inherited?: number;
}

/** Returns the description of a project's row. @param more Other parts of the state. Default: read successfully. */
export function projectDescription(
	project: Project,
	{ own = 0, inherited = 0 }: Counts,
	more: Partial<ProjectStatus> = {},
): string {
	const enforced = [
		...new Array(own).fill({ certificate: certificate(""), how: "own" }),
		...new Array(inherited).fill({ certificate: certificate(""), how: "inherited" }),
	];
	const status = { project: toListedProject(project), enforced, loadedAt: 0, loading: false, problem: null };
	return formatProjectDescription({ ...status, ...more });
}

/** Returns a project's row: name and description. */
export function projectRow(project: Project, counts: Counts): string {
	return `${project.name} ${projectDescription(project, counts)}`;
}

/** Returns the description of a project's row until its first reading ends. */
export function loadingDescription(project: Project): string {
	return projectDescription(project, {}, { loadedAt: null, loading: true });
}

/** Returns the description of a certificate's row below a project. */
export function enforcedDescription(stored: StoredCertificate, how: "own" | "inherited"): string {
	return formatEnforcedDescription({ certificate: toCertificate(stored), how }, currentTime().now);
}

/** Like `validCertificateLabel`, for a certificate's row below a project that inherits it. */
export function inheritedCertificateLabel(stored: StoredCertificate, project: Project): string {
	const enforced = { certificate: toCertificate(stored), how: "inherited" } as const;
	return validCertificateLabel(stored, formatEnforcedActivation(enforced, toListedProject(project)));
}

/** Returns a project of the emulator as the extension lists it. */
function toListedProject({ id, name, createdAt, archivedAt }: Project): ListedProject {
	return { id, name, createdAt, archived: archivedAt !== null };
}

function valueOfFact(facts: readonly Fact[], key: string): string {
	return facts.find((fact) => fact.key === key)?.value ?? assert.fail(`There is no fact ${key}.`);
}
