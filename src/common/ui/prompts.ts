import * as vscode from "vscode";
import { CancelledError } from "../../domain/problem.ts";

/** Thrown where the person chose to go back to the question before. */
export class BackPressed extends Error {}

/** Where a question stands in a row of questions. */
export interface Position {
	readonly step: number;
	readonly steps: number;
}

/** What is said of a typed text while it is typed; an error keeps it from being accepted. */
export interface Validation {
	readonly message: string;
	readonly severity: "info" | "warning" | "error";
}

export interface TextQuestion {
	readonly title: string;
	readonly prompt: string;
	readonly placeholder: string;
	readonly value?: string;
	readonly password?: boolean;
	/** Blanks around the text belong to it. */
	readonly keepWhitespace?: boolean;
	readonly position?: Position;
	readonly button?: TextButton;
	validate(text: string): Validation | null;
	/**
	 * Checks an accepted text while the box shows that it is busy.
	 * @returns why it is not good, or `null`.
	 */
	check?(text: string, signal: AbortSignal): Promise<string | null>;
}

/** A button in the box that changes what becomes of the text. */
export interface TextButton {
	readonly icon: vscode.ThemeIcon;
	/** What pressing it does next. */
	tooltip(): string;
	/** @returns the prompt from then on. */
	press(): string;
}

/** @returns the text, without blanks around it unless it is `verbatim`. @throws Cancelled, Back; whatever `check` throws. */
export async function promptText(question: TextQuestion): Promise<string> {
	const box = vscode.window.createInputBox();
	const abort = new AbortController();
	box.title = question.title;
	box.prompt = question.prompt;
	box.placeholder = question.placeholder;
	box.value = question.value ?? "";
	box.password = question.password ?? false;
	staysOpen(box);
	placeAt(box, question.position);
	const { button } = question;
	const showButton = () => {
		if (button) box.buttons = [{ iconPath: button.icon, tooltip: button.tooltip() }];
	};
	showButton();

	const judge = () => {
		const verdict = question.validate(box.value);
		// An untouched empty box is not scolded; accepting it is.
		box.validationMessage = verdict && box.value !== "" ? asValidation(verdict) : undefined;
		return verdict;
	};
	judge();

	try {
		return await new Promise<string>((resolve, reject) => {
			const accept = async () => {
				if (box.busy) return;
				const verdict = judge();
				if (verdict?.severity === "error") {
					box.validationMessage = asValidation(verdict);
					return;
				}
				const text = question.keepWhitespace ? box.value : box.value.trim();
				if (question.check) {
					box.busy = true;
					box.enabled = false;
					const refusal = await question.check(text, abort.signal);
					box.busy = false;
					box.enabled = true;
					if (refusal !== null) {
						box.validationMessage = asValidation({ message: refusal, severity: "error" });
						return;
					}
				}
				resolve(text);
			};
			box.onDidChangeValue(judge);
			box.onDidAccept(() => accept().catch(reject));
			box.onDidTriggerButton((pressed) => {
				if (!button || pressed === vscode.QuickInputButtons.Back) return reject(new BackPressed());
				box.prompt = button.press();
				showButton();
			});
			box.onDidHide(() => reject(new CancelledError()));
			box.show();
		});
	} finally {
		abort.abort();
		box.dispose();
	}
}

/** One choice of a list. */
export interface Choice<T> extends vscode.QuickPickItem {
	readonly value: T;
}

/** @param preselected The choice that Enter takes. @throws Cancelled, Back */
export async function pickOne<T>(
	question: { readonly title: string; readonly placeholder: string; readonly position?: Position },
	choices: readonly Choice<T>[],
	preselected: Choice<T> | undefined = choices[0],
): Promise<T> {
	const pick = vscode.window.createQuickPick<Choice<T>>();
	pick.title = question.title;
	pick.placeholder = question.placeholder;
	staysOpen(pick);
	pick.matchOnDescription = true;
	pick.matchOnDetail = true;
	pick.items = choices;
	if (preselected) pick.activeItems = [preselected];
	placeAt(pick, question.position);
	try {
		return await new Promise<T>((resolve, reject) => {
			pick.onDidAccept(() => {
				const [chosen] = pick.activeItems;
				if (chosen) resolve(chosen.value);
			});
			pick.onDidTriggerButton(() => reject(new BackPressed()));
			pick.onDidHide(() => reject(new CancelledError()));
			pick.show();
		});
	} finally {
		pick.dispose();
	}
}

/**
 * As `askChoice`, where several may be ticked. It stays open until at least one is.
 * @param ticked Those that are to begin with.
 */
export async function pickMany<T>(
	question: { readonly title: string; readonly placeholder: string },
	choices: readonly Choice<T>[],
	ticked: readonly Choice<T>[],
): Promise<readonly T[]> {
	const pick = vscode.window.createQuickPick<Choice<T>>();
	pick.title = question.title;
	pick.placeholder = question.placeholder;
	pick.canSelectMany = true;
	staysOpen(pick);
	pick.matchOnDescription = true;
	pick.items = choices;
	pick.selectedItems = ticked;
	try {
		return await new Promise<readonly T[]>((resolve, reject) => {
			pick.onDidAccept(() => {
				if (pick.selectedItems.length > 0) resolve(pick.selectedItems.map(({ value }) => value));
			});
			pick.onDidHide(() => reject(new CancelledError()));
			pick.show();
		});
	} finally {
		pick.dispose();
	}
}

/**
 * Asks several questions in a row, with a way back from each but the first.
 * @throws Cancelled as soon as one of them is cancelled.
 */
export async function runSteps(questions: readonly ((position: Position) => Promise<void>)[]): Promise<void> {
	let step = 0;
	for (let ask = questions[0]; ask; ask = questions[step]) {
		try {
			await ask({ step: step + 1, steps: questions.length });
			step++;
		} catch (thrown) {
			if (!(thrown instanceof BackPressed)) throw thrown;
			step = Math.max(0, step - 1);
		}
	}
}

/** Keeps a question open when the focus goes elsewhere: a view that draws itself anew may take it, and a person may fetch something. */
function staysOpen(input: vscode.QuickInput): void {
	input.ignoreFocusOut = true;
}

function placeAt(
	input: vscode.QuickInput & { buttons: readonly vscode.QuickInputButton[] },
	position?: Position,
): void {
	if (!position || position.steps < 2) return;
	input.step = position.step;
	input.totalSteps = position.steps;
	if (position.step > 1) input.buttons = [vscode.QuickInputButtons.Back];
}

function asValidation({ message, severity }: Validation): vscode.InputBoxValidationMessage {
	const severities = vscode.InputBoxValidationSeverity;
	return {
		message,
		severity: { info: severities.Info, warning: severities.Warning, error: severities.Error }[severity],
	};
}
