// What each type of key is tested with: other programs, our own findings, and the check.
import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { join } from "node:path";
import { promisify } from "node:util";
import type { KeyType, MadeCertificate } from "../../../../src/domain/certificateMaking.ts";
import { checkChain } from "../../../../src/x509/chainCheck.ts";
import { X509CertificateMaker } from "../../../../src/x509/making/certificateMaker.ts";
import { makeCertificate, type TestCertificate } from "../../../certificates.ts";
import { type Emulator, startEmulator } from "../../../emulator/emulator.ts";
import { hasOpenssl3 } from "../../../network/opensslServer.ts";
import { skipTest } from "../../../skipTest.ts";
import { temporaryFolder } from "../../../temporaryFolders.ts";
import { levelsAndCodes } from "../findings/setup.ts";
import { installCertificatePrograms, missingReason, runCertificateProgram } from "../makers/programs.ts";

export const PASSPHRASE = "correct horse battery staple";
const WRONG_PASSPHRASE = "correct horse battery staplf";

/** Returns a new key as PEM; it can't be read again. */
export async function takeKey({ key }: MadeCertificate): Promise<string> {
	return key?.write(async (pem) => Buffer.from(pem).toString()) ?? assert.fail("no key");
}

/** Returns the first certificate of a PEM file in DER. */
export function derOf(pem: string): Uint8Array {
	return new X509Certificate(pem).raw;
}

const OPEN_KEY = `
import sys
from cryptography.hazmat.primitives.serialization import load_pem_private_key
print(load_pem_private_key(open(sys.argv[1], "rb").read(), sys.argv[2].encode()).key_size)`;

const REQUEST = `
import http.client, ssl, sys
server, chain, key, passphrase, port, admin_key = sys.argv[1:]
context = ssl.create_default_context(cafile=server)
context.load_cert_chain(chain, key, passphrase or None)
connection = http.client.HTTPSConnection("127.0.0.1", int(port), context=context)
connection.request("GET", "/v1/organization/certificates", headers={"authorization": "Bearer " + admin_key})
print(connection.getresponse().status)`;

