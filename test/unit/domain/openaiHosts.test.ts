import assert from "node:assert/strict";
import { parseBaseUrl } from "../../../src/domain/baseUrl.ts";
import {
	DASHBOARD_PAGES,
	isMtlsHost,
	isOpenaiOrigin,
	lacksMtls,
	MTLS_GUIDE,
	mtlsEndpointOf,
} from "../../../src/domain/openaiHosts.ts";
import { findSource, sources } from "../../sources.ts";

describe("OpenAI's hosts", () => {
	const endpointOf = (url: string) => mtlsEndpointOf(parseBaseUrl(url));
	const known: readonly (readonly [host: string, mtlsHost: string])[] = [
		["api.openai.com", "mtls.api.openai.com"],
		["us.api.openai.com", "mtls-us.api.openai.com"],
		["eu.api.openai.com", "mtls-eu.api.openai.com"],
	];

	it("have an mTLS host in the same region, with the same path", () => {
		for (const [host, mtlsHost] of known) {
			const url = parseBaseUrl(`https://${mtlsHost}/v1`);
			assert.deepEqual(endpointOf(`https://${host}/v1/`), { kind: "known", url });
		}
	});

	it("are their own endpoint if they are mTLS hosts", () => {
		for (const [, mtlsHost] of known) {
			const url = parseBaseUrl(`https://${mtlsHost}/v1`);
			assert.deepEqual(mtlsEndpointOf(url), { kind: "known", url });
		}
	});

	it("have no known mTLS host in other regions", () => {
		for (const region of ["ae", "au", "in", "jp", "xx"]) {
			const host = `${region}.api.openai.com`;
			assert.deepEqual(endpointOf(`https://${host}/v1`), { kind: "undocumented", host });
		}
	});

	it("are no others: a gateway, this computer, a similar name, another port", () => {
		for (const origin of [
			"https://gateway.test",
			"http://127.0.0.1:4010",
			"https://api.openai.com.evil.test",
			"https://evilapi.openai.com",
			"https://mtls.api.openai.com.test",
			"https://api.openai.com:8443",
			"https://mtls.api.openai.com:8443",
		]) {
			const baseUrl = parseBaseUrl(`${origin}/v1`);
			assert.deepEqual(mtlsEndpointOf(baseUrl), { kind: "foreign", host: baseUrl.host });
			assert.ok(!isOpenaiOrigin(origin), origin);
			assert.ok(!isMtlsHost(baseUrl.host), origin);
			assert.ok(!lacksMtls(baseUrl), origin);
		}
	});

	it("R33 ask for client certificates only if they are mTLS hosts", () => {
		for (const [host, mtlsHost] of known) {
			assert.ok(lacksMtls(parseBaseUrl(`https://${host}/v1`)), host);
			assert.ok(!lacksMtls(parseBaseUrl(`https://${mtlsHost}/v1`)), mtlsHost);
			assert.ok(isMtlsHost(mtlsHost) && !isMtlsHost(host));
			assert.ok(isOpenaiOrigin(`https://${host}`) && isOpenaiOrigin(`https://${mtlsHost}`));
		}
	});

	it("R40 include the dashboard's and the guide's, which are named in one file and only ever opened outside VS Code", () => {
		for (const page of Object.values(DASHBOARD_PAGES))
			assert.match(page, /^https:\/\/platform\.openai\.com\/settings\//);
		assert.match(MTLS_GUIDE, /^https:\/\/developers\.openai\.com\/api\/docs\//);
		const naming = (pattern: RegExp) => sources.filter(({ text }) => pattern.test(text)).map(({ file }) => file);
		assert.deepEqual(naming(/(?:platform|developers)\.openai\.com/), [findSource("export const DASHBOARD_PAGES").file]);
		const opener = findSource("vscode.env.openExternal(").file;
		assert.deepEqual(naming(/\bopenExternal\(/), [opener]);
		const users = naming(/\b(?:DASHBOARD_PAGES|MTLS_GUIDE)\b/).filter((file) => file !== opener);
		assert.deepEqual(users, [findSource("export const DASHBOARD_PAGES").file]);
	});
});
