// Steps with uploaded certificates that several interface tests share.
import assert from "node:assert/strict";
import { describeProblem } from "../../../src/common/messages/problems/problems.ts";
import {
	describeCopiedFingerprints,
	describeCopiedIds,
	describeCopiedPems,
} from "../../../src/features/certificates/viewAndCopyMessages.ts";
import { connectionLabels, describeConnectionRemoval } from "../../../src/features/connections/connectionMessages.ts";
import { makeCertificate } from "../../certificates.ts";
import type { Emulator } from "../../emulator/emulator.ts";
import type { StoredCertificate } from "../../emulator/state.ts";
import { manifestText } from "../../texts/manifestTexts.ts";
import { certificate } from "../../unit/fakes/certificatesApi.ts";
import type { Row } from "../../vscode/view.ts";
import type { Window } from "../../vscode/window.ts";
import { welcomeText } from "./productTexts.ts";
import { paletteTitle, type Session } from "./session.ts";
import { enterKey, VIEW_TITLE, waitForRow } from "./uploadActions.ts";

const SET_KEY = manifestText("command.setKey");
/** Appears if VS Code no longer knows the row of a command. */
const NO_ROW_MESSAGE = describeProblem({ reason: "nothing-selected" });
/** The texts in the status bar after a copy of one or several certificates. */
const COPIED_MESSAGES = [[certificate("one")], [certificate("one"), certificate("other")]].flatMap((copied) =>
	[describeCopiedIds, describeCopiedFingerprints, describeCopiedPems].map((describe) => describe(copied)),
);

/** Adds a new CA certificate with this name to the organization. */
export async function addCaCertificate({ state }: Emulator, name: string): Promise<StoredCertificate> {
	const { pem } = await makeCertificate({ commonName: name });
	return state.upload({ certificate: pem, name }).commit();
}

/**
 * Enters the admin key if none is set, refreshes the list, and waits for the rows of the organization's certificates.
 * All rows must fit into the view.
 * @param host The host in the base URL. Default: the emulator's.
 */
export async function signIn(session: Session, host = new URL(session.emulator.url).host): Promise<void> {
	const { window, emulator } = session;
	await window.openViews();
	const view = window.view(VIEW_TITLE);
	const ids = emulator.state.certificates.map(({ id }) => id);
	let buttons = await view.waitForRowOrWelcome("");
	// The view's automatic requests have ended, so this fault meets the list request of Refresh, or of the key check.
	const listRequest = emulator.faults.arm({ kind: "none", operation: "list", when: "before" });
	if (!buttons.includes(SET_KEY)) {
		await view.pressAction(manifestText("command.refresh"));
		buttons = await view.waitForRowOrWelcome(ids[0] ?? "no row");
	}
	if (buttons.includes(SET_KEY)) {
		await view.pressWelcomeButton(SET_KEY);
		await enterKey(window, host, emulator.adminKey);
	}
	await listRequest.ended;
	if (ids.length === 0) await view.welcome(welcomeText("welcome.nothing-yet"));
	if ((await view.waitForTexts(...ids)) === ids.length) return;
	// For two minutes, the extension keeps its own changes of the previous test that no list has confirmed.
	await window.loadWithoutData();
	await signIn(session, host);
}

/** Ensures that the window has no admin key. */
export async function signOut({ window }: Session): Promise<void> {
	if (await window.hasStoredSecrets()) await window.loadWithoutData();
}

/** The current connection, as the question before its removal describes it. */
interface ConnectionToRemove {
	/** Default: the emulator's host. */
	readonly label?: string;
	/** Number of the organization's unconfirmed uploads. Default: 0. */
	readonly unconfirmed?: number;
	/** Saves a screenshot of the question, with this name. */
	readonly picture?: string;
}

