import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../emulator/emulator.ts";
import { call, idsOf } from "./client.ts";

describe("emulator: lists", () => {
	let emulator: Emulator;

	beforeEach(async () => {
		emulator = await startEmulator();
	});

	afterEach(() => emulator.close());

	/** Adds certificates. @returns their ids, newest first, as in lists. */
	function fill(count: number): string[] {
		return Array.from({ length: count }, () => emulator.state.put().id).reverse();
	}

	const list = (query = "") => call(emulator, `GET /certificates${query}`);

	it("refuses an unknown cursor, starts again, or returns an empty page", async () => {
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

	it("names an unknown, repeated or invalid parameter, and never its value", async () => {
		for (const [query, param] of [
			["?limit=secret-value", "limit"],
			["?order=secret-value", "order"],
			["?active=true", "active"],
			["?limit=1&limit=2", "limit"],
			["?include[]=content", "include[]"],
		]) {
			const { status, body } = await list(query);
			assert.equal(status, 400);
			assert.equal(body.error?.param, param);
			assert.ok(!JSON.stringify(body).includes("secret-value"));
		}
	});

	it("shows a write at once, after a number of reads, or on demand", async () => {
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
		emulator.state.endStaleReads();
		assert.deepEqual(await actives(), [false]);
	});

	it("shows the state before the first of several writes", async () => {
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

		it("shows the organization's activations only with the switch", async () => {
			const [first] = fill(1);
			emulator.state.setActive("organization", [first ?? ""], true).commit();
			assert.equal((await projectList()).body.data?.[0]?.active, false);
			emulator.switches.projectListInherits = true;
			assert.equal((await projectList()).body.data?.[0]?.active, true);
		});

		it("omits inactive certificates with the switch", async () => {
			const [, first] = fill(2);
			emulator.state.setActive("proj_a", [first ?? ""], true).commit();
			emulator.switches.projectListInactive = false;
			assert.deepEqual(idsOf(await projectList()), [first]);
		});
	});
});
