/** A client in the view Clients: its certificate chain, never its private key. Times are Unix seconds. */
export interface KnownClient {
	/** SHA-256 of the leaf's DER, lower-case hex: the client's identity. */
	readonly sha256: string;
	/** For display only after `sanitize`. */
	readonly name: string;
	/** DER of each certificate, leaf first. */
	readonly chain: readonly Uint8Array[];
	readonly notBefore: number;
	readonly notAfter: number;
	/** The absolute path of the file that contained the chain; `null` if unknown. */
	readonly certificatePath: string | null;
	/** The absolute path of the private key's file, which is never read here; `null` if unknown. */
	readonly keyPath: string | null;
	/** Changes when the certificate's file changes; `null` if never read from a file. */
	readonly fileStamp: string | null;
}

/** Maximum number of known clients of an organization. The list is one file, and a larger one would block the editor. */
export const MAX_CLIENTS = 2000;

/** Maximum number of certificates of a client, the leaf included. */
export const MAX_CHAIN_LENGTH = 10;

/** Maximum size of a client's chain, in bytes of DER. */
export const MAX_CHAIN_BYTES = 32_768;
