import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import * as vscode from "vscode";
import { type Emulator, startEmulator } from "../emulator/emulator.ts";
import { startProxy, type TestProxy } from "../network/proxy.ts";
import { trustedAuthority } from "../unit/openai/network/certificateAuthority.ts";
import { views, wasAskedAsExpected, willAnswer, willPress } from "./user.ts";

const VIEW = "openaiCertificates.certificates";
/** Only a proxy knows where it is. */
const HOST = "api.example.test";

describe("The way to the service", () => {
	const authority = trustedAuthority();
	const password = randomBytes(12).toString("hex");
	const changed = new Set<string>();
	let service: Emulator;
	let open: TestProxy;
	/** Demands a name and a password. */
	let strict: TestProxy;

	before(async () => {
		service = await startEmulator({ tls: { ...(await authority.serverAt([HOST])), names: [HOST] } });
		service.state.put({ name: "Acme Root CA" });
		const end = { host: "127.0.0.1", port: Number(new URL(service.url).port) };
		const resolve = (host: string) => (host === HOST ? end : null);
		const authorization = `Basic ${Buffer.from(`me:${password}`).toString("base64")}`;
		open = await startProxy({ resolve });
		strict = await startProxy({ resolve, authorization });
		await set("openaiCertificates.baseUrl", `https://${HOST}/v1`);
		await set("http.proxy", open.url);
		willAnswer(/^Admin key for api\.example\.test/, service.adminKey);
		await run("setKey");
	});

	afterEach(wasAskedAsExpected);

	after(async () => {
		willPress("Remove Key");
		await run("removeKey");
		for (const setting of changed) await set(setting, undefined);
		for (const each of [open, strict, service]) await each.close();
	});

	const set = async (setting: string, value: unknown) => {
		changed.add(setting);
		await vscode.workspace.getConfiguration().update(setting, value, vscode.ConfigurationTarget.Global);
	};

	const run = (command: string) => vscode.commands.executeCommand(`openaiCertificates.${command}`);

	/** The view's rows after the list was read again. */
	const refreshed = async () => {
		await run("refresh");
		const { provider } = views.get(VIEW) ?? assert.fail("no view");
		const items = ((await provider.getChildren()) ?? []).map((row) => provider.getTreeItem(row) as vscode.TreeItem);
		return items.map(({ label }) => String(label));
	};

	/** The connections to the proxies and the service so far. */
	const connections = () => [open, strict, service].map((each) => each.connections.total);

	it("leads through the proxy of the settings", async () => {
		assert.deepEqual(await refreshed(), ["Acme Root CA"]);
		assert.deepEqual(connections(), [1, 0, 1]);
		assert.equal(open.tunnels[0]?.target, `${HOST}:443`);
	});

	it("R45 leads through another proxy as soon as that is set, and each is sent its own password alone", async () => {
		await set("http.proxy", strict.url.replace("//", `//me:${password}@`));
		assert.deepEqual(await refreshed(), ["Acme Root CA"]);
		assert.deepEqual(connections(), [1, 1, 2]);
		await set("http.proxy", open.url);
		assert.deepEqual(await refreshed(), ["Acme Root CA"]);
		assert.deepEqual(connections(), [2, 1, 3]);
		assert.deepEqual(
			open.tunnels.map(({ headers }) => headers["proxy-authorization"]),
			[undefined, undefined],
		);
	});

	const NOT_FOUND = `Could not reach ${HOST}. Nothing was sent. Check the network. If it needs a proxy, set http.proxy;`;
	const UNSUPPORTED = () => `The proxy ${open.host} is of a kind that cannot be used here. Nothing was sent.`;
	const settings: readonly [title: string, setting: string, value: () => unknown, words: () => string][] = [
		["is one for SOCKS", "http.proxy", () => open.url.replace("http:", "socks5:"), UNSUPPORTED],
		["is a script", "http.proxy", () => `pac+${open.url}/proxy.pac`, UNSUPPORTED],
		["is not for this host, which is not found without it", "http.noProxy", () => ["example.test"], () => NOT_FOUND],
		["is switched off, and the host is not found without it", "http.proxySupport", () => "off", () => NOT_FOUND],
	];
	for (const [title, setting, value, words] of settings)
		it(`R26 is no more, as soon as the proxy ${title}, and is there again as soon as that is taken back`, async () => {
			const before = connections();
			const was = vscode.workspace.getConfiguration().inspect(setting)?.globalValue;
			await set(setting, value());
			const [trouble, ...others] = await refreshed();
			assert.ok(trouble?.includes(words()), trouble);
			assert.deepEqual(others, ["Acme Root CA"]);
			assert.deepEqual(connections(), before);
			await set(setting, was);
			assert.deepEqual(await refreshed(), ["Acme Root CA"]);
		});

	it("R46 is no more, as soon as a client certificate is named that is not there", async () => {
		const before = connections();
		await set("openaiCertificates.clientCertificate", "/nowhere/client.pem");
		const [trouble] = await refreshed();
		assert.ok(trouble?.includes("The client certificate or key client.pem is not there. Nothing was sent."), trouble);
		assert.deepEqual(connections(), before);
		await set("openaiCertificates.clientCertificate", undefined);
		assert.deepEqual(await refreshed(), ["Acme Root CA"]);
	});
});
