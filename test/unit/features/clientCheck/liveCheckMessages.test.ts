import assert from "node:assert/strict";
import { describeProblem } from "../../../../src/common/messages/problems/problems.ts";
import type { LiveCheckResult } from "../../../../src/domain/liveCheck.ts";
import type { Problem } from "../../../../src/domain/problem.ts";
import { describeLiveCheck } from "../../../../src/features/clientCheck/liveCheckMessages.ts";

describe("The message about a live check of a client certificate", () => {
	it("is distinct for each outcome, and names the host", () => {
		const problem = { reason: "untrusted-server", host: "mtls.test", why: "expired" } as const;
		const outcomes: readonly (readonly [LiveCheckResult, message: string, detail: string])[] = [
			[
				{ code: "accepted", without: "required" },
				"mtls.test accepted the client certificate.",
				"Without it, OpenAI rejected the same request, because it requires a client certificate.",
			],
			[
				{ code: "accepted", without: "answered" },
				"mtls.test doesn't require a client certificate, so the test shows nothing.",
				"OpenAI answered the same request without it, too, so no certificate is active for this key's project. Activate one, or use the key of another project.",
			],
			[
				{ code: "accepted", without: "unclear" },
				"mtls.test answered, but it's unknown whether it requires a client certificate.",
				"The same request without the certificate failed, but OpenAI didn't say that it requires one. Try again.",
			],
			[
				{ code: "not-allowed", status: 403 },
				"mtls.test answered that the project API key can't list models (403), so the client certificate wasn't tested.",
				"Try a key that can list models.",
			],
			[
				{ code: "key-refused" },
				"mtls.test rejected the project API key (401), so the client certificate wasn't tested.",
				"Try another key.",
			],
			[
				{ code: "unasked" },
				"mtls.test didn't ask for a client certificate, so nothing was tested.",
				"Check the mTLS URL setting, and whether a TLS-inspecting proxy is in between.",
			],
			[
				{ code: "refused", how: "alert" },
				"mtls.test rejected the client certificate.",
				"The server ended the connection with a certificate alert.",
			],
			[
				{ code: "refused", how: "closed" },
				"mtls.test might have rejected the client certificate.",
				"The server closed the connection without answering, as some servers do when they reject a certificate. It might also be the network: try again.",
			],
			[
				{ code: "refused", how: "answer" },
				"mtls.test rejected the client certificate.",
				"OpenAI answered that it doesn't accept this certificate. Common causes: it doesn't chain to an active certificate, or an intermediate is missing from the file.",
			],
			[
				{ code: "refused", how: "certificate_required" },
				"mtls.test answered that no client certificate was presented, although it was.",
				"Check whether a TLS-inspecting proxy is in between: proxies can't forward client certificates.",
			],
			[
				{ code: "refused", how: "invalid_certificate" },
				"mtls.test rejected the client certificate.",
				"OpenAI can't read it, or it has no authority key identifier. Have your CA issue another client certificate.",
			],
			[
				{ code: "refused", how: "certificate_verification_failed" },
				"mtls.test rejected the client certificate.",
				"It doesn't chain to a certificate that is active for this key's project. Activate the right trust anchor there, or add the missing intermediates to the file.",
			],
			[
				{ code: "refused", how: "certificate_attribute_verification_failed" },
				"mtls.test rejected the client certificate.",
				"It chains to an active trust anchor, but the trust anchor's CEL filter doesn't match it. Change the filter in the OpenAI dashboard, or use a client certificate that matches.",
			],
			[{ code: "failed", problem }, "Couldn't test the client certificate with OpenAI.", describeProblem(problem)],
		];
		for (const [outcome, message, detail] of outcomes) {
			assert.deepEqual(describeLiveCheck(outcome, "mtls.test"), { message, detail });
			assert.ok(`${message} ${detail}`.includes("mtls.test"));
		}
		assert.equal(new Set(outcomes.map(([, message, detail]) => message + detail)).size, outcomes.length);
	});

	it("names the mTLS URL, not the base URL, where that one is wrong", () => {
		const detailOf = (problem: Problem) => describeLiveCheck({ code: "failed", problem }, "mtls.test").detail;
		assert.equal(
			detailOf({ reason: "wrong-region", host: "mtls.test" }),
			"This key's organization isn't served from mtls.test (401). Set the mTLS URL to its regional host, for example https://mtls-eu.api.openai.com.",
		);
		assert.equal(
			detailOf({ reason: "untrusted-server", host: "mtls.test", why: "wrong-name" }),
			"The server certificate isn't for mtls.test. Check the mTLS URL in Settings.",
		);
	});
});
