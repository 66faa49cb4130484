import assert from "node:assert/strict";
import type { ChainCheckResult } from "../../../../src/domain/clientCertificateCheck.ts";
import type { LiveCheckResult } from "../../../../src/domain/liveCheck.ts";
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
			message: "CN=Client chains to “Acme” and would be accepted, as far as can be told offline.",
			detail: "Chain: CN=Client → CN=Root\nThe client certificate expires in 9 days.",
		});
		const issues = [
			{ code: "no-issuer", subject: "CN=Client", issuer: "CN=Sub" },
			{ code: "name-constraints-not-checked", subject: "CN=Root" },
		] as const;
		assert.deepEqual(describeChainCheck(check({ accepted: false, chain: ["CN=Client"], issues }), "Acme", NOW), {
			message: "CN=Client would not be accepted by “Acme”.",
			detail: [
				"CN=Client was issued by CN=Sub, which is neither in the file nor the trust anchor.",
				"The name constraints of CN=Root are not checked here.",
				"Chain: CN=Client",
				"The client certificate expires in 9 days.",
			].join("\n"),
		});
	});

	it("is distinct for each live outcome, and names the host", () => {
		const outcomes: readonly LiveCheckResult[] = [
			{ code: "accepted" },
			{ code: "not-allowed", status: 403 },
			{ code: "key-refused" },
			{ code: "unasked" },
			{ code: "refused", how: "alert" },
			{ code: "refused", how: "closed" },
			{ code: "refused", how: "answer" },
			{ code: "failed", problem: { reason: "untrusted-server", host: "mtls.test", why: "wrong-name" } },
		];
		const messages = outcomes.map((outcome) => describeLiveCheck(outcome, "mtls.test"));
		assert.equal(new Set(messages.map(({ message, detail }) => message + detail)).size, outcomes.length);
		for (const { message, detail } of messages) assert.ok(`${message} ${detail}`.includes("mtls.test"));
		assert.deepEqual(
			messages.filter(({ message }) => /accepted the client certificate/.test(message)),
			[messages[0]],
		);
		assert.match(messages[3]?.message ?? "", /proves nothing/);
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
