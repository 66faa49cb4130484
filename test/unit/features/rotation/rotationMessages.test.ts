import assert from "node:assert/strict";
import type { ScopeSummary } from "../../../../src/common/messages/scopes.ts";
import type { Problem } from "../../../../src/domain/problem.ts";
import { ORGANIZATION, type Scope } from "../../../../src/domain/scope.ts";
import type { RotationPlan, RotationStage, TrustAnchor } from "../../../../src/features/rotation/rotationPlan.ts";
import {
	comparisonLines,
	describeCorruptPlan,
	describeFinish,
	describeLockOut,
	describeNoRoom,
	describeStart,
	describeUndo,
} from "../../../../src/features/rotation/rotationPromptMessages.ts";
import type { SwitchoverResult } from "../../../../src/features/rotation/rotationResult.ts";
import {
	describeRotationResult,
	isEnded,
	type RotationEnd,
} from "../../../../src/features/rotation/rotationResultMessages.ts";
import { formatRoles, type RotationRole, roleFacts } from "../../../../src/features/rotation/rotationStatusMessages.ts";
import { projectScope } from "../../fakes/adminApi.ts";
import { certificate, parsedCertificate } from "../../fakes/certificatesApi.ts";

const NOW = 1_800_000_000;
const DAY = 86_400;
const nowhere: ScopeSummary = { organization: false, projects: [] };
const everywhere: ScopeSummary = { organization: true, projects: [{ id: "p", name: "Production" }] };
const [p, q] = [projectScope("p"), projectScope("q")];
const nameOf = (id: string) => id.toUpperCase();

const anchor = (name: string, days: number, overrides: Partial<TrustAnchor> = {}): TrustAnchor => {
	const [notBefore, notAfter] = [NOW - DAY, NOW + days * DAY];
	return {
		certificate: certificate(name.toLowerCase(), { name, validAt: notBefore, expiresAt: notAfter }),
		content: parsedCertificate(name, { notBefore, notAfter }),
		...overrides,
	};
};
const [old, next] = [anchor("Old", 10), anchor("New", 900)];

describe("The row of a certificate in a rotation", () => {
	const plan: RotationPlan = {
		organizationRef: "c",
		old: old.certificate,
		next: next.certificate,
		scopes: [
			{ scope: ORGANIZATION, nextWasActive: false },
			{ scope: p, nextWasActive: true },
		],
		startedAt: NOW * 1000,
	};
	const role = (part: RotationRole["part"], stage: RotationStage = "waiting"): RotationRole => ({
		...{ part, stage, plan },
		other: part === "old" ? plan.next : plan.old,
	});

	const stages: readonly [RotationStage, string][] = [
		["activating", "Rotating: replacement not active everywhere yet, Rotate or Finish"],
		["waiting", "Rotating: move clients, then Finish"],
		["finished", "Rotating: active nowhere any more, Finish ends it"],
		["unknown", "Rotating: not known how far"],
	];
	for (const [stage, expected] of stages)
		it(`says the next step in the stage ${stage}`, () => {
			assert.equal(formatRoles([role("old", stage)]), expected);
		});

	it("names each certificate that it replaces", () => {
		assert.equal(formatRoles([]), null);
		const other = { ...role("next"), other: { id: "cert_gone", name: null } };
		assert.equal(formatRoles([role("next"), other]), "taking over from “Old” · taking over from “cert_gone”");
	});

	it("shows the other certificate, the scopes and the start time", () => {
		const [fact, ...others] = roleFacts([role("old")], nameOf);
		assert.deepEqual(others, []);
		assert.equal(fact?.label, "Rotating to");
		assert.equal(fact.value, "“New” in the organization and project “P”");
		assert.match(fact.more ?? "", /^new\n• the organization\n• project “P”\nStarted: /);
		assert.equal(roleFacts([role("next")], nameOf)[0]?.label, "Taking over from");
	});
});

