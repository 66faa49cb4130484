import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../emulator/emulator.ts";
import { call, idsOf } from "./client.ts";

describe("emulator: changes", () => {
	let emulator: Emulator;
	let ids: string[];

	beforeEach(async () => {
		emulator = await startEmulator();
		emulator.state.addProject("A", { id: "proj_a" });
		ids = Array.from({ length: 11 }, (_, index) => emulator.state.put({ name: `N${index}`, pem: `PEM ${index}` }).id);
	});

	afterEach(() => emulator.close());

	const toggle = (path: string, certificate_ids: unknown) =>
		call(emulator, `POST ${path}`, { body: { certificate_ids } });

	it("renames, and answers without `active`", async () => {
		const before = emulator.state.get(ids[0] ?? "");
		const { status, body } = await call(emulator, `POST /certificates/${ids[0]}`, { body: { name: "New" } });
		assert.equal(status, 200);
		assert.deepEqual(body, {
			object: "certificate",
			id: ids[0],
			name: "New",
			created_at: before.createdAt,
			certificate_details: { valid_at: before.validAt, expires_at: before.expiresAt },
		});
		assert.deepEqual(emulator.state.get(ids[0] ?? ""), { ...before, name: "New" });
	});

	it("changes nothing on a rename without a name", async () => {
		const { body } = await call(emulator, `POST /certificates/${ids[0]}`, { body: {} });
		assert.equal(body.name, "N0");
	});

	it("renames nothing else, and nothing that is not there", async () => {
		for (const [path, body, status, param] of [
			[`/certificates/${ids[0]}`, { name: "New", certificate: "PEM" }, 400, "certificate"],
			[`/certificates/${ids[0]}`, { name: 1 }, 400, "name"],
			["/certificates/cert_none", { name: "New" }, 404, null],
		] as const) {
			const reply = await call(emulator, `POST ${path}`, { body });
			assert.equal(reply.status, status);
			assert.equal(reply.body.error?.param, param);
		}
		assert.equal(emulator.state.get(ids[0] ?? "").name, "N0");
	});

	it("judges a new name as an upload's, but lets a certificate keep its own", async () => {
		emulator.switches.duplicateNames = "refused";
		emulator.switches.nameLimit = 3;
		const rename = async (name: string) =>
			(await call(emulator, `POST /certificates/${ids[0]}`, { body: { name } })).status;
		assert.equal(await rename("N1"), 400);
		assert.equal(await rename("N0"), 200);
		assert.equal(await rename("four"), 400);
	});

	it("deletes", async () => {
		const { status, body } = await call(emulator, `DELETE /certificates/${ids[0]}`);
		assert.equal(status, 200);
		assert.deepEqual(body, { object: "certificate.deleted", id: ids[0] });
		assert.equal(emulator.state.certificates.length, 10);
		assert.equal((await call(emulator, `DELETE /certificates/${ids[0]}`)).status, 404);
	});

	for (const scope of ["organization", "proj_a"]) {
		it(`does not delete what is active in ${scope}`, async () => {
			emulator.state.setActive(scope, ids.slice(0, 1), true).commit();
			const refused = await call(emulator, `DELETE /certificates/${ids[0]}`);
			assert.equal(refused.status, 400);
			assert.equal(refused.body.error?.code, "certificate_in_use");
			emulator.switches.refusals.certificateInUse.status = 409;
			assert.equal((await call(emulator, `DELETE /certificates/${ids[0]}`)).status, 409);
			emulator.state.setActive(scope, ids.slice(0, 1), false).commit();
			assert.equal((await call(emulator, `DELETE /certificates/${ids[0]}`)).status, 200);
		});
	}

	for (const [scope, path, object] of [
		["organization", "/certificates", "organization.certificate"],
		["proj_a", "/projects/proj_a/certificates", "organization.project.certificate"],
	] as const) {
		it(`activates and deactivates in ${scope}, again and again`, async () => {
			for (let round = 0; round < 2; round += 1) {
				const { status, body } = await toggle(`${path}/activate`, ids.slice(0, 10));
				assert.equal(status, 200);
				assert.equal(body.object, `${object}.activation`);
				assert.deepEqual(
					body.data?.map((item) => [item.object, item.id, item.active]),
					ids.slice(0, 10).map((id) => [object, id, true]),
				);
				assert.deepEqual(emulator.state.activeIn(scope), ids.slice(0, 10));
			}
			for (let round = 0; round < 2; round += 1) {
				const { body } = await toggle(`${path}/deactivate`, ids.slice(1, 11));
				assert.equal(body.object, `${object}.deactivation`);
				assert.deepEqual(
					body.data?.map(({ active }) => active),
					Array(10).fill(false),
				);
				assert.deepEqual(emulator.state.activeIn(scope), ids.slice(0, 1));
			}
		});

		it(`switches all or none in ${scope}`, async () => {
			const { status } = await toggle(`${path}/activate`, [ids[0], "cert_none"]);
			assert.equal(status, 404);
			assert.deepEqual(emulator.state.activeIn(scope), []);
		});
	}

	it("keeps the scopes apart", async () => {
		await toggle("/certificates/activate", ids.slice(0, 1));
		assert.deepEqual(emulator.state.activeIn("proj_a"), []);
	});

	it("takes 1 to 10 ids, and only ids", async () => {
		for (const wrong of [[], ids, "cert", [1], undefined]) {
			const { status, body } = await toggle("/certificates/activate", wrong);
			assert.equal(status, 400);
			assert.equal(body.error?.param, "certificate_ids");
		}
	});

	it("takes ids and nothing else", async () => {
		const body = { certificate_ids: ids.slice(0, 1), force: true };
		assert.equal((await call(emulator, "POST /certificates/activate", { body })).body.error?.param, "force");
	});

	it("toggles nothing in a project that is not there", async () => {
		assert.equal((await toggle("/projects/proj_b/certificates/activate", ids.slice(0, 1))).status, 404);
	});

	it("tells the history, newest first, by type and by certificate", async () => {
		await call(emulator, `POST /certificates/${ids[0]}`, { body: { name: "New" } });
		await toggle("/projects/proj_a/certificates/activate", ids.slice(0, 2));
		await toggle("/projects/proj_a/certificates/activate", ids.slice(0, 2));
		await toggle("/projects/proj_a/certificates/deactivate", ids.slice(1, 2));
		emulator.state.remove(ids[1] ?? "").commit();

		const types = async (query: string) =>
			(await call(emulator, `GET /audit_logs${query}`)).body.data?.map(({ type }) => type);
		assert.deepEqual(await types(""), [
			"certificate.deleted",
			"certificates.deactivated",
			"certificates.activated",
			"certificate.updated",
		]);
		assert.deepEqual(await types("?event_types[]=certificate.updated&event_types[]=certificate.deleted"), [
			"certificate.deleted",
			"certificate.updated",
		]);
		assert.deepEqual(await types(`?resource_ids[]=${ids[0]}`), ["certificates.activated", "certificate.updated"]);
		assert.deepEqual(await types("?event_types[]=certificate.created"), []);

		const { body } = await call(emulator, "GET /audit_logs?limit=2");
		const [removed, deactivated] = body.data ?? [];
		assert.deepEqual(removed?.["certificate.deleted"], { id: ids[1], name: "N1", certificate: "PEM 1" });
		assert.equal(typeOf(removed?.actor), "session");
		assert.deepEqual(deactivated?.["certificates.deactivated"], { certificates: [{ id: ids[1], name: "N1" }] });
		assert.deepEqual(deactivated?.project, { id: "proj_a", name: "A" });
		assert.equal(typeOf(deactivated?.actor), "api_key");
		const next = await call(emulator, `GET /audit_logs?limit=2&after=${body.last_id}`);
		assert.equal(idsOf(next).length, 2);
		assert.equal(next.body.has_more, false);
	});

	it("knows the certificate events only", async () => {
		const { status, body } = await call(emulator, "GET /audit_logs?event_types[]=project.created");
		assert.equal(status, 400);
		assert.equal(body.error?.param, "event_types[]");
	});
});

function typeOf(actor: unknown): string {
	return (actor as { type: string }).type;
}
