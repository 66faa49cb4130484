import { createSecureContext, getCACertificates, type SecureContext } from "node:tls";
import type { ClientCertificate } from "./clientCertificate.ts";
import type { HttpProxy } from "./proxy.ts";

/** The way to one origin: through which proxy, trusting whom, presenting what. */
export interface Way {
	/** Scheme, host and port. */
	readonly origin: string;
	/** Host and port, for people. */
	readonly host: string;
	readonly proxy: HttpProxy | null;
	/** `null` where the origin is http. */
	readonly tls: WayTls | null;
}

/** Made once for a way: to read the authorities of a system takes some 100 ms. */
export interface WayTls {
	readonly toService: SecureContext;
	/** Without the client certificate, which is for the service alone. */
	readonly toProxy: SecureContext;
	/** Whether there is a client certificate to present. */
	readonly presents: boolean;
}

/**
 * @param systemCertificates Whether the system's authorities are trusted beside Node's own.
 * @param certificate The client certificate to present, if any.
 */
export function wayTls(systemCertificates: boolean, certificate: ClientCertificate | null): WayTls {
	const trust = { minVersion: "TLSv1.2", ...(systemCertificates && authorities()) } as const;
	const toProxy = createSecureContext(trust);
	const toService = certificate ? createSecureContext({ ...trust, ...certificate }) : toProxy;
	return { toService, toProxy, presents: certificate !== null };
}

/** Nothing, and so Node's own, before Node 22.15. */
function authorities(): { readonly ca?: string[] } {
	if (typeof getCACertificates !== "function") return {};
	return { ca: [...new Set([...getCACertificates("default"), ...getCACertificates("system")])] };
}
