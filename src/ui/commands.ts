import * as vscode from "vscode";
import type { Actions } from "./actions.ts";
import { showFailure } from "./failures.ts";
import { COMMANDS } from "./names.ts";

/** Registers every command; whatever one throws is shown here and nowhere else. @param actions Loaded on first use. */
export function registerCommands(actions: () => Promise<Actions>, log: vscode.LogOutputChannel): vscode.Disposable {
	return vscode.Disposable.from(
		...Object.values(COMMANDS).map((id) =>
			vscode.commands.registerCommand(id, async (...args: unknown[]) => {
				try {
					await (await actions())[id](...args);
				} catch (thrown) {
					await showFailure(thrown, log);
				}
			}),
		),
	);
}
