import * as vscode from "vscode";
import { displayFileName, readCertificateFile } from "../../../common/ui/certificateFilePicker.ts";
import type { FileSource } from "../scanFiles.ts";

const { FileType } = vscode;

/** Reads files by VS Code, also those of a remote or virtual workspace. */
export const FILE_SOURCE: FileSource = {
	isFolder: async (location) => {
		const type = await vscode.workspace.fs.stat(vscode.Uri.parse(location)).then(
			({ type }) => type,
			() => FileType.Unknown,
		);
		return (type & FileType.Directory) !== 0;
	},
	entries: async (folder) => {
		const uri = vscode.Uri.parse(folder);
		const entries = await vscode.workspace.fs.readDirectory(uri);
		return entries.map(([name, type]) => ({
			location: vscode.Uri.joinPath(uri, name).toString(),
			type: entryType(type),
		}));
	},
	stamp: async (location) =>
		vscode.workspace.fs.stat(vscode.Uri.parse(location)).then(
			({ type, mtime, size }) => (type & FileType.File ? `${mtime}-${size}` : null),
			() => null,
		),
	read: async (location) => (await readCertificateFile(vscode.Uri.parse(location))).bytes,
	pathOf: (location) => {
		const uri = vscode.Uri.parse(location);
		return uri.scheme === "file" ? uri.fsPath : null;
	},
	locationOf: (path) => vscode.Uri.file(path).toString(),
	nameOf: (location) => displayFileName(vscode.Uri.parse(location)),
};

function entryType(type: vscode.FileType) {
	if (type & FileType.SymbolicLink) return "link";
	if (type & FileType.Directory) return "folder";
	return type & FileType.File ? "file" : "other";
}
