import assert from "node:assert/strict";
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { text } from "node:stream/consumers";
import { makeCertificate } from "../../certificates.ts";
import { type Emulator, startEmulator } from "../../emulator/emulator.ts";
import type { Permission } from "../../emulator/keys.ts";
import { skipTest } from "../../skipTest.ts";
import { call } from "./client.ts";

describe("emulator: access and record", () => {
	let emulator: Emulator;

	beforeEach(async () => {
		emulator = await startEmulator({ organizationName: "org-acme" });
	});

	afterEach(() => emulator.close());

	it("R41 responds 403 to a foreign Host before it checks anything else", async () => {
		const { port } = new URL(emulator.url);
		for (const host of ["evil.test", `evil.test:${port}`, "127.0.0.1", `127.0.0.1.evil.test:${port}`, "localhost:1"]) {
			assert.equal((await raw("GET", { host })).status, 403, host);
		}
		for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`]) {
			assert.equal((await raw("GET", { host })).status, 200, host);
		}
	});

	it("R41 listens on loopback only", async function () {
		const outer = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
		const address = outer.find(({ internal, family }) => !internal && family === "IPv4")?.address;
		if (address === undefined) return skipTest(this, "this machine has no address but loopback");
		const socket = connect(Number(new URL(emulator.url).port), address);
		const [error] = (await once(socket, "error")) as [NodeJS.ErrnoException];
		assert.equal(error.code, "ECONNREFUSED");
	});

	it("listens on ::1 on demand", async function () {
		const other = await startEmulator({ address: "::1" }).catch(() => undefined);
		if (other === undefined) return skipTest(this, "this machine has no IPv6 loopback");
		try {
			assert.match(other.url, /^http:\/\/\[::1\]:\d+\/v1$/);
			assert.equal((await call(other, "GET /certificates")).status, 200);
		} finally {
			await other.close();
		}
	});

	it("accepts a project's key only for the API, and an admin key only for administration", async () => {
		const key = emulator.keys.addProjectKey(emulator.state.addProject("A").id);
		const models = async (bearer: string) => {
			const response = await fetch(`${emulator.url}/models`, { headers: { authorization: `Bearer ${bearer}` } });
			return response.status;
		};
		assert.deepEqual([await models(key), await models(emulator.adminKey), await models("sk-proj-x")], [200, 403, 401]);
		assert.equal((await call(emulator, "GET /certificates", { key })).status, 403);
		const { id } = emulator.state.put();
		emulator.state.setActive("organization", [id], true).commit();
		// Applies to every project, and to administrators only with the switch `lockOut`.
		assert.deepEqual([await models(key), (await call(emulator, "GET /certificates")).status], [401, 200]);
	});

	it("R42 refuses an unknown key, repeats part of it, and records none of it", async () => {
		const other = await startEmulator();
		await other.close();
		assert.match(other.adminKey, /^sk-emulator-[\w-]{32}$/);
		assert.notEqual(other.adminKey, emulator.adminKey);
		for (const key of ["sk-admin-abcdefghijklmnopqrstuvwxyz", "short", other.adminKey]) {
			const { status, body } = await call(emulator, "GET /certificates", { key });
			assert.equal(status, 401);
			assert.equal(body.error?.code, "invalid_api_key");
			const echo = key.slice(0, 2);
			assert.match(body.error?.message ?? "", new RegExp(`provided: ${echo}`));
			assert.ok(!body.error?.message.includes(key));
			const recorded = emulator.exchanges.at(-1);
			assert.equal(recorded?.requestHeaders.authorization, "***");
			assert.match(recorded?.responseBody ?? "", /provided: \*\*\*\./);
		}
	});

	it("masks its own key in the record, recognizably", async () => {
		await call(emulator, "GET /certificates");
		assert.equal(emulator.exchanges[0]?.requestHeaders.authorization, "Bearer sk-emulator-***");
		assert.ok(!JSON.stringify(emulator.exchanges).includes(emulator.adminKey));
	});

	it("refuses a request without a key, and a revoked key", async () => {
		assert.equal((await raw("GET", {}, undefined, null)).status, 401);
		assert.equal((await raw("GET", {}, undefined, `Basic ${emulator.adminKey}`)).status, 401);
		emulator.keys.revoke(emulator.adminKey);
		assert.equal((await call(emulator, "GET /certificates")).status, 401);
	});

	it("names a missing permission, with 401 or 403, in either shape", async () => {
		const needs: [Permission, string, unknown?][] = [
			["api.mtls.read", "GET /certificates"],
			["api.mtls.read", "GET /certificates/cert_a"],
			["api.mtls.read", "GET /projects/proj_a/certificates"],
			["api.mtls.write", "POST /certificates", {}],
			["api.mtls.write", "POST /certificates/cert_a", {}],
			["api.mtls.write", "DELETE /certificates/cert_a"],
			["api.mtls.write", "POST /certificates/activate", {}],
			["api.mtls.write", "POST /certificates/deactivate", {}],
			["api.mtls.write", "POST /projects/proj_a/certificates/activate", {}],
			["api.mtls.write", "POST /projects/proj_a/certificates/deactivate", {}],
			["api.management.read", "GET /projects"],
			["api.management.read", "GET /audit_logs"],
		];
		const all: Permission[] = ["api.mtls.read", "api.mtls.write", "api.management.read"];
		for (const [permission, target, body] of needs) {
			const key = emulator.keys.add(all.filter((each) => each !== permission));
			const refused = await call(emulator, target, { key, body });
			assert.equal(refused.status, 403, target);
			assert.match(refused.body.error?.message ?? "", new RegExp(permission.replaceAll(".", "\\.")));
			const allowed = await call(emulator, target, { key: emulator.keys.add([permission]), body });
			assert.notEqual(allowed.status, 403, target);
		}
		const key = emulator.keys.add([]);
		emulator.switches.missingPermission = { status: 401, shape: "text" };
		const refused = await call(emulator, "GET /certificates", { key });
		assert.equal(refused.status, 401);
		assert.match(String(refused.body.error), /api\.mtls\.read/);
	});

	it("sends a request id, the organization and its own time with each response", async () => {
		await emulator.close();
		emulator = await startEmulator({ now: () => 1_800_000_000_123, organizationName: "org-acme" });
		const responses = [
			await call(emulator, "GET /certificates"),
			await call(emulator, "GET /nothing"),
			await call(emulator, "GET /certificates", { key: "x" }),
		];
		for (const { headers } of responses) {
			assert.match(headers.get("x-request-id") ?? "", /^req_[0-9a-f]{32}$/);
			assert.equal(headers.get("openai-organization"), "org-acme");
			assert.equal(headers.get("date"), new Date(1_800_000_000_000).toUTCString());
		}
		assert.equal(new Set(responses.map(({ headers }) => headers.get("x-request-id"))).size, responses.length);
		assert.equal(emulator.exchanges[0]?.at, 1_800_000_000_123);
	});

	it("requires JSON where it requires a body, and no body for other operations", async () => {
		const { pem: certificate } = await makeCertificate();
		const post = (body: string, type: string) =>
			call(emulator, "POST /certificates", { body, headers: { "content-type": type } });
		const body = JSON.stringify({ certificate });
		assert.equal((await post(body, "text/plain")).status, 415);
		assert.equal((await post(body, "application/jsonp")).status, 415);
		assert.equal((await post(body, "application/json; charset=utf-8")).status, 200);
		assert.equal((await post("{", "application/json")).status, 400);
		assert.equal((await post("", "application/json")).status, 400);
		assert.equal((await call(emulator, "DELETE /certificates/cert_a", { body: {} })).status, 400);
		assert.equal(emulator.state.certificates.length, 1);
	});

	it("counts connections, also without any request", async () => {
		const socket = connect(Number(new URL(emulator.url).port), "127.0.0.1");
		await once(socket, "connect");
		await call(emulator, "GET /certificates");
		assert.equal(emulator.connections.total, 2);
		assert.equal(emulator.connections.open, 2);
		await emulator.close();
		assert.equal(emulator.connections.open, 0);
		socket.destroy();
	});

	/** Sends a request with headers that `fetch` does not allow. */
	async function raw(
		method: string,
		headers: Record<string, string | number>,
		body?: Buffer,
		authorization: string | null = `Bearer ${emulator.adminKey}`,
	): Promise<{ status: number | undefined; body: string }> {
		const outgoing = request(`${emulator.url}/organization/certificates`, {
			method,
			agent: false,
			headers: { ...(authorization === null ? {} : { authorization }), ...headers },
		});
		outgoing.end(body);
		const [response] = (await once(outgoing, "response")) as [IncomingMessage];
		outgoing.on("error", () => {});
		return { status: response.statusCode, body: await text(response) };
	}
});
