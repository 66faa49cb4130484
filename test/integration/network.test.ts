import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import * as vscode from "vscode";
import { describeProblem } from "../../src/common/messages/problems/problems.ts";
import type { Problem } from "../../src/domain/problem.ts";
import { connectionLabels } from "../../src/features/connections/connectionMessages.ts";
import { keyTitle } from "../../src/features/connections/keyMessages.ts";
import { type Emulator, startEmulator } from "../emulator/emulator.ts";
import { startProxy, type TestProxy } from "../network/proxy.ts";
import { trustTestAuthority } from "../unit/openai/network/certificateAuthority.ts";
import { assertExpectedPrompts, expectButton, expectInput, readRows, updateSetting } from "./user.ts";

/** A host that only the proxies resolve. */
const HOST = "api.example.test";

describe("The connection to the service", () => {
	const authority = trustTestAuthority();
	const password = randomBytes(12).toString("hex");
	const changed = new Set<string>();
	let service: Emulator;
	let openProxy: TestProxy;
	/** Requires a user name and a password. */
	let strictProxy: TestProxy;

	before(async () => {
		service = await startEmulator({ tls: { ...(await authority.issueServerCertificate([HOST])), names: [HOST] } });
		service.state.put({ name: "Acme Root CA" });
		const address = { host: "127.0.0.1", port: Number(new URL(service.url).port) };
		const resolve = (host: string) => (host === HOST ? address : null);
		const authorization = `Basic ${Buffer.from(`me:${password}`).toString("base64")}`;
		openProxy = await startProxy({ resolve });
		strictProxy = await startProxy({ resolve, authorization });
		await set("openaiCertificates.baseUrl", `https://${HOST}/v1`);
		await set("http.proxy", openProxy.url);
		expectInput(keyTitle(HOST), service.adminKey);
		await run("setKey");
	});

	afterEach(assertExpectedPrompts);

	after(async () => {
		expectButton(connectionLabels.remove);
		await run("removeKey");
		for (const setting of changed) await set(setting, undefined);
		for (const each of [openProxy, strictProxy, service]) await each.close();
	});

	const set = (setting: string, value: unknown) => {
		changed.add(setting);
		return updateSetting(setting, value);
	};

	const run = (command: string) => vscode.commands.executeCommand(`openaiCertificates.${command}`);

	/** Refreshes the list and returns the rows' labels. */
	const refreshRows = async () => {
		await run("refresh");
		return (await readRows()).map(({ label }) => String(label));
	};

	/** Refreshes, and asserts that the first row ends with the problem, above the rows of the last list. */
	const assertFails = async (problem: Problem) => {
		const [first, ...others] = await refreshRows();
		assert.ok(first?.endsWith(describeProblem(problem)), first);
		assert.deepEqual(others, ["Acme Root CA"]);
	};

	/** Returns the numbers of connections to the proxies and the service. */
	const connectionCounts = () => [openProxy, strictProxy, service].map((each) => each.connections.total);

	it("uses the proxy of the settings", async () => {
		assert.deepEqual(await refreshRows(), ["Acme Root CA"]);
		assert.deepEqual(connectionCounts(), [1, 0, 1]);
		assert.equal(openProxy.tunnels[0]?.target, `${HOST}:443`);
	});

	it("R45 uses a changed proxy at once, and sends each proxy only its own password", async () => {
		await set("http.proxy", strictProxy.url.replace("//", `//me:${password}@`));
		assert.deepEqual(await refreshRows(), ["Acme Root CA"]);
		assert.deepEqual(connectionCounts(), [1, 1, 2]);
		await set("http.proxy", openProxy.url);
		assert.deepEqual(await refreshRows(), ["Acme Root CA"]);
		assert.deepEqual(connectionCounts(), [2, 1, 3]);
		assert.deepEqual(
			openProxy.tunnels.map(({ headers }) => headers["proxy-authorization"]),
			[undefined, undefined],
		);
	});

	const NOT_FOUND: Problem = { reason: "unreachable", host: HOST, proxy: null };
	const UNSUPPORTED = (): Problem => ({ reason: "proxy", proxy: openProxy.host, why: "unsupported" });
	const settings: readonly [title: string, setting: string, value: () => unknown, problem: () => Problem][] = [
		["uses SOCKS", "http.proxy", () => openProxy.url.replace("http:", "socks5:"), UNSUPPORTED],
		["is a script", "http.proxy", () => `pac+${openProxy.url}/proxy.pac`, UNSUPPORTED],
		[
			"excludes this host, which cannot be resolved without it",
			"http.noProxy",
			() => ["example.test"],
			() => NOT_FOUND,
		],
		["is switched off, and the host cannot be resolved without it", "http.proxySupport", () => "off", () => NOT_FOUND],
	];
	for (const [title, setting, value, problem] of settings)
		it(`R26 fails as soon as the proxy ${title}, and works again as soon as the setting is restored`, async () => {
			const before = connectionCounts();
			const previous = vscode.workspace.getConfiguration().inspect(setting)?.globalValue;
			await set(setting, value());
			await assertFails(problem());
			assert.deepEqual(connectionCounts(), before);
			await set(setting, previous);
			assert.deepEqual(await refreshRows(), ["Acme Root CA"]);
		});

	it("R46 fails as soon as the client certificate of the settings is missing", async () => {
		const before = connectionCounts();
		await set("openaiCertificates.clientCertificate", "/nowhere/client.pem");
		const problem = { reason: "client-certificate", why: "missing", file: "client.pem" } as const;
		await assertFails(problem);
		assert.deepEqual(connectionCounts(), before);
		await set("openaiCertificates.clientCertificate", undefined);
		assert.deepEqual(await refreshRows(), ["Acme Root CA"]);
	});
});
