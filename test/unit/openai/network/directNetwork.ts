import type { NetworkSettings } from "../../../../src/domain/networkSettings.ts";

/** VS Code's default network settings, without a proxy. */
export const directNetwork: NetworkSettings = {
	proxySupport: true,
	proxy: "",
	proxyAuthorization: "",
	proxyStrictSSL: true,
	noProxy: [],
	systemCertificates: true,
	environment: {},
};
