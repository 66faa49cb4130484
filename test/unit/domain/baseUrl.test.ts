import assert from "node:assert/strict";
import fc from "fast-check";
import { type BaseUrl, parseBaseUrl, parseMtlsUrl } from "../../../src/domain/baseUrl.ts";
import { ProblemError, problemOf } from "../../../src/domain/problem.ts";
import { SEED } from "../../random.ts";

describe("Base URL", () => {
	const good: readonly [string, BaseUrl][] = [
		[
			"https://api.openai.com/v1",
			{ origin: "https://api.openai.com", host: "api.openai.com", path: "/v1", encrypted: true },
		],
		[
			"https://eu.api.openai.com/v1/",
			{ origin: "https://eu.api.openai.com", host: "eu.api.openai.com", path: "/v1", encrypted: true },
		],
		[
			"https://proxy.example/openai/v1//",
			{ origin: "https://proxy.example", host: "proxy.example", path: "/openai/v1", encrypted: true },
		],
		[
			"https://proxy.example:8443",
			{ origin: "https://proxy.example:8443", host: "proxy.example:8443", path: "", encrypted: true },
		],
		[
			"http://127.0.0.1:4010/v1",
			{ origin: "http://127.0.0.1:4010", host: "127.0.0.1:4010", path: "/v1", encrypted: false },
		],
		["http://[::1]:4010/v1", { origin: "http://[::1]:4010", host: "[::1]:4010", path: "/v1", encrypted: false }],
		["http://localhost/v1", { origin: "http://localhost", host: "localhost", path: "/v1", encrypted: false }],
	];
	for (const [text, expected] of good)
		it(`splits ${text}`, () => {
			assert.deepEqual(parseBaseUrl(text), expected);
		});

	const bad: readonly [string, string][] = [
		["", "not-a-url"],
		["api.openai.com", "not-a-url"],
		["https://", "not-a-url"],
		["http://api.openai.com/v1", "https-or-loopback"],
		["http://localhost.evil.test/v1", "https-or-loopback"],
		["http://127.0.0.1.evil.test", "https-or-loopback"],
		["http://0.0.0.0:80", "https-or-loopback"],
		["https://0.0.0.0", "https-or-loopback"],
		["https://[::]", "https-or-loopback"],
		["file:///etc/passwd", "not-a-url"],
		["ftp://127.0.0.1", "https-or-loopback"],
		["https://user@api.openai.com", "no-extras"],
		["https://user:pass@api.openai.com", "no-extras"],
		["https://api.openai.com\\@evil.test", "no-extras"],
		["https://api.openai.com/v1?x=1", "no-extras"],
		["https://api.openai.com/v1#x", "no-extras"],
		["https://api.openai.com/v1 ", "no-extras"],
		["https://api.open\nai.com", "no-extras"],
		["https://api.openai.com\u202e/v1", "no-extras"],
	];
	for (const [text, rule] of bad)
		it(`R02 refuses ${JSON.stringify(text)}: ${rule}`, () => {
			assert.throws(
				() => parseBaseUrl(text),
				(thrown) => assert.deepEqual(problemOf(thrown), { reason: "base-url", rule }) === undefined,
			);
		});

	it("R02 must be https for an mTLS host, on loopback too, and then has the path /v1 unless another is given", () => {
		assert.deepEqual(parseMtlsUrl("https://mtls.example"), parseBaseUrl("https://mtls.example/v1"));
		assert.deepEqual(parseMtlsUrl("https://mtls.example/openai/"), parseBaseUrl("https://mtls.example/openai"));
		for (const text of ["", "mtls.example", "http://127.0.0.1:4010/v1", "https://user@mtls.example", "https://a?b"])
			assert.throws(
				() => parseMtlsUrl(text),
				(thrown) => assert.deepEqual(problemOf(thrown), { reason: "base-url", rule: "mtls" }) === undefined,
				text,
			);
	});

	it("R02 accepts only https and loopback, and throws a ProblemError for any other input", () => {
		const scheme = fc.constantFrom("https://", "http://", "HTTP://", "http:", "//", "file://", "");
		const host = fc.oneof(
			fc.constantFrom("127.0.0.1", "[::1]", "localhost", "127.1", "a.test"),
			fc.string(),
			fc.domain(),
		);
		fc.assert(
			fc.property(scheme, host, fc.string(), (start, middle, end) => {
				try {
					const { origin, path, encrypted } = parseBaseUrl(start + middle + end);
					const url = new URL(origin + path);
					assert.equal(url.origin, origin);
					assert.equal(url.username + url.password + url.search + url.hash, "");
					assert.equal(encrypted, url.protocol === "https:");
					if (!encrypted) assert.ok(["127.0.0.1", "[::1]", "localhost"].includes(url.hostname), url.hostname);
				} catch (thrown) {
					if (!(thrown instanceof ProblemError)) throw thrown;
				}
			}),
			{ numRuns: 10_000, seed: SEED },
		);
	});
});
