import assert from "node:assert/strict";
import { formatActivation, formatKnownActivation } from "../../../../src/common/messages/activationStatusMessages.ts";
import { certificateFacts } from "../../../../src/common/messages/certificateFacts.ts";
import { describeProblem } from "../../../../src/common/messages/problems/problems.ts";
import type { ActivationStatus } from "../../../../src/domain/activationStatus.ts";
import type { ContentState } from "../../../../src/domain/certificateContent.ts";
import { certificate, parsedCertificate } from "../../fakes/certificatesApi.ts";

const nowhere: ActivationStatus = { organization: false, projects: [], unread: 0, allProjects: true, problem: null };
const [production, staging] = [
	{ id: "proj_p", name: "Production" },
	{ id: "proj_s", name: null },
];
const serviceError = { reason: "service-error", status: 503 } as const;
const forbidden = { reason: "forbidden", permission: "api.management.read" } as const;

describe("Activation texts", () => {
	const cases: readonly [Partial<ActivationStatus>, string | null, string?][] = [
		[{}, "not active"],
		[{ organization: true }, "active in the organization"],
		[{ projects: [production] }, "active in “Production”"],
		[{ projects: [staging] }, "active in “proj_s”"],
		[{ projects: [production, staging] }, "active in 2 projects"],
		[{ organization: true, projects: [production] }, "active in the organization and 1 project"],
		[{ organization: true, projects: [production, staging] }, "active in the organization and 2 projects"],
		[{ projects: [production, staging], unread: 1 }, "active in at least 2 projects"],
		[{ projects: [production, staging], allProjects: false }, "active in at least 2 projects"],
		[{ projects: [production, staging], organization: undefined }, "active in at least 2 projects"],
		[{ projects: [production], unread: 1 }, "active in “Production”"],
		[{ organization: true, projects: [production], unread: 1 }, "active in the organization and at least 1 project"],
		[
			{ organization: true, projects: [production, staging], allProjects: false },
			"active in the organization and at least 2 projects",
		],
		[{ unread: 1 }, null, "not active in the organization"],
		[{ allProjects: false }, null, "not active in the organization"],
		[{ organization: undefined }, null, "activation unknown"],
		[{ organization: true, allProjects: false }, "active in the organization"],
	];
	for (const [changes, text, fullText = text] of cases)
		it(`${JSON.stringify(changes)}: ${fullText}`, () => {
			assert.equal(formatKnownActivation({ ...nowhere, ...changes }), text);
			assert.equal(formatActivation({ ...nowhere, ...changes }), fullText);
		});
});

const LOADED = { loading: false, askedAt: 0 };

