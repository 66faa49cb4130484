import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeCertificate } from "../../certificates.ts";
import { startProxy, type TestProxy } from "../../network/proxy.ts";
import { assertNoSecrets } from "../../secretScan.ts";
import { temporaryFolder } from "../../temporaryFolders.ts";
import { signIn } from "../setup/certificateActions.ts";
import { itMatchesApiDescription } from "../setup/contractCheck.ts";
import { environment } from "../setup/environment.ts";
import { itKeepsTheKeySecret } from "../setup/secretChecks.ts";
import { resetBeforeEachTest, type Session, startSession } from "../setup/session.ts";
import { acceptName, chooseUpload, enterKey, pressUpload, VIEW_TITLE, waitForRow } from "../setup/uploadActions.ts";

/** Only the test proxies resolve this host. */
const HOST = "api.example.test";
const PASSWORD = randomBytes(12).toString("hex");

describe(`Through a proxy in VS Code ${environment.version}`, () => {
	const authorities = temporaryFolder("authorities");
	/** Adds the service's issuer to the authorities that the system trusts. */
	const trustedEnv = { SSL_CERT_FILE: join(authorities.path, "ca.pem") };
	let session: Session;
	/** Environment variables of the extension host. */
	let env: Readonly<Record<string, string>> = trustedEnv;
	let open: TestProxy;
	/** Requires a user name and a password. */
	let strict: TestProxy;

	before(async () => {
		const authority = await makeCertificate({ commonName: "Test authority" });
		writeFileSync(trustedEnv.SSL_CERT_FILE, authority.pem);
		const server = await makeCertificate({ ca: false, serverNames: [HOST], issuer: authority });
		const resolve = (host: string) =>
			host === HOST ? { host: "127.0.0.1", port: Number(new URL(session.emulator.url).port) } : null;
		const authorization = `Basic ${Buffer.from(`me:${PASSWORD}`).toString("base64")}`;
		[open, strict] = await Promise.all([startProxy({ resolve }), startProxy({ resolve, authorization })]);
		const files: Record<string, string> = {};
		for (const name of ["plain", "password", "environment"])
			files[`${name}.pem`] = (await makeCertificate({ commonName: `By ${name}` })).pem;
		session = await startSession({
			...environment,
			files,
			emulatorOptions: { tls: { key: server.privateKeyPem, cert: server.pem, names: [HOST] } },
			settings: settings({ "http.proxy": open.url }),
			env,
		});
	});

	after(async () => {
		await session.close();
		await open.close();
		await strict.close();
		authorities.remove();
	});

	beforeEach(async () => {
		if (env !== trustedEnv) await restart(trustedEnv);
	});

	resetBeforeEachTest(
		() => session,
		() => signIn(session, HOST),
	);

	/** Restarts VS Code with other environment variables. The next `configure` loads the window. */
	const restart = async (variables: typeof env) => {
		env = variables;
		await session.window.unload();
		await session.code.restart(env);
	};

	const settings = (network: object) => ({ "openaiCertificates.baseUrl": `https://${HOST}/v1`, ...network });

	const withPassword = ({ url }: TestProxy, password: string) => url.replace("//", `//me:${password}@`);

	/** Uploads a file and waits for its row. */
	const upload = async (file: string, commonName: string) => {
		const { window, emulator } = session;
		await chooseUpload(window, file);
		const name = await acceptName(window, commonName);
		const dialog = await pressUpload(window, name);
		assert.ok(dialog.message.includes(HOST), dialog.message);
		const row = await waitForRow(window, name);
		await row.waitUntilSelected();
		const stored = emulator.state.certificates.find((certificate) => certificate.name === name);
		assert.match(await row.description(), new RegExp(`^364 days left · .*${stored?.id}$`));
	};

	/** Returns for each tunnel after the first `before` the target, and whether the request had proxy credentials. */
	const tunnelsSince = ({ tunnels }: TestProxy, before: number) =>
		tunnels.slice(before).map(({ target, headers }) => [target, headers["proxy-authorization"] !== undefined]);

	it("uploads through http.proxy without a password, and reveals only the host's name to the proxy", async () => {
		const { window, emulator } = session;
		await window.loadWithoutData();
		const before = { connections: emulator.connections.total, tunnels: open.tunnels.length };
		await window.openViews();
		await window.view(VIEW_TITLE).pressWelcomeButton("Set Admin Key…");
		await enterKey(window, HOST, emulator.adminKey);
		await window.view(VIEW_TITLE).welcome("no certificates yet");
		await upload("plain.pem", "By plain");
		const tunnels = open.tunnels.slice(before.tunnels);
		assert.ok(tunnels.length > 0);
		for (const { target, headers, sent } of tunnels) {
			assert.equal(target, `${HOST}:443`);
			assert.deepEqual(Object.keys(headers).toSorted(), ["connection", "host"]);
			assert.equal(Buffer.concat(sent)[0], 0x16, "a TLS handshake comes first");
		}
		assert.equal(emulator.connections.total - before.connections, tunnels.length);
	});

	it("uploads through http.proxy with a password", async () => {
		const before = { open: open.tunnels.length, strict: strict.tunnels.length };
		await session.configure(settings({ "http.proxy": withPassword(strict, PASSWORD) }));
		await upload("password.pem", "By password");
		assert.deepEqual(tunnelsSince(open, before.open), []);
		for (const each of tunnelsSince(strict, before.strict)) assert.deepEqual(each, [`${HOST}:443`, true]);
	});

	const unreachable = "http://127.0.0.1:9";
	// The integration tests cover all other reasons.
	const problems: readonly [title: string, welcome: string, message: () => string, network: () => object][] = [
		[
			"if the proxy's password is wrong",
			"demands a name and a password (407)",
			() => `The proxy ${strict.host} demands a name and a password (407). Nothing was sent.`,
			() => ({ "http.proxy": withPassword(strict, "wrong") }),
		],
		[
			"if there is no proxy at the address",
			"The proxy could not be reached",
			() => "Could not reach the proxy 127.0.0.1:9. Nothing was sent.",
			() => ({ "http.proxy": unreachable }),
		],
	];
	for (const [title, welcome, message, network] of problems)
		it(`R26 says why nothing was sent ${title}`, async () => {
			const { window, emulator } = session;
			const before = { service: emulator.connections.total, open: open.connections.total };
			await session.configure(settings(network()));
			await window.openViews();
			await window.view(VIEW_TITLE).welcome(welcome);
			await chooseUpload(window, "plain.pem");
			const toast = await window.toast(message());
			assert.deepEqual(toast.buttons, ["Open Proxy Settings"]);
			assert.doesNotMatch(toast.text, /me:|wrong/);
			await toast.press("Open Proxy Settings");
			await window.waitForSettingsSearch("http.proxy");
			assert.deepEqual({ service: emulator.connections.total, open: open.connections.total }, before);
		});

	it("uploads through HTTPS_PROXY of the environment, with a password", async () => {
		const before = strict.tunnels.length;
		await restart({ ...trustedEnv, HTTPS_PROXY: withPassword(strict, PASSWORD) });
		await session.configure(settings({}));
		await upload("environment.pem", "By environment");
		assert.ok(strict.tunnels.length > before);
		for (const each of tunnelsSince(strict, before)) assert.deepEqual(each, [`${HOST}:443`, true]);
	});

	it("R05 sends nothing to a server whose issuer this computer does not trust, and prefers http.proxy to the environment's proxy", async () => {
		const { window, emulator } = session;
		const before = { exchanges: emulator.exchanges.length, open: open.tunnels.length, strict: strict.tunnels.length };
		await restart({ HTTPS_PROXY: withPassword(strict, PASSWORD) });
		await session.configure(settings({ "http.proxy": open.url, "http.proxyStrictSSL": false }));
		await window.openViews();
		await window
			.view(VIEW_TITLE)
			.welcome("The server's certificate could not be verified, so the admin key was not sent.");
		await session.picture("untrusted");
		await chooseUpload(window, "plain.pem");
		const toast = await window.toast(`of ${HOST} was issued by an authority that this computer does not trust.`);
		assert.deepEqual(toast.buttons, ["Show Log"]);
		await toast.dismiss();
		assert.ok(open.tunnels.length > before.open);
		assert.equal(strict.tunnels.length, before.strict);
		assert.equal(emulator.exchanges.length, before.exchanges);
	});

	describe("after all tests", () => {
		itMatchesApiDescription(() => session);

		it("R45 sends the password only to the proxy of its URL", () => {
			assertNoSecrets(open.tunnels, [PASSWORD], "the other proxy's record");
			assertNoSecrets(session.emulator.exchanges, [PASSWORD], "the service's record");
		});

		describe("R48 its password", () => {
			itKeepsTheKeySecret(
				() => session,
				// In the settings, as in the environment, the password is plain text.
				() => ({ secrets: [], inSettings: [PASSWORD], records: [open.tunnels, strict.tunnels] }),
			);
		});
	});
});
