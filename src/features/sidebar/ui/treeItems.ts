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
const TROUBLE = new vscode.ThemeIcon("warning", new vscode.ThemeColor("list.warningForeground"));

/** A certificate among the organization's. @param roles Its parts in rotations that are not over. */
export function certificateItem(
	certificate: Certificate,
	activity: ActivationStatus,
	roles: readonly RotationRole[],
): vscode.TreeItem {
	const now = Date.now() / 1000;
	const state = expiryState(certificate.expiresAt, now, reminderDays());
	const activation = activationWords(activity);
	const rotation = roleWords(roles);
	const item = new vscode.TreeItem(nameWords(certificate), vscode.TreeItemCollapsibleState.Collapsed);
	item.id = `organization/${certificate.id}`;
	const description = descriptionWords(certificate, activity, now);
	const tooltip = tooltipWords(certificate, state, activation, now);
	const spoken = spokenWords(certificate, state, activation, now);
	// First, for a narrow view has no room for the rest.
	item.description = rotation === null ? description : `${rotation} · ${description}`;
	item.tooltip = rotation === null ? tooltip : `${tooltip}\n${rotation}`;
	item.iconPath = iconOf(state, isActiveAnywhere(activity));
	item.contextValue = certificateContext(
		activity,
		roles.some(({ part }) => part === "old"),
	);
	item.accessibilityInformation = { label: rotation === null ? spoken : `${spoken}, ${rotation}` };
	return item;
}

/** One thing about a certificate, below it. */
export function factItem({ id }: Certificate, { key, label, value, more, mark }: Fact): vscode.TreeItem {
	const item = new vscode.TreeItem(label);
	item.id = `organization/${id}/fact/${key}`;
	item.description = value;
	item.tooltip = more === undefined ? `${label}: ${value}` : `${label}: ${value}\n${more}`;
	if (mark) item.iconPath = mark === "loading" ? LOADING : TROUBLE;
	item.contextValue = "fact";
	item.accessibilityInformation = { label: `${label}: ${value}` };
	return item;
}

/** A project. */
export function projectItem(situation: ProjectSituation): vscode.TreeItem {
	const { project, enforced, loading, problem, loadedAt } = situation;
	const isEmpty = enforced.length === 0 && !problem;
	const item = new vscode.TreeItem(
		projectName(project),
		isEmpty ? vscode.TreeItemCollapsibleState.None : vscode.TreeItemCollapsibleState.Collapsed,
	);
	item.id = `project/${project.id}`;
	item.description = projectDescription(situation);
	item.tooltip = projectTooltip(situation);
	if (problem && !loading) item.iconPath = TROUBLE;
	else if (loading && loadedAt === null) item.iconPath = LOADING;
	else item.iconPath = new vscode.ThemeIcon(project.archived ? "archive" : "project");
	item.contextValue = "project";
	item.accessibilityInformation = { label: projectSpoken(situation) };
	return item;
}

/** A certificate that is enforced in a project, below that. */
export function enforcedItem(project: Project, enforced: EnforcedCertificate): vscode.TreeItem {
	const { certificate } = enforced;
	const now = Date.now() / 1000;
	const state = expiryState(certificate.expiresAt, now, reminderDays());
	const activation = enforcedActivation(enforced, project);
	const item = new vscode.TreeItem(nameWords(certificate));
	item.id = `project/${project.id}/${certificate.id}`;
	item.description = enforcedDescription(enforced, now);
	item.tooltip = tooltipWords(certificate, state, activation, now);
	item.iconPath = iconOf(state, true);
	item.contextValue = enforcedContext(enforced);
	item.accessibilityInformation = { label: spokenWords(certificate, state, activation, now) };
	return item;
}

/** An upload that is on its way. */
export function uploadItem(upload: RunningUpload): vscode.TreeItem {
	const item = new vscode.TreeItem(sanitize(upload.name));
	item.id = `upload/${upload.id}`;
	item.description = runningDescription(upload);
	item.iconPath = LOADING;
	item.contextValue = "upload";
	item.accessibilityInformation = { label: `${sanitize(upload.name)}, ${runningDescription(upload)}` };
	return item;
}

/** An upload of which it is not known whether it arrived. */
export function unconfirmedItem(upload: UnconfirmedUpload): vscode.TreeItem {
	const now = Date.now();
	const item = new vscode.TreeItem(sanitize(upload.pending.name));
	item.id = `unconfirmed/${upload.pending.id}`;
	item.description = unconfirmedDescription(upload, now);
	item.tooltip = unconfirmedTooltip(upload, now);
	item.iconPath = new vscode.ThemeIcon("question", new vscode.ThemeColor("list.warningForeground"));
	item.contextValue = contextOf(upload);
	item.accessibilityInformation = { label: unconfirmedSpoken(upload, now) };
	return item;
}

/** Which commands it has. */
function contextOf({ elsewhere, unplaced }: UnconfirmedUpload): string {
	if (elsewhere) return "unconfirmedElsewhere";
	return unplaced ? "unconfirmedUnplaced" : "unconfirmed";
}

/** A rotation in an organization that was not named. */
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

/** What must be known of what is above it, or of the whole view. @param of The id of the row above, if any. */
export function noteItem(text: string, of = ""): vscode.TreeItem {
	const item = new vscode.TreeItem(text);
	item.id = `${of}note/${text}`;
	item.tooltip = text;
	item.iconPath = new vscode.ThemeIcon("info");
	item.contextValue = "note";
	item.accessibilityInformation = { label: text };
	return item;
}

const MEND_ICONS: Partial<Record<Remedy, string>> = {
	"set-key": "key",
	"set-passphrase": "key",
	"open-settings": "gear",
	"open-proxy-settings": "gear",
	"show-log": "output",
	refresh: "refresh",
	"switch-connection": "plug",
};

/** A row that runs a command: what mends the problem that the view's message tells. */
export function mendItem(mend: Remedy): vscode.TreeItem {
	const title = formatRemedy(mend);
	const [command, ...args] = MENDING_COMMANDS[mend];
	const item = new vscode.TreeItem(title);
	item.id = `mend/${mend}`;
	item.tooltip = title;
	item.iconPath = new vscode.ThemeIcon(MEND_ICONS[mend] ?? "arrow-right");
	item.contextValue = "mend";
	item.command = { command, title, arguments: args };
	item.accessibilityInformation = { label: title };
	return item;
}

/** How a certificate stands, at a glance; the words beside it say so too. */
function iconOf(state: ExpiryState, isActive: boolean | undefined): vscode.ThemeIcon {
	switch (state) {
		case "expired":
			return new vscode.ThemeIcon("error", new vscode.ThemeColor("list.errorForeground"));
		case "expiring":
			return TROUBLE;
		case "unknown":
			return new vscode.ThemeIcon("question");
		case "valid":
			// The same whether it is inactive or that is unknown: the words beside it say which.
			return isActive ? ACTIVE : new vscode.ThemeIcon("circle-outline");
	}
}