describe("The prompt before a rotation", () => {
	it("explains the effect of forgetting an unreadable plan", () => {
		const { message, detail } = describeCorruptPlan(old.certificate);
		assert.equal(message, "What was written down of a rotation of “Old” cannot be read. Forget it?");
		assert.match(detail, /^Nothing is changed at OpenAI by that\./);
	});

	const question = { old, next, missing: everywhere, present: nowhere, planned: false, changed: false };

	it("compares both certificates", () => {
		const [one, other] = [old.content?.sha256, next.content?.sha256].map((sha256) =>
			sha256?.slice(0, 16).match(/.{4}/g)?.join(" "),
		);
		assert.deepEqual(comparisonLines(old, next), [
			"Subject: CN=Old → CN=New",
			"Issuer: CN=Old → CN=New",
			"Key: EC, 256 bits → EC, 256 bits (another one)",
			"Valid: 2027-01-14 to 2027-01-25 (UTC) → 2027-01-14 to 2029-07-03 (UTC)",
			`SHA-256: ${one} … → ${other} …`,
		]);
		const renewed = { ...next, content: { ...parsedCertificate("Old"), sha256: "ab" } };
		assert.deepEqual(comparisonLines(old, renewed).slice(0, 3), [
			"Subject: CN=Old (both)",
			"Issuer: CN=Old (both)",
			"Key: EC, 256 bits (the same)",
		]);
	});

	it("uses the dates of the lists if a content cannot be read, and says so", () => {
		assert.deepEqual(comparisonLines(old, { ...next, content: null }), [
			"Valid: 2027-01-14 to 2027-01-25 (UTC) → 2027-01-14 to 2029-07-03 (UTC)",
			"The content of “New” could not be read.",
		]);
	});

	it("R12 sanitizes all external text", () => {
		const hostile = anchor("a\u202eb\nc", 10, {
			content: parsedCertificate("x", { subject: "CN=\u202e\n", issuer: "" }),
		});
		const { message, detail } = describeStart({ ...question, old: hostile });
		assert.doesNotMatch(message + detail, /\u202e/);
		assert.equal(message.split("\n").length, 1);
	});

	it("names the scopes, and says that the old certificate stays active and filters are not copied", () => {
		const { message, detail } = describeStart(question);
		assert.equal(message, "Rotate “Old” to “New”?");
		assert.match(detail, /Now, “New” is activated in:\n• the organization\n• project “Production”\n/);
		assert.match(detail, /“Old” stays active beside it\. Later, once the clients have moved, Finish deactivates it/);
		assert.match(detail, /A filter \(CEL policy\) .* on “Old” does not come along: set it on “New” there\./);
		assert.doesNotMatch(detail, /already|meanwhile/);
	});

	it("says that earlier activations are unknown if this computer has no plan", () => {
		const partlyActive = { ...question, missing: nowhere, present: everywhere };
		const unknown = /is active already in the organization and project “Production”\. Whether it was before/;
		assert.match(describeStart(partlyActive).detail, unknown);
		const planned = describeStart({ ...partlyActive, planned: true, changed: true });
		assert.equal(planned.message, "Go on rotating “Old” to “New”?");
		assert.doesNotMatch(planned.detail, /Whether it was before/);
		assert.match(planned.detail, /^Something was changed meanwhile/);
	});
});

describe("The prompt before the end of a rotation", () => {
	const finish = {
		...{ old: old.certificate, next: next.certificate, scopes: everywhere },
		...{ missing: nowhere, access: null, changed: false },
	};
	const undo = {
		...{ old: old.certificate, next: next.certificate, scopes: everywhere },
		...{ kept: nowhere, reactivated: nowhere, access: null, changed: false },
	};

	it("says that moved clients cannot be detected, and which clients will be refused", () => {
		const { message, detail } = describeFinish({ ...finish, access: "It will be answered." });
		assert.equal(message, "Have all clients moved from “Old” to “New”?");
		assert.match(detail, /^Nothing here can show whether they have\. .* identities that log in by it no longer can\./);
		assert.match(detail, /“Old” is deactivated in:\n• the organization\n• project “Production”/);
		assert.match(detail, /\n\nIt will be answered\.\n\n/);
		assert.match(detail, /There is no Undo after Finish\.$/);
	});

	it("says where the new certificate is not active yet, and if the old certificate is no longer active", () => {
		const missing = { organization: false, projects: [{ id: "p", name: "Production" }] };
		assert.match(
			describeFinish({ ...finish, missing }).detail,
			/“New” is not active yet in project “Production”: it is/,
		);
		const inactive = describeFinish({ ...finish, scopes: nowhere });
		assert.equal(inactive.message, "“Old” is active nowhere any more. End its rotation to “New”?");
		assert.doesNotMatch(inactive.detail, /refused|deactivated in/);
	});

	it("says what Undo deactivates, keeps and reactivates", () => {
		assert.match(describeUndo(undo).detail, /^“New” is deactivated in:\n• the organization/);
		const mixed = describeUndo({ ...undo, scopes: nowhere, kept: everywhere, reactivated: everywhere });
		assert.match(mixed.detail, /^“Old” is activated again in the organization and project “Production”\./);
		assert.match(mixed.detail, /It stays active in the organization and project “Production”, where it was before/);
		assert.match(describeUndo({ ...undo, scopes: nowhere }).detail, /^Nothing is left to be deactivated/);
	});

	it("says that this extension would lock itself out", () => {
		const { message, detail } = describeLockOut(old.certificate, next.certificate, "None is set.");
		assert.equal(message, "“Old” cannot go yet: this extension would lock itself out.");
		assert.match(detail, /^None is set\.\n\nSet up a client certificate that chains to “New”, or to another one/);
	});

	it("suggests certificates to delete if the limit is reached", () => {
		const idle = Array.from({ length: 10 }, (_, index) =>
			certificate(`c${index}`, { name: `CA ${index}`, expiresAt: NOW + (index - 1) * 2 * DAY }),
		);
		const { detail } = describeNoRoom(idle, NOW);
		assert.match(
			detail,
			/^OpenAI keeps 50 at most\. .*\n\nActive nowhere:\n• “CA 0”: c0, expired 2 days ago\n• “CA 1”/,
		);
		assert.match(detail, /… and 2 more$/);
		assert.match(describeNoRoom([], NOW).detail, /None is known to be active nowhere/);
	});
});

