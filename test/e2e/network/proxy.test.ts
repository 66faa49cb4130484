import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { interfaceLabels } from "../../../src/common/messages/interfaceMessages.ts";
import { describeProblem } from "../../../src/common/messages/problems/problems.ts";
import { formatRemedy } from "../../../src/common/messages/problems/remedies.ts";
import type { Problem } from "../../../src/domain/problem.ts";
import { makeCertificate } from "../../certificates.ts";
import { startProxy, type TestProxy } from "../../network/proxy.ts";
import { assertNoSecrets } from "../../secretScan.ts";
import { temporaryFolder } from "../../temporaryFolders.ts";
import { manifestText } from "../../texts/manifestTexts.ts";
import { signIn } from "../setup/certificateActions.ts";
import { itMatchesApiDescription } from "../setup/contractCheck.ts";
import { environment } from "../setup/environment.ts";
import { welcomeText } from "../setup/productTexts.ts";
import { itKeepsTheKeySecret } from "../setup/secretChecks.ts";
import { resetBeforeEachTest, type Session, startSession } from "../setup/session.ts";
import { acceptName, chooseUpload, enterKey, pressUpload, VIEW_TITLE, waitForRow } from "../setup/uploadActions.ts";
import { uploadedDescription } from "../setup/uploadTexts.ts";

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
		assert.ok(stored);
		assert.equal(await row.description(), uploadedDescription(stored));
	};

	/** Returns for each tunnel after the first `before` the target, and whether the request had proxy credentials. */
	const tunnelsSince = ({ tunnels }: TestProxy, before: number) =>
		tunnels.slice(before).map(({ target, headers }) => [target, headers["proxy-authorization"] !== undefined]);

	it("uploads through http.proxy without a password, and reveals only the host's name to the proxy", async () => {
		const { window, emulator } = session;
		await window.loadWithoutData();
		const before = { connections: emulator.connections.total, tunnels: open.tunnels.length };
		await window.openViews();
		await window.view(VIEW_TITLE).pressWelcomeButton(manifestText("command.setKey"));
		await enterKey(window, HOST, emulator.adminKey);
		await window.view(VIEW_TITLE).welcome(welcomeText("welcome.nothing-yet"));
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
	const problems: readonly [title: string, welcomeKey: string, problem: () => Problem, network: () => object][] = [
		[
			"if the proxy's password is wrong",
			"welcome.proxy-credentials",
			() => ({ reason: "proxy", proxy: strict.host, why: "credentials" }),
			() => ({ "http.proxy": withPassword(strict, "wrong") }),
		],
		[
			"if there is no proxy at the address",
			"welcome.proxy",
			() => ({ reason: "proxy", proxy: new URL(unreachable).host, why: "unreachable" }),
			() => ({ "http.proxy": unreachable }),
		],
	];
	for (const [title, welcomeKey, problem, network] of problems)
		it(`R26 says why nothing was sent ${title}`, async () => {
			const { window, emulator } = session;
			const before = { service: emulator.connections.total, open: open.connections.total };
			await session.configure(settings(network()));
			await window.openViews();
			await window.view(VIEW_TITLE).welcome(welcomeText(welcomeKey));
			await chooseUpload(window, "plain.pem");
			const toast = await window.toast(describeProblem(problem()));
			const button = formatRemedy("open-proxy-settings");
			assert.deepEqual(toast.buttons, [button]);
			assert.doesNotMatch(toast.text, /me:|wrong/);
			await toast.press(button);
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
		await window.view(VIEW_TITLE).welcome(welcomeText("welcome.untrusted-server"));
		await session.picture("untrusted");
		await chooseUpload(window, "plain.pem");
		const problem = { reason: "untrusted-server", host: HOST, why: "unknown-issuer" } as const;
		const toast = await window.toast(describeProblem(problem));
		assert.deepEqual(toast.buttons, [interfaceLabels.showLog]);
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
