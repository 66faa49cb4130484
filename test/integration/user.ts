// Simulates the user, for tests in the extension host. Fills in and accepts real input boxes, and records all messages.
// `installFakeUser` must run before the extension is activated.
import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import * as vscode from "vscode";
import { CERTIFICATES_VIEW } from "../../src/common/manifestIds.ts";

/** The texts shown since the start. */
export const shown = {
	messages: [] as string[],
	/** The details of modal messages. */
	details: [] as string[],
};

/** The current context keys, which select the welcome view. */
const contextKeys = new Map<string, unknown>();
const contextChanged = new EventEmitter();

/** Waits until a context key has a value. @throws AssertionError on any other value except `no`, the initial value. */
export async function waitForContext(key: string, value: unknown): Promise<void> {
	while (contextKeys.get(key) !== value) {
		const current = contextKeys.get(key) ?? "no";
		assert.equal(current, "no", `${key} became ${current} where it should have become ${value}`);
		await once(contextChanged, "change");
	}
}

interface CreatedView {
	readonly tree: vscode.TreeView<unknown>;
	readonly provider: vscode.TreeDataProvider<unknown>;
}

/** The created views, by view id. */
const views = new Map<string, CreatedView>();

/** Returns the view of the certificates. @throws AssertionError before the extension's activation */
export function certificatesView(): CreatedView {
	return views.get(CERTIFICATES_VIEW) ?? assert.fail("no view");
}

/** Returns the top-level rows of the certificates view. */
export async function readRows(): Promise<readonly vscode.TreeItem[]> {
	const { provider } = certificatesView();
	return ((await provider.getChildren()) ?? []).map((row) => provider.getTreeItem(row) as vscode.TreeItem);
}

/** Changes a user setting. @param value `undefined` restores the default. */
export async function updateSetting(name: string, value: unknown): Promise<void> {
	await vscode.workspace.getConfiguration().update(name, value, vscode.ConfigurationTarget.Global);
}

/** Changes the base URL in the user settings. */
export function setBaseUrl(url: string): Promise<void> {
	return updateSetting("openaiCertificates.baseUrl", url);
}

const answers: { readonly title: string; readonly text: string | null }[] = [];
const buttons: string[] = [];
const unexpected: string[] = [];

/** Announces an input box with this title, and answers it. @param text `null` for Escape. */
export function expectInput(title: string, text: string | null): void {
	answers.push({ title, text });
}

/** Announces a message with a button, and presses the button. */
export function expectButton(button: string): void {
	buttons.push(button);
}

/** Asserts that exactly the announced prompts were shown. */
export function assertExpectedPrompts(): void {
	const missing = [...answers.splice(0).map(({ title }) => title), ...buttons.splice(0)];
	assert.deepEqual({ surprises: unexpected.splice(0), unasked: missing }, { surprises: [], unasked: [] });
}

/**
 * Replaces VS Code's prompts and messages by the simulated user. Must run before the extension is activated.
 * @public called by the bundle of the suites
 */
export function installFakeUser(): void {
	const { createInputBox, createQuickPick, createTreeView } = vscode.window;
	vscode.window.createInputBox = () => answerOnShow(createInputBox(), answerInput);
	vscode.window.createQuickPick = <T extends vscode.QuickPickItem>() =>
		answerOnShow(createQuickPick<T>(), dismissUnexpected);
	vscode.window.createTreeView = (id, options) => {
		const tree = createTreeView(id, options);
		views.set(id, { tree, provider: options.treeDataProvider as vscode.TreeDataProvider<unknown> });
		return tree;
	};
	const { executeCommand } = vscode.commands;
	vscode.commands.executeCommand = (command: string, ...rest: unknown[]) => {
		if (command === "setContext") {
			contextKeys.set(String(rest[0]), rest[1]);
			contextChanged.emit("change");
		}
		return executeCommand(command, ...rest) as never;
	};
	const message = async (text: string, ...rest: unknown[]) => {
		shown.messages.push(text);
		const [options] = rest;
		if (typeof options === "object") shown.details.push((options as vscode.MessageOptions).detail ?? "");
		return buttons[0] !== undefined && rest.includes(buttons[0]) ? buttons.shift() : undefined;
	};
	const { window } = vscode as unknown as { window: Record<string, unknown> };
	for (const kind of ["showErrorMessage", "showWarningMessage", "showInformationMessage"]) window[kind] = message;
}

/** Calls `answer` as soon as a prompt is shown. */
function answerOnShow<Question extends vscode.QuickInput>(
	question: Question,
	answer: (question: Question) => void,
): Question {
	const show = question.show.bind(question);
	question.show = () => {
		show();
		answer(question);
	};
	return question;
}

/** Closes and records an unexpected prompt. */
function dismissUnexpected(question: vscode.QuickInput): void {
	unexpected.push(question.title ?? "");
	question.hide();
}

async function answerInput(box: vscode.InputBox): Promise<void> {
	const [next] = answers;
	if (next === undefined || box.title !== next.title) return dismissUnexpected(box);
	answers.shift();
	let isClosed = false;
	box.onDidAccept(() => {
		isClosed = true;
	});
	box.onDidHide(() => {
		isClosed = true;
	});
	if (next.text !== null) box.value = next.text;
	const command =
		next.text === null ? "workbench.action.closeQuickOpen" : "workbench.action.acceptSelectedQuickOpenItem";
	// The box becomes visible some time after `show` returns, without an event.
	while (!isClosed) await vscode.commands.executeCommand(command);
}
