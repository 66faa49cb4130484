import * as vscode from "vscode";
import { CancelledError } from "../../domain/problem.ts";

/** Thrown if the person goes back to the previous question. */
export class BackPressed extends Error {}

/** A question's position in a sequence. */
export interface StepPosition {
	readonly step: number;
	readonly steps: number;
}

/** Feedback on a text during typing. The box never accepts a text with an error. */
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
	/** Blanks around the text are part of the text. */
	readonly keepWhitespace?: boolean;
	readonly position?: StepPosition;
	readonly button?: TextButton;
	validate(text: string): Validation | null;
	/**
	 * Checks an accepted text while the box shows that it is busy.
	 * @returns the reason to reject the text, or `null`
	 */
	check?(text: string, signal: AbortSignal): Promise<string | null>;
}

/** A button in the box that changes how the text is used. */
export interface TextButton {
	readonly icon: vscode.ThemeIcon;
	/** Returns the effect of the next press. */
	tooltip(): string;
	/** @returns the new prompt */
	press(): string;
}

/** Prompts for a text, trimmed unless `keepWhitespace`. @throws CancelledError; BackPressed; any error of `check` */
export async function promptText(question: TextQuestion): Promise<string> {
	const box = vscode.window.createInputBox();
	const abort = new AbortController();
	box.title = question.title;
	box.prompt = question.prompt;
	box.placeholder = question.placeholder;
	box.value = question.value ?? "";
	box.password = question.password ?? false;
	keepOpen(box);
	showPosition(box, question.position);
	const { button } = question;
	const showButton = () => {
		if (button) box.buttons = [{ iconPath: button.icon, tooltip: button.tooltip() }];
	};
	showButton();

	const validate = () => {
		const validation = question.validate(box.value);
		// An empty box must not show an error before the person presses Enter.
		box.validationMessage = validation && box.value !== "" ? toValidationMessage(validation) : undefined;
		return validation;
	};
	validate();

	try {
		return await new Promise<string>((resolve, reject) => {
			const accept = async () => {
				if (box.busy) return;
				const validation = validate();
				if (validation?.severity === "error") {
					box.validationMessage = toValidationMessage(validation);
					return;
				}
				const text = question.keepWhitespace ? box.value : box.value.trim();
				if (question.check) {
					box.busy = true;
					box.enabled = false;
					const rejection = await question.check(text, abort.signal);
					box.busy = false;
					box.enabled = true;
					if (rejection !== null) {
						box.validationMessage = toValidationMessage({ message: rejection, severity: "error" });
						return;
					}
				}
				resolve(text);
			};
			box.onDidChangeValue(validate);
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

export interface Choice<T> extends vscode.QuickPickItem {
	readonly value: T;
}

/** Prompts for a choice. @param preselected The choice that Enter accepts. @throws CancelledError; BackPressed */
export async function pickOne<T>(
	question: { readonly title: string; readonly placeholder: string; readonly position?: StepPosition },
	choices: readonly Choice<T>[],
	preselected: Choice<T> | undefined = choices[0],
): Promise<T> {
	const pick = vscode.window.createQuickPick<Choice<T>>();
	pick.title = question.title;
	pick.placeholder = question.placeholder;
	keepOpen(pick);
	pick.matchOnDescription = true;
	pick.matchOnDetail = true;
	pick.items = choices;
	if (preselected) pick.activeItems = [preselected];
	showPosition(pick, question.position);
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
 * Like `pickOne`, for several choices. Accepts only if at least one choice is ticked, unless `minimum` is 0.
 * @param ticked The choices that are ticked at first.
 */
export async function pickMany<T>(
	question: { readonly title: string; readonly placeholder: string; readonly position?: StepPosition },
	choices: readonly Choice<T>[],
	ticked: readonly Choice<T>[],
	minimum: 0 | 1 = 1,
): Promise<readonly T[]> {
	const pick = vscode.window.createQuickPick<Choice<T>>();
	pick.title = question.title;
	pick.placeholder = question.placeholder;
	pick.canSelectMany = true;
	keepOpen(pick);
	pick.matchOnDescription = true;
	pick.items = choices;
	pick.selectedItems = ticked;
	showPosition(pick, question.position);
	try {
		return await new Promise<readonly T[]>((resolve, reject) => {
			pick.onDidTriggerButton(() => reject(new BackPressed()));
			pick.onDidAccept(() => {
				if (pick.selectedItems.length >= minimum) resolve(pick.selectedItems.map(({ value }) => value));
			});
			pick.onDidHide(() => reject(new CancelledError()));
			pick.show();
		});
	} finally {
		pick.dispose();
	}
}

/**
 * Asks questions in a sequence, with a way back from each question but the first.
 * @throws CancelledError as soon as a question is cancelled
 */
export async function runSteps(questions: readonly ((position: StepPosition) => Promise<void>)[]): Promise<void> {
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

/** Keeps a prompt open without focus: a refreshed view may get the focus, and the person may copy a text elsewhere. */
function keepOpen(input: vscode.QuickInput): void {
	input.ignoreFocusOut = true;
}

function showPosition(
	input: vscode.QuickInput & { buttons: readonly vscode.QuickInputButton[] },
	position?: StepPosition,
): void {
	if (!position || position.steps < 2) return;
	input.step = position.step;
	input.totalSteps = position.steps;
	if (position.step > 1) input.buttons = [vscode.QuickInputButtons.Back];
}

function toValidationMessage({ message, severity }: Validation): vscode.InputBoxValidationMessage {
	const severities = vscode.InputBoxValidationSeverity;
	return {
		message,
		severity: { info: severities.Info, warning: severities.Warning, error: severities.Error }[severity],
	};
}
