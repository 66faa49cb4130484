import type { NetworkSettings } from "../../../../src/domain/networkSettings.ts";

/** What an editor says of the network that was told nothing of it. */
export const plainNetwork: NetworkSettings = {
	proxySupport: true,
	proxy: "",
	proxyAuthorization: "",
	proxyStrictSSL: true,
	noProxy: [],
	systemCertificates: true,
	environment: {},
};
