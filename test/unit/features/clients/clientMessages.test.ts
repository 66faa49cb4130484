import assert from "node:assert/strict";
import { ORGANIZATION } from "../../../../src/domain/scope.ts";
import { describeAdded } from "../../../../src/features/clients/clientCommandMessages.ts";
import {
	clientTooltip,
	clientUrgency,
	formatClientDescription,
	formatClientLabel,
	formatClientStatus,
	type ShownClient,
} from "../../../../src/features/clients/clientMessages.ts";
import type { ClientStatus } from "../../../../src/features/clients/clientStatus.ts";
import type { AddResult } from "../../../../src/features/clients/clientStore.ts";
import type { SkippedSource } from "../../../../src/features/clients/readClients.ts";
import { projectScope } from "../../fakes/adminApi.ts";
import { knownClient } from "./setup.ts";

const NOW = 1_800_000_000;
const DAY = 86_400;
const [A, B, C] = [projectScope("A"), projectScope("B"), projectScope("C")];

const status = (more: Partial<ClientStatus> = {}): ClientStatus => ({
	...{ accepted: [], rejected: [], unknown: [], anchorIds: [], issues: [] },
	...more,
});
const shown = (more: Partial<ShownClient> = {}): ShownClient => ({
	client: knownClient([], { name: "agent", notAfter: NOW + 90 * DAY, sha256: "ab".repeat(32) }),
	...{ status: status({ accepted: [A] }), allScopes: true, nameOf: (id) => `Project ${id}`, anchorNames: [] },
	...more,
});

describe("Messages about known clients", () => {
	it("say where a client is accepted, and never more than is known", () => {
		const texts = [
			shown({ status: undefined }),
			shown({ status: status() }),
			shown({ status: status(), allScopes: false }),
			shown({ status: status({ unknown: [A, B] }) }),
			shown(),
			shown({ allScopes: false }),
			shown({ status: status({ accepted: [ORGANIZATION, A, B] }) }),
			shown({ status: status({ accepted: [ORGANIZATION, A, B] }), allScopes: false }),
			shown({ status: status({ rejected: [A, B] }) }),
			shown({ status: status({ rejected: [A] }), allScopes: false }),
			shown({ status: status({ accepted: [A], rejected: [B, C] }) }),
			shown({ status: status({ accepted: [A], rejected: [B], unknown: [C] }) }),
		].map((each) => formatClientStatus(each));
		assert.deepEqual(texts, [
			"checking…",
			"no trust anchor active",
			"unknown",
			"unknown",
			"accepted in project “Project A”",
			"accepted in project “Project A” · otherwise unknown",
			"accepted everywhere",
			"accepted in the organization, project “Project A”, and 1 more project · otherwise unknown",
			"rejected everywhere",
			"rejected in project “Project A” · otherwise unknown",
			"accepted in project “Project A” · rejected in project “Project B” and 1 more project",
			"accepted in project “Project A” · rejected in project “Project B” · unknown in project “Project C”",
		]);
	});

	it("begin with the expiry, and name the trust anchor", () => {
		const client = shown({ anchorNames: ["Acme Root CA"] });
		const rest = "accepted in project “Project A”";
		assert.equal(formatClientDescription(client, NOW), `90 days left · ${rest} · chains to Acme Root CA`);
		assert.equal(formatClientLabel(client, NOW), `agent, expires in 90 days, ${rest}, chains to Acme Root CA`);
	});

	it("list all facts in the tooltip", () => {
		const paths = { certificatePath: "/a/agent.pem", keyPath: "/a/agent.key" };
		const client = { ...shown().client, ...paths };
		const lines = clientTooltip(shown({ client }), ["It has an issue."], NOW).split("\n");
		assert.deepEqual(lines.slice(0, 3), [
			"agent",
			"Status: accepted in project “Project A” (checked offline; CEL filters and revocation aren't checked)",
			"It has an issue.",
		]);
		assert.deepEqual(lines.slice(-3), [
			`SHA-256 fingerprint: ${Array.from({ length: 16 }, () => "abab").join(" ")}`,
			"File: /a/agent.pem",
			"Private key: /a/agent.key",
		]);
	});

	it("R12 show hostile names and paths as plain text", () => {
		const hostile = "a\u202e\n[x](command:y)$(trash)";
		const client = knownClient([], { name: hostile, certificatePath: hostile });
		const texts = [formatClientLabel(shown({ client }), NOW), clientTooltip(shown({ client }), [], NOW)];
		for (const text of texts) assert.ok(!/\u202e|\]\(|\$\(/.test(text), text);
	});

	it("rank the clients that need attention first", () => {
		const urgency = (days: number, more?: Partial<ClientStatus>) =>
			clientUrgency({ notAfter: NOW + days * DAY }, more && status(more), NOW, 30);
		assert.deepEqual(
			[
				urgency(-1, { accepted: [A] }),
				urgency(9, { accepted: [A], rejected: [B] }),
				urgency(9, { accepted: [A] }),
				urgency(9),
				urgency(90, { accepted: [A], unknown: [B] }),
				urgency(90),
				urgency(90, {}),
				urgency(90, { accepted: [A] }),
			],
			["expired", "rejected", "expiring", "expiring", "unknown", "unknown", "unknown", "accepted"],
		);
	});
});

describe("The report of added clients", () => {
	const clients = (count: number, days = 90) =>
		Array.from({ length: count }, () => knownClient([], { notAfter: NOW + days * DAY }));
	const reportOf = (result: Partial<AddResult>, skipped: readonly SkippedSource[] = [], isCut = false) =>
		describeAdded(
			{ added: [], replaced: [], alreadyKnown: [], overLimit: [], unusable: [], ...result },
			{ skipped, isCut },
			NOW,
		);
	const files = (count: number, why: SkippedSource["why"]) =>
		Array.from({ length: count }, (_, index) => ({ name: `/a/${index}\u202e`, why }));

	it("counts the added clients, and the skipped clients and files by reason", () => {
		assert.equal(reportOf({}).brief, "Added no clients.");
		assert.equal(reportOf({ added: clients(1) }).brief, "Added 1 client.");
		assert.equal(reportOf({ added: clients(1, -1) }).brief, "Added 1 client; 1 expired.");
		assert.equal(
			reportOf(
				{
					added: [...clients(5), ...clients(2, -1)],
					...{ replaced: clients(1), alreadyKnown: clients(3), overLimit: clients(1), unusable: clients(1) },
				},
				[
					...files(1, "link"),
					...files(2, "only-ca-certificates"),
					...files(40, "not-a-certificate"),
					...files(2000, "other-type"),
					...files(1, "unreadable"),
					...files(1, "too-many-certificates"),
					...files(1, "too-large"),
				],
				true,
			).brief,
			[
				"Added 7 clients; 2 expired. Updated 1 whose file changed.",
				"Skipped: 3 already known, 2 CA certificates, 40 not certificates, 2,000 files of other types, 2 unreadable, 1 with too many certificates, 1 too large, 1 link, 1 over the limit of 2,000.",
				"The rest wasn't read, because it's too much at once.",
			].join("\n"),
		);
	});

	it("R12 lists the skipped files as plain text, up to a limit", () => {
		const { complete } = reportOf({}, files(1003, "link"));
		const lines = complete.split("\n");
		assert.deepEqual(lines.slice(0, 4), [
			"Added no clients.",
			"Skipped: 1,003 links.",
			"",
			"/a/0: a link, not followed",
		]);
		assert.deepEqual([lines.length, lines.at(-1)], [1004, "… and 3 more"]);
	});
});
