// OpenAI's addresses (API guide, "Mutual TLS"), except the default base URL.
import type { BaseUrl } from "./baseUrl.ts";

/** The mTLS host of each API host that has one. The guide names none for the other regions. */
const MTLS_HOSTS: ReadonlyMap<string, string> = new Map([
	["api.openai.com", "mtls.api.openai.com"],
	["us.api.openai.com", "mtls-us.api.openai.com"],
	["eu.api.openai.com", "mtls-eu.api.openai.com"],
]);

// With the prefixes of regions that the guide doesn't name yet.
const API_ORIGIN = /^https:\/\/(?:[a-z-]+\.)?api\.openai\.com$/;
const MTLS_HOST = /^mtls(?:-[a-z]+)?\.api\.openai\.com$/;

/** The mTLS endpoint without a region, for display. */
export const GLOBAL_MTLS_URL = "https://mtls.api.openai.com/v1";

/** Pages of OpenAI's dashboard, which asks for no client certificate. */
export const DASHBOARD_PAGES = {
	certificates: "https://platform.openai.com/settings/organization/security/mtls",
	adminKeys: "https://platform.openai.com/settings/organization/admin-keys",
} as const;

/** OpenAI's guide for clients, with examples for each of its SDKs. */
export const MTLS_GUIDE = "https://developers.openai.com/api/docs/guides/mutual-tls";

/** Where clients must send their requests once a certificate is active. */
export type MtlsEndpoint =
	/** OpenAI asks for client certificates at this URL. */
	| { readonly kind: "known"; readonly url: BaseUrl }
	/** A host of OpenAI's API in a region for which the guide names no mTLS host. */
	| { readonly kind: "undocumented"; readonly host: string }
	/** A host that isn't OpenAI's, such as a gateway. */
	| { readonly kind: "foreign"; readonly host: string };

/** True for OpenAI's API at its global, regional and mTLS hosts, which all serve the same organizations. */
export function isOpenaiOrigin(origin: string): boolean {
	return API_ORIGIN.test(origin);
}

/** True for a host of OpenAI's API that asks for client certificates. @param host As in `BaseUrl`. */
export function isMtlsHost(host: string): boolean {
	return MTLS_HOST.test(host);
}

/** True for a base URL at OpenAI's API whose host isn't an mTLS host, so OpenAI asks for no client certificate there. */
export function lacksMtls({ origin, host }: BaseUrl): boolean {
	return isOpenaiOrigin(origin) && !isMtlsHost(host);
}

/** Returns the mTLS host in the region of an API host, which may be an mTLS host itself; `null` if none is known. */
export function mtlsHostOf(host: string): string | null {
	return isMtlsHost(host) ? host : (MTLS_HOSTS.get(host) ?? null);
}

/** Returns the mTLS endpoint in the region of a base URL, with the same path. */
export function mtlsEndpointOf(baseUrl: BaseUrl): MtlsEndpoint {
	const { origin, host } = baseUrl;
	const mtlsHost = mtlsHostOf(host);
	if (mtlsHost !== null) return { kind: "known", url: { ...baseUrl, origin: `https://${mtlsHost}`, host: mtlsHost } };
	return { kind: isOpenaiOrigin(origin) ? "undocumented" : "foreign", host };
}
