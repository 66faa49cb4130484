import assert from "node:assert/strict";
import { once } from "node:events";
import { isActiveAnywhere } from "../../../../src/domain/activationStatus.ts";
import { ORGANIZATION } from "../../../../src/domain/scope.ts";
import { CertificateStore } from "../../../../src/features/organization/certificateStore.ts";
import { EnforcementIndex } from "../../../../src/features/organization/enforcementIndex.ts";
import { ProjectStore } from "../../../../src/features/organization/projectStore.ts";
import { FakeAdminApi, failWith, project, projectScope } from "../../fakes/adminApi.ts";
import { certificate, fakeReader, listing } from "../../fakes/certificatesApi.ts";

describe("The enforcement index", () => {
	const forbidden = { reason: "forbidden", permission: "api.management.read" } as const;
	let fake: FakeAdminApi;
	let certificates: CertificateStore;
	let projects: ProjectStore;
	let enforcement: EnforcementIndex;

	beforeEach(() => {
		fake = new FakeAdminApi(
			["one", "two", "three"].map((id) => certificate(id)),
			["p", "q", "r"].map((id) => project(id)),
		);
		certificates = new CertificateStore(
			async () => fake,
			async () => fakeReader(),
		);
		projects = new ProjectStore(async () => fake);
		enforcement = new EnforcementIndex(certificates, projects);
	});

	const activate = (id: string, ...projectIds: readonly string[]) => {
		for (const each of projectIds) fake.activeIn(projectScope(each)).add(id);
	};
	const load = async () => {
		await Promise.all([certificates.refresh(), projects.refresh()]);
		await once(projects, "change");
	};
	const inProjects = (...ids: readonly string[]) =>
		Object.fromEntries(
			ids.map((id) => [
				id,
				enforcement.enforcedInProject(id).map(({ certificate, how }) => `${certificate.id} ${how}`),
			]),
		);

	it("returns the projects with an own activation of a certificate, sorted by name", async () => {
		activate("one", "r", "p");
		await load();
		const { projects: own, ...rest } = enforcement.activationStatus("one");
		assert.deepEqual(own, [
			{ id: "p", name: "Project p" },
			{ id: "r", name: "Project r" },
		]);
		assert.deepEqual(rest, { organization: false, unread: 0, allProjects: true, problem: null });
		assert.deepEqual(enforcement.activationStatus("two").projects, []);
		assert.deepEqual(
			["one", "two"].map((id) => isActiveAnywhere(enforcement.activationStatus(id))),
			[true, false],
		);
	});

	it("includes a new read before its change event", async () => {
		activate("one", "p");
		await certificates.refresh();
		assert.equal(enforcement.activationStatus("one").allProjects, false);
		await projects.refresh();
		assert.deepEqual(enforcement.activationStatus("one").projects, [{ id: "p", name: "Project p" }]);
	});

	it("separates own from inherited certificates if lists do not show inherited certificates", async () => {
		fake.activeIn(ORGANIZATION).add("one");
		activate("one", "q");
		activate("two", "q");
		await load();
		assert.deepEqual(enforcement.activationStatus("one").projects, [{ id: "q", name: "Project q" }]);
		assert.deepEqual(inProjects("p", "q"), { p: ["one inherited"], q: ["one own", "two own"] });
	});

	it("does not guess if every list shows the certificate", async () => {
		fake.projectListInherits = true;
		fake.activeIn(ORGANIZATION).add("one");
		activate("two", "q");
		await load();
		const { organization, projects: own } = enforcement.activationStatus("one");
		assert.deepEqual([organization, own], [true, []]);
		assert.deepEqual(inProjects("p", "q"), { p: ["one either"], q: ["one either", "two own"] });
	});

	it("R53 counts the projects that could not be read, and treats their state as unknown", async () => {
		fake.activeIn(ORGANIZATION).add("one");
		activate("one", "q");
		fake.faultFor = (call) => (call === "list project/p" ? failWith(forbidden) : undefined);
		await load();
		const { unread, allProjects, problem, projects: own } = enforcement.activationStatus("one");
		assert.deepEqual({ unread, allProjects, problem }, { unread: 1, allProjects: true, problem: forbidden });
		assert.deepEqual(own, [{ id: "q", name: "Project q" }]);
		assert.deepEqual(inProjects("p"), { p: ["one either"] });
		assert.equal(isActiveAnywhere(enforcement.activationStatus("two")), undefined);
	});

	it("has no projects before the first read", async () => {
		fake.activeIn(ORGANIZATION).add("one");
		await certificates.refresh();
		assert.deepEqual(enforcement.activationStatus("one"), {
			...{ organization: true, projects: [], unread: 0, allProjects: false, problem: null },
		});
		assert.equal(isActiveAnywhere(enforcement.activationStatus("one")), true);
		assert.equal(isActiveAnywhere(enforcement.activationStatus("two")), undefined);
	});

	it("uses a project's list if the organization's list is not known", async () => {
		activate("one", "p");
		await projects.refresh();
		assert.equal(enforcement.activationStatus("one").organization, undefined);
		assert.deepEqual(enforcement.activationStatus("one").projects, [{ id: "p", name: "Project p" }]);
		assert.deepEqual(inProjects("p"), { p: ["one own"] });
	});

	it("sorts the certificates of a project by their names in the organization", async () => {
		fake.certificates = [certificate("one", { name: "CA 10" }), certificate("two", { name: "CA 9" })];
		activate("one", "p");
		activate("two", "p");
		await load();
		assert.deepEqual(inProjects("p"), { p: ["two own", "one own"] });
	});

	it("uses the organization's name of a certificate if a project's list is stale", async () => {
		fake.listOverrides.set("project/p", listing(certificate("one", { name: "before", active: true })));
		await load();
		assert.deepEqual(
			enforcement.enforcedInProject("p").map(({ certificate }) => certificate.name),
			["one"],
		);
	});

	it("R31 shows the earlier list of a project that can no longer be read", async () => {
		activate("one", "q");
		await load();
		fake.faultFor = (call) => (call === "list project/q" ? failWith(forbidden) : undefined);
		await load();
		assert.deepEqual(inProjects("q"), { q: ["one own"] });
		assert.deepEqual(
			enforcement.activationStatus("one").projects,
			[],
			"an earlier list doesn't show where a certificate is active now",
		);
	});

	it("follows changes of both lists", async () => {
		await load();
		assert.equal(isActiveAnywhere(enforcement.activationStatus("one")), false);
		const active = { ...certificate("one"), active: true };
		projects.recordWrite({ kind: "changed", certificate: active, field: "active" }, projects.generation, "p");
		await once(projects, "change");
		assert.deepEqual(enforcement.activationStatus("one").projects, [{ id: "p", name: "Project p" }]);
		certificates.recordWrite({ kind: "changed", certificate: active, field: "active" }, certificates.generation);
		assert.equal(enforcement.activationStatus("one").organization, true);
	});
});
