import assert from "node:assert/strict";
import { once } from "node:events";
import { setImmediate as nextTurn } from "node:timers/promises";
import { CancelledError } from "../../../../src/domain/problem.ts";
import { MAX_CONCURRENT_REQUESTS, ProjectStore } from "../../../../src/features/organization/projectStore.ts";
import { FakeAdminApi, type Fault, failWith, project, projectScope } from "../../fakes/adminApi.ts";
import { certificate, listing } from "../../fakes/certificatesApi.ts";

describe("The project store", () => {
	const forbidden = { reason: "forbidden", permission: "api.management.read" } as const;
	const unreachable = { reason: "unreachable", host: "a.test", proxy: null } as const;
	const one = certificate("one");
	const [p, q] = [project("p"), project("q")];
	let fake: FakeAdminApi;
	let projects: ProjectStore;
	let now: number;
	/** The calls that wait for a response, added while `blocking`. */
	let waiting: { call: string; release: () => void }[];
	let blocking: boolean;

	beforeEach(() => {
		fake = new FakeAdminApi([one], [p, q]);
		fake.activeIn(projectScope("q")).add("one");
		now = 1000;
		waiting = [];
		blocking = false;
		fake.beforeCall = (call) => {
			if (!blocking) return;
			const { promise, resolve } = Promise.withResolvers<void>();
			waiting.push({ call, release: resolve });
			return promise;
		};
		projects = new ProjectStore(
			async () => fake,
			() => now,
		);
	});

	const ids = () => projects.state.projects?.map(({ id }) => id);
	const isActive = (projectId: string) => projects.scope(projectId).listing?.certificates[0]?.active;
	const failAt = (calls: Readonly<Record<string, Fault>>) => {
		fake.faultFor = (call) => calls[call];
	};
	/** Completes the matching waiting calls, and lets their callers continue. */
	async function release(matches: (call: string) => boolean = () => true): Promise<void> {
		await nextTurn();
		const answered = waiting.filter(({ call }) => matches(call));
		waiting = waiting.filter(({ call }) => !matches(call));
		for (const each of answered) each.release();
		await nextTurn();
	}

	it("reads the projects and the certificates of each", async () => {
		const loaded = projects.load();
		assert.deepEqual([projects.state.loading, projects.state.askedAt], [true, 1000]);
		now = 2000;
		const reading = await loaded;
		assert.deepEqual(projects.state, {
			projects: [p, q],
			unreadable: 0,
			complete: true,
			problem: null,
			loading: false,
			loadedAt: 2000,
			askedAt: 1000,
		});
		const state = { listing: listing({ ...one, active: true }), problem: null, loading: false, loadedAt: 2000 };
		assert.deepEqual(projects.scope("q"), state);
		assert.deepEqual(reading.scope("q").listing, state.listing);
		assert.deepEqual(reading.projects, [p, q]);
		assert.deepEqual(projects.findActiveScopes("one", listing(one)).projects, [{ project: q, how: "own" }]);
	});

	it("shows each page of projects and each list as it arrives", async () => {
		fake.pageSize = 1;
		blocking = true;
		const loaded = projects.load();
		await release();
		assert.deepEqual(ids(), ["p"]);
		assert.equal(projects.state.complete, false);
		assert.equal(projects.scope("p").loading, true);
		await release((call) => call === "list project/p");
		assert.equal(isActive("p"), false);
		assert.equal(projects.scope("p").loading, false);
		await release();
		assert.deepEqual(ids(), ["p", "q"]);
		assert.equal(projects.state.loading, true, "the second project is still being read");
		await release();
		await loaded;
		assert.equal(isActive("q"), true);
		assert.equal(projects.state.loading, false);
	});

	it("reads 250 projects in the fewest round trips that sixteen connections allow, with limited concurrency", async () => {
		// As the transport has; further calls wait.
		const connections = 16;
		fake.allProjects = Array.from({ length: 250 }, (_, index) => project(`p${index}`));
		blocking = true;
		let maxConcurrent = 0;
		let roundTrips = 0;
		let isDone = false;
		const loaded = projects.load().then(() => {
			isDone = true;
		});
		for (await nextTurn(); !isDone; roundTrips++) {
			maxConcurrent = Math.max(maxConcurrent, waiting.filter(({ call }) => call.startsWith("list")).length);
			const answered = waiting.slice(0, connections).map(({ call }) => call);
			await release((call) => answered.includes(call));
		}
		await loaded;
		assert.equal(maxConcurrent, MAX_CONCURRENT_REQUESTS);
		// The first page of projects alone, then the other two pages beside the lists.
		assert.equal(roundTrips, 1 + Math.ceil((2 + 250) / connections));
		assert.equal(fake.calls.length, 3 + 250, "each list once");
		assert.equal(projects.findActiveScopes("one", listing(one)).complete, true);
	});

	it("emits one change for hundreds of simultaneous responses", async () => {
		fake.allProjects = Array.from({ length: 250 }, (_, index) => project(`p${index}`));
		let changes = 0;
		projects.on("change", () => changes++);
		blocking = true;
		const loaded = projects.load();
		await release();
		changes = 0;
		await release((call) => call.startsWith("list"));
		assert.equal(changes, 1);
		blocking = false;
		await release();
		await loaded;
	});

	it("emits a change after every kind of change", async () => {
		await projects.load();
		await once(projects, "change");
		await projects.loadProject("p");
		await once(projects, "change");
		failAt({ "projects 0": failWith(forbidden) });
		await projects.refresh();
		await once(projects, "change");
		projects.reset();
		await once(projects, "change");
		projects.recordWrite({ kind: "removed", id: "one" }, projects.generation, "p");
		await once(projects, "change");
	});

	it("R53 shows why a project's certificates cannot be read, next to all other projects", async () => {
		failAt({ "list project/p": failWith(forbidden) });
		const reading = await projects.load();
		assert.deepEqual(projects.scope("p"), { listing: null, problem: forbidden, loading: false, loadedAt: null });
		assert.deepEqual(reading.scope("p").problem, forbidden);
		assert.equal(isActive("q"), true);
		assert.equal(projects.state.problem, null);
		const activeScopes = projects.findActiveScopes("one", listing(one));
		assert.deepEqual([activeScopes.unknown, activeScopes.complete, activeScopes.problem], [[p], false, forbidden]);
	});

	it("R31 keeps the earlier lists if a later read fails", async () => {
		await projects.load();
		now = 2000;
		failAt({ "list project/q": failWith(unreachable) });
		const reading = await projects.load();
		const { listing: kept, ...rest } = projects.scope("q");
		assert.equal(kept?.certificates[0]?.active, true);
		assert.deepEqual(rest, { problem: unreachable, loading: false, loadedAt: 1000 });
		assert.equal(reading.scope("q").listing, null, "whoever asked is not handed the old list as a new one");
		failAt({ "projects 0": failWith(forbidden) });
		await assert.rejects(projects.load(), { name: "ProblemError", problem: forbidden });
		assert.deepEqual([ids(), projects.state.problem], [["p", "q"], forbidden]);
		failAt({});
		await projects.load();
		assert.equal(projects.state.problem, null);
		assert.equal(projects.scope("q").problem, null);
	});

	it("adds a problem of the project list to the state, and keeps earlier pages", async () => {
		fake.pageSize = 1;
		failAt({ "projects 1": failWith(forbidden) });
		await projects.refresh();
		const { problem, loading, complete } = projects.state;
		assert.deepEqual({ problem, loading, complete }, { problem: forbidden, loading: false, complete: false });
		assert.deepEqual(ids(), ["p"]);
		assert.equal(isActive("p"), false);
		assert.equal(projects.findActiveScopes("one", listing(one)).allProjects, false);
	});

	it("throws an unexpected error instead of storing it", async () => {
		failAt({ "list project/p": { thrown: new TypeError("a defect") } });
		await assert.rejects(projects.refresh(), TypeError);
		await assert.rejects(projects.loadProject("p"), TypeError);
		assert.equal(projects.state.loading, false);
		assert.equal(projects.scope("p").loading, false);
	});

	it("passes on an unexpected error during the read of the next page", async () => {
		const unhandled: unknown[] = [];
		const collect = (reason: unknown) => unhandled.push(reason);
		process.on("unhandledRejection", collect);
		try {
			failAt({ "list project/p": { thrown: new TypeError("a defect") } });
			fake.pageSize = 1;
			blocking = true;
			const loaded = assert.rejects(projects.load(), TypeError);
			await release();
			await release((call) => call === "list project/p");
			blocking = false;
			await release();
			await loaded;
		} finally {
			process.off("unhandledRejection", collect);
		}
		assert.deepEqual(unhandled, []);
	});

	it("drops a project that is no longer listed", async () => {
		await projects.load();
		fake.allProjects = [q];
		await projects.load();
		assert.deepEqual(ids(), ["q"]);
	});

	it("R29 reads a project once that is listed twice", async () => {
		fake.allProjects = [p, q, p];
		fake.pageSize = 2;
		await projects.load();
		assert.deepEqual(fake.calls.filter((call) => call.startsWith("list")).sort(), ["list project/p", "list project/q"]);
	});

	it("reads one project again", async () => {
		await projects.load();
		fake.calls.length = 0;
		fake.activeIn(projectScope("p")).add("one");
		const { listing: read } = await projects.loadProject("p");
		assert.deepEqual(fake.calls, ["list project/p"]);
		assert.equal(isActive("p"), true);
		assert.deepEqual(read, projects.scope("p").listing);
		failAt({ "list project/p": failWith(unreachable) });
		assert.deepEqual(await projects.loadProject("p"), { listing: null, problem: unreachable });
		assert.deepEqual(projects.scope("p").problem, unreachable);
	});

	it("R32 uses the response to the newest request for each project", async () => {
		blocking = true;
		const older = projects.loadProject("p");
		await nextTurn();
		const newer = projects.loadProject("p");
		await nextTurn();
		fake.activeIn(projectScope("p")).add("one");
		waiting.pop()?.release();
		await newer;
		fake.activeIn(projectScope("p")).delete("one");
		waiting.pop()?.release();
		assert.equal((await older).listing?.certificates[0]?.active, false, "whoever asked is answered all the same");
		assert.equal(isActive("p"), true);
		assert.equal(projects.scope("p").loading, false);
	});

	for (const outcome of ["a response", "a failure"])
		it(`R32 drops ${outcome} to an older request for the projects`, async () => {
			blocking = true;
			const older = Promise.allSettled([projects.load()]);
			await nextTurn();
			blocking = false;
			await projects.load();
			fake.allProjects = [p];
			if (outcome === "a failure") failAt({ "projects 0": failWith(unreachable) });
			await release();
			await older;
			assert.deepEqual([ids(), projects.state.problem, projects.state.loading], [["p", "q"], null, false]);
		});

	it("sends no more requests after a cancellation, and counts as never requested", async () => {
		fake.allProjects = Array.from({ length: 20 }, (_, index) => project(`p${index}`));
		blocking = true;
		const abort = new AbortController();
		const loaded = projects.load(abort.signal);
		await release();
		abort.abort();
		await Promise.all([assert.rejects(loaded, CancelledError), release()]);
		assert.equal(fake.calls.length, 1 + MAX_CONCURRENT_REQUESTS);
		const { askedAt, loading, problem } = projects.state;
		assert.deepEqual({ askedAt, loading, problem }, { askedAt: null, loading: false, problem: null });
		assert.equal(projects.scope("p19").loading, false);
	});

	it("resets its state, and ignores responses for the former connection", async () => {
		await projects.load();
		fake.pageSize = 1;
		blocking = true;
		const loaded = projects.load();
		await release();
		projects.reset();
		assert.deepEqual(projects.state, new ProjectStore(async () => fake).state);
		assert.equal(projects.scope("p").listing, null);
		blocking = false;
		await release();
		assert.deepEqual((await loaded).projects, [p, q], "whoever asked is answered all the same");
		assert.equal(projects.state.projects, null);
		assert.equal(projects.state.loading, false);
		for (const id of ["p", "q"]) assert.equal(projects.scope(id).listing, null);
	});

	it("uses a given API client", async () => {
		const other = new FakeAdminApi([one], [p]);
		await projects.load(undefined, other);
		await projects.loadProject("p", undefined, other);
		assert.deepEqual(other.calls, ["projects 0", "list project/p", "list project/p"]);
		assert.deepEqual(fake.calls, []);
	});

	it("shows the effect of a write while the lists are stale", async () => {
		await projects.load();
		projects.recordWrite(
			{ kind: "changed", certificate: { ...one, active: true }, field: "active" },
			projects.generation,
			"p",
		);
		assert.equal(isActive("p"), true);
		const { listing: read } = await projects.loadProject("p");
		assert.equal(read?.certificates[0]?.active, true);
		assert.equal(isActive("p"), true);
		assert.equal((await projects.load()).scope("p").listing?.certificates[0]?.active, true);
		projects.recordWrite({ kind: "removed", id: "one" }, projects.generation);
		for (const id of ["p", "q"]) assert.deepEqual(projects.scope(id).listing, listing());
	});

	it("shows the effect of a write before the first read of its project", async () => {
		projects.recordWrite(
			{ kind: "changed", certificate: { ...one, active: true }, field: "active" },
			projects.generation,
			"p",
		);
		await projects.load();
		assert.equal(isActive("p"), true);
	});

	it("ignores a write to another connection", async () => {
		const { generation } = projects;
		projects.reset();
		await projects.load();
		projects.recordWrite({ kind: "removed", id: "one" }, generation, "p");
		assert.equal(isActive("p"), false);
	});
});
