import * as vscode from "vscode";
import { COMMANDS } from "../common/manifestIds.ts";
import type { CommandHandlers } from "./commandHandlers.ts";

/**
 * Registers every command.
 * @param actions Loaded on first use; each shows by itself what it met.
 * @param report Shows that they could not be loaded.
 */
export function registerCommands(
	actions: () => Promise<CommandHandlers>,
	report: (thrown: unknown) => void,
): vscode.Disposable {
	return vscode.Disposable.from(
		...Object.values(COMMANDS).map((id) =>
			vscode.commands.registerCommand(id, async (...args: unknown[]) => {
				try {
					await (await actions())[id](...args);
				} catch (thrown) {
					report(thrown);
				}
			}),
		),
	);
}
