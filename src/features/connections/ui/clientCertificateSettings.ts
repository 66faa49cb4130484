import { homedir } from "node:os";
import { join } from "node:path";
import type * as vscode from "vscode";
import { clientCertificate, clientKey } from "../../../common/ui/settings.ts";
import type { ClientCertificateFiles } from "../../../domain/adminApi.ts";
import { ProblemError } from "../../../domain/problem.ts";

const SECRET = "openaiCertificates.passphrase";

/** A passphrase and what it may be used for. */
interface BoundPassphrase {
	readonly origin: string;
	/** The key file's path as the setting has it. */
	readonly key: string;
	readonly passphrase: string;
}

/** The client certificate that the settings name; its key's passphrase is a secret, bound to the key file and the origin. */
export class ClientCertificateSettings {
	readonly #secrets: vscode.SecretStorage;

	constructor(secrets: vscode.SecretStorage) {
		this.#secrets = secrets;
	}

	/** What to present to an origin, or `null` where the settings name nothing. */
	async filesFor(origin: string): Promise<ClientCertificateFiles | null> {
		const certificate = clientCertificate();
		if (certificate === "") return null;
		// One file often holds both.
		const key = clientKey() || certificate;
		const bound = await this.#bound();
		const passphrase = bound?.origin === origin && bound.key === key ? bound.passphrase : null;
		return { certificate: absolute(certificate), key: absolute(key), passphrase };
	}

	/** Keeps the passphrase of the key that is set now, for this origin alone. @throws Failure `secrets-unavailable` */
	async storePassphrase(origin: string, passphrase: string): Promise<void> {
		const bound: BoundPassphrase = { origin, key: clientKey() || clientCertificate(), passphrase };
		try {
			await this.#secrets.store(SECRET, JSON.stringify(bound));
		} catch {
			throw new ProblemError({ reason: "secrets-unavailable" });
		}
	}

	/** Whether a passphrase is kept for an origin. */
	async keepsPassphrase(origin: string): Promise<boolean> {
		return (await this.#bound())?.origin === origin;
	}

	/** Forgets the passphrase that is kept for an origin, whichever key it opens. @throws Failure `secrets-unavailable` */
	async forgetPassphrase(origin: string): Promise<void> {
		if (!(await this.keepsPassphrase(origin))) return;
		try {
			await this.#secrets.delete(SECRET);
		} catch {
			throw new ProblemError({ reason: "secrets-unavailable" });
		}
	}

	async #bound(): Promise<BoundPassphrase | null> {
		try {
			const { origin, key, passphrase } = JSON.parse((await this.#secrets.get(SECRET)) ?? "{}");
			const whole = [origin, key, passphrase].every((part) => typeof part === "string");
			return whole ? { origin, key, passphrase } : null;
		} catch {
			return null;
		}
	}
}

/** Paths in settings are often written from the home folder on. */
function absolute(path: string): string {
	return path.startsWith("~/") ? join(homedir(), path.slice(2)) : path;
}
