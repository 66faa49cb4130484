import assert from "node:assert/strict";
import { describeChangedMeanwhile } from "../../../../src/common/messages/certificateMessages.ts";
import { formatExpiry } from "../../../../src/common/messages/dates.ts";
import { formatKeyDetails, formatShortFingerprint } from "../../../../src/common/messages/parsedCertificateMessages.ts";
import { describePartialFailure } from "../../../../src/common/messages/problems/problems.ts";
import { formatScopeLines, formatScopes, type ScopeSummary } from "../../../../src/common/messages/scopes.ts";
import type { Problem } from "../../../../src/domain/problem.ts";
import { ORGANIZATION, type Scope } from "../../../../src/domain/scope.ts";
import type { ClientImpact } from "../../../../src/features/clientImpact/clientImpact.ts";
import { describeClientImpact } from "../../../../src/features/clientImpact/clientImpactMessages.ts";
import { comparisonLines } from "../../../../src/features/rotation/comparisonMessages.ts";
import {
	describeAlsoActivated,
	replacementFileTitle,
	rotateTitle,
	unclearScopesTitle,
} from "../../../../src/features/rotation/rotationPickMessages.ts";
import type { RotationPlan, RotationStage, TrustAnchor } from "../../../../src/features/rotation/rotationPlan.ts";
import { activatingTitle } from "../../../../src/features/rotation/rotationProgressMessages.ts";
import {
	describeCompletedStart,
	describeCorruptPlan,
	describeDeadEnd,
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
import {
	describeDiscardedPlan,
	formatRoles,
	type RotationRole,
	roleFacts,
} from "../../../../src/features/rotation/rotationStatusMessages.ts";
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
		["activating", "rotating: run Rotate again to continue"],
		["waiting", "rotating: switch clients, then finish"],
		["finished", "rotating: old certificate inactive, ready to finish"],
		["unknown", "rotating: progress unknown"],
	];
	for (const [stage, expected] of stages)
		it(`says the next step in the stage ${stage}`, () => {
			assert.equal(formatRoles([role("old", stage)]), expected);
		});

	it("names each certificate that it replaces", () => {
		assert.equal(formatRoles([]), null);
		const other = { ...role("next"), other: { id: "cert_gone", name: null } };
		assert.equal(formatRoles([role("next"), other]), "replacing “Old” · replacing “cert_gone”");
	});

	it("shows the other certificate, the scopes and the start time", () => {
		const [fact, ...others] = roleFacts([role("old")], nameOf);
		assert.deepEqual(others, []);
		assert.equal(fact?.label, "Rotating to");
		const scopes: ScopeSummary = { organization: true, projects: [{ id: "p", name: "P" }] };
		assert.equal(fact.value, `“New” in ${formatScopes(scopes)}`);
		assert.ok(fact.more?.startsWith(`new\n${formatScopeLines(scopes, 2)}\nStarted: `));
		assert.equal(roleFacts([role("next")], nameOf)[0]?.label, "Replacing");
	});
});

