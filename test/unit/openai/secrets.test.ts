import assert from "node:assert/strict";
import { createPrivateKey, randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ClientCertificateFiles } from "../../../src/domain/adminApi.ts";
import { makeCertificate } from "../../certificates.ts";
import { type Emulator, startEmulator } from "../../emulator/emulator.ts";
import { startProxy, type TestProxy } from "../../network/proxy.ts";
import { assertAbsent } from "../../secretScan.ts";
import { temporaryFolder } from "../../temporaryFolders.ts";
import { trustedAuthority } from "./network/certificateAuthority.ts";
import { plainNetwork } from "./network/directNetwork.ts";
import { benchForEachTest } from "./setup.ts";

const HOST = "api.example.test";

describe("R48 No secret is told", () => {
	const bench = benchForEachTest();
	const authority = trustedAuthority();
	const folder = temporaryFolder("secrets");
	const canary = () => randomBytes(18).toString("base64url");
	const [password, passphrase, foreignKey] = [canary(), canary(), `sk-admin-${canary()}`] as const;
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
		service = await startEmulator({ tls: { ...(await authority.serverAt([HOST])), names: [HOST], requestCert: true } });
		const authorization = `Basic ${Buffer.from(`me:${password}`).toString("base64")}`;
		const port = Number(new URL(service.url).port);
		proxy = await startProxy({ authorization, resolve: () => ({ host: "127.0.0.1", port }) });
		bench.network = { ...plainNetwork, proxy: proxy.url.replace("//", `//me:${password}@`) };
	});
	afterEach(async () => {
		await proxy.close();
		await service.close();
	});

	const faults: readonly [string, () => unknown][] = [
		["a key that is not the service's", () => {}],
		["a reset", () => service.faults.next({ kind: "reset", when: "after", times: 9 })],
		["no sense", () => service.faults.next({ kind: "body", text: "{}", when: "after", times: 9 })],
		[
			"a redirect",
			() => service.faults.next({ kind: "redirect", status: 307, location: "/", when: "after", times: 9 }),
		],
		["a failure", () => service.faults.next({ kind: "status", status: 500, when: "after", times: 9 })],
		["a proxy that refuses", () => Object.assign(proxy, { mode: 403 })],
		["a proxy that does not know the password", () => Object.assign(proxy, { mode: 407 })],
		["a proxy that is gone", () => proxy.close()],
		["a service that is gone", () => service.close()],
		["a proxy of another kind", () => changeProxy((url) => url.replace("http:", "socks5:"))],
		["a proxy that is no URL", () => changeProxy((url) => url.replace("http://", ""))],
		["a proxy with no such port", () => changeProxy((url) => url.replace(/:\d+$/, ":99999"))],
	];
	const changeProxy = (change: (url: string) => string) => {
		bench.network = { ...bench.network, proxy: change(bench.network.proxy) };
	};
	for (const [title, prepare] of faults)
		it(`by ${title}`, async () => {
			await prepare();
			const api = bench.apiFor(`https://${HOST}/v1`, title.startsWith("a key") ? foreignKey : service.adminKey, files);
			const upload = { pem: "-----BEGIN CERTIFICATE-----", name: "n" };
			const errors = await Promise.all(
				[api.list(), api.upload(upload), api.content("cert_1")].map((call) =>
					call.then(
						() => assert.fail("nothing was thrown"),
						(error) => error,
					),
				),
			);
			const secrets = [password, `me:${password}`, passphrase, keyBytes, foreignKey, service.adminKey, folder.path];
			assertAbsent(errors, secrets, "the errors");
			assertAbsent(bench.observed, secrets, "the log");
		});

	it("where all goes well", async () => {
		await bench.apiFor(`https://${HOST}/v1`, service.adminKey, files).list();
		assert.equal(proxy.tunnels.length, 1);
		assertAbsent(bench.observed, [password, passphrase, keyBytes, service.adminKey], "the log");
		assertAbsent(proxy.tunnels[0]?.sent, [password, passphrase, keyBytes, service.adminKey], "the tunnel");
	});
});
