import { homedir, hostname } from "node:os";
import { join } from "node:path";
import * as vscode from "vscode";
import { labels } from "../../../common/messages/labels.ts";
import { describeCommonNameIssue } from "../../../common/messages/problems/issuingProblems.ts";
import { BackPressed, type Choice, pickOne, promptText, type StepPosition } from "../../../common/ui/prompts.ts";
import { clockDifference } from "../../../domain/certificateFile.ts";
import { findPassphraseIssue, type KeyType } from "../../../domain/certificateMaking.ts";
import { findCommonNameIssue } from "../../../domain/certificateNames.ts";
import { CancelledError, ProblemError } from "../../../domain/problem.ts";
import { passphraseTitle } from "../../connections/passphraseMessages.ts";
import type { CertificateStore } from "../../organization/certificateStore.ts";
import { type CertificateFileNames, defaultFolder } from "../fileNames.ts";
import { findFolderRisks } from "../folderRisks.ts";
import { displayPath } from "../issuingMessages.ts";
import {
	describeClockDifference,
	describePassphraseIssue,
	describeRiskyFolder,
	describeTakenName,
	folderPlaceholder,
	folderTitle,
	formatKeyType,
	formatLastDay,
	formatValidity,
	issuingPromptLabels,
} from "../issuingPromptMessages.ts";
import { findExisting, isInProfile, keyFileProblem } from "../newFiles.ts";

const DAY_SECONDS = 86_400;

/** A question of a sequence: its title and its position. */
export interface Step {
	readonly title: string;
	readonly position: StepPosition;
}

/**
 * Prompts for a common name whose files don't exist in the suggested folder.
 * @param options.namesOf Returns the files' names.
 * @throws CancelledError; BackPressed
 */
export function promptForCommonName(
	step: Step,
	options: {
		readonly prompt: string;
		readonly value: string;
		readonly namesOf?: (name: string) => CertificateFileNames;
	},
): Promise<string> {
	const { prompt, value, namesOf } = options;
	return promptText({
		...step,
		prompt,
		value,
		placeholder: labels.name,
		validate(text) {
			const issue = findCommonNameIssue(text);
			return issue && { message: describeCommonNameIssue(issue), severity: "error" };
		},
		async check(name) {
			if (!namesOf) return null;
			const folder = defaultFolder(name);
			const existing = await findExisting(folder, Object.values(namesOf(name)));
			return existing && describeTakenName(join(folder, existing));
		},
	});
}

/**
 * Prompts for a validity.
 * @param days The choices; the first is the default.
 * @param notAfter The end of the CA, Unix seconds, if there is one: no certificate expires later.
 * @param chosen The earlier answer, in days.
 * @returns days
 * @throws CancelledError; BackPressed
 */
export function promptForValidity(
	step: Step,
	days: readonly number[],
	notAfter = Infinity,
	chosen?: number,
): Promise<number> {
	const now = Date.now() / 1000;
	const lastDay = (validDays: number) => formatLastDay(Math.min(now + validDays * DAY_SECONDS, notAfter));
	const choices = days
		.filter((each) => now + each * DAY_SECONDS < notAfter)
		.map((value) => ({ label: formatValidity(value), description: lastDay(value), value }));
	if (notAfter < Infinity) {
		const value = Math.max(1, Math.ceil((notAfter - now) / DAY_SECONDS));
		choices.push({ label: issuingPromptLabels.untilCaExpires, description: lastDay(value), value });
	}
	const preselected = choices.find(({ value }) => value === chosen);
	return pickOne({ ...step, placeholder: issuingPromptLabels.selectValidity }, choices, preselected);
}

const KEY_TYPES: readonly KeyType[] = ["p-256", "p-384", "rsa-2048", "rsa-3072", "rsa-4096"];

/** Prompts for the type of a new key. @param chosen The earlier answer, or the default. @throws CancelledError; BackPressed */
export function promptForKeyType(step: Step, chosen: KeyType): Promise<KeyType> {
	const choices = KEY_TYPES.map((value, index): Choice<KeyType> => {
		const label = formatKeyType(value);
		return index === 0 ? { label, description: issuingPromptLabels.recommended, value } : { label, value };
	});
	const preselected = choices.find(({ value }) => value === chosen);
	return pickOne({ ...step, placeholder: issuingPromptLabels.selectKeyType }, choices, preselected);
}

/**
 * Prompts for the folder of a certificate and its key, on the computer that this extension runs on.
 * @param names The names of the files, none of which may exist.
 * @returns an absolute path
 * @throws ProblemError `key-file`, `not-on-this-computer`; CancelledError; BackPressed
 */
