import assert from "node:assert/strict";
import { ORGANIZATION, type Scope } from "../../../../src/domain/scope.ts";
import type { ActivationSnapshot, ScopeSnapshot } from "../../../../src/features/activation/activation.ts";
import {
	activeAfter,
	assessDeactivation,
	isAlreadyApplied,
} from "../../../../src/features/activation/deactivationImpact.ts";
import { inProject } from "../../fakes/adminApi.ts";
import { certificate, listing } from "../../fakes/certificatesApi.ts";

const [p, q] = [inProject("p"), inProject("q")];

const basis = (scope: Scope, active: readonly string[], more: Partial<ScopeSnapshot> = {}): ScopeSnapshot => ({
	scope,
	active,
	whole: true,
	problem: null,
	...more,
});

/** The organization's list, in which these are active and `x` is not. */
const organization = (...active: readonly string[]) =>
	listing(certificate("x"), ...active.map((id) => certificate(id, { active: true })));

describe("What a deactivation leaves behind", () => {
	it("is nothing that is enforced, where the last one goes", () => {
		const scopes = [basis(ORGANIZATION, ["a"]), basis(p, ["a"])];
		assert.deepEqual(assessDeactivation(scopes, ["a"], organization("a")), {
			off: [ORGANIZATION, p],
			left: [],
			unclear: [],
		});
	});

	it("is what the organization enforces, where a project's own last one goes", () => {
		const left = { off: [], left: [p], unclear: [] };
		assert.deepEqual(assessDeactivation([basis(p, ["a"])], ["a"], organization("b")), left);
		assert.deepEqual(assessDeactivation([basis(p, ["a"])], ["a"], organization("a")), left);
		const both = [basis(ORGANIZATION, ["a", "b"]), basis(p, ["a"])];
		assert.deepEqual(assessDeactivation(both, ["a"], organization("a", "b")), left);
	});

	it("is worth no word where others of the scope's own stay, or where nothing is deactivated", () => {
		const none = { off: [], left: [], unclear: [] };
		assert.deepEqual(assessDeactivation([basis(p, ["a", "b"]), basis(q, [])], ["a"], organization()), none);
		assert.deepEqual(assessDeactivation([basis(p, ["b"])], ["a"], organization()), none);
	});

	it("is not known where there may be more than was read", () => {
		const scopes = [basis(p, ["a"], { whole: false }), basis(q, ["a", "b"], { whole: false })];
		assert.deepEqual(assessDeactivation(scopes, ["a"], organization()), { off: [], left: [], unclear: [p] });
	});

	it("counts in the organization only what is deactivated there", () => {
		assert.deepEqual(activeAfter([basis(p, ["a"])], ["a"], organization("a", "b")), ["a", "b"]);
		assert.deepEqual(activeAfter([basis(ORGANIZATION, ["a"])], ["a"], organization("a", "b")), ["b"]);
		assert.deepEqual(activeAfter([], [], null), []);
	});
});

describe("Nothing to switch", () => {
	const settled = (
		scopes: readonly ScopeSnapshot[],
		ids: readonly string[],
		active: boolean,
		inOrganization = false,
	) => {
		const certificates = ids.map((id) => certificate(id, { active: inOrganization }));
		const now: ActivationSnapshot = { epoch: 0, certificates, scopes };
		return isAlreadyApplied(now, ids, active);
	};

	it("there is where all are as they were to be in every scope", () => {
		assert.ok(settled([basis(ORGANIZATION, ["a", "b"])], ["a", "b"], true, true));
		assert.ok(settled([basis(p, ["a"]), basis(q, ["a"])], ["a"], true));
		assert.ok(!settled([basis(p, ["a"]), basis(q, [])], ["a"], true));
		assert.ok(!settled([basis(p, ["a"])], ["a", "b"], true));
		assert.ok(settled([basis(p, ["b"])], ["a"], false));
		assert.ok(!settled([basis(p, ["a", "b"])], ["a"], false));
	});

	it("there is not where that cannot be told", () => {
		const problem = { reason: "timeout", host: "a.test" } as const;
		assert.ok(!settled([basis(p, [], { problem })], ["a"], false));
		assert.ok(!settled([basis(p, [], { whole: false })], ["a"], false));
		// What a project's list shows may be the organization's.
		assert.ok(!settled([basis(p, ["a"])], ["a"], true, true));
	});
});
