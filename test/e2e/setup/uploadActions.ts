// The steps of an upload, shared by the demo and the interface tests.
import { keyTitle } from "../../../src/features/connections/keyMessages.ts";
import {
	describeUploadPrompt,
	uploadPromptLabels,
	uploadTitle,
} from "../../../src/features/upload/uploadPromptMessages.ts";
import { manifestText } from "../../texts/manifestTexts.ts";
import { parsedCertificate } from "../../unit/fakes/certificatesApi.ts";
import type { Row } from "../../vscode/view.ts";
import type { Window } from "../../vscode/window.ts";
import { splitAtValue } from "./productTexts.ts";
import { UNCONFIRMED } from "./uploadTexts.ts";

export const UPLOAD_COMMAND = manifestText("command.upload");
export const VIEW_TITLE = manifestText("view.certificates");

/** Chooses the upload in the context menu of a file in the explorer. */
export async function chooseUpload(window: Window, file: string): Promise<void> {
	await (await window.explorerMenu(file)).choose(UPLOAD_COMMAND);
}

/** Waits for the prompt for the admin key, and enters a key. */
export async function enterKey(window: Window, host: string, key: string): Promise<void> {
	const box = await window.quickInput(keyTitle(host));
	await box.type(key);
	await box.accept();
}

/** Accepts the suggested name. @returns the name. */
export async function acceptName(window: Window, commonName: string): Promise<string> {
	const box = await window.quickInput(uploadTitle(commonName, undefined));
	const name = await box.value();
	await box.accept();
	return name;
}

/** Returns the confirmation's question up to the host. */
export function uploadQuestion(name: string): string {
	const host = "host.invalid";
	const upload = {
		candidate: parsedCertificate(""),
		name,
		destination: { host, label: host },
		filePosition: undefined,
	};
	return splitAtValue(describeUploadPrompt(upload, [], 0).message, host)[0];
}

/** Presses Upload in the confirmation. @returns the confirmation. */
export async function pressUpload(window: Window, name: string): Promise<Awaited<ReturnType<Window["dialog"]>>> {
	const dialog = await window.dialog(uploadQuestion(name));
	await dialog.press(uploadPromptLabels.upload);
	return dialog;
}

/** Waits for the row with this name. @returns the row. */
export async function waitForRow(window: Window, name: string): Promise<Row> {
	const row = window.view(VIEW_TITLE).row(name);
	await row.waitUntilVisible();
	return row;
}

/** Shows the views, and waits for the row of an unconfirmed upload. @returns the row. */
export async function waitForUnconfirmedRow(window: Window): Promise<Row> {
	await window.openViews();
	const row = window.view(VIEW_TITLE).rowWith(UNCONFIRMED);
	await row.waitUntilVisible();
	return row;
}
