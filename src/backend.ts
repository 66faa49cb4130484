import { CertificatesApi } from "./api/certificates.ts";
import { Transport } from "./api/transport.ts";
import type { Backend, Exchange } from "./domain/service.ts";
import { X509Reader } from "./file/reader.ts";

/**
 * Builds what needs undici and @peculiar/x509: the second bundle, loaded on first use.
 * @param userAgent Name and version of this extension.
 * @param observe Told of every exchange with the service when it is over.
 */
export function createBackend(
	userAgent: string,
	observe: (exchange: Exchange) => void,
): Backend & { close(): Promise<void> } {
	const transport = new Transport(userAgent, observe);
	return {
		reader: new X509Reader(),
		openService: (access) => new CertificatesApi(transport, access),
		close: () => transport.close(),
	};
}
