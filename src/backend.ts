import type * as vscode from "vscode";
import { CertificatesApi } from "./api/certificates.ts";
import { Transport } from "./api/transport.ts";
import type { AccessSource, Exchange, Service } from "./domain/service.ts";
import { X509Reader } from "./file/reader.ts";
import { type ActionContext, type Actions, createActions } from "./ui/actions.ts";
import { inspectionText } from "./ui/inspection.ts";
import { setLanguage } from "./ui/words/language.ts";

/** What the first bundle hands over. */
export interface BackendOptions {
	/** Name and version of this extension. */
	readonly userAgent: string;
	/** The editor's language and translations: each bundle has a copy of the words. */
	readonly language: string;
	readonly translations: Record<string, string> | undefined;
	/** Told of every exchange with the service when it is over. */
	readonly observe: (exchange: Exchange) => void;
}

/** What is loaded on first use. */
export interface Backend {
	readonly reader: X509Reader;
	openService(access: AccessSource): Service;
	createActions(context: Omit<ActionContext, "reader" | "openService">): Actions;
	inspectionText(uri: vscode.Uri, certificates: ActionContext["certificates"]): Promise<string>;
	close(): Promise<void>;
}

/** Builds what activation does not need: undici, @peculiar/x509, and all that follows a command. */
export function createBackend({ userAgent, language, translations, observe }: BackendOptions): Backend {
	setLanguage(language, translations);
	const transport = new Transport(userAgent, observe);
	const reader = new X509Reader();
	const openService = (access: AccessSource) => new CertificatesApi(transport, access);
	return {
		reader,
		openService,
		createActions: (context) => createActions({ ...context, reader, openService }),
		inspectionText: (uri, certificates) => inspectionText(uri, reader, certificates),
		close: () => transport.close(),
	};
}
