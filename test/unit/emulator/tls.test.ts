import "reflect-metadata/lite";
import assert from "node:assert/strict";
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { Agent, type RequestOptions, request } from "node:https";
import { json } from "node:stream/consumers";
import { AuthorityKeyIdentifierExtension, type Extension, KeyUsagesExtension } from "@peculiar/x509";
import { type CertificateOptions, makeCertificate, type TestCertificate } from "../../certificates.ts";
import { type Emulator, startEmulator, type TlsOptions } from "../../emulator/emulator.ts";
import type { ReplyBody } from "./client.ts";

describe("emulator: TLS", () => {
	let emulator: Emulator | undefined;
	let serverTls: TlsOptions;
	let root: TestCertificate;
	let intermediate: TestCertificate;
	let client: TestCertificate;

	before(async () => {
		const server = await makeCertificate({ ca: false, serverNames: ["127.0.0.1"] });
		serverTls = { key: server.privateKeyPem, cert: server.pem };
		root = await makeCertificate({ commonName: "Root" });
		intermediate = await makeCertificate({ commonName: "Intermediate", issuer: root });
		client = await makeCertificate({ ca: false, issuer: intermediate });
	});

	afterEach(() => emulator?.close());

	/** Requests the list. @param options With a client certificate, if any. */
	async function list(
		url: string,
		options: RequestOptions = {},
	): Promise<{ status?: number | undefined; body: ReplyBody }> {
		const outgoing = request(`${url}/organization/certificates`, {
			agent: false,
			ca: serverTls.cert,
			headers: { authorization: `Bearer ${emulator?.adminKey}` },
			...options,
		});
		outgoing.end();
		const [response] = (await once(outgoing, "response")) as [IncomingMessage];
		return { status: response.statusCode, body: (await json(response)) as ReplyBody };
	}

	/** Returns the status and code of a refused request. */
	async function refusal(
		url: string,
		options?: RequestOptions,
	): Promise<[number | undefined, string | null | undefined]> {
		const { status, body } = await list(url, options);
		return [status, body.error?.code];
	}

	const as = (leaf: TestCertificate, ...chain: TestCertificate[]): RequestOptions => ({
		key: leaf.privateKeyPem,
		cert: [leaf, ...chain].map(({ pem }) => pem).join(""),
	});

	async function startLockedOut(anchor: TestCertificate): Promise<Emulator> {
		const locked = await startEmulator({ tls: { ...serverTls, requestCert: true }, switches: { lockOut: true } });
		emulator = locked;
		const { id } = locked.state.put({ pem: anchor.pem });
		locked.state.setActive("organization", [id], true).commit();
		return locked;
	}

	it("serves https with the given certificate", async () => {
		emulator = await startEmulator({ tls: serverTls });
		assert.match(emulator.url, /^https:\/\/127\.0\.0\.1:\d+\/v1$/);
		assert.equal((await list(emulator.url)).status, 200);
		await assert.rejects(list(emulator.url, { ca: root.pem }));
		assert.equal(emulator.exchanges.length, 1);
		assert.equal(emulator.connections.total, 2);
	});

	it("R41 responds only to the given names", async () => {
		emulator = await startEmulator({ tls: { ...serverTls, names: ["api.example.test"] } });
		const headers = { authorization: `Bearer ${emulator.adminKey}` };
		// The name in the TLS handshake is not tested here.
		const options = { checkServerIdentity: () => undefined };
		const status = async (host: string) =>
			(await list(emulator?.url ?? "", { ...options, headers: { ...headers, host } })).status;
		assert.equal(await status("api.example.test"), 200);
		assert.equal(await status("evil.test"), 403);
	});

	it("resets a TLS connection too", async () => {
		emulator = await startEmulator({ tls: serverTls });
		const { ended } = emulator.faults.arm({ kind: "reset", when: "after" });
		await assert.rejects(list(emulator.url), { message: "read ECONNRESET" });
		await ended;
		assert.equal(emulator.exchanges.length, 1);
	});

	it("demands a client certificate only while an anchor is active and the switch is on", async () => {
		const { state, switches, url } = await startLockedOut(root);
		const [anchor] = state.activeIn("organization");
		assert.equal((await list(url)).status, 401);
		state.setActive("organization", [anchor ?? ""], false).commit();
		assert.equal((await list(url)).status, 200);
		state.setActive("organization", [anchor ?? ""], true).commit();
		switches.lockOut = false;
		assert.equal((await list(url)).status, 200);
	});

	it("locks out a client over plain http, which can present no certificate", async () => {
		emulator = await startEmulator({ switches: { lockOut: true } });
		const { id } = emulator.state.upload({ certificate: root.pem }).commit();
		const activate = (active: boolean) => emulator?.state.setActive("organization", [id], active).commit();
		const status = async () =>
			(
				await fetch(`${emulator?.url}/organization/certificates`, {
					headers: { authorization: `Bearer ${emulator?.adminKey}` },
				})
			).status;
		activate(true);
		assert.equal(await status(), 401);
		emulator.switches.refusals.clientCertificateMissing.status = 403;
		assert.equal(await status(), 403);
		activate(false);
		assert.equal(await status(), 200);
	});

	it("accepts a client whose certificate chains to an active anchor", async () => {
		const { url } = await startLockedOut(root);
		assert.equal((await list(url, as(client, intermediate))).status, 200);
	});

	it("accepts a client certificate that is itself the anchor", async () => {
		const { url } = await startLockedOut(client);
		assert.equal((await list(url, as(client))).status, 200);
	});

	it("refuses every other client certificate", async () => {
		const { url } = await startLockedOut(root);
		const impostor = await makeCertificate({ commonName: "Root" });
		const issued = (options: CertificateOptions) => makeCertificate({ ca: false, issuer: root, ...options });
		const without = (type: new (...args: never) => Extension) => (usual: Extension[]) =>
			usual.filter((extension) => !(extension instanceof type));
		const otherName = await makeCertificate({ commonName: "Other root", keyOf: root });
		// Only its basic constraints prevent it from issuing certificates.
		const noCa = await issued({ commonName: "Not a CA", extensions: without(KeyUsagesExtension) });
		const attempts: [string, RequestOptions][] = [
			["without the intermediate", as(client)],
			["by another root of the same name", as(await makeCertificate({ ca: false, issuer: impostor }))],
			["by another name with the root's key", as(await makeCertificate({ ca: false, issuer: otherName }))],
			["expired", as(await issued({ notBefore: new Date(0), notAfter: new Date(1) }))],
			["issued by a leaf", as(await makeCertificate({ ca: false, issuer: noCa }), noCa)],
			["for servers", as(await issued({ serverNames: ["127.0.0.1"] }))],
		];
		for (const [title, options] of attempts)
			assert.deepEqual(await refusal(url, options), [401, "certificate_verification_failed"], title);
		assert.equal((await list(url, as(await issued({})))).status, 200);
	});

	it("responds with OpenAI's codes, with any status", async () => {
		const { url, switches } = await startLockedOut(root);
		const isAki = (extension: Extension) => extension instanceof AuthorityKeyIdentifierExtension;
		const extensions = (defaults: Extension[]) => defaults.filter((each) => !isAki(each));
		// The authority key identifier comes first: OpenAI rejects a certificate without it, whoever issued it.
		const withoutAki = await makeCertificate({ ca: false, issuer: root, extensions });
		assert.deepEqual(await refusal(url), [401, "certificate_required"]);
		assert.deepEqual(await refusal(url, as(withoutAki)), [401, "invalid_certificate"]);
		switches.refusals.clientCertificateInvalid.status = 400;
		assert.deepEqual(await refusal(url, as(withoutAki)), [400, "invalid_certificate"]);
		switches.verifierFails = true;
		assert.deepEqual(await refusal(url, as(client, intermediate)), [503, "authentication_temporarily_unavailable"]);
	});

	it("tries the direct path before the presented chain, and the filter of the certificate found first", async () => {
		const { state, switches, url } = await startLockedOut(root);
		const direct = state.upload({ certificate: intermediate.pem }).commit();
		const tried: string[] = [];
		switches.celFilter = (id, { subject }) => {
			tried.push(id);
			return id !== direct.id || subject !== "CN=Test client";
		};
		const viaChain = state.activeIn("organization");
		assert.equal((await list(url, as(client, intermediate))).status, 200);
		state.setActive("organization", [direct.id], true).commit();
		const filtered = [401, "certificate_attribute_verification_failed"];
		assert.deepEqual(await refusal(url, as(client, intermediate)), filtered);
		assert.deepEqual(await refusal(url, as(client)), filtered);
		assert.deepEqual(tried, [...viaChain, direct.id, direct.id]);
	});

	it("tries the project's certificates before the organization's, for the project's key", async () => {
		const { state, switches, url } = await startLockedOut(root);
		const project = state.addProject("A").id;
		const own = state.upload({ certificate: root.pem }).commit();
		state.setActive(project, [own.id], true).commit();
		const tried: string[] = [];
		switches.celFilter = (id) => tried.push(id) > 0;
		const headers = { authorization: `Bearer ${emulator?.keys.addProjectKey(project)}` };
		const models = await list(url, { ...as(client, intermediate), headers, path: "/v1/models" });
		assert.deepEqual([models.status, tried], [200, [own.id]]);
		state.setActive(project, [own.id], false).commit();
		await list(url, { ...as(client, intermediate), headers, path: "/v1/models" });
		assert.deepEqual(tried, [own.id, ...state.activeIn("organization")]);
	});

	it("refuses a client whose certificate chains to an expired anchor", async () => {
		const expired = await makeCertificate({ notBefore: new Date(0), notAfter: new Date(1) });
		const { url } = await startLockedOut(expired);
		assert.equal((await list(url, as(await makeCertificate({ ca: false, issuer: expired })))).status, 401);
	});

	it("checks each request against the current anchors, on an existing connection too", async () => {
		const { state, url, connections } = await startLockedOut(root);
		const other = await makeCertificate({ commonName: "Other root" });
		const { id } = state.upload({ certificate: other.pem }).commit();
		const agent = new Agent({ keepAlive: true, maxSockets: 1 });
		const status = async () => (await list(url, { agent, ...as(client, intermediate) })).status;
		assert.equal(await status(), 200);
		state.setActive("organization", [id], true).commit();
		assert.equal(await status(), 200);
		state.setActive("organization", [state.certificates[0]?.id ?? ""], false).commit();
		assert.equal(await status(), 401);
		assert.equal(connections.total, 1);
		agent.destroy();
	});

	it("checks the chain of a resumed session", async () => {
		const { url, connections } = await startLockedOut(root);
		const agent = new Agent({ keepAlive: false, maxCachedSessions: 10 });
		for (let turn = 0; turn < 3; turn += 1) {
			assert.equal((await list(url, { agent, ...as(client, intermediate) })).status, 200);
		}
		assert.equal(connections.total, 3);
		agent.destroy();
	});

	it("requests a certificate on the mtls host, with or without admin paths", async () => {
		emulator = await startEmulator({ tls: serverTls, switches: { lockOut: true } });
		const { id } = emulator.state.upload({ certificate: root.pem }).commit();
		emulator.state.setActive("organization", [id], true).commit();
		const mtlsUrl = emulator.mtlsUrl ?? "";
		assert.equal((await list(emulator.url, as(client, intermediate))).status, 401, "the ordinary host does not ask");
		assert.equal((await list(mtlsUrl, as(client, intermediate))).status, 200);
		assert.equal((await list(mtlsUrl)).status, 401);
		emulator.switches.adminOnMtlsHost = false;
		assert.equal((await list(mtlsUrl, as(client, intermediate))).status, 404);
	});

	it("fails the handshake instead, on demand", async () => {
		emulator = await startEmulator({ tls: { ...serverTls, requireCertificateFrom: [root.pem] } });
		await assert.rejects(list(emulator.url));
		assert.equal((await list(emulator.url, as(client, intermediate))).status, 200);
		assert.equal(emulator.exchanges.length, 1);
	});
});
