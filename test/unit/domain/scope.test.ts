import assert from "node:assert/strict";
import { type ActivationStatus, isActiveAnywhere } from "../../../src/domain/activationStatus.ts";
import { isProjectId, ORGANIZATION, scopeKey } from "../../../src/domain/scope.ts";

describe("Scope", () => {
	it("has a key of its own, whatever a project is called", () => {
		const keys = [
			ORGANIZATION,
			...["organization", "proj_a", "proj_b"].map((id) => ({ kind: "project" as const, id })),
		];
		assert.deepEqual(keys.map(scopeKey), ["organization", "project/organization", "project/proj_a", "project/proj_b"]);
	});

	it("R30 takes as a project's id only what cannot climb out of a path", () => {
		assert.deepEqual(["proj_abc", "a-b_C9", "x".repeat(128)].map(isProjectId), [true, true, true]);
		const bad = ["", "..", "a/b", "/a", "a/", "a%2fb", "x".repeat(129), 7, null, undefined];
		assert.deepEqual(bad.map(isProjectId), Array(bad.length).fill(false));
	});
});

describe("R35 R53 Whether a certificate is active anywhere", () => {
	const nowhere: ActivationStatus = { organization: false, projects: [], unread: 0, allProjects: true, problem: null };
	const rows: readonly [what: string, known: Partial<ActivationStatus>, expected: boolean | undefined][] = [
		["nowhere, as far as all scopes say", {}, false],
		["in the organization", { organization: true, unread: 3 }, true],
		["in a project", { organization: undefined, projects: [{ id: "proj_a", name: null }] }, true],
		["the organization is not known", { organization: undefined }, undefined],
		["a project is not known", { unread: 1 }, undefined],
		["the projects are not known", { allProjects: false }, undefined],
	];
	for (const [what, known, expected] of rows)
		it(what, () => {
			assert.equal(isActiveAnywhere({ ...nowhere, ...known }), expected);
		});
});
