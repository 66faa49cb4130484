import assert from "node:assert/strict";
import type { ActivationStatus } from "../../../../src/domain/activationStatus.ts";
import { certificateContextValue, enforcedContextValue } from "../../../../src/features/sidebar/contextValues.ts";
import { certificate } from "../../fakes/certificatesApi.ts";

describe("The context value of a row", () => {
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
		["perhaps active in a project", { ...nowhere, unread: 1 }, "inactive;deactivatable"],
		["perhaps active in an unknown project", { ...nowhere, allProjects: false }, "inactive;deactivatable"],
		["perhaps active in the organization", { ...nowhere, organization: undefined }, "inactive;deactivatable"],
	];
	for (const [title, status, context] of contexts)
		it(`of a certificate that is ${title}: ${context}`, () => {
			assert.equal(certificateContextValue(status, false), `certificate;${context}`);
		});

	it("marks the old certificate of a rotation, even if it is not active anywhere", () => {
		assert.equal(certificateContextValue(nowhere, true), "certificate;inactive;rotating");
		assert.equal(
			certificateContextValue({ ...nowhere, organization: true }, true),
			"certificate;active;deactivatable;rotating",
		);
	});

	for (const [how, context] of [
		["own", "active;deactivatable"],
		["inherited", "active"],
		["either", "active;deactivatable"],
	] as const)
		it(`of a certificate in a project (${how}): ${context}`, () => {
			assert.equal(enforcedContextValue({ certificate: certificate("a"), how }), `certificate;${context}`);
		});
});
