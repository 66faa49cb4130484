import type * as vscode from "vscode";
import { type Adapters, type Assembly, assemble, type EagerParts } from "./app/assembly.ts";
import { setLanguage } from "./common/messages/locale.ts";
import { excerpt } from "./common/messages/redact.ts";
import { readNetworkSettings } from "./common/ui/settings.ts";
import type { ClientCertificateFiles, RequestLogEntry } from "./domain/adminApi.ts";
import type { CertificateReader } from "./domain/certificateFile.ts";
import { AdminClient } from "./openai/adminClient.ts";
import { HttpTransport, type TransportOptions } from "./openai/httpTransport.ts";
import { checkLive } from "./openai/liveCheck.ts";
import { parseTlsKeyPair, readTlsKeyPair } from "./openai/tlsKeyPair.ts";

export interface BackendOptions extends EagerParts {
	/** The name and version of this extension. */
	readonly userAgent: string;
	/** VS Code's language and translations: each bundle has its own copy of the messages. */
	readonly language: string;
	readonly translations: Record<string, string> | undefined;
}

/** The second bundle, loaded on first use. */
export interface Backend extends Omit<Assembly, keyof vscode.Disposable> {
	close(): Promise<void>;
}

/** Loads @peculiar/x509 with the first file: it loads about as long as everything else, and rows must not wait. */
const reader: CertificateReader = {
	read: async (...file) => {
		const { X509CertificateFileReader } = await import("./x509/certificateFileReader.ts");
		return new X509CertificateFileReader().read(...file);
	},
};

/** Loads @peculiar/x509 on first use too. */
const checkClient: Adapters["checkChain"] = async (file, anchor) => {
	const { checkChain } = await import("./x509/chainCheck.ts");
	return checkChain(file, anchor, Date.now() / 1000);
};

/** Creates everything that activation does not need: undici, @peculiar/x509, and all behind the views and commands. */
export function createBackend({ userAgent, language, translations, ...eager }: BackendOptions): Backend {
	setLanguage(language, translations);
	const observe = ({ message, ...entry }: RequestLogEntry) =>
		eager.log.logRequest({ ...entry, message: message && excerpt(message) });
	const options: TransportOptions = { userAgent, observe, network: readNetworkSettings };
	const transport = new HttpTransport(options);
	const { dispose, ...assembly } = assemble(eager, {
		reader,
		openService: (credentials) => new AdminClient(transport, credentials),
		validateClientFiles: async (files: ClientCertificateFiles) => {
			parseTlsKeyPair(await readTlsKeyPair(files));
		},
		traceClientCertificate: async (files, anchor) => {
			const { cert } = parseTlsKeyPair(await readTlsKeyPair(files));
			return checkClient(new TextEncoder().encode(cert), anchor);
		},
		checkChain: checkClient,
		validateClientCredentials: (credentials) => void parseTlsKeyPair(credentials),
		checkLive: (request, signal) => checkLive(options, request, signal),
	});
	return {
		...assembly,
		close: async () => {
			dispose();
			await transport.close();
		},
	};
}
