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

/**
 * Chooses a folder in the dialog for folders.
 * @param title,start As in `chooseInDialog`.
 * @param folder An absolute path.
 */
export async function chooseFolderInDialog(
	window: Window,
	title: string,
	start: string,
	folder: string,
): Promise<void> {
	const box = await window.quickInput(title);
	await box.waitForValue(start);
	await box.type(`${folder}/`);
	await box.enterWhenReady();
}
