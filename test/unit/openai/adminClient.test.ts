import assert from "node:assert/strict";
import { once } from "node:events";
import { parseBaseUrl } from "../../../src/domain/baseUrl.ts";
import { ORGANIZATION, type Project, type Scope } from "../../../src/domain/scope.ts";
import { AdminClient } from "../../../src/openai/adminClient.ts";
import { eachCertificate } from "../../emulator/bodies.ts";
import type { FaultKind } from "../../emulator/faults.ts";
import type { Operation } from "../../emulator/routes.ts";
import { benchForEachTest, problemIn, stopClock, TOTAL_MILLISECONDS } from "./setup.ts";

describe("Administration", () => {
	const bench = benchForEachTest();
	let api: AdminClient;
	let id: string;
	let project: string;
	const inProject = (): Scope => ({ kind: "project", id: project });

	beforeEach(() => {
		const { emulator, transport } = bench;
		const access = { baseUrl: parseBaseUrl(emulator.url), key: emulator.adminKey, clientCertificate: null };
		api = new AdminClient(transport, async () => access);
		id = emulator.state.put({ name: "Root" }).id;
		project = emulator.state.addProject("Production").id;
	});

	/** What each request of an operation came to. */
	const statuses = (operation: Operation) =>
		bench.emulator.exchanges.filter((exchange) => exchange.operation === operation).map(({ status }) => status);

	it("reads every page of projects, archived ones too, and tells of each as it comes", async () => {
		const { state } = bench.emulator;
		for (let number = 2; number <= 149; number++) state.addProject(`Project ${number}`);
		state.addProject("Old", { archived: true });
		const pages: number[] = [];
		const { projects, unreadable, complete } = await api.projects(undefined, (page) => pages.push(page.length));
		assert.deepEqual([projects.length, unreadable, complete, pages], [150, 0, true, [100, 50]]);
		const [stored] = state.projects;
		assert.deepEqual(projects.at(-1), {
			id: project,
			name: "Production",
			createdAt: stored?.createdAt,
			archived: false,
		});
		assert.deepEqual([projects[0]?.name, projects[0]?.archived], ["Old", true]);
	});

	it("sends once what must not come later, whatever kept it from an answer", async () => {
		for (const fault of [
			{ kind: "reset" },
			{ kind: "status", status: 500 },
			{ kind: "status", status: 429 },
		] as const) {
			bench.emulator.exchanges.length = 0;
			bench.emulator.faults.next({ ...fault, operation: "projectDeactivate", when: "before" });
			await problemIn(api.setActive(inProject(), [id], false, undefined, true));
			assert.equal(statuses("projectDeactivate").length, 1);
		}
		await api.setActive(inProject(), [id], false, undefined, true);
	});

	it("R30 counts a project that cannot be read, and keeps the others", async () => {
		bench.emulator.state.addProject("Staging");
		const spoilt = { object: "organization.project", id: "../x", name: "n" };
		bench.emulator.faults.next({
			kind: "rewrite",
			rewrite: (body) => ({ ...(body as object), data: [spoilt, ...(body as { data: Project[] }).data, null] }),
			when: "after",
		});
		const { projects, unreadable } = await api.projects();
		assert.deepEqual([projects.map(({ name }) => name), unreadable], [["Staging", "Production"], 2]);
	});

	it("tells of a project's certificates whether they are active there", async () => {
		const { state } = bench.emulator;
		const other = state.put({ name: "Other" }).id;
		state.setActive(project, [id], true).commit();
		const { certificates, complete } = await api.projectCertificates(project);
		assert.deepEqual(
			certificates.map((certificate) => [certificate.id, certificate.active]),
			[
				[other, false],
				[id, true],
			],
		);
		assert.equal(complete, true);
	});

	it("activates and deactivates in the organization and in a project", async () => {
		const { state } = bench.emulator;
		for (const [scope, key] of [
			[ORGANIZATION, "organization"],
			[inProject(), project],
		] as const) {
			const [activated] = await api.setActive(scope, [id], true);
			assert.deepEqual([activated?.id, activated?.active, state.activeIn(key)], [id, true, [id]]);
			const [deactivated] = await api.setActive(scope, [id], false);
			assert.deepEqual([deactivated?.active, state.activeIn(key)], [false, []]);
		}
	});

	it("does not believe an answer that says something else than was asked for", async () => {
		const { emulator } = bench;
		const host = new URL(emulator.url).host;
		const rewrite = eachCertificate((certificate) => ({ ...certificate, active: false }));
		emulator.faults.next({ kind: "rewrite", rewrite, operation: "activate", when: "after" });
		assert.deepEqual(await problemIn(api.setActive(ORGANIZATION, [id], true)), { reason: "bad-answer", host });
		emulator.faults.next({ kind: "body", text: '{"data":[]}', operation: "activate", when: "after" });
		assert.deepEqual(await problemIn(api.setActive(ORGANIZATION, [id], true)), { reason: "bad-answer", host });
	});

	it("renames", async () => {
		const { name, active } = await api.rename(id, "Root 2028");
		assert.deepEqual([name, active, bench.emulator.state.get(id).name], ["Root 2028", undefined, "Root 2028"]);
	});

	it("deletes", async () => {
		await api.remove(id);
		assert.deepEqual(bench.emulator.state.certificates, []);
	});

	it("says that what is not there cannot be deleted", async () => {
		await api.remove(id);
		assert.deepEqual(await problemIn(api.remove(id)), { reason: "not-found" });
		assert.deepEqual(statuses("delete"), [200, 404]);
	});

	it("reads a certificate's history, newest first, with who did it and where", async () => {
		const { state, adminKey } = bench.emulator;
		await api.setActive(inProject(), [id], true);
		state.rename(id, "Renamed").commit();
		state.rename(state.put().id, "Another one's").commit();
		const events = await api.history(id);
		assert.deepEqual(
			events.map(({ type, actor, projectId, certificateIds }) => [type, actor, projectId, certificateIds]),
			[
				["updated", "someone@example.test", null, [id]],
				["activated", "someone@example.test", project, [id]],
			],
		);
		assert.deepEqual(
			events.map(({ at }) => at),
			state.auditLog.find(undefined, [id]).map((event) => event.effective_at),
		);
		assert.ok(!JSON.stringify(events).includes(adminKey));
	});

	it("leaves out what cannot be read of a history", async () => {
		await api.rename(id, "Renamed");
		const odd = [null, {}, { id: "1", type: "user.added", effective_at: 1 }, { id: "2", type: "certificate.created" }];
		const bare = { id: "3", type: "certificate.deleted", effective_at: 5, actor: { type: "new" }, project: null };
		bench.emulator.faults.next({
			kind: "body",
			text: JSON.stringify({ object: "list", data: [...odd, bare] }),
			when: "after",
		});
		assert.deepEqual(await api.history(id), [
			{ id: "3", type: "deleted", at: 5, actor: null, projectId: null, certificateIds: [] },
		]);
	});

	const lost: readonly [string, FaultKind][] = [
		["a reset", { kind: "reset" }],
		["a close", { kind: "close" }],
		["a 500", { kind: "status", status: 500 }],
	];
	const writes: readonly [Operation, () => Promise<unknown>][] = [
		["activate", () => api.setActive(ORGANIZATION, [id], true)],
		["projectDeactivate", () => api.setActive(inProject(), [id], false)],
		["rename", () => api.rename(id, "Renamed")],
		["delete", () => api.remove(id)],
	];
	for (const [title, fault] of lost)
		for (const [operation, write] of writes) {
			it(`R34 repeats ${operation} once after ${title}, and says what came of it`, async () => {
				bench.emulator.faults.next({ ...fault, operation, when: "after" });
				await write();
				assert.equal(statuses(operation).length, 2);
			});

			it(`R34 repeats ${operation} no more than once after ${title}`, async () => {
				const { emulator } = bench;
				emulator.faults.next({ ...fault, operation, when: "before", times: Number.POSITIVE_INFINITY });
				const { reason } = await problemIn(write());
				assert.equal(reason, fault.kind === "status" ? "service-error" : "connection-lost");
				assert.equal(statuses(operation).length, 2);
			});
		}

	it("R34 keeps the first failure where the second try is refused: the first may have shut it out", async () => {
		const { emulator } = bench;
		emulator.faults.next({ kind: "reset", operation: "activate", when: "after" });
		emulator.faults.next({ kind: "status", status: 401, operation: "activate", when: "before" });
		const { reason } = await problemIn(api.setActive(ORGANIZATION, [id], true));
		assert.equal(reason, "connection-lost");
		assert.deepEqual(emulator.state.activeIn("organization"), [id]);
	});

	describe("in little time", () => {
		const hurried = benchForEachTest();
		const clock = stopClock();

		it("R34 keeps the first failure where time runs out before the second try gets anywhere", async () => {
			const { emulator, transport } = hurried;
			const access = { baseUrl: parseBaseUrl(emulator.url), key: emulator.adminKey, clientCertificate: null };
			const { id } = emulator.state.put();
			emulator.faults.next({ kind: "reset", operation: "activate", when: "after" });
			const silence = emulator.faults.next({ kind: "silence", operation: "activate", when: "before" });
			const call = new AdminClient(transport, async () => access).setActive(ORGANIZATION, [id], true);
			const problem = problemIn(call);
			await once(hurried.log, "observed");
			await clock.pass(1);
			await silence.reached;
			await clock.pass(TOTAL_MILLISECONDS);
			assert.equal((await problem).reason, "connection-lost");
		});
	});

	it("repeats nothing that was refused", async () => {
		bench.emulator.state.setActive("organization", [id], true).commit();
		const { reason } = await problemIn(api.remove(id));
		assert.equal(reason, "rejected");
		assert.deepEqual(statuses("delete"), [400]);
	});

	for (const wrong of ["..", "a/b", "", "x".repeat(129)])
		it(`R30 builds no path from ${JSON.stringify(wrong.slice(0, 9))}`, async () => {
			const calls = [
				api.remove(wrong),
				api.rename(wrong, "n"),
				api.history(wrong),
				api.projectCertificates(wrong),
				api.setActive({ kind: "project", id: wrong }, [id], true),
				api.setActive(ORGANIZATION, [wrong], true),
			];
			for (const call of calls) assert.deepEqual(await problemIn(call), { reason: "not-found" });
			assert.equal(bench.emulator.exchanges.length, 0);
		});
});
