import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { CertificateStore } from "../../../../src/features/organization/certificateStore.ts";
import { ProjectStore } from "../../../../src/features/organization/projectStore.ts";
import type { RotationPlan } from "../../../../src/features/rotation/rotationPlan.ts";
import type { RotationPlanStore } from "../../../../src/features/rotation/rotationPlanStore.ts";
import { plansInUse, rolesOf, unplacedPlans } from "../../../../src/features/rotation/rotationStatus.ts";
import { describeForgetPlan, describeUnplacedPlan } from "../../../../src/features/rotation/rotationStatusMessages.ts";
import { FakeAdminApi, project, projectScope } from "../../fakes/adminApi.ts";
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

describe("A certificate's roles in rotations", () => {
	const here = uniqueOrganizationRef();
	const p = projectScope("p");
	const planned = (id: string) => ({ id, name: `${id} when planned` });
	const planOf = (oldId: string, nextId: string): RotationPlan => ({
		...{ organizationRef: here, old: planned(oldId), next: planned(nextId) },
		...{ scopes: [{ scope: p, nextWasActive: false }], startedAt: 1 },
	});
	const plan = planOf("old", "next");
	let fake: FakeAdminApi;
	beforeEach(() => {
		fake = new FakeAdminApi(
			["old", "next", "third"].map((id) => certificate(id, { name: `${id} renamed` })),
			[project("p")],
		);
	});

	/** Returns the roles of each certificate. @param isRead False before the lists are read. */
	const rolesOfAll = async (ids: readonly string[], known: readonly RotationPlan[] = [plan], isRead = true) => {
		const projects = new ProjectStore(async () => fake);
		if (isRead) await projects.load();
		const certificates = {
			organizationRef: here,
			state: { listing: isRead ? await fake.list() : null },
		} as CertificateStore;
		const sources = { certificates, projects, plans: { known } as RotationPlanStore };
		return ids.map((id) => rolesOf(sources, id));
	};
	const summaries = async (...args: Parameters<typeof rolesOfAll>) =>
		(await rolesOfAll(...args)).map((roles) =>
			roles.map(({ part, stage, other }) => `${part}, ${stage}, ${other.name}`).join(" and "),
		);

	it("are its part, the stage, the plan and the other certificate with its current name", async () => {
		fake.activeIn(p).add("old");
		assert.deepEqual(await rolesOfAll(["old", "third"]), [
			[{ part: "old", stage: "activating", plan, other: certificate("next", { name: "next renamed" }) }],
			[],
		]);
		fake.activeIn(p).add("next");
		assert.deepEqual(await summaries(["old", "next", "third"]), [
			"old, waiting, next renamed",
			"next, waiting, old renamed",
			"",
		]);
	});

	it("have the planned name of a deleted certificate", async () => {
		fake.certificates = [certificate("next")];
		assert.deepEqual(await summaries(["old", "next"]), ["old, finished, next", "next, finished, old when planned"]);
	});

	it("have an unknown stage and the planned names before the lists are read", async () => {
		assert.deepEqual(await summaries(["old", "next", "third"], [plan], false), [
			"old, unknown, next when planned",
			"next, unknown, old when planned",
			"",
		]);
	});

	it("are several if it replaces one certificate and is replaced by another", async () => {
		fake.activeIn(p).add("next");
		assert.deepEqual(await summaries(["next"], [plan, planOf("next", "third")]), [
			"next, finished, old renamed and old, activating, third renamed",
		]);
	});
});
