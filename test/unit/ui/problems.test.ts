import assert from "node:assert/strict";
import type { Problem } from "../../../src/domain/failure.ts";
import { mendOf, mendWords, problemWords } from "../../../src/ui/words/problems.ts";

const host = "api.openai.com";
const rejected = (status: number, more: Partial<Problem & { reason: "rejected" }> = {}): Problem => ({
	reason: "rejected",
	status,
	code: null,
	param: null,
	fieldRefused: false,
	...more,
});

/** What the way to the service and the service itself can come to, and what mends it. */
const problems: readonly [Problem, ReturnType<typeof mendOf>][] = [
	[{ reason: "unreachable", host }, "show-log"],
	[{ reason: "connection-lost", host }, "refresh"],
	[{ reason: "timeout", host }, null],
	[{ reason: "untrusted-server", host, why: "expired" }, "show-log"],
	[{ reason: "redirected", host }, "open-settings"],
	[{ reason: "bad-answer", host }, "show-log"],
	[{ reason: "unauthorized" }, "set-key"],
	[{ reason: "wrong-region", host }, "open-settings"],
	[{ reason: "forbidden", permission: null }, "set-key"],
	[{ reason: "forbidden", permission: "api.mtls.read" }, "set-key"],
	[{ reason: "not-found" }, "refresh"],
	[{ reason: "conflict" }, "refresh"],
	[rejected(400), "show-log"],
	[rejected(400, { param: "name" }), "show-log"],
	[rejected(400, { code: "mtls_certificate_invalid" }), "show-log"],
	[rejected(400, { code: "expired_certificate" }), "show-log"],
	[rejected(400, { code: "certificate_in_use" }), "show-log"],
	[rejected(405), "show-log"],
	[rejected(413), "show-log"],
	[rejected(422), "show-log"],
	[rejected(422, { param: "name" }), "show-log"],
	[{ reason: "rate-limited", waitSeconds: null }, null],
	[{ reason: "rate-limited", waitSeconds: 7 }, null],
	[{ reason: "service-error", status: 503 }, "show-log"],
	[{ reason: "unconfirmed", name: "Acme" }, "refresh"],
];

describe("Words for problems", () => {
	it("R18 are one sentence of its own for each, with nothing left to fill in", () => {
		const sentences = problems.map(([problem]) => problemWords(problem));
		assert.equal(new Set(sentences).size, problems.length);
		for (const sentence of sentences) assert.match(sentence, /^[^{}]+\.$/);
	});

	it("R18 name the thing that mends it", () => {
		for (const [problem, mend] of problems) {
			assert.equal(mendOf(problem), mend, problem.reason);
			if (mend) assert.notEqual(mendWords(mend), "");
		}
	});

	it("R18 say the status that came, and of no other", () => {
		for (const status of [400, 405, 413, 422])
			for (const param of [null, "name"]) {
				const numbers = problemWords(rejected(status, { param })).match(/\d{3}/g);
				assert.deepEqual(numbers, [String(status)]);
			}
		assert.match(problemWords(rejected(413)), /too large/);
	});

	it("R26 say that nothing was sent only where that is so", () => {
		assert.match(problemWords({ reason: "unreachable", host }), /Nothing was sent/);
		for (const reason of ["connection-lost", "timeout", "bad-answer"] as const)
			assert.doesNotMatch(problemWords({ reason, host }), /Nothing was sent/);
	});

	it("R12 R13 show a host's name as plain text", () => {
		for (const reason of ["unreachable", "connection-lost", "timeout", "wrong-region"] as const)
			assert.doesNotMatch(problemWords({ reason, host: "a\n[x](command:y)" }), /\n|\]\(/);
	});
});