/** Removes the current connection with its stored key. Asserts the whole question. */
export async function removeConnection(
	{ window, emulator, picture: save }: Session,
	{ label = new URL(emulator.url).host, unconfirmed = 0, picture }: ConnectionToRemove = {},
): Promise<void> {
	const { message, detail } = describeConnectionRemoval({
		...{ label, sessionOnly: false, isNamed: true, withPassphrase: false },
		unfinished: { uploads: unconfirmed, rotations: 0 },
	});
	await window.run(paletteTitle("removeKey"));
	const question = await window.dialog(message);
	assert.equal(question.detail, detail);
	if (picture) await save(picture);
	await question.press(connectionLabels.remove);
}

/** Marks the notifications that appeared before a command. */
const SEEN_ATTRIBUTE = "data-seen";

/** The elements that a command shows when it continues or ends. */
const RESPONSES = [
	".quick-input-widget",
	".monaco-dialog-box",
	`.notification-toast:not([${SEEN_ATTRIBUTE}])`,
	".part.editor .tab",
];

/** The progress bar of a notification about running work. */
const ACTIVE_PROGRESS = ".monaco-progress-container.active";

/** Chooses an item in the context menu of a certificate's row. */
export async function chooseInRowMenu(window: Window, name: string, item: string): Promise<void> {
	await window.openViews();
	await runRowCommand(window, async () => (await (await waitForRow(window, name)).menu()).choose(item));
}

/** Presses a button of a row. Its command must show something before it ends. */
export async function pressRowButton(window: Window, row: Row, button: string): Promise<void> {
	await window.openViews();
	await runRowCommand(window, () => row.pressAction(button));
}

/**
 * Runs a row's command and waits until it shows something. Repeats the command if VS Code lost the row, as can happen
 * while all rows are redrawn.
 */
export async function runRowCommand(window: Window, command: () => Promise<void>): Promise<void> {
	const { page } = window;
	const toasts = page.locator(".notification-toast");
	const noRow = toasts.filter({ hasText: NO_ROW_MESSAGE });
	const statusBar = page.locator(".part.statusbar");
	const response = COPIED_MESSAGES.map((text) => statusBar.getByText(text, { exact: true })).reduce(
		(found, each) => found.or(each),
		page.locator(RESPONSES.map((selector) => `${selector}:visible`).join()),
	);
	// The progress of an earlier command must not count as a response.
	await page.locator(`.notification-toast:has(${ACTIVE_PROGRESS})`).first().waitFor({ state: "detached" });
	await toasts.evaluateAll((elements, attribute) => {
		for (const element of elements) element.setAttribute(attribute, "");
	}, SEEN_ATTRIBUTE);
	for (;;) {
		await command();
		await response.first().waitFor();
		if (!(await noRow.isVisible())) return;
		await (await window.toast(NO_ROW_MESSAGE)).dismiss();
	}
}

/** Ticks scopes in the scope picker and accepts. @param title Such as `Activate “Acme”`. */
export async function pickScopes(window: Window, title: string, ...labels: readonly string[]): Promise<void> {
	const picker = await window.quickInput(title);
	for (const label of labels) await picker.toggleCheckbox(label);
	await picker.accept();
}

/** Waits until all progress notifications are gone, then asserts that no other notification is visible. */
export async function assertNoNotifications(window: Window): Promise<void> {
	await window.page.locator(".notification-toast").filter({ hasText: "…" }).first().waitFor({ state: "detached" });
	assert.deepEqual(await window.toasts(), []);
}

/** Returns method and path, without the common prefix, of all exchanges after the first `before`. */
export function requestsSince({ exchanges }: Emulator, before: number, method?: string): readonly string[] {
	return exchanges
		.slice(before)
		.filter((exchange) => method === undefined || exchange.method === method)
		.map((exchange) => `${exchange.method} ${exchange.path.replace("/v1/organization/", "")}`);
}

/** Waits until the settings are open, and closes them. Newer versions show the settings as an overlay. */
export async function closeSettings(window: Window): Promise<void> {
	await window.page.locator(".settings-editor").waitFor();
	const modal = window.page.locator(".monaco-modal-editor-block");
	if (await modal.isVisible()) await window.page.keyboard.press("Escape");
	else for (const keys of ["Control+K", "Control+W"]) await window.page.keyboard.press(keys);
	await window.page.locator(".settings-editor").waitFor({ state: "hidden" });
}