describe("The result of a rotation's end", () => {
	const failed: Problem = { reason: "service-error", status: 500 };
	const end: RotationEnd = { step: "finish", deleteOld: false, from: old.certificate, to: next.certificate };
	const undo: RotationEnd = { step: "undo", deleteOld: false, from: next.certificate, to: old.certificate };
	const resultOf = (...scopes: readonly [Scope, SwitchoverResult["outcome"], (Problem | null)?][]) => ({
		scopes: scopes.map(([scope, outcome, problem = null]) => ({ scope, outcome, problem })),
		...{ ended: false, deleted: false, problem: null as Problem | null },
	});

	it("is one sentence for equal outcomes", () => {
		const done = { ...resultOf([ORGANIZATION, "done"], [p, "done"]), ended: true };
		assert.ok(isEnded(end, done));
		assert.ok(!isEnded({ ...end, deleteOld: true }, done));
		assert.equal(
			describeRotationResult(end, done, nameOf),
			"The rotation of “Old” is finished.\nIn the organization and project “P”: “Old” deactivated.",
		);
		assert.match(
			describeRotationResult(end, { ...done, deleted: true }, nameOf),
			/^The rotation of “Old” is finished, and it is del/,
		);
		assert.match(
			describeRotationResult({ ...end, deleteOld: true }, done, nameOf),
			/is finished, but it was not deleted\.\n/,
		);
	});

	it("R34 gives the outcome of each scope, and the reason once", () => {
		const partial = { ...resultOf([ORGANIZATION, "done"], [p, "failed", failed], [q, "not-tried"]), problem: failed };
		assert.ok(!isEnded(end, partial));
		assert.equal(
			describeRotationResult(end, partial, nameOf),
			"The rotation of “Old” is not finished.\nIn project “P”: “Old” not deactivated. OpenAI's service failed (500). Nothing is known to be wrong here. Try again later.\nIn project “Q”: not tried.\nIn the organization: “Old” deactivated.\nFinish again to go on.",
		);
		assert.match(
			describeRotationResult(end, { ...resultOf([p, "done"]), problem: { reason: "changed-meanwhile" } }, nameOf),
			/deactivated\.\nSomething else was changed meanwhile, or only shows now\.\nFinish again to go on\.$/,
		);
	});

	it("R34 does not say that nothing was sent if something was", () => {
		const problems: readonly Problem[] = [
			{ reason: "connection-changed" },
			{ reason: "not-recorded", code: "ENOSPC" },
			{ reason: "lock-lost" },
		];
		for (const problem of problems)
			for (const result of [resultOf([p, "done"]), resultOf([p, "done"], [q, "failed", problem])]) {
				const message = describeRotationResult(end, { ...result, problem }, nameOf);
				assert.match(message, /“Old” deactivated\./);
				assert.match(message, /it went no further|could not be changed/);
				assert.doesNotMatch(message, /Nothing was sent/);
			}
	});

	const outcomes: readonly [SwitchoverResult["outcome"], string][] = [
		["kept", "“New” stays, as before."],
		["returned", "“Old” activated again; “New” stays, as before."],
		["not-returned", "“Old” not activated again, or that is not known."],
		["unread", "“New” deactivated, but not read back."],
		["unknown", "not known whether “New” is deactivated."],
		["restored", "neither was active after it, so “New” was activated again at once."],
		["emptied", "neither “New” nor “Old” is active now. Activate one of them."],
		["neither", "neither “New” nor “Old” was active; nothing was done."],
	];
	for (const [outcome, expected] of outcomes)
		it(`of Undo names the scopes with the outcome ${outcome}`, () => {
			const undone = { ...resultOf([p, outcome]), ended: true };
			assert.equal(isEnded(undo, undone), outcome === "kept" || outcome === "returned");
			assert.equal(
				describeRotationResult(undo, undone, nameOf),
				`The rotation of “Old” is undone.\nIn project “P”: ${expected}`,
			);
			assert.match(
				describeRotationResult(undo, resultOf([p, outcome]), nameOf),
				/^The rotation of “Old” is not undone\.\n.*\nUndo again to go on\.$/,
			);
		});
});
