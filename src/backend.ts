import type * as vscode from "vscode";
import { type Adapters, type Assembly, assemble, type EagerParts } from "./app/assembly.ts";
import { setLanguage } from "./common/messages/locale.ts";
import { excerpt } from "./common/messages/redact.ts";
import { network } from "./common/ui/settings.ts";
import type { ClientCertificateFiles, RequestLogEntry } from "./domain/adminApi.ts";
import type { CertificateReader } from "./domain/certificateFile.ts";
import { AdminClient } from "./openai/adminClient.ts";
import { HttpTransport, type TransportOptions } from "./openai/httpTransport.ts";
import { checkLive } from "./openai/liveCheck.ts";
import { parseTlsKeyPair, readTlsKeyPair } from "./openai/tlsKeyPair.ts";

/** What the first bundle hands over. */
export interface BackendOptions extends EagerParts {
	/** Name and version of this extension. */
	readonly userAgent: string;
	/** The editor's language and translations: each bundle has a copy of the words. */
	readonly language: string;
	readonly translations: Record<string, string> | undefined;
}

/** What is loaded on first use. */
export interface Backend extends Omit<Assembly, keyof vscode.Disposable> {
	close(): Promise<void>;
}

/** Loaded for the first file: @peculiar/x509 takes about as long to load as all else, and rows do not wait for it. */
const reader: CertificateReader = {
	read: async (...file) => {
		const { X509CertificateFileReader } = await import("./x509/certificateFileReader.ts");
		return new X509CertificateFileReader().read(...file);
	},
};

/** Loaded as late. */
const checkClient: Adapters["checkClient"] = async (file, anchor) => {
	const { checkChain: checkClientCertificate } = await import("./x509/chainCheck.ts");
	return checkClientCertificate(file, anchor, Date.now() / 1000);
};

/** Builds what activation does not need: undici, @peculiar/x509, and all that follows a look at a view or a command. */
export function createBackend({ userAgent, language, translations, ...frame }: BackendOptions): Backend {
	setLanguage(language, translations);
	const observe = ({ message, ...exchange }: RequestLogEntry) =>
		frame.log.exchange({ ...exchange, message: message && excerpt(message) });
	const options: TransportOptions = { userAgent, observe, network };
	const transport = new HttpTransport(options);
	const { dispose, ...assembly } = assemble(frame, {
		reader,
		openService: (source) => new AdminClient(transport, source),
		judgeClientFiles: async (files: ClientCertificateFiles) => {
			parseTlsKeyPair(await readTlsKeyPair(files));
		},
		traceClientCertificate: async (files, anchor) => {
			const { cert } = parseTlsKeyPair(await readTlsKeyPair(files));
			return checkClient(new TextEncoder().encode(cert), anchor);
		},
		checkClient,
		judgeClient: (pair) => void parseTlsKeyPair(pair),
		checkLive: (check, signal) => checkLive(options, check, signal),
	});
	return {
		...assembly,
		close: async () => {
			dispose();
			await transport.close();
		},
	};
}
