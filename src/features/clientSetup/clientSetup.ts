/** The files of a client. */
export interface ClientFiles {
	/** Absolute path of the client certificate with its intermediates; `null` if unknown. */
	readonly certificatePath: string | null;
	/** Absolute path of the private key; `null` if unknown. */
	readonly keyPath: string | null;
	/** `undefined` if unknown. */
	readonly isKeyEncrypted?: boolean;
}

/** What calls OpenAI: a program, an SDK of OpenAI's, or anything that reads the SDKs' environment variables. */
export type SetupTarget = "curl" | "python" | "node" | "environment";

/** The variable from which the setups read the passphrase of an encrypted key, as OpenAI's example for Node.js does. */
export const PASSPHRASE_VARIABLE = "OPENAI_MTLS_KEY_PASSPHRASE";

/** How to install what a setup needs. */
export const INSTALLATIONS: Readonly<Record<"python" | "node", string>> = {
	python: "pip install openai",
	node: "npm install openai undici",
};
