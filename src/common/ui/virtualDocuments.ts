import * as vscode from "vscode";
import { CERTIFICATE_SCHEME } from "../manifestIds.ts";
import { interfaceLabels } from "../messages/interfaceMessages.ts";

/** Read-only documents with texts of commands. Other addresses of the scheme show no data. */
export class VirtualDocuments implements vscode.Disposable {
	readonly #texts = new Map<string, string>();
	readonly #changed: vscode.EventEmitter<vscode.Uri>;
	readonly #subscription: vscode.Disposable;

	/**
	 * @param changed Notifies the editor that a document must be read again.
	 * @param closed Emits documents that the editor has closed. Their texts are deleted.
	 */
	constructor(
		changed: vscode.EventEmitter<vscode.Uri>,
		closed: vscode.Event<Pick<vscode.TextDocument, "uri">> = vscode.workspace.onDidCloseTextDocument,
	) {
		this.#changed = changed;
		this.#subscription = closed(({ uri }) => this.#texts.delete(uri.toString()));
	}

	dispose(): void {
		this.#subscription.dispose();
	}

	/** Shows a text. @param name The tab's title. Replaces an earlier text of that name. */
	async show(name: string, text: string): Promise<void> {
		const uri = vscode.Uri.from({ scheme: CERTIFICATE_SCHEME, path: `/${name}` });
		this.#texts.set(uri.toString(), text);
		this.#changed.fire(uri);
		await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: true });
	}

	/** Returns a document's text, or a notice if the text was deleted. */
	textOf(uri: vscode.Uri): string {
		return this.#texts.get(uri.toString()) ?? interfaceLabels.textUnavailable;
	}
}
