import assert from "node:assert/strict";
import { activationFacts } from "../../../../src/common/messages/certificateFacts.ts";
import { formatFindingLines } from "../../../../src/common/messages/parsedCertificateMessages.ts";
import type { ActivationStatus } from "../../../../src/domain/activationStatus.ts";
import type { HistoryEvent } from "../../../../src/domain/adminApi.ts";
import { formatDetails } from "../../../../src/features/certificates/detailsDocument.ts";
import { formatHistory } from "../../../../src/features/certificates/historyDocument.ts";
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
				["activated in the organization", "by an unknown actor"],
				["uploaded", "by someone@example.test"],
			],
		);
		assert.match(blocks[0] ?? "", /^2027-01-14 08:00 UTC \(/);
	});

	it("says that the audit log has no events", () => {
		assert.match(
			text(),
			/\n\nThe audit log has no entries for this certificate\. It might be turned off at OpenAI\.\n$/,
		);
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

	const activeIn = (activation: ActivationStatus) =>
		activationFacts(activation, { loading: false, askedAt: 0 }).map(({ value }) => value);

	it("shows the fields of the list and the content, the active scopes and the findings", () => {
		const content = { ...parsedCertificate("Acme"), subject: "CN=Acme, O=a\u202eb", sha256: "3f9a".repeat(16) };
		const findings = [{ code: "not-a-ca", level: "strong" }] as const;
		const text = formatDetails({ certificate: listed, content: { ...content, findings } }, status, NOW);
		assert.match(text, /^Acme\n\nID {2,}cert_1\n/);
		assert.deepEqual(values(text, "SHA-256 fingerprint"), [Array(16).fill("3f9a").join(" ")]);
		assert.deepEqual(values(text, "Subject"), ["CN=Acme, O=a b"]);
		assert.deepEqual(values(text, "Active in"), activeIn(status));
		assert.ok(text.endsWith(`\n\n${formatFindingLines(findings).join("\n")}\n`));
	});

	it("shows the fields of the list if the content could not be read", () => {
		const nowhere = { ...status, organization: false, projects: [] };
		const text = formatDetails({ certificate: listed, content: null }, nowhere, NOW);
		assert.match(values(text, "Expires")[0] ?? "", /^2028-02-19 08:00 UTC/);
		assert.deepEqual(values(text, "Content"), ["couldn't be read"]);
		assert.deepEqual(values(text, "Active in"), activeIn(nowhere));
	});
});
