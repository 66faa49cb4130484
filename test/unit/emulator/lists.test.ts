import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../emulator/emulator.ts";
import { call, idsOf, type Reply } from "./client.ts";

describe("emulator: lists", () => {
	let emulator: Emulator;

	beforeEach(async () => {
		emulator = await startEmulator();
	});

	afterEach(() => emulator.close());

	/** Puts so many certificates in. @returns Their ids, newest first, as lists show them. */
	function fill(count: number): string[] {
		return Array.from({ length: count }, () => emulator.state.put().id).reverse();
	}

	const list = (query = "") => call(emulator, `GET /certificates${query}`);

	it("answers an empty list with null ids", async () => {
		const { body } = await list();
		assert.deepEqual(body, { object: "list", data: [], first_id: null, last_id: null, has_more: false });
	});

	it("shows what a certificate is, and `active`, and no PEM", async () => {
		const stored = emulator.state.put({ name: "A", pem: "PEM" });
		const { body } = await list();
		assert.deepEqual(body.data, [
			{
				object: "organization.certificate",
				id: stored.id,
				name: "A",
				created_at: stored.createdAt,
				certificate_details: { valid_at: stored.validAt, expires_at: stored.expiresAt },
				active: false,
			},
		]);
	});

	it("gives 20 to a page, newest first, and leads through all by `after`", async () => {
		const ids = fill(45);
		const seen: (string | undefined)[] = [];
		let page: Reply = await list();
		assert.deepEqual(idsOf(page), ids.slice(0, 20));
		assert.equal(page.body.first_id, ids[0]);
		for (;;) {
			seen.push(...idsOf(page));
			if (!page.body.has_more) break;
			page = await list(`?after=${page.body.last_id}`);
		}
		assert.deepEqual(seen, ids);
	});

	it("gives 1 to 100 to a page, on demand", async () => {
		const ids = fill(101);
		assert.deepEqual(idsOf(await list("?limit=1")), ids.slice(0, 1));
		const most = await list("?limit=100");
		assert.deepEqual(idsOf(most), ids.slice(0, 100));
		assert.equal(most.body.has_more, true);
		for (const limit of ["0", "101", "-1", "1.5", "many", ""]) {
			const { status, body } = await list(`?limit=${limit}`);
			assert.equal(status, 400);
			assert.equal(body.error?.param, "limit");
		}
	});

	it("says that there is no more when the page ends with the list", async () => {
		fill(20);
		assert.equal((await list()).body.has_more, false);
	});

	it("lists the oldest first on order=asc", async () => {
		const ids = fill(3);
		assert.deepEqual(idsOf(await list("?order=asc")), ids.toReversed());
		assert.equal((await list("?order=up")).body.error?.param, "order");
	});

	it("refuses a cursor that is gone, or starts over, or ends", async () => {
		const ids = fill(3);
		emulator.state.remove(ids[1] ?? "").commit();
		const refused = await list(`?after=${ids[1]}`);
		assert.equal(refused.status, 400);
		assert.equal(refused.body.error?.param, "after");
		emulator.switches.unknownCursor = "ignored";
		assert.deepEqual(idsOf(await list(`?after=${ids[1]}`)), [ids[0], ids[2]]);
		emulator.switches.unknownCursor = "empty";
		const empty = await list(`?after=${ids[1]}`);
		assert.equal(empty.status, 200);
		assert.deepEqual(idsOf(empty), []);
	});

	it("names an unknown, repeated or wrong parameter, and never its value", async () => {
		for (const [query, param] of [
			["?limit=canary", "limit"],
			["?order=canary", "order"],
			["?active=true", "active"],
			["?limit=1&limit=2", "limit"],
			["?include[]=content", "include[]"],
		]) {
			const { status, body } = await list(query);
			assert.equal(status, 400);
			assert.equal(body.error?.param, param);
			assert.ok(!JSON.stringify(body).includes("canary"));
		}
	});

	it("shows a write at once, or after so many reads, or when told", async () => {
		const [before] = fill(1);
		emulator.switches.staleReads = 2;
		emulator.state.setActive("organization", [before ?? ""], true).commit();
		const actives = async () => (await list()).body.data?.map(({ active }) => active);
		assert.deepEqual(await actives(), [false]);
		assert.deepEqual(await actives(), [false]);
		assert.deepEqual(await actives(), [true]);
		emulator.switches.staleReads = Number.POSITIVE_INFINITY;
		emulator.state.setActive("organization", [before ?? ""], false).commit();
		for (let read = 0; read < 5; read += 1) assert.deepEqual(await actives(), [true]);
		emulator.state.settle();
		assert.deepEqual(await actives(), [false]);
	});

	it("shows what was before the first of several writes", async () => {
		emulator.switches.staleReads = 1;
		const [first] = fill(1);
		emulator.state.rename(first ?? "", "B").commit();
		emulator.state.rename(first ?? "", "C").commit();
		assert.equal((await list()).body.data?.[0]?.name, null);
		assert.equal((await list()).body.data?.[0]?.name, "C");
	});

	describe("of a project", () => {
		const projectList = () => call(emulator, "GET /projects/proj_a/certificates");

		beforeEach(() => {
			emulator.state.addProject("A", { id: "proj_a" });
		});

		it("shows every certificate and whether it is active there", async () => {
			const [second, first] = fill(2);
			emulator.state.setActive("proj_a", [first ?? ""], true).commit();
			const { body } = await projectList();
			assert.deepEqual(
				body.data?.map(({ object, id, active }) => [object, id, active]),
				[
					["organization.project.certificate", second, false],
					["organization.project.certificate", first, true],
				],
			);
			assert.deepEqual(
				(await list()).body.data?.map(({ active }) => active),
				[false, false],
			);
		});

		it("shows the organization's activations, or not", async () => {
			const [first] = fill(1);
			emulator.state.setActive("organization", [first ?? ""], true).commit();
			assert.equal((await projectList()).body.data?.[0]?.active, false);
			emulator.switches.projectListInherits = true;
			assert.equal((await projectList()).body.data?.[0]?.active, true);
		});

		it("shows inactive certificates, or not", async () => {
			const [, first] = fill(2);
			emulator.state.setActive("proj_a", [first ?? ""], true).commit();
			emulator.switches.projectListInactive = false;
			assert.deepEqual(idsOf(await projectList()), [first]);
		});

		it("is not there for an unknown project", async () => {
			assert.equal((await call(emulator, "GET /projects/proj_b/certificates")).status, 404);
		});
	});

	it("lists projects, the archived ones only on demand", async () => {
		const open = emulator.state.addProject("Open");
		const archived = emulator.state.addProject("Archived", { archived: true });
		const { body } = await call(emulator, "GET /projects");
		assert.deepEqual(body.data, [
			{
				object: "organization.project",
				id: open.id,
				name: "Open",
				created_at: open.createdAt,
				archived_at: null,
				status: "active",
			},
		]);
		const all = await call(emulator, "GET /projects?include_archived=true");
		assert.deepEqual(idsOf(all), [archived.id, open.id]);
		assert.equal(all.body.data?.[0]?.status, "archived");
		const first = await call(emulator, "GET /projects?include_archived=true&limit=1");
		const next = await call(emulator, `GET /projects?include_archived=true&limit=1&after=${first.body.last_id}`);
		assert.deepEqual(idsOf(next), [open.id]);
		assert.equal((await call(emulator, "GET /projects?include_archived=1")).body.error?.param, "include_archived");
	});
});
