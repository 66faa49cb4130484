import * as vscode from "vscode";
import { activationWords } from "../../../common/messages/activationStatusMessages.ts";
import type { Fact } from "../../../common/messages/certificateFacts.ts";
import {
	descriptionWords,
	nameWords,
	spokenWords,
	tooltipWords,
} from "../../../common/messages/certificateMessages.ts";
import { formatRemedy, type Remedy } from "../../../common/messages/problems.ts";
import { sanitize } from "../../../common/messages/sanitize.ts";
import { projectName } from "../../../common/messages/scopes.ts";
import { MENDING_COMMANDS } from "../../../common/ui/problemNotification.ts";
import { reminderDays } from "../../../common/ui/settings.ts";
import { type ActivationStatus, type EnforcedCertificate, isActiveAnywhere } from "../../../domain/activationStatus.ts";
import { type Certificate, type ExpiryState, expiryState } from "../../../domain/certificate.ts";
import type { Project } from "../../../domain/scope.ts";
import type { RotationPlan } from "../../rotation/rotationPlan.ts";
import { type RotationRole, roleWords, rotatedName, unplacedPlanWords } from "../../rotation/rotationStatusMessages.ts";
import {
	runningDescription,
	unconfirmedDescription,
	unconfirmedSpoken,
	unconfirmedTooltip,
} from "../../upload/uploadMessages.ts";
import type { RunningUpload, UnconfirmedUpload } from "../../upload/uploadService.ts";
import { certificateContext, enforcedContext } from "../contextValues.ts";
import {
	enforcedActivation,
	enforcedDescription,
	type ProjectSituation,
	projectDescription,
	projectSpoken,
	projectTooltip,
} from "../projectMessages.ts";

const ACTIVE = new vscode.ThemeIcon("verified", new vscode.ThemeColor("testing.iconPassed"));
const LOADING = new vscode.ThemeIcon("loading~spin");
const WARNING = new vscode.ThemeIcon("warning", new vscode.ThemeColor("list.warningForeground"));

/** Creates the item of a certificate in the organization. @param roles Its roles in unfinished rotations. */
export function certificateItem(
	certificate: Certificate,
	status: ActivationStatus,
	roles: readonly RotationRole[],
): vscode.TreeItem {
	const now = Date.now() / 1000;
	const state = expiryState(certificate.expiresAt, now, reminderDays());
	const activation = activationWords(status);
	const rotation = roleWords(roles);
	const item = new vscode.TreeItem(nameWords(certificate), vscode.TreeItemCollapsibleState.Collapsed);
	item.id = `organization/${certificate.id}`;
	const description = descriptionWords(certificate, status, now);
	const tooltip = tooltipWords(certificate, state, activation, now);
	const label = spokenWords(certificate, state, activation, now);
	// The rotation comes first, because a narrow view cuts off the rest.
	item.description = rotation === null ? description : `${rotation} · ${description}`;
	item.tooltip = rotation === null ? tooltip : `${tooltip}\n${rotation}`;
	item.iconPath = iconFor(state, isActiveAnywhere(status));
	item.contextValue = certificateContext(
		status,
		roles.some(({ part }) => part === "old"),
	);
	item.accessibilityInformation = { label: rotation === null ? label : `${label}, ${rotation}` };
	return item;
}

export function factItem({ id }: Certificate, { key, label, value, more, mark }: Fact): vscode.TreeItem {
	const item = new vscode.TreeItem(label);
	item.id = `organization/${id}/fact/${key}`;
	item.description = value;
	item.tooltip = more === undefined ? `${label}: ${value}` : `${label}: ${value}\n${more}`;
	if (mark) item.iconPath = mark === "loading" ? LOADING : WARNING;
	item.contextValue = "fact";
	item.accessibilityInformation = { label: `${label}: ${value}` };
	return item;
}

export function projectItem(status: ProjectSituation): vscode.TreeItem {
	const { project, enforced, loading, problem, loadedAt } = status;
	const isEmpty = enforced.length === 0 && !problem;
	const item = new vscode.TreeItem(
		projectName(project),
		isEmpty ? vscode.TreeItemCollapsibleState.None : vscode.TreeItemCollapsibleState.Collapsed,
	);
	item.id = `project/${project.id}`;
	item.description = projectDescription(status);
	item.tooltip = projectTooltip(status);
	if (problem && !loading) item.iconPath = WARNING;
	else if (loading && loadedAt === null) item.iconPath = LOADING;
	else item.iconPath = new vscode.ThemeIcon(project.archived ? "archive" : "project");
	item.contextValue = "project";
	item.accessibilityInformation = { label: projectSpoken(status) };
	return item;
}

