import assert from "node:assert/strict";
import type { UploadEnding } from "../../../src/domain/problem.ts";
import { makeCertificate, type TestCertificate } from "../../certificates.ts";
import { mapCertificates } from "../../emulator/bodies.ts";
import { startEmulator } from "../../emulator/emulator.ts";
import type { FaultKind } from "../../emulator/faults.ts";
import type { Exchange } from "../../emulator/record.ts";
import { apiFixtureForEachTest, expectProblem } from "./setup.ts";

const unconfirmed = { reason: "unconfirmed", name: "n", lookup: { outcome: "failed" } };

/** Returns the status and the PEM's field of each POST. */
const posts = (exchanges: readonly Exchange[]) =>
	exchanges.map(({ status, requestBody }) => [status, Object.keys(JSON.parse(requestBody))[0]]);

describe("Upload", () => {
	const fixture = apiFixtureForEachTest();
	let made: TestCertificate;

	before(async () => {
		made = await makeCertificate({ commonName: "Acme Root CA" });
	});

	it("sends one certificate and returns the stored certificate", async () => {
		const uploaded = await fixture.api.upload({ pem: made.pem, name: "Acme 2027" });
		const [stored = assert.fail()] = fixture.emulator.state.certificates;
		assert.deepEqual(uploaded, {
			id: stored.id,
			name: "Acme 2027",
			createdAt: stored.createdAt,
			validAt: stored.validAt,
			expiresAt: stored.expiresAt,
			active: false,
		});
		const [exchange] = fixture.emulator.exchanges;
		assert.deepEqual(JSON.parse(exchange?.requestBody ?? ""), { certificate: made.pem, name: "Acme 2027" });
		assert.match(String(exchange?.requestHeaders["user-agent"]), /^certificates-for-openai\.openai-certificates\//);
	});

	describe("the field", () => {
		for (const uploadComplaint of ["unknown", "missing"] as const)
			it(`is \`content\` after the service rejects the other (${uploadComplaint}), and stays so for that host`, async () => {
				const { emulator } = fixture;
				Object.assign(emulator.switches, { uploadField: "content", uploadComplaint });
				await fixture.api.upload({ pem: made.pem, name: "n" });
				await fixture.createApi(emulator.url, emulator.adminKey).upload({ pem: made.pem, name: "n" });
				assert.deepEqual(posts(emulator.exchanges), [
					[400, "certificate"],
					[200, "content"],
					[200, "content"],
				]);

				const other = await startEmulator();
				try {
					await fixture.createApi(other.url, other.adminKey).upload({ pem: made.pem, name: "n" });
					assert.deepEqual(posts(other.exchanges), [[200, "certificate"]]);
				} finally {
					await other.close();
				}
			});

		const refused = (status: number, error: unknown): FaultKind => ({ kind: "status", status, body: { error } });
		const fieldErrors: readonly [string, FaultKind][] = [
			["by its code", refused(400, { message: "no", param: "certificate", code: "unknown_parameter" })],
			["by its code as missing", refused(400, { message: "no", param: "content", code: "missing_required_parameter" })],
			["by its message", refused(400, { message: "Unknown parameter: 'certificate'.", param: null, code: null })],
			["by plain text", refused(400, "Missing required parameter: 'content'.")],
		];
		for (const [title, fault] of fieldErrors)
			it(`changes if a 400 names it ${title}`, async () => {
				fixture.emulator.switches.uploadField = "content";
				fixture.emulator.faults.arm({ ...fault, when: "before" });
				await fixture.api.upload({ pem: made.pem, name: "n" });
				assert.deepEqual(posts(fixture.emulator.exchanges), [
					[400, "certificate"],
					[200, "content"],
				]);
			});

		const unknown = { message: "Unknown parameter: 'certificate'.", param: "certificate", code: "unknown_parameter" };
		const otherErrors: readonly [string, FaultKind][] = [
			["400 about the value", refused(400, { message: "Invalid value.", param: "certificate", code: "invalid_value" })],
			["400 without a code", refused(400, { message: "This certificate is a duplicate.", param: "certificate" })],
			["400 about the value of `content`", refused(400, { message: "Too long.", param: "content", code: "too_long" })],
			["400 that certificate is missing", refused(400, { param: "certificate", code: "missing_required_parameter" })],
			["400 about another field", refused(400, { ...unknown, message: "Unknown parameter: 'name'.", param: "name" })],
			["400 `mtls_certificate_invalid`", refused(400, { param: "certificate", code: "mtls_certificate_invalid" })],
			["413", refused(413, unknown)],
			["422", refused(422, unknown)],
			["404", refused(404, unknown)],
			["409", refused(409, unknown)],
			["500", refused(500, unknown)],
		];
		for (const [title, fault] of otherErrors)
			it(`stays after a ${title}, which causes no second POST`, async () => {
				fixture.emulator.faults.arm({ ...fault, when: "before" });
				await expectProblem(fixture.api.upload({ pem: made.pem, name: "n" }));
				await fixture.api.upload({ pem: made.pem, name: "n" });
				assert.deepEqual(posts(fixture.emulator.exchanges), [
					["status" in fault ? fault.status : null, "certificate"],
					[200, "certificate"],
				]);
			});
	});

	const deviations: readonly [string, Record<string, unknown>, Record<string, unknown>][] = [
		["an unknown object", { object: "organization.trust_anchor" }, {}],
		["no object", { object: undefined }, {}],
		["a number as name", { name: 5 }, { name: null }],
		["no name", { name: undefined }, { name: null }],
		["text as time", { created_at: "2026-01-01" }, { createdAt: null }],
		["milliseconds", { created_at: 1_800_000_000_000 }, { createdAt: null }],
		["no details", { certificate_details: undefined }, { validAt: null, expiresAt: null }],
		["null as details", { certificate_details: null }, { validAt: null, expiresAt: null }],
		["text as details", { certificate_details: "none" }, { validAt: null, expiresAt: null }],
		["text as flag", { active: "yes" }, {}],
	];
	for (const [title, change, expected] of deviations)
		it(`reads the id in a response with ${title}`, async () => {
			const rewrite = mapCertificates((certificate) => ({ ...certificate, ...change }));
			fixture.emulator.faults.arm({ kind: "rewrite", rewrite, when: "after" });
			const { id, ...rest } = await fixture.api.upload({ pem: made.pem, name: "n" });
			const [stored = assert.fail()] = fixture.emulator.state.certificates;
			assert.equal(id, stored.id);
			const { name, createdAt, validAt, expiresAt } = stored;
			assert.deepEqual(rest, { name, createdAt, validAt, expiresAt, active: false, ...expected });
		});

	it("reads the valid time in a response with one invalid time", async () => {
		const details = { valid_at: "never", expires_at: 4_000_000_000 };
		const rewrite = mapCertificates((certificate) => ({ ...certificate, certificate_details: details }));
		fixture.emulator.faults.arm({ kind: "rewrite", rewrite, when: "after" });
		const { validAt, expiresAt } = await fixture.api.upload({ pem: made.pem, name: "n" });
		assert.deepEqual({ validAt, expiresAt }, { validAt: null, expiresAt: 4_000_000_000 });
	});

	const noResponse = { kind: "no-response" } as const;
	const unreadable = { kind: "unreadable" } as const;
	const inconclusive: readonly [string, FaultKind, UploadEnding][] = [
		["a reset", { kind: "reset" }, noResponse],
		["a close", { kind: "close" }, noResponse],
		["a cut body", { kind: "cut" }, noResponse],
		["HTML", { kind: "html" }, unreadable],
		["{}", { kind: "body", text: "{}" }, unreadable],
		["an invalid id", { kind: "body", text: '{"object":"certificate","id":"../x"}' }, unreadable],
		["an endless body", { kind: "endless" }, unreadable],
		["a 408", { kind: "status", status: 408 }, noResponse],
		["a 409", { kind: "status", status: 409 }, { kind: "status", status: 409 }],
		["a 502", { kind: "status", status: 502 }, { kind: "status", status: 502 }],
		["a redirect", { kind: "redirect", status: 307, location: "https://evil.test/" }, { kind: "redirected" }],
	];
	for (const [title, fault, ending] of inconclusive)
		it(`R20 leaves an upload unconfirmed after ${title}, and sends it once`, async () => {
			fixture.emulator.faults.arm({ ...fault, when: "after" });
			const problem = await expectProblem(fixture.api.upload({ pem: made.pem, name: "n" }));
			assert.deepEqual(problem, { ...unconfirmed, ending });
			assert.equal(fixture.emulator.exchanges.length, 1);
		});

	const refusals: readonly [string, FaultKind, string][] = [
		["400", { kind: "status", status: 400 }, "rejected"],
		["401", { kind: "status", status: 401 }, "unauthorized"],
		["401 from another region", { kind: "status", status: 401, code: "incorrect_hostname" }, "wrong-region"],
		["403", { kind: "status", status: 403 }, "forbidden"],
		["413", { kind: "status", status: 413 }, "rejected"],
		["429 with a long wait", { kind: "status", status: 429, retryAfter: "31" }, "rate-limited"],
	];
	for (const [title, fault, reason] of refusals)
		it(`reports a ${title} as a refusal, not as an unconfirmed upload`, async () => {
			fixture.emulator.faults.arm({ ...fault, when: "before" });
			assert.equal((await expectProblem(fixture.api.upload({ pem: made.pem, name: "n" }))).reason, reason);
			assert.equal(fixture.emulator.exchanges.length, 1);
		});
});
