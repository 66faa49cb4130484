import { isIPv6 } from "node:net";
import { type BaseUrl, LOOPBACK } from "../domain/baseUrl.ts";
import type { NetworkSettings } from "../domain/networkSettings.ts";
import { ProblemError, type ProxyIssue } from "../domain/problem.ts";

/** An HTTP proxy with a tunnel to the service (CONNECT, RFC 9110, 9.3.6). */
export interface HttpProxy {
	/** Scheme, host and port. With https, the connection to the proxy is encrypted too. */
	readonly origin: string;
	/** Host and port, for display. */
	readonly host: string;
	/** Whether to verify the proxy's certificate. */
	readonly strict: boolean;
	/** The `Proxy-Authorization` header, or `null`. Must never be sent to another proxy. */
	readonly authorization: string | null;
}

/** The setting and the environment variables of a proxy, in VS Code's order of priority. */
const SETTING = "http.proxy";
const VARIABLES = ["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY"];

/**
 * Returns the proxy that VS Code would use for a base URL. Settings have priority over the environment. Loopback hosts
 * need no proxy.
 * @returns `null` for a direct connection.
 * @throws ProblemError `proxy` if the configured proxy is unusable.
 */
export function resolveProxy(baseUrl: BaseUrl, network: NetworkSettings): HttpProxy | null {
	const { hostname, port } = new URL(baseUrl.origin);
	if (LOOPBACK.has(hostname) || !network.proxySupport) return null;
	const { environment, noProxy } = network;
	const exceptions = noProxy.length > 0 ? noProxy : (environment.no_proxy || environment.NO_PROXY || "").split(",");
	if (exceptions.some((entry) => matchesException(hostname, port || "443", entry))) return null;

	const sources = [[SETTING, network.proxy], ...VARIABLES.map((name) => [name, environment[name]])] as const;
	const [source, text] = sources.find(([, value]) => value?.trim()) ?? [];
	if (!source || !text) return null;
	const url = parseProxy(source, text.trim());
	return {
		origin: url.origin,
		host: url.host,
		strict: network.proxyStrictSSL,
		authorization: authorizationFor(url, source),
	};

	function authorizationFor({ username, password, host }: URL, source: string): string | null {
		if (username || password)
			return `Basic ${Buffer.from(`${decodePercent(username)}:${decodePercent(password)}`).toString("base64")}`;
		const header = source === SETTING ? network.proxyAuthorization.trim() : "";
		if (!/^[\t\x20-\x7e]*$/.test(header)) throw proxyProblem(host, "credentials");
		return header || null;
	}
}

/** @param source The setting or variable, named in a problem instead of `text`, which may contain a password. */
function parseProxy(source: string, text: string): URL {
	const scheme = /^([a-z][a-z\d+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase();
	const url = URL.parse(text);
	if (!scheme || !url) throw proxyProblem(source, "not-a-url");
	if (scheme !== "http" && scheme !== "https") throw proxyProblem(url.host || source, "unsupported");
	return url;
}

function proxyProblem(proxy: string, why: ProxyIssue): ProblemError {
	return new ProblemError({ reason: "proxy", proxy, why });
}

/** True if an exception applies to this host: `*`, or a name, which includes its subdomains. */
function matchesException(hostname: string, port: string, entry: string): boolean {
	const text = entry.trim().toLowerCase();
	const [, name = "", onlyPort = port] = /^(.*?)(?::(\d+))?$/.exec(isIPv6(text) ? `[${text}]` : text) ?? [];
	if (name === "" || onlyPort !== port) return false;
	return name === "*" || `.${hostname}`.endsWith(`.${name.replace(/^\*?\./, "")}`);
}

/** Decodes percent-encoding; returns the text unchanged if the encoding is invalid. */
function decodePercent(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}
