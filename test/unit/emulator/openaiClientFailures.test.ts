import assert from "node:assert/strict";
import { mock } from "node:test";
import { setImmediate } from "node:timers/promises";
import { type APIError, OpenAI } from "openai";
import { makeCertificate, type TestCertificate } from "../../certificates.ts";
import { type Emulator, startEmulator } from "../../emulator/emulator.ts";
import type { FaultKind } from "../../emulator/faults.ts";
import { createOpenAIClient, type OrganizationAdmin } from "./openaiClient.ts";

type ErrorClass = new (...given: never[]) => APIError;

describe("emulator: OpenAI's own client, refused or without a response", () => {
	let emulator: Emulator;
	let root: TestCertificate;

	before(async () => {
		root = await makeCertificate();
	});

	beforeEach(async () => {
		emulator = await startEmulator();
	});

	afterEach(() => emulator.close());

	describe("refused", () => {
		let organization: OrganizationAdmin;

		beforeEach(() => {
			organization = administer(emulator.adminKey);
		});

		const administer = (key: string) =>
			createOpenAIClient(emulator, { adminAPIKey: key, maxRetries: 0 }).admin.organization;

		async function refuses(
			call: Promise<unknown>,
			type: ErrorClass,
			expected: { readonly status: number } & Partial<Pick<APIError, "code" | "param">>,
		): Promise<void> {
			const error = await call.then(
				() => assert.fail("not refused"),
				(reason) => reason,
			);
			assert.ok(error instanceof type, String(error));
			const { status, code, param } = error;
			assert.deepEqual({ status, code, param }, { code: null, param: null, ...expected });
			assert.equal(error.requestID, emulator.exchanges.at(-1)?.responseHeaders["x-request-id"]);
		}

		it("400: invalid input", async () => {
			const { certificates } = organization;
			await refuses(certificates.create({ certificate: "text" }), OpenAI.BadRequestError, {
				status: 400,
				code: "mtls_certificate_invalid",
				param: "certificate",
			});
			const certificate_ids = Array.from({ length: 11 }, (_, index) => `cert_${index}`);
			await refuses(certificates.activate({ certificate_ids }), OpenAI.BadRequestError, {
				status: 400,
				code: "invalid_value",
				param: "certificate_ids",
			});
			await refuses(certificates.list({ limit: 101 }), OpenAI.BadRequestError, {
				status: 400,
				code: "invalid_value",
				param: "limit",
			});
			await refuses(certificates.list({ after: "cert_gone" }), OpenAI.BadRequestError, { status: 400, param: "after" });
		});

		it("400: the fifty-first certificate", async () => {
			for (let count = 0; count < 50; count += 1) emulator.state.put();
			const call = organization.certificates.create({ certificate: root.pem });
			await refuses(call, OpenAI.BadRequestError, { status: 400 });
			assert.equal(emulator.state.certificates.length, 50);
		});

		it("400: a delete while active in the organization or in a project", async () => {
			const { id } = emulator.state.put();
			for (const scope of ["organization", emulator.state.addProject("A").id]) {
				emulator.state.setActive(scope, [id], true).commit();
				await refuses(organization.certificates.delete(id), OpenAI.BadRequestError, {
					status: 400,
					code: "certificate_in_use",
				});
				emulator.state.setActive(scope, [id], false).commit();
			}
			assert.equal((await organization.certificates.delete(id)).id, id);
		});

		it("401: an unknown key", async () => {
			const expected = { status: 401, code: "invalid_api_key" };
			await refuses(administer("sk-admin-none").projects.list(), OpenAI.AuthenticationError, expected);
		});

		it("403, or 401 in plain text: a key without the permission", async () => {
			const reader = administer(emulator.keys.add(["api.mtls.read"]));
			const upload = () => reader.certificates.create({ certificate: root.pem });
			await refuses(upload(), OpenAI.PermissionDeniedError, { status: 403 });
			emulator.switches.missingPermission = { status: 401, shape: "text" };
			await refuses(upload(), OpenAI.AuthenticationError, { status: 401, code: undefined, param: undefined });
			await assert.rejects(upload(), /api\.mtls\.write/);
			assert.deepEqual(emulator.state.certificates, []);
		});

		it("404: an unknown certificate or project", async () => {
			const { certificates, projects } = organization;
			const certificate_ids = [emulator.state.put().id, "cert_none"];
			for (const call of [
				() => certificates.retrieve("cert_none"),
				() => certificates.update("cert_none", { name: "New" }),
				() => certificates.delete("cert_none"),
				() => certificates.activate({ certificate_ids }),
				() => projects.certificates.list("proj_none"),
			]) {
				await refuses(call(), OpenAI.NotFoundError, { status: 404 });
			}
			assert.deepEqual(emulator.state.activeIn("organization"), []);
		});

		it("409: a name that is taken", async () => {
			emulator.switches.duplicateNames = "refused";
			emulator.switches.refusals.duplicateName = { status: 409, code: "name_taken" };
			emulator.state.put({ name: "Root" });
			const call = organization.certificates.create({ certificate: root.pem, name: "Root" });
			await refuses(call, OpenAI.ConflictError, { status: 409, code: "name_taken", param: "name" });
		});

		it("429: too many requests", async () => {
			const code = "rate_limit_exceeded";
			emulator.faults.arm({ kind: "status", status: 429, code, retryAfter: "7", when: "before" });
			await refuses(organization.certificates.list(), OpenAI.RateLimitError, { status: 429, code });
			assert.equal(emulator.exchanges[0]?.responseHeaders["retry-after"], "7");
		});
	});

	describe("with its default settings", () => {
		const upload = () => createOpenAIClient(emulator).admin.organization.certificates.create({ certificate: root.pem });
		/** Waits for a call, and skips the pauses between its attempts. */
		const withoutPauses = async <T>(call: Promise<T>): Promise<T> => {
			let isDone = false;
			void call
				.catch(() => {})
				.finally(() => {
					isDone = true;
				});
			while (!isDone) {
				await setImmediate();
				mock.timers.tick(5);
			}
			return call;
		};
		beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
		afterEach(() => mock.timers.reset());

		const lostResponses: readonly [string, FaultKind, ErrorClass][] = [
			["reset", { kind: "reset" }, OpenAI.APIConnectionError],
			["500", { kind: "status", status: 500 }, OpenAI.InternalServerError],
			["409", { kind: "status", status: 409 }, OpenAI.ConflictError],
		];

		for (const [title, fault, type] of lostResponses) {
			it(`uploads three copies if each response to an upload is lost: ${title}`, async () => {
				emulator.faults.arm({ ...fault, operation: "upload", when: "after", times: Number.POSITIVE_INFINITY });
				await assert.rejects(withoutPauses(upload()), type);
				const uploaded = emulator.state.certificates.map(({ sha256 }) => sha256);
				assert.deepEqual(uploaded, [root.sha256, root.sha256, root.sha256]);
				const sent = emulator.exchanges.map(({ requestHeaders }) => requestHeaders);
				assert.deepEqual(
					sent.map((each) => each["x-stainless-retry-count"]),
					["0", "1", "2"],
				);
				assert.ok(sent.every((each) => !("idempotency-key" in each)));
			});
		}

		it("uploads two copies if the first response to an upload is lost, and reports one", async () => {
			emulator.faults.arm({ kind: "reset", operation: "upload", when: "after" });
			const { id } = await withoutPauses(upload());
			const ids = emulator.state.certificates.map((certificate) => certificate.id);
			assert.deepEqual([ids.length, ids[1]], [2, id]);
		});

		it("reads no environment variable of the user", async () => {
			const kinds = ["API_KEY", "ADMIN_KEY", "BASE_URL", "ORG_ID", "PROJECT_ID", "WEBHOOK_SECRET", "LOG"];
			const names = [...kinds, "CUSTOM_HEADERS"].map((kind) => `OPENAI_${kind}`);
			const before = names.map((name) => [name, process.env[name]] as const);
			for (const name of names) process.env[name] = "x-from-environment: yes";
			try {
				await upload();
			} finally {
				for (const [name, value] of before) {
					if (value === undefined) delete process.env[name];
					else process.env[name] = value;
				}
			}
			assert.ok(!JSON.stringify(emulator.exchanges).includes("x-from-environment"));
		});
	});
});
