import * as l10n from "@vscode/l10n";
import * as vscode from "vscode";
import { COMMANDS } from "../../../common/manifestIds.ts";
import { type NotificationDeps, showMessage } from "../../../common/ui/notifications.ts";
import { notifyDone } from "../../../common/ui/statusNotifications.ts";
import type { ScopeResult } from "../activation.ts";
import { isDone } from "../activationResultMessages.ts";

/** Says what became of a switch in some scopes. @param goOn What to do where not all was done. */
export function tellSwitched(
	notices: NotificationDeps,
	words: string,
	accounts: readonly ScopeResult[],
	goOn?: string,
): void {
	if (isDone(accounts)) {
		notifyDone(words);
		return;
	}
	const setUp = l10n.t("Set Up Client Certificate");
	const buttons = accounts.some(({ lockedOut }) => lockedOut) ? [setUp] : [];
	void showMessage(notices, "warning", goOn ? `${words}\n${goOn}` : words, ...buttons).then((pressed) => {
		if (pressed) void vscode.commands.executeCommand(COMMANDS.openSettings);
	});
}
