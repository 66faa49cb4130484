import assert from "node:assert/strict";
import { once } from "node:events";
import { parseBaseUrl } from "../../../src/domain/baseUrl.ts";
import { ORGANIZATION, type Project, type Scope } from "../../../src/domain/scope.ts";
import { AdminClient } from "../../../src/openai/adminClient.ts";
import { mapCertificates } from "../../emulator/bodies.ts";
import type { FaultKind } from "../../emulator/faults.ts";
import type { Operation } from "../../emulator/routes.ts";
import { apiFixtureForEachTest, expectProblem, stopClock, TOTAL_MILLISECONDS } from "./setup.ts";

describe("AdminClient", () => {
	const fixture = apiFixtureForEachTest();
	let api: AdminClient;
	let id: string;
	let project: string;
	const inProject = (): Scope => ({ kind: "project", id: project });

	beforeEach(() => {
		const { emulator, transport } = fixture;
		const credentials = { baseUrl: parseBaseUrl(emulator.url), key: emulator.adminKey, clientCertificate: null };
		api = new AdminClient(transport, async () => credentials);
		id = emulator.state.put({ name: "Root" }).id;
		project = emulator.state.addProject("Production").id;
	});

	/** Returns the HTTP statuses of an operation's requests. */
	const statuses = (operation: Operation) =>
		fixture.emulator.exchanges.filter((exchange) => exchange.operation === operation).map(({ status }) => status);

	it("reads every page of projects, including archived projects, and reports each page when it arrives", async () => {
		const { state } = fixture.emulator;
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

	it("sends a change that must not arrive late only once, whatever the failure", async () => {
		for (const fault of [
			{ kind: "reset" },
			{ kind: "status", status: 500 },
			{ kind: "status", status: 429 },
		] as const) {
			fixture.emulator.exchanges.length = 0;
			fixture.emulator.faults.arm({ ...fault, operation: "projectDeactivate", when: "before" });
			await expectProblem(api.setActive(inProject(), [id], false, undefined, true));
			assert.equal(statuses("projectDeactivate").length, 1);
		}
		await api.setActive(inProject(), [id], false, undefined, true);
	});

	it("R30 counts an unreadable project, and keeps the others", async () => {
		fixture.emulator.state.addProject("Staging");
		const malformed = { object: "organization.project", id: "../x", name: "n" };
		fixture.emulator.faults.arm({
			kind: "rewrite",
			rewrite: (body) => ({ ...(body as object), data: [malformed, ...(body as { data: Project[] }).data, null] }),
			when: "after",
		});
		const { projects, unreadable } = await api.projects();
		assert.deepEqual([projects.map(({ name }) => name), unreadable], [["Staging", "Production"], 2]);
	});

	it("reads a project's certificates and whether they are active in the project", async () => {
		const { state } = fixture.emulator;
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
		const { state } = fixture.emulator;
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

	it("rejects a response that contradicts the request", async () => {
		const { emulator } = fixture;
		const host = new URL(emulator.url).host;
		const rewrite = mapCertificates((certificate) => ({ ...certificate, active: false }));
		emulator.faults.arm({ kind: "rewrite", rewrite, operation: "activate", when: "after" });
		assert.deepEqual(await expectProblem(api.setActive(ORGANIZATION, [id], true)), { reason: "bad-answer", host });
		emulator.faults.arm({ kind: "body", text: '{"data":[]}', operation: "activate", when: "after" });
		assert.deepEqual(await expectProblem(api.setActive(ORGANIZATION, [id], true)), { reason: "bad-answer", host });
	});

	it("renames a certificate", async () => {
		const { name, active } = await api.rename(id, "Root 2028");
		assert.deepEqual([name, active, fixture.emulator.state.get(id).name], ["Root 2028", undefined, "Root 2028"]);
	});

	it("deletes a certificate", async () => {
		await api.remove(id);
		assert.deepEqual(fixture.emulator.state.certificates, []);
	});

	it("reports that a missing certificate cannot be deleted", async () => {
		await api.remove(id);
		assert.deepEqual(await expectProblem(api.remove(id)), { reason: "not-found" });
		assert.deepEqual(statuses("delete"), [200, 404]);
	});

	it("reads a certificate's history, newest first, with actors and projects", async () => {
		const { state, adminKey } = fixture.emulator;
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

	it("omits unreadable entries of a history", async () => {
		await api.rename(id, "Renamed");
		const malformed = [
			null,
			{},
			{ id: "1", type: "user.added", effective_at: 1 },
			{ id: "2", type: "certificate.created" },
		];
		const minimal = { id: "3", type: "certificate.deleted", effective_at: 5, actor: { type: "new" }, project: null };
		fixture.emulator.faults.arm({
			kind: "body",
			text: JSON.stringify({ object: "list", data: [...malformed, minimal] }),
			when: "after",
		});
		assert.deepEqual(await api.history(id), [
			{ id: "3", type: "deleted", at: 5, actor: null, projectId: null, certificateIds: [] },
		]);
	});

	const failures: readonly [string, FaultKind][] = [
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
	for (const [title, fault] of failures)
		for (const [operation, write] of writes) {
			it(`R34 repeats ${operation} once after ${title}, and returns the result`, async () => {
				fixture.emulator.faults.arm({ ...fault, operation, when: "after" });
				await write();
				assert.equal(statuses(operation).length, 2);
			});

			it(`R34 repeats ${operation} no more than once after ${title}`, async () => {
				const { emulator } = fixture;
				emulator.faults.arm({ ...fault, operation, when: "before", times: Number.POSITIVE_INFINITY });
				const { reason } = await expectProblem(write());
				assert.equal(reason, fault.kind === "status" ? "service-error" : "connection-lost");
				assert.equal(statuses(operation).length, 2);
			});
		}

	it("R34 reports the first failure if the second attempt is refused, because the first may have locked the client out", async () => {
		const { emulator } = fixture;
		emulator.faults.arm({ kind: "reset", operation: "activate", when: "after" });
		emulator.faults.arm({ kind: "status", status: 401, operation: "activate", when: "before" });
		const { reason } = await expectProblem(api.setActive(ORGANIZATION, [id], true));
		assert.equal(reason, "connection-lost");
		assert.deepEqual(emulator.state.activeIn("organization"), [id]);
	});

	describe("at the time limit", () => {
		const clockFixture = apiFixtureForEachTest();
		const clock = stopClock();

		it("R34 reports the first failure if the time limit ends the second attempt", async () => {
			const { emulator, transport } = clockFixture;
			const credentials = { baseUrl: parseBaseUrl(emulator.url), key: emulator.adminKey, clientCertificate: null };
			const { id } = emulator.state.put();
			emulator.faults.arm({ kind: "reset", operation: "activate", when: "after" });
			const silence = emulator.faults.arm({ kind: "silence", operation: "activate", when: "before" });
			const call = new AdminClient(transport, async () => credentials).setActive(ORGANIZATION, [id], true);
			const problem = expectProblem(call);
			await once(clockFixture.logEvents, "observed");
			await clock.advance(1);
			await silence.reached;
			await clock.advance(TOTAL_MILLISECONDS);
			assert.equal((await problem).reason, "connection-lost");
		});
	});

	it("repeats no refused request", async () => {
		fixture.emulator.state.setActive("organization", [id], true).commit();
		const { reason } = await expectProblem(api.remove(id));
		assert.equal(reason, "rejected");
		assert.deepEqual(statuses("delete"), [400]);
	});

	for (const invalidId of ["..", "a/b", "", "x".repeat(129)])
		it(`R30 builds no path from the invalid id ${JSON.stringify(invalidId.slice(0, 9))}`, async () => {
			const calls = [
				api.remove(invalidId),
				api.rename(invalidId, "n"),
				api.history(invalidId),
				api.projectCertificates(invalidId),
				api.setActive({ kind: "project", id: invalidId }, [id], true),
				api.setActive(ORGANIZATION, [invalidId], true),
			];
			for (const call of calls) assert.deepEqual(await expectProblem(call), { reason: "not-found" });
			assert.equal(fixture.emulator.exchanges.length, 0);
		});
});
