import assert from "node:assert/strict";
import type { ActivationStatus } from "../../../../src/domain/activationStatus.ts";
import { certificateContext, enforcedContext } from "../../../../src/features/sidebar/contextValues.ts";
import { certificate } from "../../fakes/certificatesApi.ts";

describe("What can be done with a row", () => {
	const nowhere: ActivationStatus = { organization: false, projects: [], unread: 0, allProjects: true, problem: null };
	const project = { id: "p", name: "Production" };
	const contexts: readonly [string, ActivationStatus, string][] = [
		["active in the organization", { ...nowhere, organization: true }, "active;deactivatable"],
		["active in a project", { ...nowhere, projects: [project] }, "active;deactivatable"],
		[
			"active in a project, and the others not read",
			{ ...nowhere, projects: [project], unread: 3 },
			"active;deactivatable",
		],
		["active nowhere", nowhere, "inactive"],
		["perhaps in a project", { ...nowhere, unread: 1 }, "inactive;deactivatable"],
		["perhaps in one of unknown projects", { ...nowhere, allProjects: false }, "inactive;deactivatable"],
		["perhaps in the organization", { ...nowhere, organization: undefined }, "inactive;deactivatable"],
	];
	for (const [what, activity, context] of contexts)
		it(`of a certificate that is ${what}: ${context}`, () => {
			assert.equal(certificateContext(activity, false), `certificate;${context}`);
		});

	it("tells the old one of a rotation, also once it is active nowhere", () => {
		assert.equal(certificateContext(nowhere, true), "certificate;inactive;rotating");
		assert.equal(
			certificateContext({ ...nowhere, organization: true }, true),
			"certificate;active;deactivatable;rotating",
		);
	});

	for (const [how, context] of [
		["own", "active;deactivatable"],
		["inherited", "active"],
		["either", "active;deactivatable"],
	] as const)
		it(`of a certificate in a project (${how}): ${context}`, () => {
			assert.equal(enforcedContext({ certificate: certificate("a"), how }), `certificate;${context}`);
		});
});
