import { type BaseUrlRule, ProblemError } from "./problem.ts";

/** The base URL of the service. Must be created by `parseBaseUrl`. */
export interface BaseUrl {
	/** Scheme, host and port. An admin key is bound to its origin. */
	readonly origin: string;
	/** Host and port, for display. */
	readonly host: string;
	/** Path in front of each route, without a trailing slash: `/v1`. */
	readonly path: string;
	/** False only for http, which is allowed only on loopback. */
	readonly encrypted: boolean;
}

const DEFAULT_PATH = "/v1";
export const DEFAULT_BASE_URL = "https://api.openai.com/v1";

/** Host names of this machine, as `URL` formats them. */
export const LOOPBACK: ReadonlySet<string> = new Set(["127.0.0.1", "[::1]", "localhost"]);
const ANY_ADDRESS = new Set(["0.0.0.0", "[::]"]);

/**
 * Parses a base URL. It must be https, or http to loopback, and must not contain parts that could disguise its target.
 * @throws ProblemError `base-url` with the violated rule.
 */
export function parseBaseUrl(text: string): BaseUrl {
	// Check the text itself: the URL parser turns backslashes into slashes and drops newlines.
	if (/[\s\\?#@\p{Cc}\p{Cf}]/u.test(text)) throw violation("no-extras");
	const url = URL.parse(text);
	if (!url?.hostname) throw violation("not-a-url");
	const encrypted = url.protocol === "https:";
	if (!encrypted && !(url.protocol === "http:" && LOOPBACK.has(url.hostname))) throw violation("https-or-loopback");
	if (ANY_ADDRESS.has(url.hostname)) throw violation("https-or-loopback");
	return { origin: url.origin, host: url.host, path: url.pathname.replace(/\/+$/, ""), encrypted };
}

/**
 * Parses the URL of an mTLS host. Like `parseBaseUrl`, but it must be https, and its default path is `/v1`.
 * @throws ProblemError `base-url` with the rule `mtls`
 */
export function parseMtlsUrl(text: string): BaseUrl {
	try {
		const url = parseBaseUrl(text);
		if (url.encrypted) return { ...url, path: url.path || DEFAULT_PATH };
	} catch {
		// Thrown below.
	}
	throw violation("mtls");
}

function violation(rule: BaseUrlRule): ProblemError {
	return new ProblemError({ reason: "base-url", rule });
}
