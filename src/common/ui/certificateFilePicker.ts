import { posix } from "node:path";
import * as l10n from "@vscode/l10n";
import * as vscode from "vscode";
import { MAX_FILE_BYTES } from "../../domain/certificateFile.ts";
import { CancelledError, ProblemError, type UnreadableFile } from "../../domain/problem.ts";
import { sanitize } from "../messages/sanitize.ts";
import { pickOne } from "./prompts.ts";

/** The endings that the menus show on; what is in a file is decided by its content alone. */
const ENDINGS = ["pem", "crt", "cer", "der", "p7b", "p7c", "ca-bundle"] as const;

/** A certificate file as it was read. */
export interface FileContent {
	/** The file's name without its folders, for people. */
	readonly name: string;
	readonly bytes: Uint8Array;
	/** Whether this is an open editor's text that is not what lies on the disk. */
	readonly unsaved: boolean;
}

/**
 * The files a command is about: what a menu handed over, else the active editor's file or what the person picks.
 * @param title What the command does, for the question.
 * @param clicked,selection What the editor passes to a command from its menus; anything else is ignored.
 * @throws Cancelled
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

/** Has one file chosen, and reads it. @param endings The dialog's first filter. @throws Failure, Cancelled */
export async function promptForFile(title: string, endings: readonly string[] = ENDINGS): Promise<FileContent> {
	const [file] = await pickFiles(title, false, endings);
	if (!file) throw new CancelledError();
	return readCertificateFile(file);
}

/** @param several Whether more than one may be picked. @param endings As in `chooseFile`. @throws Cancelled */
export async function pickFiles(
	title: string,
	several: boolean,
	endings: readonly string[] = ENDINGS,
): Promise<readonly vscode.Uri[]> {
	const active = activeFile();
	if (active) {
		const here = { label: sanitize(fileName(active)), description: l10n.t("active editor"), value: active };
		const other = { label: l10n.t("Choose a file…"), value: null };
		const chosen = await pickOne({ title, placeholder: l10n.t("Which file?") }, [here, other]);
		if (chosen) return [chosen];
	}
	const picked = await vscode.window.showOpenDialog({
		canSelectMany: several,
		openLabel: l10n.t("Choose"),
		title,
		filters: { [l10n.t("Certificate files")]: [...endings], [l10n.t("All files")]: ["*"] },
	});
	if (!picked) throw new CancelledError();
	return picked;
}

/** The file in the active editor, text or not, where there is one. */
function activeFile(): vscode.Uri | null {
	const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
	return input instanceof vscode.TabInputText || input instanceof vscode.TabInputCustom ? input.uri : null;
}

/** A file's name without its folders, for people. */
export function fileName(uri: vscode.Uri): string {
	return posix.basename(uri.path);
}

/**
 * Reads a file within bounds: at most 1 MiB of a regular file. An open editor's unsaved text goes before the file.
 * @throws Failure `file-unreadable`
 */
export async function readCertificateFile(uri: vscode.Uri): Promise<FileContent> {
	const name = fileName(uri);
	const unreadable = (why: UnreadableFile) => new ProblemError({ reason: "file-unreadable", file: name, why });

	const document = vscode.workspace.textDocuments.find((open) => open.uri.toString() === uri.toString());
	if (document && (document.isDirty || document.isUntitled)) {
		const bytes = new TextEncoder().encode(document.getText());
		if (bytes.length > MAX_FILE_BYTES) throw unreadable("too-large");
		return { name, bytes, unsaved: true };
	}

	try {
		const { type, size } = await vscode.workspace.fs.stat(uri);
		if (type & vscode.FileType.Directory) throw unreadable("folder");
		// A pipe or a device would never end. A link is followed, and its target counts.
		if (!(type & vscode.FileType.File))
			throw unreadable(type & vscode.FileType.SymbolicLink ? "dead-link" : "not-a-file");
		if (size > MAX_FILE_BYTES) throw unreadable("too-large");
		// The system's own files say that they hold nothing, and some never end.
		const bytes = size === 0 && uri.scheme === "file" ? new Uint8Array() : await vscode.workspace.fs.readFile(uri);
		if (bytes.length > MAX_FILE_BYTES) throw unreadable("too-large");
		return { name, bytes, unsaved: false };
	} catch (thrown) {
		if (thrown instanceof ProblemError) throw thrown;
		throw unreadable(thrown instanceof vscode.FileSystemError ? (CODES[thrown.code] ?? "other") : "other");
	}
}

const CODES: Readonly<Record<string, UnreadableFile>> = {
	FileNotFound: "gone",
	FileNotADirectory: "gone",
	FileIsADirectory: "folder",
	NoPermissions: "no-permission",
};
