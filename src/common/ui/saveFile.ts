import { homedir } from "node:os";
import * as vscode from "vscode";
import { CancelledError, ProblemError } from "../../domain/problem.ts";

/**
 * Writes a text to a file that the user names.
 * @param name The suggested name.
 * @returns the file's name without folders.
 * @throws ProblemError `not-saved`; CancelledError
 */
export async function saveFile(title: string, name: string, text: string): Promise<string> {
	const file = await vscode.window.showSaveDialog({
		title,
		defaultUri: vscode.Uri.joinPath(initialFolder(), name),
		filters: { PEM: ["pem"] },
	});
	if (!file) throw new CancelledError();
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
