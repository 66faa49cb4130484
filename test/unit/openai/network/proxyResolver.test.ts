import assert from "node:assert/strict";
import { parseBaseUrl } from "../../../../src/domain/baseUrl.ts";
import type { NetworkSettings } from "../../../../src/domain/networkSettings.ts";
import { type ProxyIssue, problemOf } from "../../../../src/domain/problem.ts";
import { resolveProxy } from "../../../../src/openai/proxyResolver.ts";
import { directNetwork } from "./directNetwork.ts";

const resolve = (network: Partial<NetworkSettings>, url = "https://api.openai.com/v1") =>
	resolveProxy(parseBaseUrl(url), { ...directNetwork, ...network });
const hostOf = (network: Partial<NetworkSettings>, url?: string) => resolve(network, url)?.host ?? null;

describe("The proxy that VS Code would use", () => {
	const proxy = "http://setting.test:1";
	const everyVariable = {
		https_proxy: "http://a.test",
		HTTPS_PROXY: "http://b.test",
		http_proxy: "http://c.test",
		HTTP_PROXY: "http://d.test",
	};

	it("is none if nothing sets one", () => {
		assert.equal(resolve({}), null);
		assert.equal(resolve({ proxy: "  ", environment: { https_proxy: "" } }), null);
	});

	it("comes from the settings, else from the first variable that is not empty", () => {
		assert.equal(hostOf({ proxy, environment: everyVariable }), "setting.test:1");
		for (const [name, host] of Object.entries({
			https_proxy: "a.test",
			HTTPS_PROXY: "b.test",
			http_proxy: "c.test",
			HTTP_PROXY: "d.test",
		})) {
			const names = Object.keys(everyVariable);
			const emptied = names.slice(0, names.indexOf(name)).map((earlier) => [earlier, ""]);
			assert.equal(hostOf({ environment: { ...everyVariable, ...Object.fromEntries(emptied) } }), host);
		}
		assert.equal(hostOf({ environment: { ALL_PROXY: "http://a.test" } }), null);
	});

	it("is none for loopback, and none at all if proxy support is off", () => {
		for (const url of ["http://127.0.0.1:1/v1", "http://[::1]:1/v1", "https://localhost/v1"])
			assert.equal(resolve({ proxy, environment: everyVariable }, url), null);
		assert.equal(resolve({ proxySupport: false, proxy, environment: everyVariable }), null);
	});

	const exceptions: readonly [entry: string, excepted: boolean, url?: string][] = [
		["*", true],
		[" API.OpenAI.com ", true],
		["openai.com", true],
		[".openai.com", true],
		["*.openai.com", true],
		["*.API.openai.com", true],
		["api.openai.com:443", true],
		["openai.com:443", true],
		["*:443", true],
		["api.openai.com:8443", false],
		["api.openai.com:8443", true, "https://api.openai.com:8443/v1"],
		["*:8443", false],
		["penai.com", false],
		["openai.co", false],
		["api", false],
		["evil.test", false],
		["", false],
		[".", false],
		["[2001:db8::1]", true, "https://[2001:db8::1]/v1"],
		["2001:db8::1", true, "https://[2001:db8::1]/v1"],
		["[2001:db8::1]:443", true, "https://[2001:db8::1]/v1"],
		["[2001:db8::1]:8443", false, "https://[2001:db8::1]/v1"],
		["192.0.2.1", true, "https://192.0.2.1/v1"],
	];
	for (const [entry, excepted, url] of exceptions)
		it(`is ${excepted ? "none" : "used"} with the exception "${entry}"${url ? ` for ${url}` : ""}`, () => {
			const expected = excepted ? null : "setting.test:1";
			assert.equal(hostOf({ proxy, noProxy: ["other.test", entry] }, url), expected);
			for (const name of ["no_proxy", "NO_PROXY"])
				assert.equal(hostOf({ proxy, environment: { [name]: `other.test, ${entry}` } }, url), expected);
		});

	it("uses only the exceptions of the settings if there are any", () => {
		assert.equal(hostOf({ proxy, noProxy: ["other.test"], environment: { NO_PROXY: "*" } }), "setting.test:1");
		assert.equal(hostOf({ proxy, environment: { no_proxy: "", NO_PROXY: "*" } }), null);
		assert.equal(hostOf({ proxy, environment: { no_proxy: "other.test", NO_PROXY: "*" } }), "setting.test:1");
	});

	it("keeps scheme, host and port of its URL", () => {
		const resolved = resolve({ proxy: " HTTPS://Proxy.test:8443/path?q ", proxyStrictSSL: false });
		assert.deepEqual(resolved, {
			origin: "https://proxy.test:8443",
			host: "proxy.test:8443",
			strict: false,
			authorization: null,
		});
	});

	describe("R45 its password", () => {
		const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;
		const authorizationOf = (network: Partial<NetworkSettings>) => resolve(network)?.authorization;

		it("comes from its URL, without percent-encoding", () => {
			assert.equal(authorizationOf({ proxy: "http://me:pass@p.test" }), basic("me:pass"));
			assert.equal(authorizationOf({ proxy: "http://me%40corp:p%3A%2F%C3%A9@p.test" }), basic("me@corp:p:/é"));
			assert.equal(authorizationOf({ proxy: "http://me:100%@p.test" }), basic("me:100%"));
			assert.equal(authorizationOf({ proxy: "http://me@p.test" }), basic("me:"));
			assert.equal(authorizationOf({ environment: { HTTPS_PROXY: "http://me:pass@p.test" } }), basic("me:pass"));
		});

		it("comes from the setting if its URL has none, only for the proxy of the settings", () => {
			const proxyAuthorization = " Bearer x ";
			assert.equal(authorizationOf({ proxy, proxyAuthorization }), "Bearer x");
			assert.equal(authorizationOf({ proxy: "http://me:pass@p.test", proxyAuthorization }), basic("me:pass"));
			assert.equal(authorizationOf({ environment: { HTTPS_PROXY: "http://p.test" }, proxyAuthorization }), null);
		});
	});

	const refused: readonly [proxy: string, why: ProxyIssue, named: string][] = [
		["proxy.test:8080", "not-a-url", "http.proxy"],
		["me:secret@proxy.test", "not-a-url", "http.proxy"],
		["http://", "not-a-url", "http.proxy"],
		["http://a b", "not-a-url", "http.proxy"],
		["http://me:secret@proxy.test:99999", "not-a-url", "http.proxy"],
		["socks5://me:secret@proxy.test:1080", "unsupported", "proxy.test:1080"],
		["SOCKS://proxy.test", "unsupported", "proxy.test"],
		["pac+https://proxy.test/x.pac", "unsupported", "proxy.test"],
		["pac+file:///x.pac", "unsupported", "http.proxy"],
		["ftp://proxy.test", "unsupported", "proxy.test"],
	];
	for (const [proxy, why, named] of refused)
		it(`is refused as ${why} if it is ${proxy}, without revealing a password`, () => {
			for (const [network, source] of [
				[{ proxy }, "http.proxy"],
				[{ environment: { HTTPS_PROXY: proxy } }, "HTTPS_PROXY"],
			] as const) {
				const expected = { reason: "proxy", proxy: named === "http.proxy" ? source : named, why };
				assert.throws(
					() => resolve(network),
					(thrown) => {
						assert.deepEqual(problemOf(thrown), expected);
						return true;
					},
				);
			}
		});

	it("is refused if its authorization is not a valid header", () => {
		const problem = { reason: "proxy", proxy: "setting.test:1", why: "credentials" };
		for (const proxyAuthorization of ["a\nb", "é"])
			assert.throws(() => resolve({ proxy, proxyAuthorization }), { problem });
	});
});
