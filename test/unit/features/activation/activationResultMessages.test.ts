import assert from "node:assert/strict";
import { formatCertificates } from "../../../../src/common/messages/certificateMessages.ts";
import { describePartialFailure, describeProblem } from "../../../../src/common/messages/problems/problems.ts";
import type { Problem } from "../../../../src/domain/problem.ts";
import { ORGANIZATION } from "../../../../src/domain/scope.ts";
import {
	describeActivationResults,
	describeExpiredPredecessor,
	describeFailedDeletion,
	describeLockout,
	isFullyApplied,
} from "../../../../src/features/activation/activationResultMessages.ts";
import { projectScope, scopeResult } from "../../fakes/adminApi.ts";
import { certificate } from "../../fakes/certificatesApi.ts";

const [p, q, r] = [projectScope("p"), projectScope("q"), projectScope("r")];
const acme = certificate("a", { name: "Acme" });
const failed: Problem = { reason: "service-error", status: 500 };
const nameOf = (id: string) => id.toUpperCase();

describe("Messages after an activation or deactivation", () => {
	it("are one sentence if everything succeeded", () => {
		const results = [scopeResult(p, { changed: ["a"] }), scopeResult(ORGANIZATION, { changed: ["a"] })];
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
		const lost: Problem = { reason: "connection-lost", host: "a.test" };
		const results = [
			scopeResult(p, { changed: ["a"] }),
			scopeResult(q, { failed: ["a"], problem: failed }),
			scopeResult(r, { unknown: ["a"], problem: lost }),
			scopeResult(ORGANIZATION, { notTried: ["a"] }),
		];
		assert.ok(!isFullyApplied(results));
		assert.equal(
			describeActivationResults([acme], results, true, nameOf),
			[
				`“Acme” in project “Q”: couldn't be activated. ${describeProblem(failed)}`,
				`“Acme” in project “R”: activation unconfirmed. ${describeProblem(lost)}`,
				"“Acme” in the organization: skipped.",
				"“Acme” in project “P”: activated.",
			].join("\n"),
		);
		assert.equal(
			describeActivationResults([acme], results.slice(1, 3), false, nameOf),
			[
				`“Acme” in project “Q”: couldn't be deactivated. ${describeProblem(failed)}`,
				`“Acme” in project “R”: deactivation unconfirmed. ${describeProblem(lost)}`,
			].join("\n"),
		);
	});

	it("do not call a cancelled change a failure", () => {
		const results = [scopeResult(p, { failed: ["a"] })];
		assert.equal(describeActivationResults([acme], results, true, nameOf), "“Acme” in project “P”: not activated.");
		assert.equal(describeActivationResults([acme], results, false, nameOf), "“Acme” in project “P”: not deactivated.");
	});

	it("count certificates if their outcomes differ", () => {
		const ids = Array.from({ length: 25 }, (_, index) => `c${index}`);
		const certificates = ids.map((id) => certificate(id));
		const partialResult = scopeResult(p, {
			changed: ids.slice(0, 10),
			failed: ids.slice(10, 18),
			unknown: ids.slice(18, 20),
			notTried: ids.slice(20),
			problem: failed,
		});
		const subjects = formatCertificates(certificates);
		assert.equal(
			describeActivationResults(certificates, [partialResult], true, nameOf),
			`${subjects} in project “P”: 10 activated, 8 couldn't be activated, 2 unconfirmed, and 5 skipped. ${describeProblem(failed)}`,
		);
		assert.equal(
			describeActivationResults(certificates, [partialResult], false, nameOf),
			`${subjects} in project “P”: 10 deactivated, 8 couldn't be deactivated, 2 unconfirmed, and 5 skipped. ${describeProblem(failed)}`,
		);
		const cancelled = { ...partialResult, problem: null };
		for (const active of [true, false])
			assert.match(
				describeActivationResults(certificates, [cancelled], active, nameOf),
				active ? /, 8 not activated, / : /, 8 not deactivated, /,
			);
		const allFailed = scopeResult(p, { failed: ids, problem: failed });
		assert.equal(
			describeActivationResults(certificates, [allFailed], true, nameOf),
			describeActivationResults([acme], [allFailed], true, nameOf).replace("“Acme”", subjects),
		);
	});

	it("combine scopes with equal outcomes", () => {
		const results = [p, q].map((scope) => scopeResult(scope, { failed: ["a"], problem: failed }));
		const [first] = results;
		assert.equal(
			describeActivationResults([acme], results, true, nameOf),
			describeActivationResults([acme], first ? [first] : [], true, nameOf).replace(
				"project “P”",
				"project “P” and project “Q”",
			),
		);
	});

	it("R34 say that OpenAI now rejects this extension, and how to regain access", () => {
		const activated = scopeResult(ORGANIZATION, { changed: ["a"] });
		const unauthorized = { reason: "unauthorized" } as const;
		const results = [{ ...activated, lockedOut: unauthorized }];
		assert.ok(!isFullyApplied(results));
		assert.deepEqual(describeActivationResults([acme], results, true, nameOf).split("\n"), [
			describeActivationResults([acme], [activated], true, nameOf),
			describeLockout(unauthorized),
		]);
		assert.equal(
			describeLockout(unauthorized),
			"OpenAI now rejects this extension. To regain access, use the OpenAI dashboard, or set a client certificate that chains to an active certificate.",
		);
		assert.equal(
			describeLockout({ reason: "mtls", code: "certificate_required", status: 401 }),
			"OpenAI now rejects this extension. OpenAI requires a client certificate, but none was presented (401). Set one in Settings, and set the base URL to an mTLS host. You can also regain access in the OpenAI dashboard.",
		);
	});

	it("point out an expired certificate beside its renewal", () => {
		const [expired, renewal] = [certificate("old", { name: "Old" }), certificate("new", { name: "New" })];
		assert.equal(
			describeExpiredPredecessor({ expired, renewal }),
			"“Old” has expired but is still active. OpenAI might use it instead of its renewal “New”, which has the same subject and key.",
		);
	});

	it("R35 say that a certificate was not deleted, the outcome of each scope, and the reason once", () => {
		const results = [scopeResult(ORGANIZATION, { changed: ["a"] }), scopeResult(p, { failed: ["a"], problem: failed })];
		assert.equal(
			describeFailedDeletion(acme, results, failed, nameOf),
			["“Acme” wasn't deleted.", describeActivationResults([acme], results, false, nameOf)].join("\n"),
		);
		const done = results.slice(0, 1);
		const unknown: Problem = { reason: "change-unknown", act: "remove" };
		assert.equal(
			describeFailedDeletion(acme, done, unknown, nameOf),
			[
				"OpenAI didn't confirm that “Acme” was deleted.",
				describeActivationResults([acme], done, false, nameOf),
				describeProblem(unknown),
			].join("\n"),
		);
	});

	it("R35 say why nothing more was done, without a claim that nothing was sent", () => {
		const problem: Problem = { reason: "connection-changed" };
		const message = describeFailedDeletion(acme, [scopeResult(p, { changed: ["a"] })], problem, nameOf);
		assert.equal(message.split("\n").at(-1), describePartialFailure(problem));
		assert.notEqual(describePartialFailure(problem), describeProblem(problem));
	});
});
