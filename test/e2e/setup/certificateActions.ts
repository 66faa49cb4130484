// What a person does with certificates that are uploaded, in steps that several interface tests take.
import assert from "node:assert/strict";
import { makeCertificate } from "../../certificates.ts";
import type { Emulator } from "../../emulator/emulator.ts";
import type { StoredCertificate } from "../../emulator/state.ts";
import type { Row } from "../../vscode/view.ts";
import type { Window } from "../../vscode/window.ts";
import type { Session } from "./session.ts";
import { giveKey, rowOf, VIEW } from "./uploadActions.ts";

const SET_KEY = "Set Admin Key…";
const LOST = "Select a row that this can be done with";

/** Has the organization hold a new CA certificate of this name. */
export async function addAnchor({ state }: Emulator, name: string): Promise<StoredCertificate> {
	const { pem } = await makeCertificate({ commonName: name });
	return state.upload({ certificate: pem, name }).commit();
}

/**
 * Gives the admin key where there is none, has the list read again, and waits until it shows the organization's certificates,
 * of which no more may be than are in sight.
 * @param host What the base URL names, where that is not the emulator itself.
 */
export async function signIn(session: Session, host = new URL(session.emulator.url).host): Promise<void> {
	const { window, emulator } = session;
	await window.openViews();
	const view = window.view(VIEW);
	const ids = emulator.state.certificates.map(({ id }) => id);
	let buttons = await view.settles("");
	// What the view reads by itself is read by now, so that this is the list that Refresh reads, or the one that checks the key.
	const read = emulator.faults.next({ kind: "none", operation: "list", when: "before" });
	if (!buttons.includes(SET_KEY)) {
		await view.action("Refresh");
		buttons = await view.settles(ids[0] ?? "no row");
	}
	if (buttons.includes(SET_KEY)) {
		await view.press(SET_KEY);
		await giveKey(window, host, emulator.adminKey);
	}
	await read.ended;
	if (ids.length === 0) await view.welcome("no certificates yet");
	if ((await view.shows(...ids)) === ids.length) return;
	// For two minutes the extension keeps what it did itself, and no list has shown, in the test before.
	await window.loadAsNew();
	await signIn(session, host);
}

/** Has the window know no admin key. */
export async function signOut({ window }: Session): Promise<void> {
	if (await window.hasKeptSecrets()) await window.loadAsNew();
}

/** A notification that was there before a command was chosen. */
const SEEN = "data-seen";

/** What a command shows where it goes on, or ends. */
const SHOWN = [".quick-input-widget", ".monaco-dialog-box", `.notification-toast:not([${SEEN}])`, ".part.editor .tab"];

/** What a notification has of something that goes on. */
const RUNNING = ".monaco-progress-container.active";

/** Chooses an item of the context menu of a certificate's row. */
export async function chooseOn(window: Window, name: string, item: string): Promise<void> {
	await window.openViews();
	await untilKnown(window, async () => (await (await rowOf(window, name)).menu()).choose(item));
}

/** Presses a button of a row whose command shows something, at least in the end. */
export async function pressOn(window: Window, row: Row, button: string): Promise<void> {
	await window.openViews();
	await untilKnown(window, () => row.action(button));
}

/**
 * Gives a command on a row, and waits until it shows something. While all rows are drawn anew, the editor does not know for a
 * moment which one was meant; a person does it again.
 */
export async function untilKnown(window: Window, act: () => Promise<void>): Promise<void> {
	const { page } = window;
	const toasts = page.locator(".notification-toast");
	const lost = toasts.filter({ hasText: LOST });
	const answered = page
		.locator(SHOWN.map((each) => `${each}:visible`).join())
		.or(page.locator(".part.statusbar").getByText("Copied"));
	// What a command before is still at is no answer to this one.
	await page.locator(`.notification-toast:has(${RUNNING})`).first().waitFor({ state: "detached" });
	await toasts.evaluateAll((all, seen) => {
		for (const each of all) each.setAttribute(seen, "");
	}, SEEN);
	for (;;) {
		await act();
		await answered.first().waitFor();
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
