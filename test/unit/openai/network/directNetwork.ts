import type { Network } from "../../../../src/domain/networkSettings.ts";

/** What an editor says of the network that was told nothing of it. */
export const plainNetwork: Network = {
	proxySupport: true,
	proxy: "",
	proxyAuthorization: "",
	proxyStrictSSL: true,
	noProxy: [],
	systemCertificates: true,
	environment: {},
};
