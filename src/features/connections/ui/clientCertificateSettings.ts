import { homedir } from "node:os";
import { join } from "node:path";
import type * as vscode from "vscode";
import { readClientCertificatePath, readClientKeyPath } from "../../../common/ui/settings.ts";
import type { ClientCertificateFiles } from "../../../domain/adminApi.ts";
import { ProblemError } from "../../../domain/problem.ts";

const SECRET = "openaiCertificates.passphrase";

/** A passphrase with the origin and the key file that it may be used for. */
interface BoundPassphrase {
	readonly origin: string;
	/** Path of the key file, as in the setting. */
	readonly key: string;
	readonly passphrase: string;
}

/** Reads the configured client certificate. Stores its key's passphrase as a secret, bound to key file and origin. */
export class ClientCertificateSettings {
	readonly #secrets: vscode.SecretStorage;

	constructor(secrets: vscode.SecretStorage) {
		this.#secrets = secrets;
	}

	/** Returns the files to present to an origin, or `null` if none are configured. */
	async filesFor(origin: string): Promise<ClientCertificateFiles | null> {
		const certificate = readClientCertificatePath();
		if (certificate === "") return null;
		// One file often contains both.
		const key = readClientKeyPath() || certificate;
		const bound = await this.#readPassphrase();
		const passphrase = bound?.origin === origin && bound.key === key ? bound.passphrase : null;
		return { certificate: expandHome(certificate), key: expandHome(key), passphrase };
	}

	/** Stores the passphrase of the configured key, for this origin only. @throws ProblemError `secrets-unavailable` */
	async storePassphrase(origin: string, passphrase: string): Promise<void> {
		const bound: BoundPassphrase = { origin, key: readClientKeyPath() || readClientCertificatePath(), passphrase };
		try {
			await this.#secrets.store(SECRET, JSON.stringify(bound));
		} catch {
			throw new ProblemError({ reason: "secrets-unavailable" });
		}
	}

	/** True if a passphrase is stored for an origin. */
	async hasPassphrase(origin: string): Promise<boolean> {
		return (await this.#readPassphrase())?.origin === origin;
	}

	/** Deletes an origin's stored passphrase, whichever key it opens. @throws ProblemError `secrets-unavailable` */
	async deletePassphrase(origin: string): Promise<void> {
		if (!(await this.hasPassphrase(origin))) return;
		try {
			await this.#secrets.delete(SECRET);
		} catch {
			throw new ProblemError({ reason: "secrets-unavailable" });
		}
	}

	async #readPassphrase(): Promise<BoundPassphrase | null> {
		try {
			const { origin, key, passphrase } = JSON.parse((await this.#secrets.get(SECRET)) ?? "{}");
			const isComplete = [origin, key, passphrase].every((part) => typeof part === "string");
			return isComplete ? { origin, key, passphrase } : null;
		} catch {
			return null;
		}
	}
}

/** Expands a leading `~/`, which is common in settings. */
function expandHome(path: string): string {
	return path.startsWith("~/") ? join(homedir(), path.slice(2)) : path;
}
