import { createSecureContext, getCACertificates, type SecureContext, type SecureContextOptions } from "node:tls";
import type { HttpProxy } from "./proxyResolver.ts";
import type { TlsKeyPair } from "./tlsKeyPair.ts";

/** The way to one origin: through which proxy, trusting whom, presenting what. */
export interface Endpoint {
	/** Scheme, host and port. */
	readonly origin: string;
	/** Host and port, for people. */
	readonly host: string;
	readonly proxy: HttpProxy | null;
	/** `null` where the origin is http. */
	readonly tls: TlsContexts | null;
}

/** TLS on a way. What it trusts is read and prepared once, when it is wanted first: with a system's authorities that takes some 20 to 100 ms. */
export class TlsContexts {
	/** Whether there is a client certificate to present. */
	readonly presents: boolean;
	readonly #systemCertificates: boolean;
	readonly #certificate: TlsKeyPair | null;
	#trust: SecureContextOptions | undefined;
	#toService: SecureContext | undefined;
	#toProxy: SecureContext | undefined;

	/**
	 * @param systemCertificates Whether the system's authorities are trusted beside Node's own.
	 * @param certificate The client certificate to present, if any.
	 */
	constructor(systemCertificates: boolean, certificate: TlsKeyPair | null) {
		this.presents = certificate !== null;
		this.#systemCertificates = systemCertificates;
		this.#certificate = certificate;
	}

	get toService(): SecureContext {
		this.#toService ??= this.#certificate ? this.#contextWith(this.#certificate) : this.toProxy;
		return this.#toService;
	}

	/** Without the client certificate, which is for the service alone. */
	get toProxy(): SecureContext {
		this.#toProxy ??= this.#contextWith({});
		return this.#toProxy;
	}

	#contextWith(certificate: SecureContextOptions): SecureContext {
		this.#trust ??= { minVersion: "TLSv1.2", ...(this.#systemCertificates && authorities()) };
		return createSecureContext({ ...this.#trust, ...certificate });
	}
}

/** Nothing, and so Node's own, before Node 22.15. */
function authorities(): { readonly ca?: string[] } {
	if (typeof getCACertificates !== "function") return {};
	const all = new Set([...getCACertificates("default"), ...getCACertificates("system")]);
	// Most are in both, in lines of another length; each takes longer to prepare than to be told from others.
	return { ca: [...new Map([...all].map((pem) => [pem.replaceAll("\n", ""), pem])).values()] };
}
