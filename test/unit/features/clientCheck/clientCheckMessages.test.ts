import assert from "node:assert/strict";
import type { ChainCheckResult } from "../../../../src/domain/clientCertificateCheck.ts";
import { describeClientCertificateIssue } from "../../../../src/features/clientCheck/clientCertificateIssueMessages.ts";
import {
	describeSelfAccess,
	keepsAccess,
	type SelfAccess,
} from "../../../../src/features/clientCheck/clientCheckMessages.ts";
import { certificate } from "../../fakes/certificatesApi.ts";

const NOW = 1_800_000_000;
const DAY = 86_400;

describe("The message about an offline check of the extension's own client certificate", () => {
	const checked = (overrides: Partial<ChainCheckResult> = {}, hostWithoutMtls: string | null = null): SelfAccess => ({
		kind: "checked",
		check: {
			subject: "CN=client",
			sha256: "0",
			notAfter: NOW + 30 * DAY + 60,
			chain: [
				{ subject: "CN=client", sha256: "0" },
				{ subject: "CN=Acme", sha256: "1" },
			],
			complete: true,
			rfc5280: "valid",
			verdict: "accepted",
			issues: [],
			...overrides,
		},
		anchor: certificate("cert_1", { name: "Acme" }),
		hostWithoutMtls,
	});
	const describeAccess = (access: SelfAccess) => describeSelfAccess(access, NOW);
	const accepted =
		"This extension's client certificate CN=client chains to “Acme” and expires in 30 days (checked offline).";
	const affected = { subject: "CN=client", certificate: "0" } as const;
	const unchecked = { code: "signature-not-checked", ...affected } as const;

	it("R33 says that this extension keeps its access only if the certificate is accepted", () => {
		assert.ok(keepsAccess(checked()));
		assert.equal(describeAccess(checked()), accepted);

		const problem = { reason: "client-certificate", why: "missing", file: "client.pem" } as const;
		const issue = { code: "no-issuer", ...affected, issuer: "CN=other" } as const;
		const rejected: readonly (readonly [SelfAccess, string])[] = [
			[{ kind: "none", answered: false }, "No client certificate is set, so OpenAI will reject this extension, too."],
			[
				{ kind: "unusable", problem },
				"This extension's client certificate can't be used, so OpenAI will reject the extension, too. Can't find the client certificate or key client.pem. Check its path.",
			],
			[
				checked({ rfc5280: "invalid", verdict: "rejected", issues: [issue, unchecked] }),
				"OpenAI will reject this extension, too: its client certificate CN=client doesn't pass the offline check. CN=client was issued by CN=other, which isn't in the file or among the trust anchors. VS Code can't verify the signature on CN=client.",
			],
		];
		for (const [access, text] of rejected) {
			assert.ok(!keepsAccess(access));
			assert.equal(describeAccess(access), text);
		}
		// The service's behavior overrides the settings.
		const answered: SelfAccess = { kind: "none", answered: true };
		assert.ok(keepsAccess(answered));
		assert.equal(
			describeAccess(answered),
			"No client certificate is set. OpenAI answers this extension without one, although a certificate is active in the organization.",
		);
	});

	it("R33 does not claim to know what could not be read or checked", () => {
		assert.ok(!keepsAccess({ kind: "unknown" }));
		assert.equal(
			describeAccess({ kind: "unknown" }),
			"Some certificates couldn't be read, so OpenAI might reject this extension, too.",
		);
		const access = checked({ rfc5280: "unknown", verdict: "unknown", issues: [unchecked] });
		assert.ok(!keepsAccess(access));
		assert.equal(
			describeAccess(access),
			`OpenAI might reject this extension, too: the offline check can't tell whether its client certificate CN=client is accepted. ${describeClientCertificateIssue(unchecked)}`,
		);
	});

	it("R33 says that a valid certificate is not requested by the host of the base URL", () => {
		const access = checked({}, "api.openai.com");
		assert.ok(!keepsAccess(access));
		assert.equal(
			describeAccess(access),
			`${accepted} But the base URL points to api.openai.com, where OpenAI doesn't ask for client certificates. Change it to mtls.api.openai.com, or OpenAI will reject this extension.`,
		);
		assert.match(describeAccess(checked({}, "eu.api.openai.com")), / Change it to mtls-eu\.api\.openai\.com, or/);
	});

	it("R33 names no host to change to in a region without a known mTLS host", () => {
		const access = checked({}, "jp.api.openai.com");
		assert.ok(!keepsAccess(access));
		assert.equal(
			describeAccess(access),
			`${accepted} But the base URL points to jp.api.openai.com, and no mTLS host is known for it, so OpenAI might reject this extension.`,
		);
	});

	it("adds hints about an accepted certificate", () => {
		const hint = { code: "not-in-order", ...affected } as const;
		const access = checked({ issues: [hint] });
		assert.ok(keepsAccess(access));
		assert.equal(describeAccess(access), `${accepted} ${describeClientCertificateIssue(hint)}`);
	});

	it("R33 does not count on a certificate that RFC 5280 accepts and OpenAI might not", () => {
		for (const verdict of ["rejected", "unknown"] as const)
			assert.ok(!keepsAccess(checked({ rfc5280: "valid", verdict })));
	});
});