/** Describes tests of a CA and a client certificate with keys of one type. */
export function describeKeyType(keyType: KeyType, bits: number): void {
	describe(`Certificates with a key of type ${keyType}`, () => {
		const temporary = temporaryFolder("made");
		const file = (name: string) => join(temporary.path, name);
		let ca: MadeCertificate;
		let client: MadeCertificate;
		let caKey: string;
		let clientKey: string;

		before(async () => {
			const maker = new X509CertificateMaker();
			const names = [
				{ type: "dns", value: "agent-3.a.test" },
				{ type: "uri", value: "spiffe://a.test/agent-3" },
				{ type: "email", value: "agent-3@a.test" },
			] as const;
			ca = await maker.createCa({ commonName: "Jürgens CA", validDays: 365, keyType, passphrase: PASSPHRASE });
			caKey = await takeKey(ca);
			const opened = await maker.openCa(Buffer.from(ca.certificatePem), Buffer.from(caKey), PASSPHRASE);
			client = await opened.issue({ commonName: "agent-3", names, validDays: 90, keyType, passphrase: null });
			clientKey = await takeKey(client);
			writeFileSync(file("ca.pem"), ca.certificatePem);
			writeFileSync(file("ca.key.pem"), caKey);
			writeFileSync(file("client-chain.pem"), client.certificatePem);
			writeFileSync(file("client.key.pem"), clientKey);
		});

		after(() => temporary.remove());

		it("are accepted by OpenSSL's strict checks", function () {
			if (!hasOpenssl3()) skipTest(this, "there is no OpenSSL 3");
			const args = ["verify", "-x509_strict", "-purpose", "sslclient", "-CAfile", "ca.pem", "client-chain.pem"];
			const { status, stdout, stderr } = spawnSync("openssl", args, { cwd: temporary.path, encoding: "utf8" });
			assert.equal(status, 0, stdout + stderr);
		});

		it("have no error by zlint's rules of RFC 5280", function () {
			this.timeout(0);
			installCertificatePrograms();
			const reason = missingReason("zlint");
			if (reason !== null) skipTest(this, reason);
			const options = { folder: temporary.path };
			const output = runCertificateProgram("zlint", "-includeSources=RFC5280 ca.pem client-chain.pem", options);
			const lines = output.trimEnd().split("\n");
			assert.equal(lines.length, 2);
			for (const line of lines) {
				const lints = Object.entries<{ readonly result: string }>(JSON.parse(line));
				assert.ok(lints.length > 50);
				assert.deepEqual(
					lints.filter(([, { result }]) => !["pass", "NA", "NE"].includes(result)),
					[],
				);
			}
		});

		it("have no finding above Note", async () => {
			assert.deepEqual(await levelsAndCodes(Buffer.from(ca.certificatePem)), ["info root", "info path-length"]);
			// The findings are about a trust anchor.
			assert.deepEqual(await levelsAndCodes(Buffer.from(client.certificatePem)), ["strong not-a-ca"]);
		});

		it("are accepted by both verdicts of the check", () => {
			const now = Date.now() / 1000;
			const { rfc5280, verdict, issues, chain } =
				checkChain(Buffer.from(client.certificatePem), [derOf(ca.certificatePem)], now) ?? assert.fail();
			assert.deepEqual([rfc5280, verdict, issues], ["valid", "accepted", []]);
			assert.deepEqual(
				chain.map(({ sha256 }) => sha256),
				[client.sha256, ca.sha256],
			);
		});

		it("have keys of this type, of which the CA's is encrypted", () => {
			for (const [key, certificate] of [
				[{ key: caKey, passphrase: PASSPHRASE }, ca],
				[clientKey, client],
			] as const) {
				const privateKey = createPrivateKey(key);
				const { asymmetricKeyType, asymmetricKeyDetails } = privateKey;
				const { modulusLength, namedCurve } = asymmetricKeyDetails ?? {};
				assert.equal(asymmetricKeyType === "rsa" ? modulusLength : Number(/\d{3}/.exec(namedCurve ?? "")?.[0]), bits);
				assert.ok(new X509Certificate(certificate.certificatePem).checkPrivateKey(privateKey));
			}
			assert.throws(() => createPrivateKey(caKey));
		});

		it("have an encrypted key that OpenSSL opens with its passphrase only", function () {
			if (!hasOpenssl3()) skipTest(this, "there is no OpenSSL 3");
			const open = (passphrase: string) =>
				spawnSync("openssl", ["pkey", "-in", file("ca.key.pem"), "-passin", `pass:${passphrase}`, "-check", "-noout"]);
			assert.equal(open(PASSPHRASE).status, 0);
			assert.notEqual(open(WRONG_PASSPHRASE).status, 0);
		});

		it("have an encrypted key that Python's cryptography opens with its passphrase only", function () {
			requirePython(this, "cryptography");
			const open = (passphrase: string) =>
				spawnSync("python3", ["-c", OPEN_KEY, file("ca.key.pem"), passphrase], { encoding: "utf8" });
			const opened = open(PASSPHRASE);
			assert.equal(opened.stdout.trim(), `${bits}`, opened.stderr);
			assert.match(open(WRONG_PASSPHRASE).stderr, /^ValueError: /m);
		});

		describe("let a program complete a handshake with a server that requires them:", () => {
			let emulator: Emulator;
			let serverCa: TestCertificate;
			let address: string;

			before(async () => {
				serverCa = await makeCertificate({ commonName: "Server CA" });
				const server = await makeCertificate({ ca: false, issuer: serverCa, serverNames: ["127.0.0.1"] });
				writeFileSync(file("server-ca.pem"), serverCa.pem);
				const tls = { key: server.privateKeyPem, cert: server.pem, requireCertificateFrom: [ca.certificatePem] };
				emulator = await startEmulator({ tls, switches: { lockOut: true } });
				const { id } = emulator.state.put({ pem: ca.certificatePem });
				emulator.state.setActive("organization", [id], true).commit();
				address = `${emulator.url}/organization/certificates`;
			});

			after(() => emulator.close());

			const run = async (program: string, ...args: readonly string[]) => {
				const { stdout } = await promisify(execFile)(program, args, { cwd: temporary.path });
				return stdout.trim();
			};

			it("Node", async () => {
				const headers = { authorization: `Bearer ${emulator.adminKey}` };
				const outgoing = request(address, {
					...{ agent: false, ca: serverCa.pem, cert: client.certificatePem, key: clientKey, headers },
				});
				outgoing.end();
				const [{ statusCode }] = (await once(outgoing, "response")) as [IncomingMessage];
				assert.equal(statusCode, 200);
			});

			it("curl", async function () {
				if (spawnSync("curl", ["--version"]).status !== 0) skipTest(this, "there is no curl");
				const args = [
					...["--silent", "--show-error", "--noproxy", "*", "--cacert", "server-ca.pem", "--output", "curl.json"],
					...["--cert", "client-chain.pem", "--key", "client.key.pem", "--write-out", "%{http_code}"],
					...["--header", `authorization: Bearer ${emulator.adminKey}`, address],
				];
				assert.equal(await run("curl", ...args), "200");
			});

			it("Python's ssl", async function () {
				requirePython(this, "ssl");
				const files = ["server-ca.pem", "client-chain.pem", "client.key.pem", ""];
				const args = ["-c", REQUEST, ...files, new URL(address).port, emulator.adminKey];
				assert.equal(await run("python3", ...args), "200");
			});
		});
	});
}

/** Skips the running test unless there is Python 3 with a module. */
function requirePython(context: Mocha.Context, module: string): void {
	if (spawnSync("python3", ["-c", `import ${module}`]).status !== 0)
		skipTest(context, `there is no python3 with the module ${module}`);
}