describe("The prompt before a rotation", () => {
	it("explains the effect of discarding an unreadable plan", () => {
		const { message, detail } = describeCorruptPlan(old.certificate);
		assert.equal(message, "The saved rotation plan for “Old” can't be read. Discard it?");
		assert.equal(detail, describeDiscardedPlan());
		assert.match(detail, /^Nothing changes at OpenAI\. .* stay active, and Undo Rotation won't deactivate them\.$/);
	});

	it("names the certificates in the choices before it", () => {
		assert.equal(rotateTitle(old.certificate), "Rotate “Old”");
		assert.equal(replacementFileTitle(old.certificate), "Choose the replacement for “Old”");
		assert.equal(activatingTitle(next.certificate), "Activating “New”…");
		assert.equal(unclearScopesTitle(old.certificate), "Where “Old” is active");
		assert.equal(
			describeAlsoActivated(everywhere),
			`The replacement is also activated in ${formatScopes(everywhere)}.`,
		);
	});

	const question = { old, next, missing: everywhere, present: nowhere, planned: false, changed: false };

	it("compares both certificates", () => {
		const contents = [old, next].flatMap(({ content }) => content ?? []);
		const [key, otherKey] = contents.map(formatKeyDetails);
		const [one, other] = contents.map(({ sha256 }) => formatShortFingerprint(sha256));
		assert.deepEqual(comparisonLines(old, next), [
			"Subject: CN=Old → CN=New",
			"Issuer: CN=Old → CN=New",
			`Key: ${key} → ${otherKey} (different keys)`,
			"Valid: 2027-01-14 to 2027-01-25 (UTC) → 2027-01-14 to 2029-07-03 (UTC)",
			`SHA-256 fingerprint: ${one} → ${other}`,
		]);
		const renewed = { ...next, content: { ...parsedCertificate("Old"), sha256: "ab" } };
		assert.deepEqual(comparisonLines(old, renewed).slice(0, 3), [
			"Subject: CN=Old (both)",
			"Issuer: CN=Old (both)",
			`Key: ${key} (same key)`,
		]);
	});

	it("uses the dates of the lists if a content cannot be read, and says so", () => {
		assert.deepEqual(comparisonLines(old, { ...next, content: null }), [
			"Valid: 2027-01-14 to 2027-01-25 (UTC) → 2027-01-14 to 2029-07-03 (UTC)",
			"Couldn't read “New”, so only the dates are compared.",
		]);
	});

	it("R12 sanitizes all external text", () => {
		const hostile = anchor("a\u202eb\nc", 10, {
			content: parsedCertificate("x", { subject: "CN=\u202e\n", issuer: "" }),
		});
		const { message, detail } = describeStart({ ...question, old: hostile }, NOW);
		assert.doesNotMatch(message + detail, /\u202e/);
		assert.equal(message.split("\n").length, 1);
	});

	it("names the scopes, and says that the old certificate stays active and filters are not copied", () => {
		const { message, detail } = describeStart(question, NOW);
		assert.equal(message, "Rotate “Old” to “New”?");
		assert.ok(detail.includes(`“New” will be activated in:\n${formatScopeLines(everywhere, 2)}\n`));
		assert.match(
			detail,
			/“Old” stays active too\. When your clients have switched, run Finish Rotation to deactivate it/,
		);
		assert.match(
			detail,
			/A CEL filter on “Old” isn't copied\. Set it on “New” in the OpenAI dashboard before you continue/,
		);
		assert.doesNotMatch(detail, /already/);
		assert.ok(!detail.includes(describeChangedMeanwhile()));
	});

	it("says that earlier activations are unknown if this computer has no plan", () => {
		const partlyActive = { ...question, missing: nowhere, present: everywhere };
		const present = `“New” is already active in ${formatScopes(everywhere)}.`;
		const { detail } = describeStart(partlyActive, NOW);
		assert.ok(detail.includes(`${present} It's unknown whether it was active there before the rotation, so Undo`));
		const planned = describeStart({ ...partlyActive, planned: true, changed: true }, NOW);
		assert.equal(planned.message, "Continue rotating “Old” to “New”?");
		assert.ok(planned.detail.includes(`${present}\n`));
		assert.ok(planned.detail.startsWith(describeChangedMeanwhile()));
	});

	it("says that OpenAI might use an expired certificate instead of its renewal, with the same subject and key", () => {
		const text =
			"“Old” has expired. Until you finish, OpenAI might use it instead of its renewal “New”, which has the same subject and key.";
		const expiry = old.certificate.expiresAt ?? 0;
		const renewal = { ...next, content: { ...parsedCertificate("Old"), sha256: "ab" } };
		assert.ok(describeStart({ ...question, next: renewal }, expiry).detail.includes(text));
		assert.ok(!describeStart({ ...question, next: renewal }, expiry - 1).detail.includes(text));
		assert.ok(!describeStart(question, expiry).detail.includes(text));
		assert.ok(!describeStart({ ...question, next: { ...next, content: null } }, expiry).detail.includes(text));
	});

	it("is replaced by the next step if nothing is left to activate", () => {
		assert.equal(
			describeCompletedStart(old.certificate, next.certificate),
			"“New” is active wherever “Old” is. Switch your clients, then run Finish Rotation.",
		);
	});
});

describe("The prompt before the end of a rotation", () => {
	const finish = {
		...{ old: old.certificate, next: next.certificate, scopes: everywhere },
		...{ missing: nowhere, access: null, clients: null, changed: false },
	};
	const time = { now: 0, reminderDays: 30 };
	const undo = {
		...{ old: old.certificate, next: next.certificate, scopes: everywhere },
		...{ kept: nowhere, reactivated: nowhere, access: null, changed: false },
	};

	it("says that switched clients cannot be detected, and which clients will be rejected", () => {
		const { message, detail } = describeFinish({ ...finish, access: "It will be answered." }, time);
		assert.equal(message, "Finish rotating “Old” to “New”?");
		assert.match(
			detail,
			/^This extension can't see whether all clients have switched\. .* workload identity federation, which the Admin API can't show\.\n/,
		);
		assert.ok(detail.includes(`“Old” will be deactivated in:\n${formatScopeLines(everywhere, 2)}\n`));
		assert.match(detail, /\n\nIt will be answered\.\n\n/);
		assert.match(detail, /OpenAI keeps no copy\. You can't undo after finishing\.$/);
	});

	it("leads with the known clients that finishing might lock out", () => {
		const clients: ClientImpact = { kind: "judged", known: 3, rejected: [], unknown: [] };
		const { detail } = describeFinish({ ...finish, clients }, time);
		assert.ok(detail.startsWith(`${describeClientImpact(clients, time)}\n\nThis extension can't see`), detail);
	});

	it("says where the new certificate is not active yet, and if the old certificate is no longer active", () => {
		const missing = { organization: false, projects: [{ id: "p", name: "Production" }] };
		const { message, detail } = describeFinish({ ...finish, missing }, time);
		assert.ok(detail.includes(`“New” isn't active yet in ${formatScopes(missing)}. It's activated there first.`));
		const inactive = describeFinish({ ...finish, scopes: nowhere }, time);
		assert.equal(inactive.message, message);
		assert.match(inactive.detail, /^“Old” isn't active anywhere anymore, so nothing has to be deactivated\./);
		assert.doesNotMatch(inactive.detail, /rejected|deactivated in/);
	});

	it("says what Undo deactivates, keeps and reactivates", () => {
		const { message, detail } = describeUndo(undo);
		assert.equal(message, "Undo the rotation of “Old” to “New”?");
		assert.ok(detail.startsWith(`“New” will be deactivated in:\n${formatScopeLines(everywhere, 2)}\n`));
		assert.match(detail, /Clients that have already switched might be rejected there\./);
		const mixed = describeUndo({ ...undo, scopes: nowhere, kept: everywhere, reactivated: everywhere });
		assert.ok(mixed.detail.startsWith(`“Old” will be reactivated in ${formatScopes(everywhere)}.`));
		assert.ok(mixed.detail.includes(`“New” stays active in ${formatScopes(everywhere)}, as before the rotation.`));
		assert.match(describeUndo({ ...undo, scopes: nowhere }).detail, /^Nothing has to be deactivated or reactivated\./);
	});

	it("says that this extension would lock itself out", () => {
		const { message, detail } = describeLockOut(old.certificate, next.certificate, "None is set.");
		assert.equal(message, "Can't deactivate “Old”: this extension might lock itself out.");
		assert.match(detail, /^None is set\.\n\nSet a client certificate that chains to “New”, or to another certificate/);
	});

	it("says that the rotation might never end, and not that nothing was uploaded", () => {
		const { message, detail } = describeDeadEnd(old.certificate, next.certificate, "None is set.");
		assert.equal(message, "Can't rotate “Old”: this extension might not be able to finish or undo the rotation.");
		assert.match(detail, /^None is set\.\n\n.* chains to “Old” or “New”, .* Nothing was activated\.$/);
	});

	it("suggests certificates to delete if the limit is reached", () => {
		const idle = Array.from({ length: 10 }, (_, index) =>
			certificate(`c${index}`, { name: `CA ${index}`, expiresAt: NOW + (index - 1) * 2 * DAY }),
		);
		const { message, detail } = describeNoRoom(idle, NOW);
		assert.equal(message, "Your organization has reached OpenAI's documented maximum of certificates.");
		const expired = `• “CA 0”: c0, ${formatExpiry(NOW - 2 * DAY, NOW)}`;
		assert.match(detail, /^OpenAI's documented maximum is 50\. Delete a certificate first, then rotate\.\n\n/);
		assert.ok(detail.includes(`\n\nNot active anywhere:\n${expired}\n• “CA 1”`));
		assert.match(detail, /… and 2 more$/);
		assert.match(describeNoRoom([], NOW).detail, /No inactive certificate was found\./);
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

	const inProject = (name: string) =>
		formatScopes({ organization: false, projects: [{ id: name.toLowerCase(), name }] });

	it("is one sentence for equal outcomes", () => {
		const done = { ...resultOf([ORGANIZATION, "done"], [p, "done"]), ended: true };
		const scopes = { organization: true, projects: [{ id: "p", name: "P" }] };
		assert.ok(isEnded(end, done));
		assert.ok(!isEnded({ ...end, deleteOld: true }, done));
		assert.equal(
			describeRotationResult(end, done, nameOf),
			`The rotation of “Old” is finished.\nIn ${formatScopes(scopes)}: “Old” inactive, “New” active.`,
		);
		assert.match(
			describeRotationResult(end, { ...done, deleted: true }, nameOf),
			/^The rotation of “Old” is finished, and the old certificate was deleted\.\n/,
		);
		assert.match(
			describeRotationResult({ ...end, deleteOld: true }, done, nameOf),
			/is finished, but the old certificate wasn't deleted\.\n/,
		);
	});

	it("R34 gives the outcome of each scope, and the reason once", () => {
		const partial = { ...resultOf([ORGANIZATION, "done"], [p, "failed", failed], [q, "not-tried"]), problem: failed };
		assert.ok(!isEnded(end, partial));
		assert.equal(
			describeRotationResult(end, partial, nameOf),
			[
				"The rotation of “Old” isn't finished.",
				`In ${inProject("P")}: “Old” wasn't deactivated. ${describePartialFailure(failed)}`,
				`In ${inProject("Q")}: skipped.`,
				`In ${formatScopes({ organization: true, projects: [] })}: “Old” inactive, “New” active.`,
				"Run Finish Rotation again to continue.",
			].join("\n"),
		);
		assert.match(
			describeRotationResult(end, { ...resultOf([p, "done"]), problem: { reason: "changed-meanwhile" } }, nameOf),
			/“New” active\.\nThe certificates changed in the meantime, or are active in a place that wasn't visible before\.\nRun Finish Rotation again/,
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
				assert.match(message, /“Old” inactive, “New” active\./);
				assert.ok(message.includes(describePartialFailure(problem)));
				assert.doesNotMatch(message, /[Nn]othing was/);
			}
	});

	const outcomes: readonly [SwitchoverResult["outcome"], string][] = [
		["kept", "“New” unchanged."],
		["returned", "“Old” reactivated; “New” unchanged."],
		["not-returned", "reactivating “Old” failed or is unconfirmed."],
		["unread", "“New” deactivated, but the list couldn't be read afterward."],
		["unknown", "unknown whether “New” is deactivated."],
		["restored", "neither certificate was active afterward, so “New” was reactivated."],
		[
			"emptied",
			"neither “New” nor “Old” was active afterward, and reactivating “New” failed or is unconfirmed. mTLS might be off there. Activate one of them.",
		],
		["neither", "neither “New” nor “Old” was active; nothing was done."],
	];
	for (const [outcome, expected] of outcomes)
		it(`of Undo names the scopes with the outcome ${outcome}`, () => {
			const undone = { ...resultOf([p, outcome]), ended: true };
			assert.equal(isEnded(undo, undone), outcome === "kept" || outcome === "returned");
			assert.equal(
				describeRotationResult(undo, undone, nameOf),
				`The rotation of “Old” was undone.\nIn ${inProject("P")}: ${expected}`,
			);
			assert.match(
				describeRotationResult(undo, resultOf([p, outcome]), nameOf),
				/^Undoing the rotation of “Old” isn't finished\.\n.*\nRun Undo Rotation again to continue\.$/,
			);
		});
});
