import assert from "node:assert/strict";
import * as vscode from "vscode";
import { CERTIFICATE_SCHEME } from "../../src/common/manifestIds.ts";
import { interfaceLabels } from "../../src/common/messages/interfaceMessages.ts";
import { VirtualDocuments } from "../../src/common/ui/virtualDocuments.ts";

describe("A virtual document", () => {
	it("is kept until it is closed, without affecting others", async () => {
		const changed = new vscode.EventEmitter<vscode.Uri>();
		const closed = new vscode.EventEmitter<{ uri: vscode.Uri }>();
		const documents = new VirtualDocuments(changed, closed.event);
		const provider = vscode.workspace.registerTextDocumentContentProvider(CERTIFICATE_SCHEME, {
			provideTextDocumentContent: (uri) => documents.textOf(uri),
		});
		const uriOf = (name: string) => vscode.Uri.from({ scheme: CERTIFICATE_SCHEME, path: `/${name}` });
		for (const name of ["one", "other"]) await documents.show(name, `text of ${name}`);
		closed.fire({ uri: uriOf("one") });
		assert.equal(documents.textOf(uriOf("one")), interfaceLabels.textUnavailable);
		assert.equal(documents.textOf(uriOf("other")), "text of other");
		documents.dispose();
		closed.fire({ uri: uriOf("other") });
		assert.equal(documents.textOf(uriOf("other")), "text of other");
		await vscode.commands.executeCommand("workbench.action.closeAllEditors");
		provider.dispose();
	});
});
