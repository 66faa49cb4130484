import * as l10n from "@vscode/l10n";
import * as vscode from "vscode";
import { CERTIFICATE_SCHEME } from "../manifestIds.ts";

/** Read-only documents, whose texts commands have made. Whoever opens another address of the scheme sees nothing. */
export class VirtualDocuments implements vscode.Disposable {
	readonly #texts = new Map<string, string>();
	readonly #changed: vscode.EventEmitter<vscode.Uri>;
	readonly #subscription: vscode.Disposable;

	/**
	 * @param changed Tells the editor that a document is to be read anew.
	 * @param closed Tells that the editor has closed a document: its text is not kept any longer.
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

	/** Shows a text. @param name What its tab is called; another text of that name takes the place of the one before. */
	async show(name: string, text: string): Promise<void> {
		const uri = vscode.Uri.from({ scheme: CERTIFICATE_SCHEME, path: `/${name}` });
		this.#texts.set(uri.toString(), text);
		this.#changed.fire(uri);
		await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: true });
	}

	/** The text of a document. */
	textOf(uri: vscode.Uri): string {
		return (
			this.#texts.get(uri.toString()) ?? l10n.t("This text is not kept. Open it again from the certificates view.")
		);
	}
}
