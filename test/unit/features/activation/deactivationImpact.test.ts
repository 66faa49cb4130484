import assert from "node:assert/strict";
import { ORGANIZATION, type Scope } from "../../../../src/domain/scope.ts";
import type { ActivationSnapshot, ScopeSnapshot } from "../../../../src/features/activation/activation.ts";
import {
	activeAfterDeactivation,
	assessDeactivation,
	isAlreadyApplied,
} from "../../../../src/features/activation/deactivationImpact.ts";
import { projectScope } from "../../fakes/adminApi.ts";
import { certificate, listing } from "../../fakes/certificatesApi.ts";

const [p, q] = [projectScope("p"), projectScope("q")];

const snapshot = (scope: Scope, active: readonly string[], overrides: Partial<ScopeSnapshot> = {}): ScopeSnapshot => ({
	scope,
	active,
	complete: true,
	problem: null,
	...overrides,
});

/** Returns the organization's list with these active certificates and the inactive `x`. */
const organization = (...active: readonly string[]) =>
	listing(certificate("x"), ...active.map((id) => certificate(id, { active: true })));

describe("The impact of a deactivation", () => {
	it("is no enforcement in scopes that lose their last certificate", () => {
		const scopes = [snapshot(ORGANIZATION, ["a"]), snapshot(p, ["a"])];
		assert.deepEqual(assessDeactivation(scopes, ["a"], organization("a")), {
			unenforced: [ORGANIZATION, p],
			inheritedOnly: [],
			unknown: [],
		});
	});

	it("is enforcement only by the organization in a project that loses its own last certificate", () => {
		const expected = { unenforced: [], inheritedOnly: [p], unknown: [] };
		assert.deepEqual(assessDeactivation([snapshot(p, ["a"])], ["a"], organization("b")), expected);
		assert.deepEqual(assessDeactivation([snapshot(p, ["a"])], ["a"], organization("a")), expected);
		const both = [snapshot(ORGANIZATION, ["a", "b"]), snapshot(p, ["a"])];
		assert.deepEqual(assessDeactivation(both, ["a"], organization("a", "b")), expected);
	});

	it("is empty if other certificates stay active in the scope, or if nothing is deactivated", () => {
		const none = { unenforced: [], inheritedOnly: [], unknown: [] };
		assert.deepEqual(assessDeactivation([snapshot(p, ["a", "b"]), snapshot(q, [])], ["a"], organization()), none);
		assert.deepEqual(assessDeactivation([snapshot(p, ["b"])], ["a"], organization()), none);
	});

	it("is unknown if the list is incomplete", () => {
		const scopes = [snapshot(p, ["a"], { complete: false }), snapshot(q, ["a", "b"], { complete: false })];
		assert.deepEqual(assessDeactivation(scopes, ["a"], organization()), {
			unenforced: [],
			inheritedOnly: [],
			unknown: [p],
		});
	});

	it("removes a certificate from the organization only if it is deactivated there", () => {
		assert.deepEqual(activeAfterDeactivation([snapshot(p, ["a"])], ["a"], organization("a", "b")), ["a", "b"]);
		assert.deepEqual(activeAfterDeactivation([snapshot(ORGANIZATION, ["a"])], ["a"], organization("a", "b")), ["b"]);
		assert.deepEqual(activeAfterDeactivation([], [], null), []);
	});
});

describe("A change that is already applied", () => {
	const isApplied = (
		scopes: readonly ScopeSnapshot[],
		ids: readonly string[],
		active: boolean,
		inOrganization = false,
	) => {
		const certificates = ids.map((id) => certificate(id, { active: inOrganization }));
		const current: ActivationSnapshot = { generation: 0, certificates, scopes };
		return isAlreadyApplied(current, ids, active);
	};

	it("has the requested state of all certificates in every scope", () => {
		assert.ok(isApplied([snapshot(ORGANIZATION, ["a", "b"])], ["a", "b"], true, true));
		assert.ok(isApplied([snapshot(p, ["a"]), snapshot(q, ["a"])], ["a"], true));
		assert.ok(!isApplied([snapshot(p, ["a"]), snapshot(q, [])], ["a"], true));
		assert.ok(!isApplied([snapshot(p, ["a"])], ["a", "b"], true));
		assert.ok(isApplied([snapshot(p, ["b"])], ["a"], false));
		assert.ok(!isApplied([snapshot(p, ["a", "b"])], ["a"], false));
	});

	it("is not assumed if the state is unclear", () => {
		const problem = { reason: "timeout", host: "a.test" } as const;
		assert.ok(!isApplied([snapshot(p, [], { problem })], ["a"], false));
		assert.ok(!isApplied([snapshot(p, [], { complete: false })], ["a"], false));
		// A project's list may show the organization's activation.
		assert.ok(!isApplied([snapshot(p, ["a"])], ["a"], true, true));
	});
});
