import { homedir } from "node:os";
import * as vscode from "vscode";
import { CancelledError, ProblemError } from "../../domain/problem.ts";

/**
 * Writes a text to a file that the user names.
 * @param name The suggested name, with an extension.
 * @returns the file's name without folders.
 * @throws ProblemError `not-saved`; CancelledError
 */
export async function saveFile(title: string, name: string, text: string): Promise<string> {
	return writeText(await promptForTarget(title, vscode.Uri.joinPath(initialFolder(), name)), text);
}

/** Prompts for the file to save to. @param suggested The suggested file. @throws CancelledError */
export async function promptForTarget(title: string, suggested: vscode.Uri): Promise<vscode.Uri> {
	const extension = suggested.path.replace(/^.*\./, "");
	const filters = { [extension.toUpperCase()]: [extension] };
	const file = await vscode.window.showSaveDialog({ title, defaultUri: suggested, filters });
	if (!file) throw new CancelledError();
	return file;
}

/** Writes a text to a file. @returns the file's name without folders. @throws ProblemError `not-saved` */
export async function writeText(file: vscode.Uri, text: string): Promise<string> {
	const fileName = file.path.split("/").at(-1) ?? "";
	try {
		await vscode.workspace.fs.writeFile(file, new TextEncoder().encode(text));
	} catch {
		throw new ProblemError({ reason: "not-saved", file: fileName });
	}
	return fileName;
}

/** Returns the folder in which a dialog for files begins. */
export function initialFolder(): vscode.Uri {
	return vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file(homedir());
}