describe("The facts of a certificate", () => {
	const acme = parsedCertificate("Acme", { sha256: "0123456789abcdef".repeat(4), subject: "CN=Acme", issuer: "" });
	const root = certificate("cert_a", {
		createdAt: Date.UTC(2026, 10, 24) / 1000,
		validAt: Date.UTC(2026, 10, 23) / 1000,
		expiresAt: Date.UTC(2027, 10, 23) / 1000,
	});
	const read: ContentState = { state: "read", candidate: acme };
	const rows = (content: ContentState | undefined, status: ActivationStatus, loading = false, listed = root) =>
		certificateFacts(listed, content, status, { loading, askedAt: 0 }).map(({ label, value, mark }) =>
			[label, value, ...(mark ? [mark] : [])].join(" | "),
		);

	it("combine list and content, with complete fingerprint and times as tooltips", () => {
		assert.deepEqual(rows(read, nowhere), [
			"ID | cert_a",
			"Expires | 2027-11-23 (UTC)",
			"Valid from | 2026-11-23 (UTC)",
			"Uploaded | 2026-11-24",
			"SHA-256 fingerprint | 0123 4567 89ab cdef …",
			"Subject | CN=Acme",
			"Issuer | (empty)",
			"Key | EC, 256 bits",
			"Active in | nowhere",
		]);
		const more = Object.fromEntries(
			certificateFacts(root, read, nowhere, LOADED).map(({ key, more }) => [key, more ?? ""]),
		);
		assert.equal(more.sha256, Array(4).fill("0123 4567 89ab cdef").join(" "));
		assert.match(more.created ?? "", /^2026-11-24 00:00 UTC/);
		assert.match(more.valid ?? "", /^2026-11-23 00:00 UTC/);
		assert.match(more.expires ?? "", /^2027-11-23 00:00 UTC/);
	});

	it("have unique keys, from which row ids are made", () => {
		const everything = { ...nowhere, organization: undefined, projects: [production, staging], unread: 2 };
		const facts = certificateFacts(root, read, { ...everything, allProjects: false }, LOADED);
		assert.equal(new Set(facts.map(({ key }) => key)).size, facts.length);
	});

	it("do not warn about projects that were never requested", () => {
		const facts = certificateFacts(root, read, { ...nowhere, allProjects: false }, { loading: false, askedAt: null });
		const { label, value, mark } = facts.at(-1) ?? {};
		assert.deepEqual([label, value, mark], ["Projects", "not checked yet", undefined]);
	});

	it("show unknown values, and use the content's dates if the list has none", () => {
		const bare = certificate("cert_b", { validAt: null, expiresAt: null });
		assert.deepEqual(rows({ state: "unreadable" }, nowhere, false, bare).slice(1, 5), [
			"Expires | unknown",
			"Valid from | unknown",
			"Uploaded | unknown",
			"Content | OpenAI's copy isn't a readable certificate | trouble",
		]);
		assert.deepEqual(rows(read, nowhere, false, bare).slice(1, 3), [
			"Expires | 1970-01-01 (UTC)",
			"Valid from | 1970-01-01 (UTC)",
		]);
	});

	for (const [title, content, row] of [
		["was just requested", undefined, "Content | loading… | loading"],
		["is loading", { state: "loading" }, "Content | loading… | loading"],
		[
			"cannot be fetched",
			{ state: "failed", problem: serviceError },
			`Content | ${describeProblem(serviceError)} | trouble`,
		],
	] as const)
		it(`show that a content ${title}, after the known facts`, () => {
			assert.deepEqual(rows(content, nowhere).slice(4), [row, "Active in | nowhere"]);
		});

	const scopeCases: readonly [string, Partial<ActivationStatus>, boolean, readonly string[]][] = [
		[
			"name each scope, and summarize inherited activation",
			{ organization: true, projects: [production, staging] },
			false,
			[
				"Active in | the organization",
				"Active in | all projects (inherited from the organization)",
				"Active in | project “Production”",
				"Active in | project “proj_s”",
			],
		],
		[
			"count the unread projects",
			{ projects: [production], unread: 3 },
			false,
			["Active in | project “Production”", "Unknown | couldn't read 3 projects | trouble"],
		],
		["count one unread project", { unread: 1 }, false, ["Unknown | couldn't read 1 project | trouble"]],
		["show that the projects are being read", { allProjects: false }, true, ["Unknown | checking projects… | loading"]],
		["show no progress if everything is known", {}, true, ["Active in | nowhere"]],
		[
			"explain why the projects could not be read",
			{ allProjects: false, problem: forbidden },
			false,
			[`Unknown | ${describeProblem(forbidden)} | trouble`],
		],
		[
			"show that more projects may exist",
			{ allProjects: false },
			false,
			["Unknown | whether there are more projects | trouble"],
		],
		[
			"show that the organization's list lacks the state",
			{ organization: undefined },
			false,
			["Unknown | whether it's active in the organization"],
		],
	];
	for (const [title, changes, loading, expected] of scopeCases)
		it(title, () => {
			assert.deepEqual(rows(read, { ...nowhere, ...changes }, loading).slice(8), expected);
		});

	it("R12 R13 sanitize foreign text", () => {
		const hostile = parsedCertificate("Evil", { subject: "[x](command:y)\u202e", issuer: "$(trash)" });
		const project = { id: "proj_x", name: "[p](command:y)" };
		const text = rows({ state: "read", candidate: hostile }, { ...nowhere, projects: [project] }).join("\n");
		assert.doesNotMatch(text, /\]\(|\$\(|\u202e/);
	});
});
