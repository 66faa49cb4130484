// The steps of an upload, shared by the demo and the interface tests.
import type { Row } from "../../vscode/view.ts";
import type { Window } from "../../vscode/window.ts";

export const UPLOAD_COMMAND = "Upload to OpenAI…";
export const VIEW_TITLE = "Certificates";

/** Chooses the upload in the context menu of a file in the explorer. */
export async function chooseUpload(window: Window, file: string): Promise<void> {
	await (await window.explorerMenu(file)).choose(UPLOAD_COMMAND);
}

/** Waits for the prompt for the admin key, and enters a key. */
export async function enterKey(window: Window, host: string, key: string): Promise<void> {
	const box = await window.quickInput(`Admin key for ${host}`);
	await box.type(key);
	await box.accept();
}

/** Accepts the suggested name. @returns the name. */
export async function acceptName(window: Window, commonName: string): Promise<string> {
	const box = await window.quickInput(`Upload ${commonName}`);
	const name = await box.value();
	await box.accept();
	return name;
}

/** Presses Upload in the confirmation. @returns the confirmation. */
export async function pressUpload(window: Window, name: string): Promise<Awaited<ReturnType<Window["dialog"]>>> {
	const dialog = await window.dialog(`Upload “${name}” to `);
	await dialog.press("Upload");
	return dialog;
}

/** Waits for the row with this name. @returns the row. */
export async function waitForRow(window: Window, name: string): Promise<Row> {
	const row = window.view(VIEW_TITLE).row(name);
	await row.waitUntilVisible();
	return row;
}
