// Checks the emulator with OpenAI's own client, independently of this project's client.
import assert from "node:assert/strict";
import { makeCertificate, type TestCertificate } from "../../certificates.ts";
import { openContract } from "../../contract.ts";
import { type Emulator, startEmulator } from "../../emulator/emulator.ts";
import type { Operation } from "../../emulator/routes.ts";
import type { StoredCertificate } from "../../emulator/state.ts";
import { skipTest } from "../../skipTest.ts";
import { collectAll, collectIds, createOpenAIClient, type OrganizationAdmin } from "./openaiClient.ts";

describe("emulator: OpenAI's own client", () => {
	let emulator: Emulator;
	let root: TestCertificate;
	let organization: OrganizationAdmin;

	before(async () => {
		root = await makeCertificate();
	});

	beforeEach(async () => {
		emulator = await startEmulator();
		({ organization } = createOpenAIClient(emulator, { maxRetries: 0 }).admin);
	});

	afterEach(() => emulator.close());

	function upload(name = "Root"): StoredCertificate {
		return emulator.state.upload({ certificate: root.pem, name }).commit();
	}

	/** Adds certificates. @returns their ids, newest first. */
	function fill(count: number): string[] {
		return Array.from({ length: count }, () => emulator.state.put().id).reverse();
	}

	const queries = () => emulator.exchanges.map(({ query }) => query);

	it("uploads, and reads the uploaded certificate", async () => {
		const uploaded = await organization.certificates.create({ certificate: root.pem, name: "Root" });
		const [stored] = emulator.state.certificates;
		assert.ok(stored);
		assert.equal(stored.sha256, root.sha256);
		assert.deepEqual(uploaded, { object: "certificate", ...commonFields(stored) });
		assert.deepEqual(await organization.certificates.retrieve(stored.id), uploaded);
		const { data } = await organization.certificates.list();
		assert.deepEqual(data, [{ object: "organization.certificate", ...commonFields(stored), active: false }]);
	});

	it("reads the PEM if it requests it", async () => {
		const { id } = upload();
		const { certificate_details: bare } = await organization.certificates.retrieve(id);
		const { certificate_details: full } = await organization.certificates.retrieve(id, { include: ["content"] });
		assert.deepEqual(full, { ...bare, content: root.pem });
	});

	it("pages through the organization's certificates by itself, in either order", async () => {
		const ids = fill(45);
		assert.deepEqual(await collectIds(organization.certificates.list({ limit: 20 })), ids);
		assert.deepEqual(queries(), ["limit=20", `limit=20&after=${ids[19]}`, `limit=20&after=${ids[39]}`]);
		assert.deepEqual(await collectIds(organization.certificates.list()), ids);
		assert.deepEqual(await collectIds(organization.certificates.list({ limit: 30, order: "asc" })), ids.toReversed());
		assert.equal(emulator.exchanges.length, 3 + 3 + 2);
	});

	it("pages through a project's certificates", async () => {
		const project = emulator.state.addProject("A").id;
		const ids = fill(5);
		emulator.state.setActive(project, ids.slice(3), true).commit();
		const read = await collectAll(organization.projects.certificates.list(project, { limit: 2 }));
		assert.deepEqual(
			read.map(({ object, id, active }) => [object, id, active]),
			ids.map((id, index) => ["organization.project.certificate", id, index >= 3]),
		);
		assert.equal(emulator.exchanges.length, 3);
	});

	it("reads an empty list", async () => {
		assert.deepEqual(await collectIds(organization.certificates.list()), []);
	});

	it("renames, which changes only the name", async () => {
		const before = upload();
		const renamed = await organization.certificates.update(before.id, { name: "New" });
		assert.deepEqual(renamed, { object: "certificate", ...commonFields(before), name: "New" });
		assert.deepEqual(emulator.state.certificates, [{ ...before, name: "New" }]);
	});

	it("activates and deactivates in the organization", async () => {
		const [third = "", second = "", first = ""] = fill(3);
		const activated = await organization.certificates.activate({ certificate_ids: [first, third] });
		const object = "organization.certificate";
		assert.equal(activated.object, "organization.certificate.activation");
		assert.deepEqual(
			activated.data,
			[first, third].map((id) => ({ object, ...commonFields(emulator.state.get(id)), active: true })),
		);
		assert.deepEqual(emulator.state.activeIn("organization"), [first, third]);
		const listed = await collectAll(organization.certificates.list());
		assert.deepEqual(Object.fromEntries(listed.map(({ id, active }) => [id, active])), {
			[first]: true,
			[second]: false,
			[third]: true,
		});

		const deactivated = await organization.certificates.deactivate({ certificate_ids: [first] });
		assert.equal(deactivated.object, "organization.certificate.deactivation");
		assert.deepEqual(deactivated.data, [{ object, ...commonFields(emulator.state.get(first)), active: false }]);
		assert.deepEqual(emulator.state.activeIn("organization"), [third]);
	});

	it("activates and deactivates only in a project", async () => {
		const project = emulator.state.addProject("A").id;
		const stored = upload();
		const object = "organization.project.certificate";
		const ids = { certificate_ids: [stored.id] };
		const activated = await organization.projects.certificates.activate(project, ids);
		assert.equal(activated.object, "organization.project.certificate.activation");
		assert.deepEqual(activated.data, [{ object, ...commonFields(stored), active: true }]);
		assert.deepEqual(emulator.state.activeIn(project), [stored.id]);
		assert.deepEqual(emulator.state.activeIn("organization"), []);
		const deactivated = await organization.projects.certificates.deactivate(project, ids);
		assert.equal(deactivated.object, "organization.project.certificate.deactivation");
		assert.deepEqual(deactivated.data, [{ object, ...commonFields(stored), active: false }]);
		assert.deepEqual(emulator.state.activeIn(project), []);
	});

	it("deletes", async () => {
		const [kept, deleted = ""] = fill(2);
		assert.deepEqual(await organization.certificates.delete(deleted), { object: "certificate.deleted", id: deleted });
		assert.deepEqual(
			emulator.state.certificates.map(({ id }) => id),
			[kept],
		);
	});

	it("pages through projects, with archived projects on demand", async () => {
		const open = Array.from({ length: 3 }, (_, index) => emulator.state.addProject(`Open ${index}`).id).reverse();
		const archived = emulator.state.addProject("Archived", { archived: true });
		assert.deepEqual(await collectIds(organization.projects.list({ limit: 2 })), open);
		const [first, ...others] = await collectAll(organization.projects.list({ limit: 2, include_archived: true }));
		assert.deepEqual(
			others.map(({ id }) => id),
			open,
		);
		assert.deepEqual(first, {
			object: "organization.project",
			id: archived.id,
			name: "Archived",
			created_at: archived.createdAt,
			archived_at: archived.archivedAt,
			status: "archived",
		});
	});

	it("pages through the history, filtered by kind and by certificate", async () => {
		const project = emulator.state.addProject("A");
		const { id } = upload("One");
		upload("Other");
		await organization.certificates.update(id, { name: "New" });
		await organization.projects.certificates.activate(project.id, { certificate_ids: [id] });
		await organization.projects.certificates.deactivate(project.id, { certificate_ids: [id] });
		await organization.certificates.delete(id);
		const events = await collectAll(organization.auditLogs.list({ limit: 4 }));
		assert.deepEqual(events, emulator.state.auditLog.events.toReversed());

		const ofOne = await collectAll(organization.auditLogs.list({ resource_ids: [id], limit: 2 }));
		assert.deepEqual(
			ofOne.map((event) => [event.type, event[event.type as "certificate.created"], event.actor?.type]),
			[
				["certificate.deleted", { id, name: "New", certificate: root.pem }, "api_key"],
				["certificates.deactivated", { certificates: [{ id, name: "New" }] }, "api_key"],
				["certificates.activated", { certificates: [{ id, name: "New" }] }, "api_key"],
				["certificate.updated", { id, name: "New" }, "api_key"],
				["certificate.created", { id, name: "One" }, "session"],
			],
		);
		assert.deepEqual(ofOne[1]?.project, { id: project.id, name: "A" });
		const created = await collectIds(organization.auditLogs.list({ event_types: ["certificate.created"] }));
		assert.deepEqual(created, [events[4]?.id, events[5]?.id]);
	});

	it("performs all twelve operations", async () => {
		const operations = await runAllOperations(emulator, organization);
		assert.equal(operations.length, 12);
		assert.deepEqual(
			emulator.exchanges.map(({ operation, status }) => [operation, status]),
			operations.map((operation) => [operation, 200]),
		);
	});

	it("performs all operations as OpenAI's document describes them", async function () {
		const path = process.env.OPENAPI_CONTRACT;
		if (!path) return skipTest(this, "OPENAPI_CONTRACT does not name OpenAI's OpenAPI document");
		const contract = await openContract(path);
		await runAllOperations(emulator, organization);
		for (const each of emulator.exchanges) {
			assert.deepEqual(contract.validate(each), { documented: true, errors: [] }, each.operation ?? each.path);
		}
	});
});

