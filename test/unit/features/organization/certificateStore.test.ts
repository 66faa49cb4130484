import assert from "node:assert/strict";
import { CancelledError, ProblemError } from "../../../../src/domain/problem.ts";
import { CertificateStore } from "../../../../src/features/organization/certificateStore.ts";
import { candidate, certificate, FakeService, listing, readerOf } from "../../fakes/certificatesApi.ts";

describe("Certificates", () => {
	const one = certificate("one");
	const two = certificate("two");
	const acme = candidate("Acme");
	const other = candidate("Other");
	const unreachable = { reason: "unreachable", host: "a.test", proxy: null } as const;
	let service: FakeService;
	let certificates: CertificateStore;
	let now: number;

	beforeEach(() => {
		service = new FakeService();
		now = 1000;
		certificates = new CertificateStore(
			async () => service,
			async () => readerOf(acme, other),
			() => now,
		);
	});

	const ids = () => certificates.state.listing?.certificates.map(({ id }) => id);

	it("reads the list, and tells of it before and after", async () => {
		const answer = service.nextList();
		const told: unknown[] = [];
		certificates.on("change", () => told.push({ ...certificates.state }));
		const refreshed = certificates.refresh();
		now = 2000;
		answer.resolve(listing(one));
		await refreshed;
		assert.deepEqual(told, [
			{ listing: null, loadedAt: null, askedAt: 1000, loading: true, problem: null },
			{ listing: listing(one), loadedAt: 2000, askedAt: 2000, loading: false, problem: null },
		]);
	});

	it("R32 takes the newest of two lists where they arrive in the wrong order", async () => {
		const [older, newer] = [service.nextList(), service.nextList()];
		const loaded = [certificates.load(), certificates.load()];
		newer.resolve(listing(two));
		await loaded[1];
		older.resolve(listing(one));
		assert.deepEqual(await loaded[0], listing(one), "whoever asked is answered all the same");
		assert.deepEqual(ids(), ["two"]);
		assert.equal(certificates.state.loading, false);
	});

	it("shows no list of another connection, which another window took into use, before it forgets its own", async () => {
		let current: string | null = "A";
		certificates = new CertificateStore(
			async () => {
				certificates.bindConnection(current);
				return service;
			},
			async () => readerOf(),
		);
		service.nextList().resolve(listing(one));
		await certificates.refresh();
		current = "B";
		await certificates.refresh();
		assert.deepEqual([certificates.organizationRef, ids(), service.listed], ["A", ["one"], 1]);
		assert.deepEqual(certificates.state.problem, { reason: "connection-changed" });
		certificates.reset("B");
		service.nextList().resolve(listing(two));
		await certificates.refresh();
		assert.deepEqual([certificates.organizationRef, ids(), certificates.state.problem], ["B", ["two"], null]);
		// That there is none is for the service to say.
		current = null;
		service.nextList().resolve(listing(two));
		await certificates.refresh();
		assert.equal(certificates.organizationRef, "B");
	});

	it("R32 takes each of two lists where they arrive in order", async () => {
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

	it("R32 takes a list that is on its way where a later one is cancelled", async () => {
		const answer = service.nextList();
		const refreshed = certificates.refresh();
		service.nextList().reject(new CancelledError());
		await assert.rejects(certificates.load(), CancelledError);
		assert.deepEqual([certificates.state.loading, certificates.state.askedAt], [true, 1000]);
		answer.resolve(listing(one));
		await refreshed;
		assert.deepEqual([ids(), certificates.state.loading], [["one"], false]);
	});

	it("R31 keeps telling why the list could not be read where another read is cancelled", async () => {
		service.nextList().reject(new ProblemError(unreachable));
		await certificates.refresh();
		service.nextList().reject(new CancelledError());
		await assert.rejects(certificates.load(), CancelledError);
		assert.deepEqual(certificates.state.problem, unreachable);
	});

	const overtakers: readonly [string, () => void, readonly string[] | undefined][] = [
		["a list that was read elsewhere", () => certificates.replaceListing(listing(two)), ["two"]],
		[
			"a certificate that was added",
			() => certificates.add(two, certificates.generation, acme.sha256),
			["two", "before"],
		],
		["forgetting", () => certificates.reset("another"), undefined],
		["forgetting for another base URL", () => certificates.reset(certificates.organizationRef), undefined],
	];
	for (const [what, overtake, left] of overtakers)
		for (const outcome of ["an answer", "a failure"])
			it(`R32 drops ${outcome} that ${what} overtook`, async () => {
				certificates.replaceListing(listing(certificate("before")));
				const answer = service.nextList();
				const refreshed = certificates.refresh();
				overtake();
				if (outcome === "an answer") answer.resolve(listing(one));
				else answer.reject(new ProblemError(unreachable));
				await refreshed;
				assert.deepEqual(ids(), left);
				assert.equal(certificates.state.problem, null);
				assert.equal(certificates.state.loading, false);
			});

	it("R31 keeps the list and its age where a refresh fails, until one succeeds", async () => {
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

	it("throws a failure to those who cannot go on without the list", async () => {
		service.nextList().reject(new ProblemError(unreachable));
		await assert.rejects(certificates.load(), { name: "Failure" });
		assert.deepEqual(certificates.state.problem, unreachable);
	});

	it("does not take a defect for a state", async () => {
		service.nextList().reject(new TypeError("a defect"));
		await assert.rejects(certificates.refresh(), TypeError);
		assert.equal(certificates.state.loading, false);
	});

	it("counts a cancelled list as never asked for", async () => {
		service.nextList();
		const abort = new AbortController();
		const loaded = certificates.load(abort.signal);
		abort.abort();
		await assert.rejects(loaded, CancelledError);
		const { askedAt, loading, problem } = certificates.state;
		assert.deepEqual({ askedAt, loading, problem }, { askedAt: null, loading: false, problem: null });
	});

	it("adds a certificate in front, in place of an older state of the same", () => {
		certificates.replaceListing(listing(one, two));
		certificates.add({ ...two, name: "renamed" }, certificates.generation, acme.sha256);
		assert.deepEqual(certificates.state.listing, listing({ ...two, name: "renamed" }, one));
	});

	it("adds a certificate where no list was read yet, and does not take that for the whole", () => {
		certificates.add(one, certificates.generation, acme.sha256);
		assert.deepEqual(ids(), ["one"]);
		assert.equal(certificates.state.listing?.complete, false);
		assert.equal(certificates.state.loadedAt, null);
	});

	it("goes on showing an added certificate for two minutes where the list lags behind", () => {
		certificates.add(one, certificates.generation, acme.sha256);
		now += 120_000;
		certificates.replaceListing(listing(two));
		assert.deepEqual(ids(), ["one", "two"]);
		now += 1;
		certificates.replaceListing(listing(two));
		assert.deepEqual(ids(), ["two"]);
	});

	it("takes the list's own word for an added certificate as soon as it has one", () => {
		certificates.add(one, certificates.generation, acme.sha256);
		certificates.replaceListing(listing(two, { ...one, active: true }));
		assert.deepEqual(certificates.state.listing, listing(two, { ...one, active: true }));
		certificates.replaceListing(listing(two));
		assert.deepEqual(ids(), ["two"], "deleted since");
	});

	describe("where a call changed something", () => {
		const active = { kind: "changed", certificate: { ...one, active: true }, field: "active" } as const;

		beforeEach(() => certificates.replaceListing(listing(one, two)));

		it("shows what the call did while the list does not", async () => {
			let told = 0;
			certificates.on("change", () => told++);
			certificates.recordWrite(active, certificates.generation);
			assert.equal(told, 1);
			assert.deepEqual(certificates.state.listing, listing({ ...one, active: true }, two));
			service.nextList().resolve(listing(one, two));
			assert.deepEqual(await certificates.load(), listing({ ...one, active: true }, two));
			assert.deepEqual(certificates.state.listing, listing({ ...one, active: true }, two));
			service.nextList().resolve(listing({ ...one, active: true }, two));
			await certificates.load();
			service.nextList().resolve(listing(one, two));
			assert.deepEqual(await certificates.load(), listing(one, two), "the list showed it, and somebody took it back");
		});

		it("R32 lets a list that is on its way still count, together with what the call did", async () => {
			const answer = service.nextList();
			const loaded = certificates.load();
			certificates.recordWrite({ kind: "removed", id: "two" }, certificates.generation);
			answer.resolve(listing({ ...one, name: "renamed" }, two));
			await loaded;
			assert.deepEqual(certificates.state.listing, listing({ ...one, name: "renamed" }));
		});

		it("does not bring back by another window's word what was deleted", () => {
			certificates.recordWrite({ kind: "removed", id: "two" }, certificates.generation);
			certificates.addFromOtherWindow(two, acme.sha256, now);
			assert.deepEqual(ids(), ["one"]);
		});

		it("keeps out what was done in another connection, and forgets what was done in this one", () => {
			const { generation: epoch } = certificates;
			certificates.recordWrite(active, epoch);
			certificates.reset("another");
			certificates.replaceListing(listing(one));
			assert.deepEqual(certificates.state.listing, listing(one));
			certificates.recordWrite(active, epoch);
			assert.deepEqual(certificates.state.listing, listing(one));
		});
	});

	it("tells those who remember more of the same connection that it forgot", () => {
		const told: unknown[] = [];
		certificates.on("forget", () => told.push([certificates.organizationRef, certificates.state.listing]));
		certificates.replaceListing(listing(one));
		certificates.reset("another");
		assert.deepEqual(told, [["another", null]]);
	});

	it("forgets all that it knew", async () => {
		service.kept.set("one", acme.pem);
		certificates.add(one, certificates.generation, acme.sha256);
		await certificates.contentOf("one");
		certificates.reset("another");
		const nothing = { listing: null, loadedAt: null, askedAt: null, loading: false, problem: null };
		assert.deepEqual(certificates.state, nothing);
		assert.equal(certificates.organizationRef, "another");
		certificates.replaceListing(listing(two));
		assert.deepEqual(ids(), ["two"]);
		await certificates.contentOf("one");
		assert.deepEqual(service.asked, ["one", "one"]);
	});

	for (const [what, organizationRef] of [
		["connection", "another"],
		["base URL", "the same"],
	] as const) {
		it(`keeps out a certificate that was uploaded to another ${what}`, () => {
			certificates.reset("the same");
			const { generation: epoch } = certificates;
			certificates.reset(organizationRef);
			certificates.add(one, epoch, acme.sha256);
			assert.equal(certificates.state.listing, null);
		});

		it(`keeps out a content that was asked of another ${what}`, async () => {
			certificates.reset("the same");
			const answer = Promise.withResolvers<string>();
			service.kept.set("one", answer.promise);
			const content = certificates.contentOf("one");
			certificates.reset(organizationRef);
			answer.resolve(acme.pem);
			assert.equal(await content, acme);
			certificates.replaceListing(listing(one));
			assert.deepEqual(certificates.knownAs(acme.sha256), []);
		});
	}

	it("fetches a content once, and takes its first certificate, the only one that the service uses", async () => {
		service.kept.set("one", `${other.pem}\n${acme.pem}`);
		assert.equal(await certificates.contentOf("one"), other);
		assert.equal(await certificates.contentOf("one"), other);
		assert.deepEqual(service.asked, ["one"]);
	});

	for (const [what, content] of [
		["is absent", null],
		["cannot be read", "junk"],
	] as const)
		it(`asks again for a content that ${what}`, async () => {
			service.kept.set("one", content);
			assert.equal(await certificates.contentOf("one"), null);
			service.kept.set("one", acme.pem);
			assert.equal(await certificates.contentOf("one"), acme);
		});

	it("knows under which ids a certificate is, of those that it looked into", async () => {
		for (const id of ["one", "two", "three"]) service.kept.set(id, acme.pem);
		service.kept.set("four", other.pem);
		certificates.replaceListing(listing(one, two, certificate("four")));
		for (const id of ["two", "three", "four"]) await certificates.contentOf(id);
		assert.deepEqual(certificates.knownAs(acme.sha256), [two]);
	});

	describe("of late", () => {
		const MINUTE = 60_000;

		beforeEach(() => certificates.replaceListing(listing(one)));

		it("R22 is what is known, for as long as that is not too old", async () => {
			now += MINUTE - 1;
			assert.deepEqual(await certificates.recent(MINUTE), listing(one));
			now += 1;
			service.nextList().resolve(listing(two));
			assert.deepEqual(await certificates.recent(MINUTE), listing(two));
			assert.deepEqual(ids(), ["two"]);
		});

		it("R22 is as old as the question, however long the answer took", async () => {
			const slow = service.nextList();
			const refreshed = certificates.refresh();
			now += MINUTE - 1;
			slow.resolve(listing(two));
			await refreshed;
			assert.deepEqual(await certificates.recent(MINUTE), listing(two));
			now += 1;
			service.nextList().resolve(listing(one));
			assert.deepEqual(await certificates.recent(MINUTE), listing(one));
		});

		it("R22 is read again where the clock was set back", async () => {
			now -= 1;
			service.nextList().resolve(listing(two));
			assert.deepEqual(await certificates.recent(MINUTE), listing(two));
		});

		const lacking = [
			["is incomplete", { ...listing(one), complete: false }],
			["holds what cannot be read", { ...listing(one), unreadable: 1 }],
		] as const;
		for (const [what, known] of lacking)
			it(`R22 is read again where what is known ${what}`, async () => {
				certificates.replaceListing(known);
				service.nextList().resolve(listing(two));
				assert.deepEqual(await certificates.recent(MINUTE), listing(two));
			});

		it("R24 has what was uploaded and the list does not show yet", async () => {
			certificates.add(two, certificates.generation, acme.sha256);
			assert.deepEqual(await certificates.recent(MINUTE), listing(two, one));
			service.nextList().resolve(listing(one));
			assert.deepEqual(await certificates.load(), listing(two, one));
		});

		it("is asked of the one that is named", async () => {
			const named = new FakeService();
			named.nextList().resolve(listing(two));
			named.kept.set("two", acme.pem);
			assert.deepEqual(await certificates.load(undefined, named), listing(two));
			assert.equal(await certificates.contentOf("two", undefined, named), acme);
			assert.deepEqual(service.asked, []);
		});
	});

	describe("that another window uploaded", () => {
		it("R37 is shown beside the list, also while that is being read", async () => {
			certificates.replaceListing(listing(one));
			const answer = service.nextList();
			const refreshed = certificates.refresh();
			certificates.addFromOtherWindow(two, acme.sha256, now);
			assert.deepEqual(ids(), ["two", "one"]);
			answer.resolve(listing(one));
			await refreshed;
			assert.deepEqual(ids(), ["two", "one"]);
		});

		it("R37 waits for the first list", () => {
			certificates.addFromOtherWindow(two, acme.sha256, now);
			assert.equal(certificates.state.listing, null);
			certificates.replaceListing(listing(one));
			assert.deepEqual(ids(), ["two", "one"]);
		});

		it("R24 is known by its fingerprint, without asking the service", () => {
			certificates.replaceListing(listing(one));
			certificates.addFromOtherWindow(two, acme.sha256, now - 500_000);
			assert.deepEqual(certificates.knownAs(acme.sha256), []);
			certificates.replaceListing(listing(one, two));
			assert.deepEqual(certificates.knownAs(acme.sha256), [two]);
			certificates.reset("another");
			certificates.replaceListing(listing(one, two));
			assert.deepEqual(certificates.knownAs(acme.sha256), []);
			certificates.add(one, certificates.generation, acme.sha256);
			assert.deepEqual(certificates.knownAs(acme.sha256), [one]);
		});

		it("R37 is shown for two minutes from when it was uploaded", () => {
			certificates.replaceListing(listing(one));
			certificates.addFromOtherWindow(two, acme.sha256, now - 120_001);
			assert.deepEqual(ids(), ["one"]);
			certificates.addFromOtherWindow(two, acme.sha256, now - 120_000);
			assert.deepEqual(ids(), ["two", "one"]);
			now += 1;
			certificates.replaceListing(listing(one));
			assert.deepEqual(ids(), ["one"]);
		});

		it("R37 stays away where the list told of it and does so no more", () => {
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
