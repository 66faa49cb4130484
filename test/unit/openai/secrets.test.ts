import assert from "node:assert/strict";
import { createPrivateKey, randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ClientCertificateFiles } from "../../../src/domain/adminApi.ts";
import { makeCertificate } from "../../certificates.ts";
import { type Emulator, startEmulator } from "../../emulator/emulator.ts";
import { startProxy, type TestProxy } from "../../network/proxy.ts";
import { assertNoSecrets } from "../../secretScan.ts";
import { temporaryFolder } from "../../temporaryFolders.ts";
import { trustTestAuthority } from "./network/certificateAuthority.ts";
import { directNetwork } from "./network/directNetwork.ts";
import { apiFixtureForEachTest } from "./setup.ts";

const HOST = "api.example.test";

describe("R48 No secret is revealed", () => {
	const fixture = apiFixtureForEachTest();
	const authority = trustTestAuthority();
	const folder = temporaryFolder("secrets");
	const randomSecret = () => randomBytes(18).toString("base64url");
	const [password, passphrase, unknownKey] = [randomSecret(), randomSecret(), `sk-admin-${randomSecret()}`] as const;
	let files: ClientCertificateFiles;
	let keyBytes: string;
	let service: Emulator;
	let proxy: TestProxy;

	before(async () => {
		const client = await makeCertificate({ ca: false, issuer: await makeCertificate() });
		const [certificate, key] = [join(folder.path, "client.pem"), join(folder.path, "key.pem")];
		const privateKey = createPrivateKey(client.privateKeyPem);
		keyBytes = privateKey.export({ format: "jwk" }).d ?? assert.fail();
		writeFileSync(certificate, client.pem);
		writeFileSync(key, privateKey.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase }));
		files = { certificate, key, passphrase };
	});
	after(() => folder.remove());

	beforeEach(async () => {
		service = await startEmulator({
			tls: { ...(await authority.issueServerCertificate([HOST])), names: [HOST], requestCert: true },
		});
		const authorization = `Basic ${Buffer.from(`me:${password}`).toString("base64")}`;
		const port = Number(new URL(service.url).port);
		proxy = await startProxy({ authorization, resolve: () => ({ host: "127.0.0.1", port }) });
		fixture.network = { ...directNetwork, proxy: proxy.url.replace("//", `//me:${password}@`) };
	});
	afterEach(async () => {
		await proxy.close();
		await service.close();
	});

	const faults: readonly [string, () => unknown][] = [
		["a key that the service does not know", () => {}],
		["a reset", () => service.faults.arm({ kind: "reset", when: "after", times: 9 })],
		["an invalid response", () => service.faults.arm({ kind: "body", text: "{}", when: "after", times: 9 })],
		["a redirect", () => service.faults.arm({ kind: "redirect", status: 307, location: "/", when: "after", times: 9 })],
		["a server error", () => service.faults.arm({ kind: "status", status: 500, when: "after", times: 9 })],
		["a proxy that refuses", () => Object.assign(proxy, { mode: 403 })],
		["a proxy that rejects the password", () => Object.assign(proxy, { mode: 407 })],
		["an unreachable proxy", () => proxy.close()],
		["an unreachable service", () => service.close()],
		["an unsupported kind of proxy", () => changeProxy((url) => url.replace("http:", "socks5:"))],
		["a proxy without a valid URL", () => changeProxy((url) => url.replace("http://", ""))],
		["a proxy with an invalid port", () => changeProxy((url) => url.replace(/:\d+$/, ":99999"))],
	];
	const changeProxy = (change: (url: string) => string) => {
		fixture.network = { ...fixture.network, proxy: change(fixture.network.proxy) };
	};
	for (const [title, prepare] of faults)
		it(`by ${title}`, async () => {
			await prepare();
			const api = fixture.createApi(
				`https://${HOST}/v1`,
				title.startsWith("a key") ? unknownKey : service.adminKey,
				files,
			);
			const upload = { pem: "-----BEGIN CERTIFICATE-----", name: "n" };
			const errors = await Promise.all(
				[api.list(), api.upload(upload), api.content("cert_1")].map((call) =>
					call.then(
						() => assert.fail("nothing was thrown"),
						(error) => error,
					),
				),
			);
			const secrets = [password, `me:${password}`, passphrase, keyBytes, unknownKey, service.adminKey, folder.path];
			assertNoSecrets(errors, secrets, "the errors");
			assertNoSecrets(fixture.logEntries, secrets, "the log");
		});

	it("by a successful request", async () => {
		await fixture.createApi(`https://${HOST}/v1`, service.adminKey, files).list();
		assert.equal(proxy.tunnels.length, 1);
		assertNoSecrets(fixture.logEntries, [password, passphrase, keyBytes, service.adminKey], "the log");
		assertNoSecrets(proxy.tunnels[0]?.sent, [password, passphrase, keyBytes, service.adminKey], "the tunnel");
	});
});
