import { createSecureContext, getCACertificates, type SecureContext, type SecureContextOptions } from "node:tls";
import type { HttpProxy } from "./proxyResolver.ts";
import type { TlsKeyPair } from "./tlsKeyPair.ts";

/** An origin and how to connect to it: the proxy, the trusted authorities and the client certificate. */
export interface Endpoint {
	/** Scheme, host and port. */
	readonly origin: string;
	/** Host and port, for display. */
	readonly host: string;
	readonly proxy: HttpProxy | null;
	/** `null` if the origin is http. */
	readonly tls: TlsContexts | null;
}

/** The TLS contexts of an endpoint. Created on first use: loading the system's authorities needs 20 to 100 ms. */
export class TlsContexts {
	/** True if a client certificate is presented. */
	readonly hasClientCertificate: boolean;
	readonly #systemCertificates: boolean;
	readonly #keyPair: TlsKeyPair | null;
	#trust: SecureContextOptions | undefined;
	#toService: SecureContext | undefined;
	#toProxy: SecureContext | undefined;

	/**
	 * @param systemCertificates Whether to trust the system's authorities in addition to Node's.
	 * @param keyPair The client certificate to present, if any.
	 */
	constructor(systemCertificates: boolean, keyPair: TlsKeyPair | null) {
		this.hasClientCertificate = keyPair !== null;
		this.#systemCertificates = systemCertificates;
		this.#keyPair = keyPair;
	}

	get toService(): SecureContext {
		this.#toService ??= this.#keyPair ? this.#contextWith(this.#keyPair) : this.toProxy;
		return this.#toService;
	}

	/** The context without the client certificate, which must be presented only to the service. */
	get toProxy(): SecureContext {
		this.#toProxy ??= this.#contextWith({});
		return this.#toProxy;
	}

	#contextWith(keyPair: SecureContextOptions): SecureContext {
		this.#trust ??= { minVersion: "TLSv1.2", ...(this.#systemCertificates && trustedAuthorities()) };
		return createSecureContext({ ...this.#trust, ...keyPair });
	}
}

/** Returns Node's and the system's authorities. Before Node 22.15 returns nothing, so that Node's own apply. */
function trustedAuthorities(): { readonly ca?: string[] } {
	if (typeof getCACertificates !== "function") return {};
	const all = new Set([...getCACertificates("default"), ...getCACertificates("system")]);
	// Most are in both lists with different line lengths. Removing duplicates is faster than loading them.
	return { ca: [...new Map([...all].map((pem) => [pem.replaceAll("\n", ""), pem])).values()] };
}
