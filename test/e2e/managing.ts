// What a person does with certificates that are uploaded, in steps that several interface tests take.
import assert from "node:assert/strict";
import { makeCertificate } from "../certificates.ts";
import type { Emulator } from "../emulator/emulator.ts";
import type { StoredCertificate } from "../emulator/state.ts";
import type { Window } from "../vscode/window.ts";
import type { Session } from "./session.ts";
import { giveKey, rowOf, VIEW } from "./uploading.ts";

const LOST = "Select a row that this can be done with";

/** Has the organization hold a new CA certificate of this name. */
export async function addAnchor({ state }: Emulator, name: string): Promise<StoredCertificate> {
	const { pem } = await makeCertificate({ commonName: name });
	return state.upload({ certificate: pem, name }).commit();
}

/** Gives the admin key where there is none, and waits for the row of a certificate. */
export async function signIn({ window, emulator }: Session, name: string): Promise<void> {
	await window.openViews();
	await window.view(VIEW).press("Set Admin Key…");
	await giveKey(window, new URL(emulator.url).host, emulator.adminKey);
	await rowOf(window, name);
}

/** What a command shows where it goes on, or ends. */
const SHOWN = [".quick-input-widget", ".monaco-dialog-box", ".notification-toast", ".part.editor .tab"];

/** What a notification has of something that goes on. */
const RUNNING = ".monaco-progress-container.active";

/** Chooses an item of the context menu of a certificate's row. */
export async function chooseOn(window: Window, name: string, item: string): Promise<void> {
	const { page } = window;
	const lost = page.locator(".notification-toast").filter({ hasText: LOST });
	const answered = page
		.locator(SHOWN.map((each) => `${each}:visible`).join())
		.or(page.locator(".part.statusbar").getByText("Copied"));
	await window.openViews();
	// What a command before is still at is no answer to this one.
	await page.locator(`.notification-toast:has(${RUNNING})`).first().waitFor({ state: "detached" });
	for (;;) {
		await (await (await rowOf(window, name)).menu()).choose(item);
		await answered.first().waitFor();
		// While all rows are drawn anew, the editor does not know for a moment which one it was; a person chooses again.
		if (!(await lost.isVisible())) return;
		await (await window.toast(LOST)).dismiss();
	}
}

/** Ticks scopes in the question for them, and goes on. @param title Such as `Activate “Acme”`. */
export async function tickScopes(window: Window, title: string, ...labels: readonly string[]): Promise<void> {
	const pick = await window.quickInput(title);
	for (const label of labels) await pick.tick(label);
	await pick.accept();
}

/** Waits until no notification says any more that something is going on, and finds that none says anything else. */
export async function saysNothing(window: Window): Promise<void> {
	await window.page.locator(".notification-toast").filter({ hasText: "…" }).first().waitFor({ state: "detached" });
	assert.deepEqual(await window.toasts(), []);
}

/** The exchanges since there were so many, as method and path without what is the same for all. */
export function sentSince({ exchanges }: Emulator, before: number, method?: string): readonly string[] {
	return exchanges
		.slice(before)
		.filter((exchange) => method === undefined || exchange.method === method)
		.map((exchange) => `${exchange.method} ${exchange.path.replace("/v1/organization/", "")}`);
}

/** Waits for the settings to be open, and closes them: newer versions show them over everything else. */
export async function closeSettings(window: Window): Promise<void> {
	await window.page.locator(".settings-editor").waitFor();
	const modal = window.page.locator(".monaco-modal-editor-block");
	if (await modal.isVisible()) await window.page.keyboard.press("Escape");
	else for (const keys of ["Control+K", "Control+W"]) await window.page.keyboard.press(keys);
	await window.page.locator(".settings-editor").waitFor({ state: "hidden" });
}
