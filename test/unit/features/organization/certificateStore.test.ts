import assert from "node:assert/strict";
import { CancelledError, ProblemError } from "../../../../src/domain/problem.ts";
import { CertificateStore } from "../../../../src/features/organization/certificateStore.ts";
import {
	certificate,
	FakeCertificatesApi,
	fakeReader,
	listing,
	parsedCertificate,
} from "../../fakes/certificatesApi.ts";

describe("The certificate store", () => {
	const one = certificate("one");
	const two = certificate("two");
	const acme = parsedCertificate("Acme");
	const other = parsedCertificate("Other");
	const unreachable = { reason: "unreachable", host: "a.test", proxy: null } as const;
	let service: FakeCertificatesApi;
	let certificates: CertificateStore;
	let now: number;

	beforeEach(() => {
		service = new FakeCertificatesApi();
		now = 1000;
		certificates = new CertificateStore(
			async () => service,
			async () => fakeReader(acme, other),
			() => now,
		);
	});

	const ids = () => certificates.state.listing?.certificates.map(({ id }) => id);

	it("reads the list, and emits a change before and after", async () => {
		const answer = service.nextList();
		const events: unknown[] = [];
		certificates.on("change", () => events.push({ ...certificates.state }));
		const refreshed = certificates.refresh();
		now = 2000;
		answer.resolve(listing(one));
		await refreshed;
		assert.deepEqual(events, [
			{ listing: null, loadedAt: null, askedAt: 1000, loading: true, problem: null },
			{ listing: listing(one), loadedAt: 2000, askedAt: 2000, loading: false, problem: null },
		]);
	});

	it("R32 uses the newest of two lists if they arrive in the wrong order", async () => {
		const [older, newer] = [service.nextList(), service.nextList()];
		const loaded = [certificates.load(), certificates.load()];
		newer.resolve(listing(two));
		await loaded[1];
		older.resolve(listing(one));
		assert.deepEqual(await loaded[0], listing(one), "whoever asked is answered all the same");
		assert.deepEqual(ids(), ["two"]);
		assert.equal(certificates.state.loading, false);
	});

	it("does not read another connection, selected in another window, before its own is reset", async () => {
		let current: string | null = "A";
		certificates = new CertificateStore(
			async () => {
				certificates.bindConnection(current);
				return service;
			},
			async () => fakeReader(),
		);
		service.nextList().resolve(listing(one));
		await certificates.refresh();
		current = "B";
		await certificates.refresh();
		assert.deepEqual([certificates.organizationRef, ids(), service.listCalls], ["A", ["one"], 1]);
		assert.deepEqual(certificates.state.problem, { reason: "connection-changed" });
		certificates.reset("B");
		service.nextList().resolve(listing(two));
		await certificates.refresh();
		assert.deepEqual([certificates.organizationRef, ids(), certificates.state.problem], ["B", ["two"], null]);
		// The service reports a missing connection.
		current = null;
		service.nextList().resolve(listing(two));
		await certificates.refresh();
		assert.equal(certificates.organizationRef, "B");
	});

	it("R32 uses each of two lists if they arrive in order", async () => {
		const [older, newer] = [service.nextList(), service.nextList()];
		const refreshed = [certificates.refresh(), certificates.refresh()];
		older.resolve(listing(one));
		await refreshed[0];
		assert.deepEqual(ids(), ["one"]);
		assert.equal(certificates.state.loading, true);
		newer.resolve(listing(two));
		await refreshed[1];
		assert.deepEqual(ids(), ["two"]);
	});

	it("R32 uses a pending list if a later request is cancelled", async () => {
		const answer = service.nextList();
		const refreshed = certificates.refresh();
		service.nextList().reject(new CancelledError());
		await assert.rejects(certificates.load(), CancelledError);
		assert.deepEqual([certificates.state.loading, certificates.state.askedAt], [true, 1000]);
		answer.resolve(listing(one));
		await refreshed;
		assert.deepEqual([ids(), certificates.state.loading], [["one"], false]);
	});

	it("R31 keeps the problem of a failed read if another read is cancelled", async () => {
		service.nextList().reject(new ProblemError(unreachable));
		await certificates.refresh();
		service.nextList().reject(new CancelledError());
		await assert.rejects(certificates.load(), CancelledError);
		assert.deepEqual(certificates.state.problem, unreachable);
	});

	const interruptions: readonly [string, () => void, readonly string[] | undefined][] = [
		["a list from another read", () => certificates.replaceListing(listing(two)), ["two"]],
		["an added certificate", () => certificates.add(two, certificates.generation, acme.sha256), ["two", "before"]],
		["a reset", () => certificates.reset("another"), undefined],
		["a reset for another base URL", () => certificates.reset(certificates.organizationRef), undefined],
	];
	for (const [title, interrupt, remaining] of interruptions)
		for (const outcome of ["a response", "a failure"])
			it(`R32 drops ${outcome} to a request older than ${title}`, async () => {
				certificates.replaceListing(listing(certificate("before")));
				const answer = service.nextList();
				const refreshed = certificates.refresh();
				interrupt();
				if (outcome === "a response") answer.resolve(listing(one));
				else answer.reject(new ProblemError(unreachable));
				await refreshed;
				assert.deepEqual(ids(), remaining);
				assert.equal(certificates.state.problem, null);
				assert.equal(certificates.state.loading, false);
			});

	it("R31 keeps the list and its age after a failed refresh, until a refresh succeeds", async () => {
		certificates.replaceListing(listing(one));
		now = 2000;
		service.nextList().reject(new ProblemError(unreachable));
		await certificates.refresh();
		assert.deepEqual(certificates.state, {
			listing: listing(one),
			loadedAt: 1000,
			askedAt: 2000,
			loading: false,
			problem: unreachable,
		});
		service.nextList().resolve(listing(two));
		await certificates.refresh();
		assert.deepEqual(ids(), ["two"]);
		assert.equal(certificates.state.problem, null);
	});

	it("throws the problem from `load`", async () => {
		service.nextList().reject(new ProblemError(unreachable));
		await assert.rejects(certificates.load(), { name: "ProblemError" });
		assert.deepEqual(certificates.state.problem, unreachable);
	});

	it("throws an unexpected error instead of storing it", async () => {
		service.nextList().reject(new TypeError("a defect"));
		await assert.rejects(certificates.refresh(), TypeError);
		assert.equal(certificates.state.loading, false);
	});

	it("counts a cancelled list as never requested", async () => {
		service.nextList();
		const abort = new AbortController();
		const loaded = certificates.load(abort.signal);
		abort.abort();
		await assert.rejects(loaded, CancelledError);
		const { askedAt, loading, problem } = certificates.state;
		assert.deepEqual({ askedAt, loading, problem }, { askedAt: null, loading: false, problem: null });
	});

	it("adds a certificate in front, and replaces its older state", () => {
		certificates.replaceListing(listing(one, two));
		certificates.add({ ...two, name: "renamed" }, certificates.generation, acme.sha256);
		assert.deepEqual(certificates.state.listing, listing({ ...two, name: "renamed" }, one));
	});

	it("adds a certificate before the first list, and marks the list as incomplete", () => {
		certificates.add(one, certificates.generation, acme.sha256);
		assert.deepEqual(ids(), ["one"]);
		assert.equal(certificates.state.listing?.complete, false);
		assert.equal(certificates.state.loadedAt, null);
	});

	it("shows an added certificate for two minutes while the list is stale", () => {
		certificates.add(one, certificates.generation, acme.sha256);
		now += 120_000;
		certificates.replaceListing(listing(two));
		assert.deepEqual(ids(), ["one", "two"]);
		now += 1;
		certificates.replaceListing(listing(two));
		assert.deepEqual(ids(), ["two"]);
	});

	it("uses the list's state of an added certificate as soon as it is listed", () => {
		certificates.add(one, certificates.generation, acme.sha256);
		certificates.replaceListing(listing(two, { ...one, active: true }));
		assert.deepEqual(certificates.state.listing, listing(two, { ...one, active: true }));
		certificates.replaceListing(listing(two));
		assert.deepEqual(ids(), ["two"], "deleted since");
	});

	describe("after a write", () => {
		const active = { kind: "changed", certificate: { ...one, active: true }, field: "active" } as const;

		beforeEach(() => certificates.replaceListing(listing(one, two)));

		it("shows the effect of the write while the list is stale", async () => {
			let events = 0;
			certificates.on("change", () => events++);
			certificates.recordWrite(active, certificates.generation);
			assert.equal(events, 1);
			assert.deepEqual(certificates.state.listing, listing({ ...one, active: true }, two));
			service.nextList().resolve(listing(one, two));
			assert.deepEqual(await certificates.load(), listing({ ...one, active: true }, two));
			assert.deepEqual(certificates.state.listing, listing({ ...one, active: true }, two));
			service.nextList().resolve(listing({ ...one, active: true }, two));
			await certificates.load();
			service.nextList().resolve(listing(one, two));
			assert.deepEqual(await certificates.load(), listing(one, two), "the list showed it, and somebody took it back");
		});

		it("R32 uses a pending list together with the write", async () => {
			const answer = service.nextList();
			const loaded = certificates.load();
			certificates.recordWrite({ kind: "removed", id: "two" }, certificates.generation);
			answer.resolve(listing({ ...one, name: "renamed" }, two));
			await loaded;
			assert.deepEqual(certificates.state.listing, listing({ ...one, name: "renamed" }));
		});

		it("does not restore a deleted certificate that another window reports", () => {
			certificates.recordWrite({ kind: "removed", id: "two" }, certificates.generation);
			certificates.addFromOtherWindow(two, acme.sha256, now);
			assert.deepEqual(ids(), ["one"]);
		});

		it("ignores writes to another connection, and drops its own on reset", () => {
			const { generation } = certificates;
			certificates.recordWrite(active, generation);
			certificates.reset("another");
			certificates.replaceListing(listing(one));
			assert.deepEqual(certificates.state.listing, listing(one));
			certificates.recordWrite(active, generation);
			assert.deepEqual(certificates.state.listing, listing(one));
		});
	});

	it("emits `forget` on reset", () => {
		const events: unknown[] = [];
		certificates.on("forget", () => events.push([certificates.organizationRef, certificates.state.listing]));
		certificates.replaceListing(listing(one));
		certificates.reset("another");
		assert.deepEqual(events, [["another", null]]);
	});

	it("clears all state on reset", async () => {
		service.contentById.set("one", acme.pem);
		certificates.add(one, certificates.generation, acme.sha256);
		await certificates.getContent("one");
		certificates.reset("another");
		const emptyState = { listing: null, loadedAt: null, askedAt: null, loading: false, problem: null };
		assert.deepEqual(certificates.state, emptyState);
		assert.equal(certificates.organizationRef, "another");
		certificates.replaceListing(listing(two));
		assert.deepEqual(ids(), ["two"]);
		await certificates.getContent("one");
		assert.deepEqual(service.requestedIds, ["one", "one"]);
	});

	for (const [title, organizationRef] of [
		["connection", "another"],
		["base URL", "the same"],
	] as const) {
		it(`ignores a certificate uploaded to another ${title}`, () => {
			certificates.reset("the same");
			const { generation } = certificates;
			certificates.reset(organizationRef);
			certificates.add(one, generation, acme.sha256);
			assert.equal(certificates.state.listing, null);
		});

		it(`does not store a content requested from another ${title}`, async () => {
			certificates.reset("the same");
			const answer = Promise.withResolvers<string>();
			service.contentById.set("one", answer.promise);
			const content = certificates.getContent("one");
			certificates.reset(organizationRef);
			answer.resolve(acme.pem);
			assert.equal(await content, acme);
			certificates.replaceListing(listing(one));
			assert.deepEqual(certificates.findByFingerprint(acme.sha256), []);
		});
	}

	it("fetches a content once, and returns its first certificate, because the service uses no other", async () => {
		service.contentById.set("one", `${other.pem}\n${acme.pem}`);
		assert.equal(await certificates.getContent("one"), other);
		assert.equal(await certificates.getContent("one"), other);
		assert.deepEqual(service.requestedIds, ["one"]);
	});

	for (const [title, content] of [
		["is absent", null],
		["cannot be read", "junk"],
	] as const)
		it(`requests a content again that ${title}`, async () => {
			service.contentById.set("one", content);
			assert.equal(await certificates.getContent("one"), null);
			service.contentById.set("one", acme.pem);
			assert.equal(await certificates.getContent("one"), acme);
		});

	it("finds the ids of a certificate among the fetched contents", async () => {
		for (const id of ["one", "two", "three"]) service.contentById.set(id, acme.pem);
		service.contentById.set("four", other.pem);
		certificates.replaceListing(listing(one, two, certificate("four")));
		for (const id of ["two", "three", "four"]) await certificates.getContent(id);
		assert.deepEqual(certificates.findByFingerprint(acme.sha256), [two]);
	});

	describe("a recent list", () => {
		const MINUTE = 60_000;

		beforeEach(() => certificates.replaceListing(listing(one)));

		it("R22 is the known list until that is too old", async () => {
			now += MINUTE - 1;
			assert.deepEqual(await certificates.loadIfStale(MINUTE), listing(one));
			now += 1;
			service.nextList().resolve(listing(two));
			assert.deepEqual(await certificates.loadIfStale(MINUTE), listing(two));
			assert.deepEqual(ids(), ["two"]);
		});

		it("R22 has the age of its request, however long the response took", async () => {
			const slow = service.nextList();
			const refreshed = certificates.refresh();
			now += MINUTE - 1;
			slow.resolve(listing(two));
			await refreshed;
			assert.deepEqual(await certificates.loadIfStale(MINUTE), listing(two));
			now += 1;
			service.nextList().resolve(listing(one));
			assert.deepEqual(await certificates.loadIfStale(MINUTE), listing(one));
		});

		it("R22 is read again if the clock was set back", async () => {
			now -= 1;
			service.nextList().resolve(listing(two));
			assert.deepEqual(await certificates.loadIfStale(MINUTE), listing(two));
		});

		const incompleteLists = [
			["is incomplete", { ...listing(one), complete: false }],
			["has an entry that cannot be read", { ...listing(one), unreadable: 1 }],
		] as const;
		for (const [title, known] of incompleteLists)
			it(`R22 is read again if the known list ${title}`, async () => {
				certificates.replaceListing(known);
				service.nextList().resolve(listing(two));
				assert.deepEqual(await certificates.loadIfStale(MINUTE), listing(two));
			});

		it("R24 includes an upload that the list does not show yet", async () => {
			certificates.add(two, certificates.generation, acme.sha256);
			assert.deepEqual(await certificates.loadIfStale(MINUTE), listing(two, one));
			service.nextList().resolve(listing(one));
			assert.deepEqual(await certificates.load(), listing(two, one));
		});

		it("is requested from a given service", async () => {
			const otherService = new FakeCertificatesApi();
			otherService.nextList().resolve(listing(two));
			otherService.contentById.set("two", acme.pem);
			assert.deepEqual(await certificates.load(undefined, otherService), listing(two));
			assert.equal(await certificates.getContent("two", undefined, otherService), acme);
			assert.deepEqual(service.requestedIds, []);
		});
	});

	describe("a certificate uploaded in another window", () => {
		it("R37 is added to the list, also during a read", async () => {
			certificates.replaceListing(listing(one));
			const answer = service.nextList();
			const refreshed = certificates.refresh();
			certificates.addFromOtherWindow(two, acme.sha256, now);
			assert.deepEqual(ids(), ["two", "one"]);
			answer.resolve(listing(one));
			await refreshed;
			assert.deepEqual(ids(), ["two", "one"]);
		});

		it("R37 is shown only after the first list", () => {
			certificates.addFromOtherWindow(two, acme.sha256, now);
			assert.equal(certificates.state.listing, null);
			certificates.replaceListing(listing(one));
			assert.deepEqual(ids(), ["two", "one"]);
		});

		it("R24 is found by its fingerprint without a request", () => {
			certificates.replaceListing(listing(one));
			certificates.addFromOtherWindow(two, acme.sha256, now - 500_000);
			assert.deepEqual(certificates.findByFingerprint(acme.sha256), []);
			certificates.replaceListing(listing(one, two));
			assert.deepEqual(certificates.findByFingerprint(acme.sha256), [two]);
			certificates.reset("another");
			certificates.replaceListing(listing(one, two));
			assert.deepEqual(certificates.findByFingerprint(acme.sha256), []);
			certificates.add(one, certificates.generation, acme.sha256);
			assert.deepEqual(certificates.findByFingerprint(acme.sha256), [one]);
		});

		it("R37 is shown for two minutes after its upload", () => {
			certificates.replaceListing(listing(one));
			certificates.addFromOtherWindow(two, acme.sha256, now - 120_001);
			assert.deepEqual(ids(), ["one"]);
			certificates.addFromOtherWindow(two, acme.sha256, now - 120_000);
			assert.deepEqual(ids(), ["two", "one"]);
			now += 1;
			certificates.replaceListing(listing(one));
			assert.deepEqual(ids(), ["one"]);
		});

		it("R37 is not added again once the list had it and dropped it", () => {
			certificates.replaceListing(listing(two));
			certificates.replaceListing(listing());
			certificates.addFromOtherWindow(two, acme.sha256, now);
			assert.deepEqual(ids(), []);
			certificates.reset("another");
			certificates.replaceListing(listing());
			certificates.addFromOtherWindow(two, acme.sha256, now);
			assert.deepEqual(ids(), ["two"]);
		});
	});
});