/** Runs each operation once, with all its parameters. @returns the operations, in their order. */
async function runAllOperations(emulator: Emulator, organization: OrganizationAdmin): Promise<Operation[]> {
	const { certificates, projects, auditLogs } = organization;
	const { pem: certificate } = await makeCertificate();
	const project = emulator.state.addProject("A").id;
	const { id } = emulator.state.put();
	const certificate_ids = [id];
	const operations: Record<Exclude<Operation, "models">, () => Promise<unknown>> = {
		upload: () => certificates.create({ certificate, name: "Root" }),
		list: () => certificates.list({ limit: 1, after: id, order: "asc" }),
		get: () => certificates.retrieve(id, { include: ["content"] }),
		rename: () => certificates.update(id, { name: "New" }),
		activate: () => certificates.activate({ certificate_ids }),
		deactivate: () => certificates.deactivate({ certificate_ids }),
		projects: () => projects.list({ limit: 1, after: project, include_archived: true }),
		projectActivate: () => projects.certificates.activate(project, { certificate_ids }),
		projectList: () => projects.certificates.list(project, { limit: 1, order: "asc" }),
		projectDeactivate: () => projects.certificates.deactivate(project, { certificate_ids }),
		delete: () => certificates.delete(id),
		history: () => auditLogs.list({ limit: 1, event_types: ["certificate.deleted"], resource_ids: [id] }),
	};
	for (const run of Object.values(operations)) await run();
	return Object.keys(operations) as Operation[];
}

/** Returns the fields of a certificate that every response contains. */
function commonFields({ id, name, createdAt, validAt, expiresAt }: StoredCertificate) {
	return { id, name, created_at: createdAt, certificate_details: { valid_at: validAt, expires_at: expiresAt } };
}
