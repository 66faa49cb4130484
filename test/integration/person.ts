// A person in front of the editor, for tests in the extension host: real input boxes are filled in and accepted, and what
// is shown is written down. It must take its place before the extension is activated.
import { EventEmitter, once } from "node:events";
import * as vscode from "vscode";

/** What was shown since the start. */
export const shown: { readonly messages: string[]; readonly boxes: string[] } = { messages: [], boxes: [] };

/** The context keys that were set, by which the editor chooses welcome texts. */
const contextKeys = new Map<string, unknown>();
const contextChanged = new EventEmitter();

/** Waits until a context key has a value. */
export async function contextBecomes(key: string, value: unknown): Promise<void> {
	while (contextKeys.get(key) !== value) await once(contextChanged, "change");
}

/** The data provider of each view that was created. */
export const views = new Map<string, vscode.TreeDataProvider<unknown>>();

const answers: { readonly title: RegExp; readonly text: string | null }[] = [];
const presses: string[] = [];

/** Answers the next input box. @param text `null` to press Escape. */
export function willAnswer(title: RegExp, text: string | null): void {
	answers.push({ title, text });
}

/** Presses this button of the next message that has it. */
export function willPress(button: string): void {
	presses.push(button);
}

/** Takes the person's place in front of the editor. */
export function sitDown(): void {
	const { createInputBox, createTreeView } = vscode.window;
	vscode.window.createInputBox = () => {
		const box = createInputBox();
		const show = box.show.bind(box);
		box.show = () => {
			show();
			void answer(box);
		};
		return box;
	};
	vscode.window.createTreeView = (id, options) => {
		views.set(id, options.treeDataProvider as vscode.TreeDataProvider<unknown>);
		return createTreeView(id, options);
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
		const buttons = rest.filter((part) => typeof part === "string");
		return presses.splice(0, 1).find((button) => buttons.includes(button));
	};
	const { window } = vscode as unknown as { window: Record<string, unknown> };
	for (const kind of ["showErrorMessage", "showWarningMessage", "showInformationMessage"]) window[kind] = message;
}

async function answer(box: vscode.InputBox): Promise<void> {
	shown.boxes.push(box.title ?? "");
	const next = answers.shift();
	if (!next?.title.test(box.title ?? "")) throw new Error(`Nobody expected the question “${box.title}”.`);
	let over = false;
	box.onDidAccept(() => {
		over = true;
	});
	box.onDidHide(() => {
		over = true;
	});
	if (next.text !== null) box.value = next.text;
	const command =
		next.text === null ? "workbench.action.closeQuickOpen" : "workbench.action.acceptSelectedQuickOpenItem";
	// The box shows up a little later than `show` returns, and nothing tells when.
	while (!over) await vscode.commands.executeCommand(command);
}
