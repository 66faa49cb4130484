import type { BaseUrl } from "./baseUrl.ts";
import type { MtlsCode, Problem } from "./problem.ts";

/** A project's key, for a single check. Must never be created from an admin key. */
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

/** A check that presents a client certificate to the service, once, after a request without it. */
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
	/** The service requested the certificate and answered the request. Proves something only if `without` is `required`. */
	| { readonly code: "accepted"; readonly without: ResponseWithout }
	/** The service denied the project key permission, so it did not have to judge the certificate. `status`: HTTP. */
	| { readonly code: "not-allowed"; readonly status: number }
	/** The service does not know the project key; the applicable anchors are unknown. */
	| { readonly code: "key-refused" }
	/** The service did not request the certificate; the response proves nothing. */
	| { readonly code: "unasked" }
	/**
	 * The service refused the certificate: by a TLS alert, by closing the connection without a response (some servers do
	 * so after a TLS 1.3 handshake), by one of OpenAI's codes, or by another response that mentions the certificate.
	 */
	| { readonly code: "refused"; readonly how: "alert" | "closed" | "answer" | RefusalCode }
	/** The check did not complete. */
	| { readonly code: "failed"; readonly problem: Problem };

/** OpenAI's codes that refuse a client certificate (API guide, "Mutual TLS", errors). */
export type RefusalCode = Exclude<MtlsCode, "authentication_temporarily_unavailable">;

/**
 * The service's reaction to the same request without a client certificate. `required`: it responded
 * `certificate_required`. `answered`: it answered, so no active certificate applies to the key. `unclear`: neither.
 */
export type ResponseWithout = "required" | "answered" | "unclear";
