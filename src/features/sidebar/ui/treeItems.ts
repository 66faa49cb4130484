import * as vscode from "vscode";
import { formatActivation } from "../../../common/messages/activationStatusMessages.ts";
import type { Fact } from "../../../common/messages/certificateFacts.ts";
import {
	certificateTooltip,
	formatAccessibilityLabel,
	formatCertificateName,
	formatRowDescription,
} from "../../../common/messages/certificateMessages.ts";
import { formatRemedy, type Remedy } from "../../../common/messages/problems/remedies.ts";
import { formatProjectName } from "../../../common/messages/scopes.ts";
import { sanitize } from "../../../common/text/sanitize.ts";
import { REMEDY_COMMANDS } from "../../../common/ui/problemNotification.ts";
import { readReminderDays } from "../../../common/ui/settings.ts";
import { type ActivationStatus, type EnforcedCertificate, isActiveAnywhere } from "../../../domain/activationStatus.ts";
import { type Certificate, type ExpiryState, expiryState } from "../../../domain/certificate.ts";
import type { Project } from "../../../domain/scope.ts";
import type { RotationPlan } from "../../rotation/rotationPlan.ts";
import {
	describeUnplacedPlan,
	formatRoles,
	type RotationRole,
	rotatedName,
} from "../../rotation/rotationStatusMessages.ts";
import {
	formatRunningUpload,
	formatUnconfirmedUpload,
	unconfirmedAriaLabel,
	unconfirmedTooltip,
} from "../../upload/uploadMessages.ts";
import type { RunningUpload, UnconfirmedUpload } from "../../upload/uploadService.ts";
import { certificateContextValue, enforcedContextValue } from "../contextValues.ts";
import {
	formatEnforcedActivation,
	formatEnforcedDescription,
	formatProjectDescription,
	formatProjectLabel,
	type ProjectStatus,
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
	const state = expiryState(certificate.expiresAt, now, readReminderDays());
	const activation = formatActivation(status);
	const rotation = formatRoles(roles);
	const item = new vscode.TreeItem(formatCertificateName(certificate), vscode.TreeItemCollapsibleState.Collapsed);
	item.id = `organization/${certificate.id}`;
	item.description = formatRowDescription(certificate, status, now, rotation);
	item.tooltip = certificateTooltip(certificate, state, activation, now, rotation);
	item.iconPath = iconFor(state, isActiveAnywhere(status));
	item.contextValue = certificateContextValue(
		status,
		roles.some(({ part }) => part === "old"),
	);
	item.accessibilityInformation = { label: formatAccessibilityLabel(certificate, state, activation, now, rotation) };
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

export function projectItem(status: ProjectStatus): vscode.TreeItem {
	const { project, enforced, loading, problem, loadedAt } = status;
	const isEmpty = enforced.length === 0 && !problem;
	const item = new vscode.TreeItem(
		formatProjectName(project),
		isEmpty ? vscode.TreeItemCollapsibleState.None : vscode.TreeItemCollapsibleState.Collapsed,
	);
	item.id = `project/${project.id}`;
	item.description = formatProjectDescription(status);
	item.tooltip = projectTooltip(status);
	if (problem && !loading) item.iconPath = WARNING;
	else if (loading && loadedAt === null) item.iconPath = LOADING;
	else item.iconPath = new vscode.ThemeIcon(project.archived ? "archive" : "project");
	item.contextValue = "project";
	item.accessibilityInformation = { label: formatProjectLabel(status) };
	return item;
}

/** Creates the item of a certificate below the project that enforces it. */
export function enforcedItem(project: Project, enforced: EnforcedCertificate): vscode.TreeItem {
	const { certificate } = enforced;
	const now = Date.now() / 1000;
	const state = expiryState(certificate.expiresAt, now, readReminderDays());
	const activation = formatEnforcedActivation(enforced, project);
	const item = new vscode.TreeItem(formatCertificateName(certificate));
	item.id = `project/${project.id}/${certificate.id}`;
	item.description = formatEnforcedDescription(enforced, now);
	item.tooltip = certificateTooltip(certificate, state, activation, now);
	item.iconPath = iconFor(state, true);
	item.contextValue = enforcedContextValue(enforced);
	item.accessibilityInformation = { label: formatAccessibilityLabel(certificate, state, activation, now) };
	return item;
}

export function uploadItem(upload: RunningUpload): vscode.TreeItem {
	const item = new vscode.TreeItem(sanitize(upload.name));
	item.id = `upload/${upload.id}`;
	item.description = formatRunningUpload(upload);
	item.iconPath = LOADING;
	item.contextValue = "upload";
	item.accessibilityInformation = { label: `${sanitize(upload.name)}, ${formatRunningUpload(upload)}` };
	return item;
}

/** Creates the item of an upload with unknown outcome. */
export function unconfirmedItem(upload: UnconfirmedUpload): vscode.TreeItem {
	const now = Date.now();
	const item = new vscode.TreeItem(sanitize(upload.pending.name));
	item.id = `unconfirmed/${upload.pending.id}`;
	item.description = formatUnconfirmedUpload(upload, now);
	item.tooltip = unconfirmedTooltip(upload, now);
	item.iconPath = new vscode.ThemeIcon("question", new vscode.ThemeColor("list.warningForeground"));
	item.contextValue = contextValueOf(upload);
	item.accessibilityInformation = { label: unconfirmedAriaLabel(upload, now) };
	return item;
}

/** Selects the row's commands. */
function contextValueOf(upload: UnconfirmedUpload): string {
	if (upload.inOtherWindow) return "unconfirmedElsewhere";
	return upload.unplaced ? "unconfirmedUnplaced" : "unconfirmed";
}

/** Creates the item of a rotation in an unknown organization. */
export function unplacedPlanItem(plan: RotationPlan): vscode.TreeItem {
	const { description, tooltip } = describeUnplacedPlan(plan);
	const item = new vscode.TreeItem(rotatedName(plan.old));
	item.id = `unplaced/${plan.old.id}/${plan.next.id}/${plan.startedAt}`;
	item.description = description;
	item.tooltip = tooltip;
	item.iconPath = new vscode.ThemeIcon("question", new vscode.ThemeColor("list.warningForeground"));
	item.contextValue = "unplacedPlan";
	item.accessibilityInformation = { label: `${item.label}, ${description}` };
	return item;
}

/** Returns a note's row. @param parentId The id prefix of the parent row; empty for a note on the view. */
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
	"open-dashboard": "link-external",
	"open-admin-keys": "link-external",
};

/** Creates a row that runs a remedy for the problem in the view's message. */
export function remedyItem(remedy: Remedy): vscode.TreeItem {
	const title = formatRemedy(remedy);
	const [command, ...args] = REMEDY_COMMANDS[remedy];
	const item = new vscode.TreeItem(title);
	item.id = `remedy/${remedy}`;
	item.tooltip = title;
	item.iconPath = new vscode.ThemeIcon(REMEDY_ICONS[remedy] ?? "arrow-right");
	item.contextValue = "remedy";
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
