import { type BaseUrlRule, ProblemError } from "./problem.ts";

/** Where the service answers. Made only by `parseBaseUrl`. */
export interface BaseUrl {
	/** Scheme, host and port: what an admin key is bound to. */
	readonly origin: string;
	/** Host and port, for people. */
	readonly host: string;
	/** Path in front of each route, without a slash at its end: `/v1`. */
	readonly path: string;
	/** False only on loopback, where http is allowed. */
	readonly encrypted: boolean;
}

export const DEFAULT_BASE_URL = "https://api.openai.com/v1";

/** The names of this machine, as `URL` writes them. */
export const LOOPBACK: ReadonlySet<string> = new Set(["127.0.0.1", "[::1]", "localhost"]);
const ANY_ADDRESS = new Set(["0.0.0.0", "[::]"]);

/**
 * Takes a base URL apart: https, or http to loopback, and nothing that could hide where it leads.
 * @throws Failure `base-url` with the rule that it breaks.
 */
export function parseBaseUrl(text: string): BaseUrl {
	// The URL parser turns backslashes into slashes and drops newlines: look at what was written, not at what it made of it.
	if (/[\s\\?#@\p{Cc}\p{Cf}]/u.test(text)) throw broken("no-extras");
	const url = URL.parse(text);
	if (!url?.hostname) throw broken("not-a-url");
	const encrypted = url.protocol === "https:";
	if (!encrypted && !(url.protocol === "http:" && LOOPBACK.has(url.hostname))) throw broken("https-or-loopback");
	if (ANY_ADDRESS.has(url.hostname)) throw broken("https-or-loopback");
	return { origin: url.origin, host: url.host, path: url.pathname.replace(/\/+$/, ""), encrypted };
}

function broken(rule: BaseUrlRule): ProblemError {
	return new ProblemError({ reason: "base-url", rule });
}
