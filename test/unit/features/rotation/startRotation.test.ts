import assert from "node:assert/strict";
import { ORGANIZATION } from "../../../../src/domain/scope.ts";
import { certificate, uniqueOrganizationRef } from "../../fakes/certificatesApi.ts";
import { expectProblem } from "../../openai/setup.ts";
import { p, q, RotationFixture } from "./setup.ts";

describe("The start of a rotation", () => {
	let rotation: RotationFixture;

	beforeEach(() => {
		rotation = new RotationFixture();
	});
	afterEach(() => rotation.folder.remove());

	it("refuses an old certificate that is not active anywhere", async () => {
		assert.deepEqual(await expectProblem(rotation.start()), { reason: "rotation-refused", issue: "inactive" });
		assert.equal(await rotation.planCount(), 0);
	});

	it("stores when it began, the names of both certificates, and only scopes with the old certificate", async () => {
		rotation.activate("old", p);
		rotation.activate("next", q);
		await rotation.start({ unclear: "own" });
		assert.deepEqual(await rotation.plans.read(), [
			{
				organizationRef: rotation.organizationRef,
				old: { id: "old", name: "old" },
				next: { id: "next", name: "next" },
				scopes: [{ scope: p, nextWasActive: false }],
				startedAt: rotation.now,
			},
		]);
	});

	it("keeps its plan when it goes on later, and does not ask again about unclear projects", async () => {
		rotation.fake.projectListInherits = true;
		rotation.activate("old", ORGANIZATION);
		const { plan } = await rotation.start({ unclear: "inherited" });
		rotation.now += 1000;
		rotation.plans.extend = () => assert.fail("nothing was added");
		assert.deepEqual((await rotation.start({ unclear: "own" })).plan, plan);
	});

	describe("whose plan cannot be created", () => {
		beforeEach(() => {
			rotation.activate("old", p);
			rotation.fake.certificates.push(certificate("fourth", { expiresAt: rotation.now }));
		});

		for (const [title, organizationRef, oldId] of [
			["the same organization has another rotation", () => rotation.organizationRef, "third"],
			["another organization has a rotation of a certificate with this id", uniqueOrganizationRef, "old"],
		] as const)
			it(`does not blame another window because ${title}`, async () => {
				const other = {
					organizationRef: organizationRef(),
					old: { id: oldId, name: null },
					next: { id: "fourth", name: null },
					scopes: [],
					startedAt: 1,
				};
				assert.ok(await rotation.plans.create(other));
				rotation.plans.create = async () => false;
				assert.deepEqual(await expectProblem(rotation.start()), { reason: "not-recorded", code: null });
				assert.deepEqual(rotation.fake.writes, []);
			});
	});
});
