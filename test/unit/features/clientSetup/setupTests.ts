// What each copied setup is tested with: the program that it is for, and the emulator.
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

/** How each setup is run, the program or package that it needs, and its lines that present the certificate. */
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

export type RunnableTarget = keyof typeof RUNS;

/** Where setups are run, with the emulator as OpenAI. */
interface SetupRun {
	readonly folder: string;
	readonly environment: NodeJS.ProcessEnv;
	readonly emulator: Emulator;
}

/** Runs a setup as copied, then without its client certificate, which must make the difference. */
export async function assertPresents(
	target: RunnableTarget,
	copied: string,
	{ folder, environment, emulator }: SetupRun,
): Promise<void> {
	const { program, file, presenting } = RUNS[target];
	const path = join(folder, file);
	const runText = async (text: string) => {
		emulator.exchanges.length = 0;
		writeFileSync(path, text);
		const { stdout, stderr } = await promisify(execFile)(program, [path], { cwd: folder, env: environment }).catch(
			(failed: { readonly stdout: string; readonly stderr: string }) => failed,
		);
		return { output: stdout + stderr, statuses: emulator.exchanges.map(({ status }) => status) };
	};
	const accepted = await runText(copied);
	assert.deepEqual(accepted.statuses, [200], accepted.output);
	const rejected = await runText(copied.replace(presenting, ""));
	assert.deepEqual(rejected.statuses, [401], rejected.output);
	assert.match(rejected.output, /certificate_required/);
}

/** Describes tests of the setups for these targets. */
export function describeSetups(...targets: readonly RunnableTarget[]): void {
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
			if (isWindows) return;
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

		/** The files of a client that the target is given: curl can ask for a passphrase only at a terminal. */
		const filesFor = (target: RunnableTarget) =>
			target === "curl" ? files : { ...files, keyPath: join(hostile, "encrypted.key"), isKeyEncrypted: true };

		for (const target of targets)
			it(`R49 for ${target} is accepted with the certificate, and without it OpenAI requires one`, async function () {
				if (isWindows) skipTest(this, "a POSIX shell runs the setups");
				if (!existsSync(RUNS[target].needed)) skipTest(this, `there is no ${RUNS[target].needed}`);
				const text = formatClientSetup(target, filesFor(target), emulator.mtlsUrl ?? "", false);
				await assertPresents(target, text, { folder: folder.path, environment, emulator });
				// Nothing in the path ran.
				assert.ok(!readdirSync(folder.path).includes("pwned"));
			});
	});
}
