import assert from "node:assert/strict";
import type { ChainCheckResult } from "../../../../src/domain/clientCertificateCheck.ts";
import { describeChainCheck } from "../../../../src/features/clientCheck/chainCheckMessages.ts";
import { describeClientCertificateIssue } from "../../../../src/features/clientCheck/clientCertificateIssueMessages.ts";

const NOW = 1_800_000_000;
const HOSTILE = "CN=[a](command:b) \u202e$(trash)\n";
const ANCHOR = { kind: "anchor", name: "Acme" } as const;
const SCOPE = { kind: "scope", name: "project “Production”" } as const;

const client = { subject: "CN=Client", certificate: "0" } as const;
const member = (subject: string) => ({ subject, sha256: "" });
const check = (overrides: Partial<ChainCheckResult> = {}): ChainCheckResult => ({
	subject: "CN=Client",
	sha256: "",
	notAfter: NOW + 86_400 * 9,
	chain: [member("CN=Client"), member("CN=Root")],
	complete: true,
	rfc5280: "valid",
	verdict: "accepted",
	issues: [],
	...overrides,
});

describe("The message about an offline check of a client certificate", () => {
	it("says whether the certificate would be accepted, by which chain, and why not", () => {
		assert.deepEqual(describeChainCheck(check(), ANCHOR, NOW), {
			message:
				"CN=Client chains to “Acme” and should be accepted where “Acme” is active (checked offline; CEL filters and revocation aren't checked).",
			detail: "Chain: CN=Client → CN=Root\nClient certificate: expires in 9 days",
		});
		const issues = [
			{ code: "no-issuer", ...client, issuer: "CN=Sub" },
			{ code: "unclear-name-constraints", subject: "CN=Root", certificate: "1" },
		] as const;
		const rejected = check({ rfc5280: "invalid", verdict: "rejected", chain: [member("CN=Client")], issues });
		assert.deepEqual(describeChainCheck(rejected, ANCHOR, NOW), {
			message: "CN=Client won't be accepted with “Acme” as the trust anchor.",
			detail: [
				...issues.map(describeClientCertificateIssue),
				"Chain: CN=Client",
				"Client certificate: expires in 9 days",
			].join("\n"),
		});
	});

	it("does not claim a rejection if validators disagree, and says not to rely on one", () => {
		const issues = [{ code: "signature-not-checked", ...client }] as const;
		const { message, detail } = describeChainCheck(
			check({ rfc5280: "unknown", verdict: "unknown", issues }),
			ANCHOR,
			NOW,
		);
		assert.equal(message, "CN=Client might not be accepted with “Acme” as the trust anchor.");
		assert.deepEqual(detail.split("\n").slice(0, 2), [
			"VS Code can't verify the signature on CN=Client.",
			"Test it with OpenAI, and don't rely on it to keep clients out.",
		]);
	});

	it("is the same for RFC 5280's three results, because it predicts OpenAI", () => {
		const texts = (["valid", "invalid", "unknown"] as const).map((rfc5280) =>
			describeChainCheck(check({ rfc5280, verdict: "unknown" }), ANCHOR, NOW),
		);
		for (const text of texts) assert.deepEqual(text, texts[0]);
	});

	it("names the organization or the project instead of one trust anchor", () => {
		const messages = (["accepted", "rejected", "unknown"] as const).map(
			(verdict) => describeChainCheck(check({ verdict }), SCOPE, NOW).message,
		);
		assert.deepEqual(messages, [
			"CN=Client should be accepted in project “Production” (checked offline; CEL filters and revocation aren't checked).",
			"CN=Client won't be accepted in project “Production”.",
			"CN=Client might not be accepted in project “Production”.",
		]);
	});

	it("R12 shows any certificate name as plain text", () => {
		const issues = [{ code: "no-issuer", subject: HOSTILE, certificate: "0", issuer: HOSTILE }] as const;
		const hostile = check({ subject: HOSTILE, chain: [member(HOSTILE), member(HOSTILE)], issues });
		const { message, detail } = describeChainCheck(hostile, ANCHOR, NOW);
		assert.doesNotMatch(message + detail, /\]\(|\u202e|\$\(/);
		assert.equal(detail.split("\n").length, 3);
	});
});
