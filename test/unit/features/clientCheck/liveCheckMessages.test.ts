import assert from "node:assert/strict";
import { describeProblem } from "../../../../src/common/messages/problems.ts";
import type { ChainCheckResult } from "../../../../src/domain/clientCertificateCheck.ts";
import type { LiveCheckResult } from "../../../../src/domain/liveCheck.ts";
import { describeClientCertificateIssue } from "../../../../src/features/clientCheck/clientCheckMessages.ts";
import { describeChainCheck, describeLiveCheck } from "../../../../src/features/clientCheck/liveCheckMessages.ts";

const NOW = 1_800_000_000;
const HOSTILE = "CN=[a](command:b) \u202e$(trash)\n";

const check = (overrides: Partial<ChainCheckResult> = {}): ChainCheckResult => ({
	subject: "CN=Client",
	sha256: "",
	notAfter: NOW + 86_400 * 9,
	chain: ["CN=Client", "CN=Root"],
	accepted: true,
	issues: [],
	...overrides,
});

describe("The message about a client certificate check", () => {
	it("says offline whether the certificate would be accepted, by which chain, and why not", () => {
		assert.deepEqual(describeChainCheck(check(), "Acme", NOW), {
			message:
				"CN=Client chains to “Acme” and should be accepted where “Acme” is active (checked offline; CEL filters and revocation aren't checked).",
			detail: "Chain: CN=Client → CN=Root\nClient certificate: expires in 9 days",
		});
		const issues = [
			{ code: "no-issuer", subject: "CN=Client", issuer: "CN=Sub" },
			{ code: "name-constraints-not-checked", subject: "CN=Root" },
		] as const;
		assert.deepEqual(describeChainCheck(check({ accepted: false, chain: ["CN=Client"], issues }), "Acme", NOW), {
			message: "CN=Client won't be accepted with “Acme” as the trust anchor.",
			detail: [
				...issues.map(describeClientCertificateIssue),
				"Chain: CN=Client",
				"Client certificate: expires in 9 days",
			].join("\n"),
		});
	});

	it("does not claim a rejection if only a signature could not be checked", () => {
		const issues = [
			{ code: "no-authority-key-identifier", subject: "CN=Client" },
			{ code: "signature-not-checked", subject: "CN=Client" },
		] as const;
		assert.equal(
			describeChainCheck(check({ accepted: false, issues }), "Acme", NOW).message,
			"CN=Client might not be accepted with “Acme” as the trust anchor.",
		);
	});

	it("is distinct for each live outcome, and names the host", () => {
		const problem = { reason: "untrusted-server", host: "mtls.test", why: "wrong-name" } as const;
		const outcomes: readonly (readonly [LiveCheckResult, message: string, detail: string])[] = [
			[
				{ code: "accepted" },
				"mtls.test accepted the client certificate.",
				"OpenAI asked for the certificate and answered. If no certificate is active for this key's project, any client certificate is accepted.",
			],
			[
				{ code: "not-allowed", status: 403 },
				"mtls.test didn't reject the client certificate, but the project API key can't list models (403).",
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
			[{ code: "failed", problem }, "Couldn't test the client certificate with OpenAI.", describeProblem(problem)],
		];
		for (const [outcome, message, detail] of outcomes) {
			assert.deepEqual(describeLiveCheck(outcome, "mtls.test"), { message, detail });
			assert.ok(`${message} ${detail}`.includes("mtls.test"));
		}
		assert.equal(new Set(outcomes.map(([, message, detail]) => message + detail)).size, outcomes.length);
	});

	it("R12 shows any certificate name as plain text", () => {
		const issues = [{ code: "no-issuer", subject: HOSTILE, issuer: HOSTILE }] as const;
		const { message, detail } = describeChainCheck(
			check({ subject: HOSTILE, chain: [HOSTILE, HOSTILE], issues }),
			"Acme",
			NOW,
		);
		assert.doesNotMatch(message + detail, /\]\(|\u202e|\$\(/);
		assert.equal(detail.split("\n").length, 3);
	});
});
