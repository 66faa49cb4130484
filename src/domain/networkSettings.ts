/** What the editor's settings and the environment say about the way to a server. Read anew for each request. */
export interface NetworkSettings {
	/** False where `http.proxySupport` is `off`. */
	readonly proxySupport: boolean;
	/** `http.proxy`: a URL, with name and password where the proxy demands them; empty where there is none. */
	readonly proxy: string;
	/** `http.proxyAuthorization`: sent to the proxy of `http.proxy`, unless its URL holds a password; empty where there is none. */
	readonly proxyAuthorization: string;
	/** `http.proxyStrictSSL`: whether the proxy's own certificate must hold. Of the service's it always must. */
	readonly proxyStrictSSL: boolean;
	/** `http.noProxy`: hosts that are reached without one. */
	readonly noProxy: readonly string[];
	/** `http.systemCertificates`: whether the system's authorities are trusted beside Node's own. */
	readonly systemCertificates: boolean;
	/** The environment's variables, of which `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` count, in either case. */
	readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Asked for each request anew, so that a change of the settings counts at once. */
export type NetworkSettingsProvider = () => NetworkSettings;
