import * as vscode from "vscode";
import { COMMANDS } from "../../../common/manifestIds.ts";
import { labels } from "../../../common/messages/labels.ts";
import { type NotificationDeps, showMessage } from "../../../common/ui/notifications.ts";
import { notifyDone } from "../../../common/ui/statusNotifications.ts";
import type { ScopeResult } from "../activation.ts";
import { isFullyApplied, needsClientCertificate } from "../activationResultMessages.ts";

/** Shows the results of an activation or deactivation. @param nextStep Advice after an incomplete one. */
export function notifyActivationResults(
	deps: NotificationDeps,
	message: string,
	results: readonly ScopeResult[],
	nextStep?: string,
): void {
	if (isFullyApplied(results)) {
		notifyDone(message);
		return;
	}
	const { setUpClientCertificate, openDashboard } = labels;
	const buttons = needsClientCertificate(results) ? [openDashboard, setUpClientCertificate] : [];
	void showMessage(deps, "warning", nextStep ? `${message}\n${nextStep}` : message, ...buttons).then((pressed) => {
		if (pressed === openDashboard) void vscode.commands.executeCommand(COMMANDS.openDashboard);
		if (pressed === setUpClientCertificate) void vscode.commands.executeCommand(COMMANDS.openSettings);
	});
}
