// A person in front of the editor, for tests in the extension host: real input boxes are filled in and accepted, and what
// is shown is written down. It must take its place before the extension is activated.
import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import * as vscode from "vscode";

/** What was shown since the start. */
export const shown = {
	messages: [] as string[],
	/** What modal messages said in small letters. */
	details: [] as string[],
};

/** The context keys that were set, by which the editor chooses welcome texts. */
const contextKeys = new Map<string, unknown>();
const contextChanged = new EventEmitter();

/** Waits until a context key has a value. It may be `no` on the way, as long as nothing is known; all else is a failure. */
export async function contextBecomes(key: string, value: unknown): Promise<void> {
	while (contextKeys.get(key) !== value) {
		const now = contextKeys.get(key) ?? "no";
		assert.equal(now, "no", `${key} became ${now} where it should have become ${value}`);
		await once(contextChanged, "change");
	}
}

/** Each view that was created, and what fills it. */
export const views = new Map<
	string,
	{ readonly tree: vscode.TreeView<unknown>; readonly provider: vscode.TreeDataProvider<unknown> }
>();

const answers: { readonly title: RegExp; readonly text: string | null }[] = [];
const presses: string[] = [];
const surprises: string[] = [];

/** Answers the next input box. @param text `null` to press Escape. */
export function willAnswer(title: RegExp, text: string | null): void {
	answers.push({ title, text });
}

/** Presses this button of the next message that has it. */
export function willPress(button: string): void {
	presses.push(button);
}

/** Fails where a question came that nobody had announced, or one that was announced did not come. */
export function wasAskedAsExpected(): void {
	const unasked = [...answers.splice(0).map(({ title }) => String(title)), ...presses.splice(0)];
	assert.deepEqual({ surprises: surprises.splice(0), unasked }, { surprises: [], unasked: [] });
}

/** Takes the person's place in front of the editor. */
export function sitDown(): void {
	const { createInputBox, createQuickPick, createTreeView } = vscode.window;
	vscode.window.createInputBox = () => attend(createInputBox(), answer);
	vscode.window.createQuickPick = <T extends vscode.QuickPickItem>() => attend(createQuickPick<T>(), refuse);
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
		return presses[0] !== undefined && rest.includes(presses[0]) ? presses.shift() : undefined;
	};
	const { window } = vscode as unknown as { window: Record<string, unknown> };
	for (const kind of ["showErrorMessage", "showWarningMessage", "showInformationMessage"]) window[kind] = message;
}

/** Has a question answered as soon as it is shown. */
function attend<Question extends vscode.QuickInput>(
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

/** Closes a question that nobody expected, and remembers it. */
function refuse(question: vscode.QuickInput): void {
	surprises.push(question.title ?? "");
	question.hide();
}

async function answer(box: vscode.InputBox): Promise<void> {
	const [next] = answers;
	if (!next?.title.test(box.title ?? "")) return refuse(box);
	answers.shift();
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