/** Creates the item of a certificate below the project that enforces it. */
export function enforcedItem(project: Project, enforced: EnforcedCertificate): vscode.TreeItem {
	const { certificate } = enforced;
	const now = Date.now() / 1000;
	const state = expiryState(certificate.expiresAt, now, reminderDays());
	const activation = enforcedActivation(enforced, project);
	const item = new vscode.TreeItem(nameWords(certificate));
	item.id = `project/${project.id}/${certificate.id}`;
	item.description = enforcedDescription(enforced, now);
	item.tooltip = tooltipWords(certificate, state, activation, now);
	item.iconPath = iconFor(state, true);
	item.contextValue = enforcedContext(enforced);
	item.accessibilityInformation = { label: spokenWords(certificate, state, activation, now) };
	return item;
}

export function uploadItem(upload: RunningUpload): vscode.TreeItem {
	const item = new vscode.TreeItem(sanitize(upload.name));
	item.id = `upload/${upload.id}`;
	item.description = runningDescription(upload);
	item.iconPath = LOADING;
	item.contextValue = "upload";
	item.accessibilityInformation = { label: `${sanitize(upload.name)}, ${runningDescription(upload)}` };
	return item;
}

/** Creates the item of an upload with unknown outcome. */
export function unconfirmedItem(upload: UnconfirmedUpload): vscode.TreeItem {
	const now = Date.now();
	const item = new vscode.TreeItem(sanitize(upload.pending.name));
	item.id = `unconfirmed/${upload.pending.id}`;
	item.description = unconfirmedDescription(upload, now);
	item.tooltip = unconfirmedTooltip(upload, now);
	item.iconPath = new vscode.ThemeIcon("question", new vscode.ThemeColor("list.warningForeground"));
	item.contextValue = contextValueOf(upload);
	item.accessibilityInformation = { label: unconfirmedSpoken(upload, now) };
	return item;
}

/** Selects the row's commands. */
function contextValueOf(upload: UnconfirmedUpload): string {
	if (upload.elsewhere) return "unconfirmedElsewhere";
	return upload.unplaced ? "unconfirmedUnplaced" : "unconfirmed";
}

/** Creates the item of a rotation in an unknown organization. */
export function unplacedPlanItem(plan: RotationPlan): vscode.TreeItem {
	const { description, tooltip } = unplacedPlanWords(plan);
	const item = new vscode.TreeItem(rotatedName(plan.old));
	item.id = `unplaced/${plan.old.id}/${plan.next.id}/${plan.startedAt}`;
	item.description = description;
	item.tooltip = tooltip;
	item.iconPath = new vscode.ThemeIcon("question", new vscode.ThemeColor("list.warningForeground"));
	item.contextValue = "unplacedPlan";
	item.accessibilityInformation = { label: `${item.label}, ${description}` };
	return item;
}

/** @param parentId The id prefix of the parent row; empty for a note on the view. */
export function noteItem(text: string, parentId = ""): vscode.TreeItem {
	const item = new vscode.TreeItem(text);
	item.id = `${parentId}note/${text}`;
	item.tooltip = text;
	item.iconPath = new vscode.ThemeIcon("info");
	item.contextValue = "note";
	item.accessibilityInformation = { label: text };
	return item;
}

const REMEDY_ICONS: Partial<Record<Remedy, string>> = {
	"set-key": "key",
	"set-passphrase": "key",
	"open-settings": "gear",
	"open-proxy-settings": "gear",
	"show-log": "output",
	refresh: "refresh",
	"switch-connection": "plug",
};

/** Creates a row that runs a remedy for the problem in the view's message. */
export function mendItem(remedy: Remedy): vscode.TreeItem {
	const title = formatRemedy(remedy);
	const [command, ...args] = MENDING_COMMANDS[remedy];
	const item = new vscode.TreeItem(title);
	item.id = `mend/${remedy}`;
	item.tooltip = title;
	item.iconPath = new vscode.ThemeIcon(REMEDY_ICONS[remedy] ?? "arrow-right");
	item.contextValue = "mend";
	item.command = { command, title, arguments: args };
	item.accessibilityInformation = { label: title };
	return item;
}

/** Returns a state's icon. The text beside the icon must name the state too. */
function iconFor(state: ExpiryState, isActive: boolean | undefined): vscode.ThemeIcon {
	switch (state) {
		case "expired":
			return new vscode.ThemeIcon("error", new vscode.ThemeColor("list.errorForeground"));
		case "expiring":
			return WARNING;
		case "unknown":
			return new vscode.ThemeIcon("question");
		case "valid":
			// Inactive and unknown share an icon: the text beside the icon differs.
			return isActive ? ACTIVE : new vscode.ThemeIcon("circle-outline");
	}
}
