import * as vscode from "vscode";
import { COMMANDS } from "../common/manifestIds.ts";
import type { CommandHandlers } from "./commandHandlers.ts";

/**
 * Registers every command.
 * @param loadHandlers Called on first use. Each handler must show its own errors.
 * @param report Shows an error of `loadHandlers`.
 */
export function registerCommands(
	loadHandlers: () => Promise<CommandHandlers>,
	report: (thrown: unknown) => void,
): vscode.Disposable {
	return vscode.Disposable.from(
		...Object.values(COMMANDS).map((id) =>
			vscode.commands.registerCommand(id, async (...args: unknown[]) => {
				try {
					await (await loadHandlers())[id](...args);
				} catch (thrown) {
					report(thrown);
				}
			}),
		),
	);
}
