import { posix } from "node:path";
import * as vscode from "vscode";
import { MAX_FILE_BYTES } from "../../domain/limits.ts";
import { CancelledError, ProblemError, type UnreadableFile } from "../../domain/problem.ts";
import { interfaceLabels } from "../messages/interfaceMessages.ts";
import { labels } from "../messages/labels.ts";
import { sanitize } from "../text/sanitize.ts";
import { pickOne } from "./prompts.ts";

/** File extensions on which the menus appear. Only the content decides the format of a file. */
const EXTENSIONS = ["pem", "crt", "cer", "der", "p7b", "p7c", "ca-bundle"] as const;

export interface FileContent {
	/** The file's name without folders, for display. */
	readonly name: string;
	readonly uri: vscode.Uri;
	readonly bytes: Uint8Array;
	/** True for an open editor's text that differs from the file on disk. */
	readonly unsaved: boolean;
}

/**
 * Returns the files for a command: a menu's files, else the active editor's file or files that the person picks.
 * @param title The command's action, for the prompt.
 * @param clicked,selection Arguments that the editor's menus pass to a command; any other value is ignored.
 * @throws CancelledError
 */
export async function promptForFiles(
	title: string,
	clicked: unknown,
	selection: unknown,
): Promise<readonly vscode.Uri[]> {
	const selected = Array.isArray(selection) ? selection.filter((uri) => uri instanceof vscode.Uri) : [];
	if (selected.length > 0) return selected;
	if (clicked instanceof vscode.Uri) return [clicked];
	return pickFiles(title, true);
}

/**
 * Prompts for a file and reads it.
 * @param extensions The first filter.
 * @param suggested The file to select at first.
 * @throws ProblemError; CancelledError
 */
export async function promptForFile(
	title: string,
	extensions: readonly string[] = EXTENSIONS,
	suggested?: vscode.Uri,
): Promise<FileContent> {
	const [file] = suggested
		? await showOpenDialog(title, false, extensions, interfaceLabels.certificateFiles, suggested)
		: await pickFiles(title, false, extensions);
	if (!file) throw new CancelledError();
	return readCertificateFile(file);
}

/**
 * Prompts for files.
 * @param extensions,filterName The first filter.
 * @throws CancelledError
 */
export async function pickFiles(
	title: string,
	multiple: boolean,
	extensions: readonly string[] = EXTENSIONS,
	filterName = interfaceLabels.certificateFiles,
): Promise<readonly vscode.Uri[]> {
	const active = activeFile();
	if (active) {
		const activeChoice = {
			label: sanitize(displayFileName(active)),
			description: interfaceLabels.activeEditor,
			value: active,
		};
		const otherChoice = { label: labels.chooseFile, value: null };
		const chosen = await pickOne({ title, placeholder: interfaceLabels.selectFile }, [activeChoice, otherChoice]);
		if (chosen) return [chosen];
	}
	return showOpenDialog(title, multiple, extensions, filterName);
}

/** @throws CancelledError */
async function showOpenDialog(
	title: string,
	multiple: boolean,
	extensions: readonly string[],
	filterName: string,
	defaultUri?: vscode.Uri,
): Promise<readonly vscode.Uri[]> {
	const picked = await vscode.window.showOpenDialog({
		canSelectMany: multiple,
		openLabel: interfaceLabels.choose,
		title,
		...(defaultUri && { defaultUri }),
		filters: { [filterName]: [...extensions], [interfaceLabels.allFiles]: ["*"] },
	});
	if (!picked) throw new CancelledError();
	return picked;
}

/** Returns the active editor's file, text or not; `null` if there is none. */
function activeFile(): vscode.Uri | null {
	const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
	return input instanceof vscode.TabInputText || input instanceof vscode.TabInputCustom ? input.uri : null;
}

/** Returns a file's name without folders, for display. */
export function displayFileName(uri: vscode.Uri): string {
	return posix.basename(uri.path);
}

/**
 * Reads a regular file. An open editor's unsaved text has priority over the file.
 * @param maxBytes Its maximum size.
 * @throws ProblemError `file-unreadable`
 */
export async function readCertificateFile(uri: vscode.Uri, maxBytes = MAX_FILE_BYTES): Promise<FileContent> {
	const name = displayFileName(uri);
	const unreadable = (why: UnreadableFile) => new ProblemError({ reason: "file-unreadable", file: name, why });

	const document = vscode.workspace.textDocuments.find((open) => open.uri.toString() === uri.toString());
	if (document && (document.isDirty || document.isUntitled)) {
		const bytes = new TextEncoder().encode(document.getText());
		if (bytes.length > maxBytes) throw unreadable("too-large");
		return { name, uri, bytes, unsaved: true };
	}

	try {
		const { type, size } = await vscode.workspace.fs.stat(uri);
		if (type & vscode.FileType.Directory) throw unreadable("folder");
		// A pipe or a device would never end. A link counts as its target.
		if (!(type & vscode.FileType.File))
			throw unreadable(type & vscode.FileType.SymbolicLink ? "dead-link" : "not-a-file");
		if (size > maxBytes) throw unreadable("too-large");
		// System files report a size of 0, and some never end.
		const bytes = size === 0 && uri.scheme === "file" ? new Uint8Array() : await vscode.workspace.fs.readFile(uri);
		if (bytes.length > maxBytes) throw unreadable("too-large");
		return { name, uri, bytes, unsaved: false };
	} catch (thrown) {
		if (thrown instanceof ProblemError) throw thrown;
		throw unreadable(thrown instanceof vscode.FileSystemError ? (REASONS[thrown.code] ?? "other") : "other");
	}
}

const REASONS: Readonly<Record<string, UnreadableFile>> = {
	FileNotFound: "gone",
	FileNotADirectory: "gone",
	FileIsADirectory: "folder",
	NoPermissions: "no-permission",
};
