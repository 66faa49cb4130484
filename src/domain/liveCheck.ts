import type { BaseUrl } from "./baseUrl.ts";
import type { Problem } from "./problem.ts";

/** A project's key, for a single request. Must never be created from an admin key. */
export class ProjectKey {
	readonly #text: string;

	private constructor(text: string) {
		this.#text = text;
	}

	/** @returns `null` if the text contains the prefix of an admin key. */
	static of(text: string): ProjectKey | null {
		return /sk-admin-/i.test(text) ? null : new ProjectKey(text);
	}

	/** The value of the `authorization` header (RFC 6750, 2.1). */
	get authorization(): string {
		return `Bearer ${this.#text}`;
	}
}

/** A request that presents a client certificate to the service, once. */
export interface LiveCheckRequest {
	/** The URL of the host for client certificates. Must be https. */
	readonly baseUrl: BaseUrl;
	/** The key of the project whose enforcement is checked. */
	readonly key: ProjectKey;
	readonly client: ClientCredentials;
}

/** The unvalidated contents of the files of a client certificate and its key. */
export interface ClientCredentials {
	readonly certificate: string;
	readonly key: string;
	readonly passphrase: string | null;
	/** The file names without folders, for display. */
	readonly names: { readonly certificate: string; readonly key: string };
}

/** The service's reaction to a client certificate. */
export type LiveCheckResult =
	/** The service requested the certificate and answered the request. */
	| { readonly code: "accepted" }
	/** The service requested the certificate, then denied the project key permission. `status`: HTTP. */
	| { readonly code: "not-allowed"; readonly status: number }
	/** The service requested the certificate, but does not know the project key; the applicable anchors are unknown. */
	| { readonly code: "key-refused" }
	/** The service did not request the certificate; the response proves nothing. */
	| { readonly code: "unasked" }
	/**
	 * The service refused the certificate: by a TLS alert, by closing the connection without a response (some servers do
	 * so after a TLS 1.3 handshake), or in its response.
	 */
	| { readonly code: "refused"; readonly how: "alert" | "closed" | "answer" }
	/** The check did not complete. */
	| { readonly code: "failed"; readonly problem: Problem };
