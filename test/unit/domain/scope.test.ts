import assert from "node:assert/strict";
import { type ActivationStatus, isActiveAnywhere } from "../../../src/domain/activationStatus.ts";
import { isProjectId, ORGANIZATION, scopeKey } from "../../../src/domain/scope.ts";

describe("Scope", () => {
	it("has a unique key, for every id of a project", () => {
		const keys = [
			ORGANIZATION,
			...["organization", "proj_a", "proj_b"].map((id) => ({ kind: "project" as const, id })),
		];
		assert.deepEqual(keys.map(scopeKey), ["organization", "project/organization", "project/proj_a", "project/proj_b"]);
	});

	it("R30 accepts only project ids that cannot escape from a path", () => {
		assert.deepEqual(["proj_abc", "a-b_C9", "x".repeat(128)].map(isProjectId), [true, true, true]);
		const bad = ["", "..", "a/b", "/a", "a/", "a%2fb", "x".repeat(129), 7, null, undefined];
		assert.deepEqual(bad.map(isProjectId), Array(bad.length).fill(false));
	});
});

describe("R35 R53 A certificate is active anywhere:", () => {
	const inactive: ActivationStatus = { organization: false, projects: [], unread: 0, allProjects: true, problem: null };
	const rows: readonly [title: string, known: Partial<ActivationStatus>, expected: boolean | undefined][] = [
		["no, if it is inactive in all scopes", {}, false],
		["yes, if it is active in the organization", { organization: true, unread: 3 }, true],
		["yes, if it is active in a project", { organization: undefined, projects: [{ id: "proj_a", name: null }] }, true],
		["unknown, if the organization was not read", { organization: undefined }, undefined],
		["unknown, if a project was not read", { unread: 1 }, undefined],
		["unknown, if the list of projects was not read", { allProjects: false }, undefined],
	];
	for (const [title, known, expected] of rows)
		it(title, () => {
			assert.equal(isActiveAnywhere({ ...inactive, ...known }), expected);
		});
});
