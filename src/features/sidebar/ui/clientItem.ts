import * as vscode from "vscode";
import { formatCertificateName } from "../../../common/messages/certificateMessages.ts";
import { readReminderDays } from "../../../common/ui/settings.ts";
import { describeClientCertificateIssues } from "../../clientCheck/clientCertificateIssueMessages.ts";
import {
	type ClientUrgency,
	clientTooltip,
	clientUrgency,
	formatClientDescription,
	formatClientLabel,
	type ShownClient,
} from "../../clients/clientMessages.ts";

/** The text beside the icon names the state, too. */
const ICONS: Readonly<Record<ClientUrgency, vscode.ThemeIcon>> = {
	expired: new vscode.ThemeIcon("error", new vscode.ThemeColor("list.errorForeground")),
	rejected: new vscode.ThemeIcon("error", new vscode.ThemeColor("list.errorForeground")),
	expiring: new vscode.ThemeIcon("warning", new vscode.ThemeColor("list.warningForeground")),
	unknown: new vscode.ThemeIcon("question"),
	accepted: new vscode.ThemeIcon("verified", new vscode.ThemeColor("testing.iconPassed")),
};

/** Creates the item of a known client. */
export function clientItem(shown: ShownClient): vscode.TreeItem {
	const { client, status } = shown;
	const now = Date.now() / 1000;
	const item = new vscode.TreeItem(formatCertificateName(client));
	item.id = `client/${client.sha256}`;
	item.description = formatClientDescription(shown, now);
	item.tooltip = clientTooltip(shown, describeClientCertificateIssues(status?.issues ?? []), now);
	item.iconPath = ICONS[clientUrgency(client, status, now, readReminderDays())];
	item.contextValue = client.certificatePath === null ? "client" : "client;file";
	item.accessibilityInformation = { label: formatClientLabel(shown, now) };
	return item;
}
