import assert from "node:assert/strict";
import { problemOf } from "../../../src/domain/problem.ts";
import type { Endpoint } from "../../../src/openai/endpoint.ts";
import { problemFromConnectionError, problemFromError, problemFromStatus } from "../../../src/openai/errorMapping.ts";

const endpoint = { host: "api.test", proxy: null, tls: null } as Endpoint;

/** Creates an error like those of Node, OpenSSL and undici. */
function errorWith(code: unknown): Error {
	return Object.assign(new Error("text of another's"), { code });
}

/** Returns the problem of a refused request. */
function rejection(status: number, error: unknown) {
	const problem = problemOf(problemFromStatus(status, { error }, {}, "api.test"));
	assert.ok(problem?.reason === "rejected");
	return problem;
}

describe("Connection errors", () => {
	const issues: Readonly<Record<string, string>> = {
		CERT_HAS_EXPIRED: "expired",
		CERT_NOT_YET_VALID: "expired",
		ERR_TLS_CERT_ALTNAME_INVALID: "wrong-name",
		HOSTNAME_MISMATCH: "wrong-name",
		DEPTH_ZERO_SELF_SIGNED_CERT: "self-signed",
		SELF_SIGNED_CERT_IN_CHAIN: "self-signed",
		UNABLE_TO_GET_ISSUER_CERT: "unknown-issuer",
		UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "unknown-issuer",
		UNABLE_TO_VERIFY_LEAF_SIGNATURE: "unknown-issuer",
		CERT_UNTRUSTED: "unknown-issuer",
		CERT_REVOKED: "other",
		CERT_REJECTED: "other",
		CERT_SIGNATURE_FAILURE: "other",
		CERT_CHAIN_TOO_LONG: "other",
		INVALID_CA: "other",
		INVALID_PURPOSE: "other",
		PATH_LENGTH_EXCEEDED: "other",
	};
	for (const [code, why] of Object.entries(issues))
		it(`R05 maps ${code} to the server certificate issue ${why}`, () => {
			const expected = { reason: "untrusted-server", host: "api.test", why };
			assert.deepEqual(problemOf(problemFromConnectionError(errorWith(code), endpoint)), expected);
		});

	const afterSending: readonly [string, string][] = [
		["UND_ERR_HEADERS_TIMEOUT", "timeout"],
		["UND_ERR_BODY_TIMEOUT", "timeout"],
		["ETIMEDOUT", "timeout"],
		["HPE_INVALID_CONSTANT", "bad-answer"],
		["UND_ERR_RESPONSE", "bad-answer"],
		["UND_ERR_RES_CONTENT_LENGTH_MISMATCH", "bad-answer"],
		["UND_ERR_HEADERS_OVERFLOW", "bad-answer"],
		["X_HPE_", "connection-lost"],
		["ECONNRESET", "connection-lost"],
		["ERR_SSL_TLSV1_ALERT_UNKNOWN_CA", "client-certificate-refused"],
		["ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", "client-certificate-refused"],
		["X_ERR_SSL_TLSV1_ALERT_UNKNOWN_CA", "connection-lost"],
		["ERR_SSL_TLSV1_ALERT_UNKNOWN_CA_X", "connection-lost"],
		["ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR", "connection-lost"],
	];
	for (const [code, reason] of afterSending)
		it(`maps ${code} after the first byte to ${reason}`, () => {
			assert.equal(problemOf(problemFromError(errorWith(code), endpoint, true))?.reason, reason);
		});

	it("R26 maps every error before the first byte to an unreachable service", () => {
		for (const code of ["ETIMEDOUT", "UND_ERR_HEADERS_TIMEOUT", undefined, 7])
			assert.equal(problemOf(problemFromError(errorWith(code), endpoint, false))?.reason, "unreachable");
	});

	it("names the proxy", () => {
		const { proxy } = { proxy: { host: "proxy.test" } } as unknown as Endpoint;
		const expected = { reason: "unreachable", host: "api.test", proxy: "proxy.test" };
		assert.deepEqual(
			problemOf(problemFromConnectionError(errorWith("ECONNREFUSED"), { ...endpoint, proxy })),
			expected,
		);
	});
});

describe("Refused requests", () => {
	it("R18 returns only error codes that have a message", () => {
		for (const code of ["mtls_certificate_invalid", "expired_certificate", "certificate_in_use"])
			assert.equal(rejection(400, { code }).code, code);
		for (const code of ["other", "", null, 7]) assert.equal(rejection(400, { code }).code, null);
	});

	it("R55 recognizes only OpenAI's exact codes about client certificates, only in an error", () => {
		const problemWith = (status: number, error: unknown) =>
			problemOf(problemFromStatus(status, { error }, {}, "a.test"));
		const code = "certificate_required";
		assert.deepEqual(problemWith(401, { code }), { reason: "mtls", code, status: 401 });
		for (const error of [code, { message: code }, { type: code }, { code: [code] }, { code: "certificate" }, null])
			assert.deepEqual(problemWith(401, error), { reason: "unauthorized" });
		assert.equal(problemWith(307, { code })?.reason, "redirected");
	});

	it("R18 returns only names of fields that this extension sends", () => {
		for (const param of ["certificate", "content", "name"]) assert.equal(rejection(400, { param }).param, param);
		for (const param of ["certificates", "", "key", null, 7]) assert.equal(rejection(400, { param }).param, null);
	});

	const fieldErrors = [
		{ code: "unknown_parameter", param: "certificate" },
		{ code: "missing_required_parameter", param: "content" },
		{ message: "Unknown parameter: 'certificate'." },
		{ message: "unknown parameter: certificate" },
		{ message: "Missing required parameter: 'content'." },
		{ message: "Missing required parameter: content" },
		"Unknown parameter: 'certificate'.",
	];
	for (const error of fieldErrors)
		it(`R18 ${JSON.stringify(error)} is about the name of the field, only with status 400`, () => {
			assert.equal(rejection(400, error).fieldRefused, true);
			assert.equal(rejection(422, error).fieldRefused, false);
		});

	const otherErrors = [
		{ code: "unknown_parameter", param: "name" },
		{ code: "missing_required_parameter", param: "certificate" },
		{ code: "invalid", param: "certificate" },
		{ message: "Not an unknown parameter: 'certificate'." },
		{ message: "Unknown parameter: 'certificates_2'." },
		{ message: 7 },
		null,
		undefined,
	];
	for (const error of otherErrors)
		it(`R18 ${JSON.stringify(error)} is not about the name of the field`, () => {
			assert.equal(rejection(400, error).fieldRefused, false);
		});

	it("R28 returns a wait of one day at most", () => {
		const waitOf = (retryAfter: string) => problemOf(problemFromStatus(429, null, { "retry-after": retryAfter }, ""));
		assert.deepEqual(waitOf("86400"), { reason: "rate-limited", waitSeconds: 86_400 });
		assert.deepEqual(waitOf("86401"), { reason: "rate-limited", waitSeconds: null });
	});
});
