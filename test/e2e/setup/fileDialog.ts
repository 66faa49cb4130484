import { basename } from "node:path";
import type { Window } from "../../vscode/window.ts";

/**
 * Chooses a file in the file dialog.
 * @param title The dialog's title.
 * @param start The path that the dialog shows at first.
 * @param path An absolute path.
 */
export async function chooseInDialog(window: Window, title: string, start: string, path: string): Promise<void> {
	const box = await window.quickInput(title);
	// The dialog sets its start folder shortly after it opens, and would overwrite earlier input.
	await box.waitForValue(start);
	await box.type(path);
	// The dialog accepts a file only after it has read the folder.
	await box.pick(basename(path));
}
