import assert from "node:assert/strict";
import type { Problem } from "../../../../src/domain/problem.ts";
import { ORGANIZATION, type Scope } from "../../../../src/domain/scope.ts";
import type { ScopeResult } from "../../../../src/features/activation/activation.ts";
import {
	describeActivationResults,
	describeFailedDeletion,
	isFullyApplied,
} from "../../../../src/features/activation/activationResultMessages.ts";
import { describeSavedPems } from "../../../../src/features/certificates/savePemMessages.ts";
import { projectScope } from "../../fakes/adminApi.ts";
import { certificate } from "../../fakes/certificatesApi.ts";

const [p, q, r] = [projectScope("p"), projectScope("q"), projectScope("r")];
const acme = certificate("a", { name: "Acme" });
const failed: Problem = { reason: "service-error", status: 500 };
const nameOf = (id: string) => id.toUpperCase();

const result = (scope: Scope, overrides: Partial<ScopeResult>): ScopeResult => ({
	scope,
	changed: [],
	failed: [],
	unknown: [],
	notTried: [],
	problem: null,
	lockedOut: false,
	...overrides,
});

describe("Messages after an activation or deactivation", () => {
	it("are one sentence if everything succeeded", () => {
		const results = [result(p, { changed: ["a"] }), result(ORGANIZATION, { changed: ["a"] })];
		assert.ok(isFullyApplied(results));
		assert.equal(
			describeActivationResults([acme], results, true, nameOf),
			"“Acme” in the organization and project “P”: activated.",
		);
		assert.equal(
			describeActivationResults([acme], results, false, nameOf),
			"“Acme” in the organization and project “P”: deactivated.",
		);
	});

	it("R34 give the outcome of each scope, and the reason", () => {
		const results = [
			result(p, { changed: ["a"] }),
			result(q, { failed: ["a"], problem: failed }),
			result(r, { unknown: ["a"], problem: { reason: "connection-lost", host: "a.test" } }),
			result(ORGANIZATION, { notTried: ["a"] }),
		];
		assert.ok(!isFullyApplied(results));
		assert.equal(
			describeActivationResults([acme], results, true, nameOf),
			[
				"“Acme” in project “Q”: not activated. OpenAI's service failed (500). Nothing is known to be wrong here. Try again later.",
				"“Acme” in project “R”: not known whether activated. The connection to a.test was lost before the answer was there. Try again.",
				"“Acme” in the organization: not tried.",
				"“Acme” in project “P”: activated.",
			].join("\n"),
		);
	});

	it("count certificates if their outcomes differ", () => {
		const ids = Array.from({ length: 25 }, (_, index) => `c${index}`);
		const certificates = ids.map((id) => certificate(id));
		const partialResult = result(p, {
			changed: ids.slice(0, 10),
			failed: ids.slice(10, 20),
			notTried: ids.slice(20),
			problem: failed,
		});
		assert.match(
			describeActivationResults(certificates, [partialResult], false, nameOf),
			/^25 certificates in project “P”: 10 deactivated, 10 not deactivated, 5 not tried\. OpenAI's service failed/,
		);
		assert.match(
			describeActivationResults(certificates, [result(p, { failed: ids, problem: failed })], true, nameOf),
			/^25 certificates in project “P”: not activated\. OpenAI's/,
		);
	});

	it("combine scopes with equal outcomes", () => {
		const results = [p, q].map((scope) => result(scope, { failed: ["a"], problem: failed }));
		assert.match(
			describeActivationResults([acme], results, true, nameOf),
			/^“Acme” in project “P” and project “Q”: not activated\./,
		);
	});

	it("R34 say that this extension is now refused, and how to restore access", () => {
		const results = [result(ORGANIZATION, { changed: ["a"], lockedOut: true })];
		assert.ok(!isFullyApplied(results));
		assert.equal(
			describeActivationResults([acme], results, true, nameOf),
			"“Acme” in the organization: activated.\nThis extension is now refused. The way back is the dashboard at OpenAI, or a client certificate that chains to an active certificate.",
		);
	});

	it("R35 say that a certificate was not deleted, the outcome of each scope, and the reason once", () => {
		const results = [result(ORGANIZATION, { changed: ["a"] }), result(p, { failed: ["a"], problem: failed })];
		assert.equal(
			describeFailedDeletion(acme, results, failed, nameOf),
			"“Acme” was not deleted.\n“Acme” in project “P”: not deactivated. OpenAI's service failed (500). Nothing is known to be wrong here. Try again later.\n“Acme” in the organization: deactivated.",
		);
		assert.equal(
			describeFailedDeletion(
				acme,
				[result(p, { changed: ["a"] })],
				{ reason: "change-unknown", act: "remove" },
				nameOf,
			),
			"It's unknown whether “Acme” was deleted.\n“Acme” in project “P”: deactivated.\nThe deletion was sent, but no answer tells whether it was done. Refresh to see.",
		);
	});
});

describe("Messages after certificates were saved", () => {
	it("count the saved certificates, and name each unsaved certificate with the reason", () => {
		const saved = (["saved", "taken", "unreadable", "failed"] as const).map((outcome) => ({
			certificate: certificate(outcome, { name: `CA ${outcome}` }),
			outcome,
		}));
		assert.equal(describeSavedPems(saved.slice(0, 1)), "1 of 1 certificates saved.");
		assert.equal(
			describeSavedPems(saved),
			"1 of 4 certificates saved. A file of that name holds something else, and was left alone: CA taken. No certificate could be read: CA unreadable. The file could not be written: CA failed.",
		);
	});
});
