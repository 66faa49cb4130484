import * as vscode from "vscode";
import type { Certificates } from "../application/certificates.ts";
import type { CertificatesView } from "./certificatesView.ts";
import type { Connections } from "./connections.ts";
import { SETTINGS } from "./names.ts";

/** Keeps the view true to the key and the settings, whoever changes them: this window, another one, a person by hand. */
export function followChanges(
	connections: Connections,
	certificates: Certificates,
	view: CertificatesView,
): vscode.Disposable {
	const followKey = async () => {
		const id = (await connections.current())?.id ?? null;
		if (id === certificates.connectionId) return;
		certificates.forget(id);
		view.refreshIfStale();
	};
	const followSettings = (event: vscode.ConfigurationChangeEvent) => {
		if (event.affectsConfiguration(SETTINGS.baseUrl)) {
			certificates.forget(certificates.connectionId);
			view.refreshIfStale();
		}
		if (event.affectsConfiguration(SETTINGS.reminderDays)) view.redraw();
	};
	return vscode.Disposable.from(
		connections.onDidChange(followKey),
		vscode.workspace.onDidChangeConfiguration(followSettings),
	);
}
