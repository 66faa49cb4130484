/** Network settings from VS Code and the environment. */
export interface NetworkSettings {
	/** False if `http.proxySupport` is `off`. */
	readonly proxySupport: boolean;
	/** `http.proxy`: a URL, with user name and password if the proxy requires them; empty if not set. */
	readonly proxy: string;
	/** `http.proxyAuthorization`: sent to the proxy of `http.proxy` unless its URL has credentials; empty if not set. */
	readonly proxyAuthorization: string;
	/** `http.proxyStrictSSL`: whether the proxy's certificate is verified. The service's certificate always is. */
	readonly proxyStrictSSL: boolean;
	/** `http.noProxy`: hosts to reach without a proxy. */
	readonly noProxy: readonly string[];
	/** `http.systemCertificates`: whether the system's authorities are trusted in addition to Node's. */
	readonly systemCertificates: boolean;
	/** Environment variables. Used: `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, in upper or lower case. */
	readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Called for each request, so that a change of the settings applies at once. */
export type NetworkSettingsProvider = () => NetworkSettings;
