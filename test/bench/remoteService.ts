import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeCertificate } from "../certificates.ts";
import { type Emulator, startEmulator } from "../emulator/emulator.ts";
import { startSlowLink } from "../network/slowLink.ts";
import { temporaryFolder } from "../temporaryFolders.ts";

/** Round-trip time in milliseconds. */
export const ROUND_TRIP_MS = 100;

/** An emulator behind a slow link, over TLS. */
export interface RemoteService {
	readonly emulator: Emulator;
	/** The base URL through the slow link. */
	readonly url: string;
	/** Path of the server certificate's authority, PEM. */
	readonly authority: string;
	/** Path of a temporary folder. */
	readonly folder: string;
}

/** Runs a measurement against an emulator behind a slow link. */
export async function withRemoteService<T>(measure: (service: RemoteService) => Promise<T>): Promise<T> {
	const temporary = temporaryFolder("bench");
	const issuer = await makeCertificate({ commonName: "Authority of the bench" });
	const server = await makeCertificate({ ca: false, serverNames: ["127.0.0.1"], issuer });
	const authority = join(temporary.path, "authority.pem");
	writeFileSync(authority, issuer.pem);
	const names: string[] = [];
	const emulator = await startEmulator({ tls: { key: server.privateKeyPem, cert: server.pem, names } });
	const link = await startSlowLink(Number(new URL(emulator.origin).port), ROUND_TRIP_MS);
	const host = `127.0.0.1:${link.port}`;
	names.push(host);
	try {
		return await measure({ emulator, url: `https://${host}/v1`, authority, folder: temporary.path });
	} finally {
		await link.close();
		await emulator.close();
		temporary.remove();
	}
}
