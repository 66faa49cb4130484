import assert from "node:assert/strict";
import type { ActivationStatus } from "../../../../src/domain/activationStatus.ts";
import type { HistoryEvent } from "../../../../src/domain/adminApi.ts";
import type { ChainCheckResult, ClientCertificateIssue } from "../../../../src/domain/clientCertificateCheck.ts";
import { formatDetails } from "../../../../src/features/certificates/detailsDocument.ts";
import { formatHistory } from "../../../../src/features/certificates/historyDocument.ts";
import {
	describeClientCertificateIssue,
	describeSelfAccess,
	keepsAccess,
	type SelfAccess,
} from "../../../../src/features/clientCheck/clientCheckMessages.ts";
import { certificate, parsedCertificate } from "../../fakes/certificatesApi.ts";

const NOW = 1_800_000_000;
const DAY = 86_400;
const acme = certificate("cert_1", { name: "Acme" });

describe("A certificate's history document", () => {
	const event = (overrides: Partial<HistoryEvent>): HistoryEvent => ({
		id: "e",
		type: "activated",
		at: NOW - DAY,
		actor: "someone@example.test",
		projectId: null,
		certificateIds: ["cert_1"],
		...overrides,
	});
	const text = (...events: readonly HistoryEvent[]) =>
		formatHistory(acme, events, (id) => (id === "proj_1" ? "Production" : null), NOW);

	it("lists each event with its scope, time and actor", () => {
		const [head, ...blocks] = text(
			event({ projectId: "proj_1" }),
			event({ type: "deactivated", projectId: "proj_9", certificateIds: ["cert_1", "cert_2"] }),
			event({ actor: null }),
			event({ type: "created" }),
		).split("\n\n");
		assert.match(head ?? "", /^Acme\ncert_1\nFrom the organization's audit log, as of 2027-01-15 08:00 UTC/);
		assert.deepEqual(
			blocks.map((block) => block.trim().split("\n    ").slice(1)),
			[
				["activated in project “Production”", "by someone@example.test"],
				["deactivated in project “proj_9”, 2 certificates at once", "by someone@example.test"],
				["activated in the organization", "by somebody whom the audit log does not name"],
				["uploaded", "by someone@example.test"],
			],
		);
		assert.match(blocks[0] ?? "", /^2027-01-14 08:00 UTC \(here /);
	});

	it("says that the audit log has no events", () => {
		assert.match(text(), /\n\nThe audit log tells nothing of it\. It may be switched off at OpenAI\.\n$/);
	});

	it("R12 shows the actor as plain text", () => {
		assert.doesNotMatch(text(event({ actor: "a\u202e[x](command:y)" })), /\u202e|\]\(/);
	});
});

describe("A certificate's details document", () => {
	const status: ActivationStatus = {
		organization: true,
		projects: [{ id: "proj_1", name: "Production" }],
		unread: 0,
		allProjects: true,
		problem: null,
	};
	const listed = certificate("cert_1", {
		name: "Acme",
		createdAt: NOW,
		validAt: NOW - DAY,
		expiresAt: NOW + 400 * DAY,
	});
	const values = (text: string, label: string) =>
		[...text.matchAll(new RegExp(`^${label} {2,}(.*)$`, "gm"))].map(([, value]) => value);

	it("shows the fields of the list and the content, the active scopes and the findings", () => {
		const content = { ...parsedCertificate("Acme"), subject: "CN=Acme, O=a\u202eb", sha256: "3f9a".repeat(16) };
		const findings = [{ code: "not-a-ca", level: "strong" }] as const;
		const text = formatDetails({ certificate: listed, content: { ...content, findings } }, status, NOW);
		assert.match(text, /^Acme\n\nId {2,}cert_1\n/);
		assert.deepEqual(values(text, "SHA-256"), [Array(16).fill("3f9a").join(" ")]);
		assert.deepEqual(values(text, "Subject"), ["CN=Acme, O=a b"]);
		assert.deepEqual(values(text, "Active in"), [
			"the organization",
			"all projects, through the organization",
			"project “Production”",
		]);
		assert.match(text, /\n\nCareful: It is not a CA; .*\n$/);
	});

	it("shows the fields of the list if the content could not be read", () => {
		const nowhere = { ...status, organization: false, projects: [] };
		const text = formatDetails({ certificate: listed, content: null }, nowhere, NOW);
		assert.match(values(text, "Valid to")[0] ?? "", /^2028-02-19 08:00 UTC/);
		assert.deepEqual(values(text, "Content"), ["could not be read"]);
		assert.deepEqual(values(text, "Active in"), ["nowhere"]);
	});
});

describe("The message about an offline check of the extension's own client certificate", () => {
	const check = (overrides: Partial<ChainCheckResult> = {}): ChainCheckResult => ({
		subject: "CN=client",
		sha256: "0",
		notAfter: NOW + 30 * DAY + 60,
		chain: ["CN=client", "CN=Acme"],
		accepted: true,
		issues: [],
		...overrides,
	});
	const describeAccess = (access: SelfAccess) => describeSelfAccess(access, NOW);
	const issue = { code: "no-issuer", subject: "CN=client", issuer: "CN=other" } as const;

	it("R33 says that this extension keeps its access only if the certificate is accepted", () => {
		const accepted: SelfAccess = { kind: "checked", check: check(), anchor: acme, hostWithoutMtls: null };
		assert.ok(keepsAccess(accepted));
		assert.equal(
			describeAccess(accepted),
			"This extension's client certificate CN=client was checked offline: it chains to “Acme” and expires in 30 days.",
		);
		const refused: readonly SelfAccess[] = [
			{ kind: "none", answered: false },
			{ kind: "unusable", problem: { reason: "client-certificate", why: "missing", file: "client.pem" } },
			{ kind: "checked", check: check({ accepted: false, issues: [issue] }), anchor: acme, hostWithoutMtls: null },
		];
		for (const access of refused) {
			assert.ok(!keepsAccess(access));
			assert.match(describeAccess(access), /extension will be refused too/, access.kind);
		}
		// The service's behavior overrides the settings.
		const answered: SelfAccess = { kind: "none", answered: true };
		assert.ok(keepsAccess(answered));
		assert.match(
			describeAccess(answered),
			/OpenAI answers this extension without one, although a certificate is active/,
		);
		assert.ok(!keepsAccess({ kind: "unknown" }));
		assert.match(describeAccess({ kind: "unknown" }), /it may be refused too\.$/);
	});

	it("R33 says that a valid certificate is not requested by the host of the base URL", () => {
		const access: SelfAccess = { kind: "checked", check: check(), anchor: acme, hostWithoutMtls: "api.openai.com" };
		assert.ok(!keepsAccess(access));
		assert.match(
			describeAccess(access),
			/at mtls\.api\.openai\.com .* leads to api\.openai\.com: .* will be refused\.$/,
		);
	});

	it("says why a certificate is refused, and adds hints about an accepted certificate", () => {
		assert.match(
			describeAccess({
				kind: "checked",
				check: check({ accepted: false, issues: [issue] }),
				anchor: acme,
				hostWithoutMtls: null,
			}),
			/CN=client was checked offline: CN=client was issued by CN=other, which is neither in the file nor the trust anchor\.$/,
		);
		const hint = { code: "no-authority-key-identifier", subject: "CN=client" } as const;
		assert.match(
			describeAccess({ kind: "checked", check: check({ issues: [hint] }), anchor: acme, hostWithoutMtls: null }),
			/expires in 30 days\. CN=client has no authority key identifier/,
		);
	});

	it("has a distinct sentence for each issue, with names as plain text", () => {
		const subject = "CN=a\n[x](command:y)";
		const issues: readonly ClientCertificateIssue[] = [
			{ code: "is-an-authority", subject },
			{ code: "no-issuer", subject, issuer: subject },
			{ code: "not-signed", subject, issuer: subject },
			{ code: "signature-not-checked", subject },
			{ code: "expired", subject, seconds: 3 * DAY },
			{ code: "not-yet-valid", subject, seconds: DAY },
			{ code: "unreadable-date", subject },
			{ code: "not-an-authority", subject },
			{ code: "no-certificate-sign", subject },
			{ code: "path-too-long", subject },
			{ code: "no-client-authentication", subject },
			{ code: "no-digital-signature", subject },
			{ code: "no-authority-key-identifier", subject },
		];
		const sentences = issues.map(describeClientCertificateIssue);
		assert.equal(new Set(sentences).size, issues.length);
		for (const sentence of sentences) assert.match(sentence, /^[^{}\n]*\.$/);
		assert.doesNotMatch(sentences.join(), /\]\(/);
		assert.match(
			describeClientCertificateIssue({ code: "expired", subject: "CN=a", seconds: 3 * DAY }),
			/^CN=a expired 3 days ago\.$/,
		);
	});
});
