import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { rootCertificates } from "node:tls";
import { build } from "esbuild";
import { bundleExclusions } from "../../../bundleExclusions.mjs";
import type * as baseUrls from "../../../src/domain/baseUrl.ts";
import type * as certificates from "../../../src/openai/adminClient.ts";
import type * as transports from "../../../src/openai/httpTransport.ts";
import type * as reader from "../../../src/x509/certificateFileReader.ts";
import type * as makers from "../../../src/x509/making/certificateMaker.ts";
import { makeCertificate } from "../../certificates.ts";
import { startEmulator } from "../../emulator/emulator.ts";
import { findSource } from "../../sources.ts";
import { temporaryFolder } from "../../temporaryFolders.ts";
import { root } from "../../vscode/install.mjs";
import { directNetwork } from "../openai/network/directNetwork.ts";
import { pkcs7 } from "../x509/der.ts";
import { csr } from "../x509/making/certificateRequests.ts";
import { read } from "../x509/read.ts";

describe("Code that is left out of the bundles", () => {
	const temporary = temporaryFolder("bundle");

	after(() => temporary.remove());

	/** Returns lines that re-export the files with these declarations. */
	const exportsOf = (...declarations: readonly string[]) =>
		declarations.map((each) => `export * from "./${findSource(`export ${each}`).file}";`).join("\n");

	/** Bundles these lines as the backend is bundled, and loads the bundle. */
	const loadBundle = async <T>(lines: string): Promise<T> => {
		const outfile = join(temporary.path, "bundle.js");
		await build({
			stdin: { contents: lines, resolveDir: root, loader: "ts" },
			...{ outfile, bundle: true, platform: "node", format: "cjs", mainFields: ["module", "main"] },
			external: ["vscode", "./backend.js"],
			plugins: [bundleExclusions],
			logLevel: "error",
		});
		const require = createRequire(import.meta.url);
		delete require.cache[outfile];
		return require(outfile);
	};

	it("is not needed to read files: a bundled reader returns the same result", async () => {
		const { X509CertificateFileReader } = await loadBundle<typeof reader>(exportsOf("class X509CertificateFileReader"));
		const authority = await makeCertificate({ keyType: "rsa-2048" });
		const client = await makeCertificate({ ca: false, issuer: authority, keyType: "ed25519" });
		const server = await makeCertificate({ ca: false, serverNames: ["127.0.0.1", "a.test"] });
		const files = [
			rootCertificates.join("\n"),
			authority.pem + client.pem + client.privateKeyPem + server.pem,
			pkcs7(authority.der, client.der),
			authority.der.slice(0, -1),
		];
		for (const file of files) {
			const now = Date.now() / 1000;
			const actual = await new X509CertificateFileReader().read(Buffer.from(file), now, 30);
			assert.deepEqual(actual, await read(Buffer.from(file), now));
		}
	});

	it("is not needed to make certificates, also from a CSR", async () => {
		const { X509CertificateMaker } = await loadBundle<typeof makers>(exportsOf("class X509CertificateMaker"));
		const maker = new X509CertificateMaker();
		const request = { commonName: "a", validDays: 90, keyType: "p-256", passphrase: "correct horse" } as const;
		const ca = await maker.createCa(request);
		const certificate = Buffer.from(ca.certificatePem);
		const key = (await ca.key?.write(async (pem) => Buffer.from(pem))) ?? assert.fail();
		const opened = await maker.openCa(certificate, key, request.passphrase);
		const names = [{ type: "dns", value: "a.test" }] as const;
		const client = await opened.issue({ ...request, commonName: "b", names, keyType: "rsa-2048", passphrase: null });
		const fromRequest = await opened.sign(await maker.readRequest(csr()), { ...request, commonName: "c", names });
		const anchor = new X509Certificate(certificate);
		for (const { certificatePem } of [client, fromRequest]) {
			const made = new X509Certificate(certificatePem);
			assert.deepEqual([made.checkIssued(anchor), made.verify(anchor.publicKey)], [true, true]);
			assert.equal(made.subjectAltName, "DNS:a.test");
		}
	});

	it("is not needed for requests, of which no other extension is notified", async () => {
		type Api = typeof certificates & typeof baseUrls & typeof transports;
		const { AdminClient, HttpTransport, parseBaseUrl } = await loadBundle<Api>(
			exportsOf("class AdminClient", "class HttpTransport", "function parseBaseUrl"),
		);
		const messages: unknown[] = [];
		const channels = ["request:create", "client:sendHeaders", "client:connected"].map((name) => `undici:${name}`);
		const listen = (message: unknown) => void messages.push(message);
		for (const channel of channels) subscribe(channel, listen);
		const emulator = await startEmulator();
		const transport = new HttpTransport({ userAgent: "a", observe: () => {}, network: () => directNetwork });
		try {
			const credentials = { baseUrl: parseBaseUrl(emulator.url), key: emulator.adminKey, clientCertificate: null };
			const api = new AdminClient(transport, async () => credentials);
			const { id } = await api.upload({ pem: (await makeCertificate()).pem, name: "n" });
			assert.deepEqual(
				(await api.list()).certificates.map((certificate) => certificate.id),
				[id],
			);
			assert.deepEqual(messages, []);
		} finally {
			for (const channel of channels) unsubscribe(channel, listen);
			await transport.close();
			await emulator.close();
		}
	});

	it("includes copies of VS Code's API: loading both bundles makes none", async () => {
		const folder = join(temporary.path, "node_modules/vscode");
		mkdirSync(folder, { recursive: true });
		// A copy lists all names of the API first.
		writeFileSync(
			join(folder, "index.js"),
			`module.exports = new Proxy({}, {
				get: () => class {},
				ownKeys: () => { throw new Error("The API is copied."); },
			});`,
		);
		await assert.doesNotReject(loadBundle('import "./src/extension.ts"; import "./src/backend.ts";'));
	});

	it("causes an error if it is used", async () => {
		type Packages = Pick<typeof import("@peculiar/x509"), "Pkcs10CertificateRequest" | "X509Certificates"> &
			Pick<typeof import("undici"), "Client">;
		const { Client, Pkcs10CertificateRequest, X509Certificates } = await loadBundle<Packages>(`
			import "reflect-metadata/lite";
			export { Pkcs10CertificateRequest, X509Certificates } from "@peculiar/x509";
			export { default as Client } from "undici/lib/dispatcher/client.js";`);
		assert.throws(() => new X509Certificates().export(), /asn1-cms is not here/);
		assert.throws(() => new Pkcs10CertificateRequest(Buffer.from("3000", "hex")), /Cannot get schema/);
		assert.throws(() => new Client("http://127.0.0.1"), /is not a function/);
	});
});
