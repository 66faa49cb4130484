import { isIPv6 } from "node:net";
import { type BaseUrl, LOOPBACK } from "../domain/baseUrl.ts";
import type { NetworkSettings } from "../domain/networkSettings.ts";
import { ProblemError, type ProxyIssue } from "../domain/problem.ts";

/** A proxy that leads to the service through a tunnel (CONNECT, RFC 9110, 9.3.6). */
export interface HttpProxy {
	/** Scheme, host and port. Over https the way to the proxy is encrypted too. */
	readonly origin: string;
	/** Host and port, for people. */
	readonly host: string;
	/** Whether its own certificate must hold. */
	readonly strict: boolean;
	/** Its `Proxy-Authorization`, or `null`. No other proxy is sent it. */
	readonly authorization: string | null;
}

/** The setting and the environment's variables that name a proxy, in the order in which the editor asks them. */
const SETTING = "http.proxy";
const VARIABLES = ["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY"];

/**
 * Tells which proxy the editor would take to a base URL: the settings before the environment, and none to loopback.
 * @returns `null` where the way is direct.
 * @throws Failure `proxy` where the one that is named cannot be used.
 */
export function resolveProxy(baseUrl: BaseUrl, network: NetworkSettings): HttpProxy | null {
	const { hostname, port } = new URL(baseUrl.origin);
	if (LOOPBACK.has(hostname) || !network.proxySupport) return null;
	const { environment, noProxy } = network;
	const direct = noProxy.length > 0 ? noProxy : (environment.no_proxy || environment.NO_PROXY || "").split(",");
	if (direct.some((entry) => isNamed(hostname, port || "443", entry))) return null;

	const named = [[SETTING, network.proxy], ...VARIABLES.map((name) => [name, environment[name]])] as const;
	const [source, text] = named.find(([, value]) => value?.trim()) ?? [];
	if (!source || !text) return null;
	const url = parseProxy(source, text.trim());
	return { origin: url.origin, host: url.host, strict: network.proxyStrictSSL, authorization: secretFor(url, source) };

	function secretFor({ username, password, host }: URL, source: string): string | null {
		if (username || password)
			return `Basic ${Buffer.from(`${decoded(username)}:${decoded(password)}`).toString("base64")}`;
		const set = source === SETTING ? network.proxyAuthorization.trim() : "";
		if (!/^[\t\x20-\x7e]*$/.test(set)) throw unusable(host, "credentials");
		return set || null;
	}
}

/** @param source What names the proxy: its own text may hold a password, so that it is not told. */
function parseProxy(source: string, text: string): URL {
	const scheme = /^([a-z][a-z\d+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase();
	const url = URL.parse(text);
	if (!scheme || !url) throw unusable(source, "not-a-url");
	if (scheme !== "http" && scheme !== "https") throw unusable(url.host || source, "unsupported");
	return url;
}

function unusable(proxy: string, why: ProxyIssue): ProblemError {
	return new ProblemError({ reason: "proxy", proxy, why });
}

/** Whether an entry of a list of exceptions is for this host: `*`, or a name that stands for what is below it too. */
function isNamed(hostname: string, port: string, entry: string): boolean {
	const text = entry.trim().toLowerCase();
	const [, name = "", onlyPort = port] = /^(.*?)(?::(\d+))?$/.exec(isIPv6(text) ? `[${text}]` : text) ?? [];
	if (name === "" || onlyPort !== port) return false;
	return name === "*" || `.${hostname}`.endsWith(`.${name.replace(/^\*?\./, "")}`);
}

/** Without its percent-encoding, or as it is where that is broken. */
function decoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}
