import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createPrivateKey, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { ClientFiles } from "../../../../src/features/clientSetup/clientSetup.ts";
import { formatClientSetup } from "../../../../src/features/clientSetup/formatClientSetup.ts";
import { makeCertificate } from "../../../certificates.ts";
import { type Emulator, startEmulator } from "../../../emulator/emulator.ts";
import { skipTest } from "../../../skipTest.ts";
import { isWindows } from "../../../systemDifferences.ts";
import { temporaryFolder } from "../../../temporaryFolders.ts";
import { root } from "../../../vscode/install.mjs";
import { installCertificatePrograms, PYTHON } from "../../x509/makers/programs.ts";

const PROJECT = "proj_test";
const PASSPHRASE = randomBytes(12).toString("hex");
/** A folder's name that runs `touch` wherever a text is pasted without quotes, or in the wrong ones. */
const HOSTILE = `-a b'"$(touch pwned)\`touch pwned\`\\n\\';touch pwned;#&|<>*?[!]%s{0}\${HOME}:c ‘ü’ 文\\`;

/** How each setup is run, and the lines that present the certificate. */
const RUNS = {
	curl: { program: "/bin/sh", needed: "/usr/bin/curl", file: "setup.sh", presenting: /^ {2}--(?:cert|key) .*\n/gm },
	python: { program: PYTHON.path, needed: PYTHON.sdk, file: "setup.py", presenting: /^context\.load[\s\S]*?^\)\n/m },
	node: {
		program: process.execPath,
		needed: join(root, "node_modules/openai"),
		file: "setup.mjs",
		presenting: /^ {4}(?:cert|key|passphrase): .*\n/gm,
	},
} as const;

type Runnable = keyof typeof RUNS;

describe("A copied client setup", () => {
	const folder = temporaryFolder("client-setup");
	const hostile = join(folder.path, HOSTILE);
	/** With an unencrypted key, in a folder with a hostile name. */
	const files: ClientFiles = {
		certificatePath: join(hostile, "chain.pem"),
		keyPath: join(hostile, "client.key"),
		isKeyEncrypted: false,
	};
	let emulator: Emulator;
	let environment: NodeJS.ProcessEnv;

	before(async function () {
		if (isWindows) skipTest(this, "a POSIX shell runs the setups");
		// Downloads once; no time limit is right for every network.
		this.timeout(0);
		installCertificatePrograms();
		const authority = await makeCertificate({ commonName: "Test authority" });
		const server = await makeCertificate({ ca: false, serverNames: ["127.0.0.1"], issuer: authority });
		const anchor = await makeCertificate({ commonName: "Anchor" });
		const intermediate = await makeCertificate({ commonName: "Intermediate", issuer: anchor });
		const client = await makeCertificate({ ca: false, issuer: intermediate });
		emulator = await startEmulator({ tls: { key: server.privateKeyPem, cert: server.pem } });
		emulator.state.addProject("Test", { id: PROJECT });
		const { id } = emulator.state.put({ pem: anchor.pem });
		emulator.state.setActive(PROJECT, [id], true).commit();
		mkdirSync(hostile);
		const encrypted = { type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: PASSPHRASE } as const;
		writeFileSync(join(hostile, "chain.pem"), client.pem + intermediate.pem);
		writeFileSync(join(hostile, "client.key"), client.privateKeyPem);
		writeFileSync(join(hostile, "encrypted.key"), createPrivateKey(client.privateKeyPem).export(encrypted));
		const ca = join(folder.path, "ca.pem");
		writeFileSync(ca, authority.pem);
		symlinkSync(join(root, "node_modules"), join(folder.path, "node_modules"));
		environment = {
			PATH: "/usr/bin:/bin",
			...{ SSL_CERT_FILE: ca, CURL_CA_BUNDLE: ca, NODE_EXTRA_CA_CERTS: ca },
			OPENAI_MTLS_KEY_PASSPHRASE: PASSPHRASE,
			OPENAI_API_KEY: emulator.keys.addProjectKey(PROJECT),
		};
	});

	after(async () => {
		await emulator?.close();
		folder.remove();
	});

	/**
	 * Runs a setup as copied.
	 * @param options.remove What to remove from the setup first.
	 * @returns its output, also if it fails, and the status of each request.
	 */
	async function run(target: Runnable, copied: ClientFiles, options: { readonly remove?: RegExp }) {
		const { program, file } = RUNS[target];
		emulator.exchanges.length = 0;
		const text = formatClientSetup(target, copied, emulator.mtlsUrl ?? "", false);
		const path = join(folder.path, file);
		writeFileSync(path, options.remove ? text.replace(options.remove, "") : text);
		const { stdout, stderr } = await promisify(execFile)(program, [path], { cwd: folder.path, env: environment }).catch(
			(failed: { readonly stdout: string; readonly stderr: string }) => failed,
		);
		return { output: stdout + stderr, statuses: emulator.exchanges.map(({ status }) => status) };
	}

	/** The files of a client that the target is given: curl can ask for a passphrase only at a terminal. */
	const filesFor = (target: Runnable) =>
		target === "curl" ? files : { ...files, keyPath: join(hostile, "encrypted.key"), isKeyEncrypted: true };

	for (const target of Object.keys(RUNS) as Runnable[])
		it(`for ${target} is accepted with the certificate, and without it OpenAI requires one`, async function () {
			if (!existsSync(RUNS[target].needed)) skipTest(this, `there is no ${RUNS[target].needed}`);
			const accepted = await run(target, filesFor(target), {});
			assert.deepEqual(accepted.statuses, [200], accepted.output);
			const rejected = await run(target, filesFor(target), { remove: RUNS[target].presenting });
			assert.deepEqual(rejected.statuses, [401], rejected.output);
			assert.match(rejected.output, /certificate_required/);
			// Nothing in the path ran.
			assert.ok(!readdirSync(folder.path).includes("pwned"));
		});

	it("for the environment sets the SDKs' base URL to the mTLS host", async () => {
		const text = formatClientSetup("environment", files, emulator.mtlsUrl ?? "", false);
		const { stdout } = await promisify(execFile)("/bin/sh", ["-c", `${text}printenv OPENAI_BASE_URL`]);
		assert.equal(stdout, `${emulator.mtlsUrl}\n`);
	});
});
