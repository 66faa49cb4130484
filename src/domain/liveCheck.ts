import type { BaseUrl } from "./baseUrl.ts";
import type { Problem } from "./problem.ts";

/** A project's key, for the one request that it was asked for. What looks like an admin key does not become one. */
export class ProjectKey {
	readonly #text: string;

	private constructor(text: string) {
		this.#text = text;
	}

	/** @returns `null` where an admin key is in it, as far as its first letters tell. */
	static of(text: string): ProjectKey | null {
		return /sk-admin-/i.test(text) ? null : new ProjectKey(text);
	}

	/** What a request proves itself by (RFC 6750, 2.1). */
	get authorization(): string {
		return `Bearer ${this.#text}`;
	}
}

/** A client certificate that is to be shown to the service, once. */
export interface LiveCheckRequest {
	/** The host for client certificates; encrypted. */
	readonly baseUrl: BaseUrl;
	/** Of the project whose enforcement is meant. */
	readonly key: ProjectKey;
	readonly client: ClientCredentials;
}

/** A client certificate and its key as files hold them, not judged. */
export interface ClientCredentials {
	readonly certificate: string;
	readonly key: string;
	readonly passphrase: string | null;
	/** The files' names without folders, for people. */
	readonly names: { readonly certificate: string; readonly key: string };
}

/** What the service said to a client certificate. */
export type LiveCheckResult =
	/** It was asked for, and the request was answered. */
	| { readonly code: "accepted" }
	/** It was asked for, and the project key may not do this: the service got as far as that. `status`: HTTP. */
	| { readonly code: "not-allowed"; readonly status: number }
	/** It was asked for, and the service does not know the project key, so that nothing tells which anchors count. */
	| { readonly code: "key-refused" }
	/** Nobody asked for it, so that the answer, whatever it was, says nothing of it. */
	| { readonly code: "unasked" }
	/**
	 * It was refused: by an alert of TLS; by the connection's end in place of an answer, as some servers do once a TLS 1.3
	 * handshake is over for the client; by an answer that says so.
	 */
	| { readonly code: "refused"; readonly how: "alert" | "closed" | "answer" }
	/** It did not come to that. */
	| { readonly code: "failed"; readonly problem: Problem };