export async function promptForFolder(step: Step, suggested: string, names: CertificateFileNames): Promise<string> {
	const { onlyYou, chooseFolder } = issuingPromptLabels;
	const choices: Choice<string | null>[] = [
		{ label: displayPath(suggested), description: onlyYou, value: suggested },
		{ label: chooseFolder, value: null },
	];
	for (;;) {
		const picked = await pickOne({ ...step, placeholder: folderPlaceholder(hostname()) }, choices);
		const folder = picked ?? (await chooseLocalFolder());
		if (!(await isInProfile(folder))) throw keyFileProblem(folder, "outside-profile");
		const existing = await findExisting(folder, Object.values(names));
		if (existing !== null) throw keyFileProblem(existing, "exists");
		if (await confirmRisks(folder)) return folder;
	}
}

async function chooseLocalFolder(): Promise<string> {
	const [folder] =
		(await vscode.window.showOpenDialog({
			title: folderTitle(hostname()),
			// In a remote window, a local address makes the dialog show this computer's files.
			defaultUri: vscode.Uri.file(homedir()),
			canSelectFiles: false,
			canSelectFolders: true,
		})) ?? [];
	if (!folder) throw new CancelledError();
	return localPath(folder);
}

/** Returns the path of a file or folder on the computer that this extension runs on. @throws ProblemError `not-on-this-computer` */
export function localPath(uri: vscode.Uri): string {
	if (uri.scheme === "file") return uri.fsPath;
	const file = uri.path.split("/").at(-1) ?? "";
	throw new ProblemError({ reason: "not-on-this-computer", file, computer: hostname() });
}

/** Asks before a key is created in a folder with risks. @returns false to choose another folder. @throws CancelledError */
async function confirmRisks(folder: string): Promise<boolean> {
	const workspaceFolders = (vscode.workspace.workspaceFolders ?? [])
		.filter(({ uri }) => uri.scheme === "file")
		.map(({ uri }) => uri.fsPath);
	const risks = await findFolderRisks(folder, workspaceFolders);
	if (risks.length === 0) return true;
	const { message, detail } = describeRiskyFolder(folder, risks);
	const { chooseAnotherFolder, createHere } = issuingPromptLabels;
	// Enter presses the first button.
	const buttons = [chooseAnotherFolder, createHere];
	const chosen = await vscode.window.showWarningMessage(message, { modal: true, detail }, ...buttons);
	if (chosen === undefined) throw new CancelledError();
	return chosen === createHere;
}

/**
 * Prompts twice for the passphrase of a new key.
 * @param file The name of the key's file.
 * @param options.optional True if the key may be left unencrypted.
 * @returns `null` for an unencrypted key
 * @throws CancelledError; BackPressed
 */
export async function promptForNewPassphrase(
	{ position }: Step,
	file: string,
	{ prompt, optional }: { readonly prompt: string; readonly optional: boolean },
): Promise<string | null> {
	const question = { title: passphraseTitle(file), position, password: true, keepWhitespace: true };
	const { newPassphrase, repeatPassphrase, passphrasesDiffer } = issuingPromptLabels;
	for (;;) {
		const passphrase = await promptText({
			...question,
			prompt,
			placeholder: newPassphrase,
			validate(text) {
				const issue = optional && text === "" ? null : findPassphraseIssue(text);
				return issue && { message: describePassphraseIssue(issue), severity: "error" };
			},
		});
		if (passphrase === "") return null;
		try {
			return await promptText({
				...question,
				prompt: repeatPassphrase,
				placeholder: repeatPassphrase,
				validate: () => null,
				// Not during typing, when the text always differs.
				check: async (text) => (text === passphrase ? null : passphrasesDiffer),
			});
		} catch (thrown) {
			if (!(thrown instanceof BackPressed)) throw thrown;
		}
	}
}

/** Asks before making a certificate if this computer's clock is known to differ from OpenAI's. @throws CancelledError */
export async function confirmClock({ state: { listing, loadedAt } }: Pick<CertificateStore, "state">): Promise<void> {
	const servedAt = listing?.servedAt ?? null;
	const difference = servedAt === null || loadedAt === null ? null : clockDifference(loadedAt / 1000, servedAt);
	if (difference === null) return;
	const { message, detail } = describeClockDifference(difference);
	const { dontCreate, createAnyway } = issuingPromptLabels;
	const chosen = await vscode.window.showWarningMessage(message, { modal: true, detail }, dontCreate, createAnyway);
	if (chosen !== createAnyway) throw new CancelledError();
}
