// The whole job, as a person does it. The demo and the interface tests both do it by these steps.
import type { Row } from "../../vscode/view.ts";
import type { Window } from "../../vscode/window.ts";

export const UPLOAD = "Upload to OpenAI…";
export const VIEW = "Certificates";

/** Right-clicks a file in the explorer and chooses the upload. */
export async function chooseUpload(window: Window, file: string): Promise<void> {
	await (await window.explorerMenu(file)).choose(UPLOAD);
}

/** Answers the question for the admin key. */
export async function giveKey(window: Window, host: string, key: string): Promise<void> {
	const box = await window.quickInput(`Admin key for ${host}`);
	await box.type(key);
	await box.accept();
}

/** Answers the question for the name. @returns the name that stood there. */
export async function acceptName(window: Window, commonName: string): Promise<string> {
	const box = await window.quickInput(`Upload ${commonName}`);
	const name = await box.value();
	await box.accept();
	return name;
}

/** Reads the confirmation, and presses Upload on it. @returns what it said. */
export async function confirm(window: Window, name: string): Promise<Awaited<ReturnType<Window["dialog"]>>> {
	const dialog = await window.dialog(`Upload “${name}” to `);
	await dialog.press("Upload");
	return dialog;
}

/** @returns the row with this name, once it is there. */
export async function rowOf(window: Window, name: string): Promise<Row> {
	const row = window.view(VIEW).row(name);
	await row.appears();
	return row;
}
