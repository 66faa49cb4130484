import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { CertificateStore } from "../../../../src/features/organization/certificateStore.ts";
import type { RotationPlan } from "../../../../src/features/rotation/rotationPlan.ts";
import type { RotationPlanStore } from "../../../../src/features/rotation/rotationPlanStore.ts";
import { plansInUse, unplacedPlans } from "../../../../src/features/rotation/rotationStatus.ts";
import { describeForgetPlan, describeUnplacedPlan } from "../../../../src/features/rotation/rotationStatusMessages.ts";
import { certificate, listing, uniqueOrganizationRef } from "../../fakes/certificatesApi.ts";

describe("The rotations of an organization", () => {
	const here = uniqueOrganizationRef();
	const planOf = (organizationRef: string, oldId: string): RotationPlan => ({
		organizationRef,
		old: { id: oldId, name: `Name of ${oldId}` },
		next: { id: "next", name: null },
		scopes: [],
		startedAt: 1_000_000,
	});
	const ours = planOf(here, "gone");
	const unnamed = planOf(randomUUID(), "listed");
	const unnamedUnlisted = planOf(randomUUID(), "elsewhere");
	const another = planOf(uniqueOrganizationRef(), "listed");

	/** Returns the plans in use and the plans of unknown organizations, for a list of ids or no list (`null`). */
	const plansFor = (organizationRef: string | null | undefined, ...ids: readonly string[] | [null]) => {
		const list = ids[0] === null ? null : listing(...(ids as string[]).map((id) => certificate(id)));
		const sources = {
			certificates: { organizationRef, state: { listing: list } } as CertificateStore,
			plans: { known: [ours, unnamed, unnamedUnlisted, another] } as unknown as RotationPlanStore,
		};
		return [plansInUse(sources), unplacedPlans(sources)];
	};

	it("R22 are those of its name, and those of unnamed organizations whose old certificate it lists", () => {
		assert.deepEqual(plansFor(here, "listed", "other"), [[ours, unnamed], [unnamedUnlisted]]);
		assert.deepEqual(plansFor(unnamed.organizationRef, "other"), [[unnamed], [unnamedUnlisted]]);
	});

	it("are separated from those of unknown organizations only after a list was read", () => {
		assert.deepEqual(plansFor(here, null), [[ours], []]);
		for (const noOrganization of [null, undefined]) assert.deepEqual(plansFor(noOrganization, null), [[], []]);
	});

	it("R12 are described with their time and names as plain text", () => {
		const hostile = { ...unnamed, old: { id: "old", name: "a\n[x](command:y) $(trash)" } };
		const { description, tooltip } = describeUnplacedPlan(hostile);
		assert.match(description, /^unfinished rotation · .*1970.* · organization unknown$/);
		const { message, detail } = describeForgetPlan(hostile);
		for (const text of [tooltip, message, detail]) assert.doesNotMatch(text, /a\n|\]\(|\$\(/);
	});
});
