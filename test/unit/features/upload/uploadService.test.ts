import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FileLocks } from "../../../../src/common/storage/locks.ts";
import type { Certificate } from "../../../../src/domain/certificate.ts";
import { CancelledError, type LookupOutcome, type Problem, ProblemError } from "../../../../src/domain/problem.ts";
import { CertificateStore } from "../../../../src/features/organization/certificateStore.ts";
import { maybeUploadedFindings } from "../../../../src/features/upload/duplicateCheck.ts";
import { JournalStore, type LockedUpload } from "../../../../src/features/upload/journalStore.ts";
import type { UploadAttempt } from "../../../../src/features/upload/uploadAttempt.ts";
import type { UploadKey } from "../../../../src/features/upload/uploadHistory.ts";
import {
	type UnconfirmedUpload,
	UploadService,
	type UploadServiceOptions,
} from "../../../../src/features/upload/uploadService.ts";
import { temporaryFolder } from "../../../temporaryFolders.ts";
import {
	certificate,
	FakeCertificatesApi,
	fakeReader,
	listing,
	parsedCertificate,
	uniqueOrganizationRef,
} from "../../fakes/certificatesApi.ts";
import { FastClock } from "../../fakes/editorWindow.ts";
import { expectProblem } from "../../openai/setup.ts";

const MINUTE = 60_000;
const organizationRef = uniqueOrganizationRef();
const acme = parsedCertificate("Acme");
const other = parsedCertificate("Other");
const one = certificate("one");
const two = certificate("two");
const request = { candidate: acme, name: "Root", organizationRef };
const ending = { kind: "no-response" } as const;
const lostResponse = new ProblemError({ reason: "unconfirmed", name: "Root", lookup: { outcome: "failed" }, ending });
const unreachable: Problem = { reason: "unreachable", host: "a.test", proxy: null };
const notRecorded: Problem = { reason: "not-recorded", code: null };
const pendingProblem = (running: boolean) => ({ reason: "upload-pending", name: "Root", running });

describe("Uploads", () => {
	let folder: ReturnType<typeof temporaryFolder>;
	let now: number;
	let service: FakeCertificatesApi;
	let certificates: CertificateStore;
	/** The store of another window. */
	let otherStore: JournalStore;
	/** The store of the tested window. */
	let ownStore: JournalStore;
	let uploads: UploadService;

	/** Opens the store of another window. @param overrides Replacements of methods of a locked upload. */
	function openStore(overrides: Partial<LockedUpload> = {}): JournalStore {
		const locks = new FileLocks(join(folder.path, "locks"), new FastClock());
		return new (class extends JournalStore {
			override withLock<T>(key: UploadKey, work: (locked: LockedUpload) => Promise<T>, options?: { refuse?: boolean }) {
				return super.withLock(key, (locked) => work({ ...locked, ...overrides }), options);
			}
		})(join(folder.path, "pending"), locks, () => now);
	}

	/** Opens a window on the shared folder. */
	function open(overrides: Partial<UploadServiceOptions> = {}) {
		const list = new CertificateStore(
			async () => service,
			async () => fakeReader(acme, other),
			() => now,
		);
		list.reset(organizationRef);
		const options = { certificates: list, store: openStore(), now: () => now, retryDelaysMs: [0] };
		const window = new UploadService({ service: async () => service, ...options, ...overrides });
		return { list, window };
	}

	beforeEach(() => {
		folder = temporaryFolder("uploads");
		now = 1_000_000;
		service = new FakeCertificatesApi();
		otherStore = openStore();
		ownStore = openStore();
		({ list: certificates, window: uploads } = open({ store: ownStore }));
		certificates.replaceListing(listing(one));
	});
	afterEach(() => folder.remove());

	const running = () => uploads.running.map(({ name }) => name);
	const listed = () => certificates.state.listing?.certificates.map(({ id }) => id) ?? [];
	const openAttempts = async () => (await otherStore.read()).unconfirmed;

	/** Uploads without a response and with two lookups that do not find it. @returns the row. */
	async function loseResponse(): Promise<UnconfirmedUpload> {
		service.nextUpload().reject(lostResponse);
		for (const answer of [service.nextList(), service.nextList()]) answer.resolve(listing(one));
		assert.equal((await expectProblem(uploads.upload(request))).reason, "unconfirmed");
		return uploads.unconfirmed[0] ?? assert.fail("there is no row");
	}

	const attempt = (overrides: Partial<UploadAttempt> = {}): UploadAttempt => ({
		...{ organizationRef, sha256: acme.sha256, id: "1", name: "Root", pem: acme.pem },
		...{ startedAt: now, idsBefore: ["one"], servedBefore: null, owner: "that" },
		...overrides,
	});

	/** Records an attempt in another window, which no longer sends it. */
	async function recordAttempt(overrides: Partial<UploadAttempt> = {}): Promise<UploadAttempt> {
		const upload = attempt(overrides);
		await otherStore.withLock(upload, (locked) => locked.add(upload));
		await uploads.reload();
		return upload;
	}

	/** Starts an upload in another window. @returns a function that ends it. */
	async function sendInOtherWindow(overrides: Partial<UploadAttempt> = {}): Promise<() => Promise<void>> {
		const upload = attempt({ owner: otherStore.owner, ...overrides });
		const [started, ended] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
		const sent = otherStore.withLock(upload, async (locked) => {
			await locked.add(upload);
			started.resolve();
			await ended.promise;
		});
		await started.promise;
		// The other window counts as alive after its next heartbeat.
		do await uploads.reload();
		while (!uploads.unconfirmed[0]?.inOtherWindow);
		return async () => {
			ended.resolve();
			await sent;
			await uploads.reload();
		};
	}

	const confirm = (upload: UploadAttempt, certificates: readonly Certificate[]) =>
		otherStore.withLock(upload, (locked) => locked.confirm(upload, certificates));
	const removeAttempt = (upload: UploadAttempt) => otherStore.withLock(upload, (locked) => locked.remove([upload.id]));

	/** Acquires the upload's lock for another window, as after a suspension of 15 seconds. */
	function acquireLock() {
		const locks = join(folder.path, "locks");
		const [lockFile = ""] = readdirSync(locks).filter((name) => name.startsWith("upload."));
		writeFileSync(
			join(
				locks,
				lockFile.replace(/\d+$/, (number) => String(Number(number) + 1)),
			),
			"{}",
		);
	}

	describe("while running", () => {
		it("are at every moment shown as running or in the list", async () => {
			const shownRows: string[][] = [];
			const collectRows = () => shownRows.push([...running(), ...listed()]);
			certificates.on("change", collectRows);
			uploads.on("change", collectRows);
			const answer = service.nextUpload();
			service.nextList().resolve(listing(two, one));
			const uploading = uploads.upload(request);
			assert.deepEqual(running(), ["Root"]);
			await service.waitForUploads(1);
			assert.deepEqual(uploads.unconfirmed, []);
			answer.resolve(two);
			assert.deepEqual(await uploading, { certificate: two, duplicates: [], how: "answered" });
			assert.deepEqual(service.sentCertificates, [{ pem: acme.pem, name: "Root" }]);
			for (const rows of shownRows) assert.ok(rows.includes("Root") || rows.includes("two"), rows.join());
			assert.deepEqual(shownRows.at(-1), ["two", "one"]);
		});

		it("are removed if the service could not be opened", async () => {
			const { window } = open({ service: () => Promise.reject(new ProblemError({ reason: "no-key" })) });
			assert.deepEqual(await expectProblem(window.upload(request)), { reason: "no-key" });
			assert.deepEqual(window.running, []);
			assert.deepEqual(await openAttempts(), []);
		});

		it("R25 are cancelled individually", async () => {
			const answers = [service.nextUpload(), service.nextUpload()];
			service.nextList().resolve(listing(two, one));
			const first = uploads.upload(request);
			await service.waitForUploads(1);
			const second = uploads.upload({ ...request, candidate: other });
			await service.waitForUploads(2);
			const [, row] = uploads.running;
			row?.cancel();
			await assert.rejects(second, CancelledError);
			assert.equal(uploads.running.length, 1);
			answers[0]?.resolve(two);
			await first;
			assert.deepEqual(await openAttempts(), []);
		});

		it("are not added to another connection's list", async () => {
			const answer = service.nextUpload();
			const uploading = uploads.upload(request);
			await service.waitForUploads(1);
			certificates.reset(randomUUID());
			answer.resolve(two);
			assert.deepEqual(await uploading, { certificate: two, duplicates: [], how: "answered" });
			assert.deepEqual(listed(), []);
			assert.deepEqual(running(), []);
		});

		it("are refused if the list is of another connection", async () => {
			certificates.reset(randomUUID());
			assert.deepEqual(await expectProblem(uploads.upload(request)), { reason: "connection-changed" });
			certificates.reset(null);
			assert.deepEqual(await expectProblem(uploads.upload(request)), { reason: "no-key" });
			assert.deepEqual(service.sentCertificates, []);
		});
	});

	describe("recorded before they are sent", () => {
		it("R22 include all ids known before", async () => {
			now += MINUTE - 1;
			await recordAttempt({ sha256: other.sha256 });
			await confirm(await recordAttempt({ sha256: "ab".repeat(32) }), [certificate("settled")]);
			certificates.add(certificate("added"), certificates.generation, other.sha256);
			const answer = service.nextUpload();
			service.nextList().resolve(listing(two));
			const uploading = uploads.upload(request);
			await service.waitForUploads(1);
			const [recorded] = (await openAttempts()).filter(({ sha256 }) => sha256 === acme.sha256);
			assert.deepEqual(recorded, {
				organizationRef,
				sha256: acme.sha256,
				id: recorded?.id,
				name: "Root",
				pem: acme.pem,
				startedAt: now,
				idsBefore: ["settled", "added", "one"],
				servedBefore: null,
				owner: ownStore.owner,
			});
			answer.resolve(two);
			await uploading;
		});

		it("R22 use a list that is less than a minute old", async () => {
			now += MINUTE;
			service.nextList().resolve({ ...listing(one, two), servedAt: 5 });
			const answer = service.nextUpload();
			const uploading = uploads.upload(request);
			await service.waitForUploads(1);
			const [recorded] = await openAttempts();
			assert.deepEqual([recorded?.idsBefore, recorded?.servedBefore], [["one", "two"], 5]);
			service.nextList().resolve(listing());
			answer.resolve(certificate("three"));
			await uploading;
		});

		for (const [title, incomplete] of [
			["is incomplete", { ...listing(one), complete: false }],
			["has an entry that cannot be read", { ...listing(one), unreadable: 1 }],
		] as const)
			it(`R22 omit the ids if the list ${title}`, async () => {
				certificates.replaceListing(incomplete);
				service.nextList().resolve(incomplete);
				service.nextUpload().reject(lostResponse);
				for (const answer of [service.nextList(), service.nextList()]) answer.resolve(listing(two, one));
				service.contentById.set("one", other.pem).set("two", acme.pem);
				const { reason, ...rest } = await expectProblem(uploads.upload(request));
				assert.deepEqual([reason, rest], ["unconfirmed", { name: "Root", lookup: { outcome: "ambiguous" }, ending }]);
				assert.equal((await openAttempts())[0]?.idsBefore, null);
			});

		it("R22 are not sent if the list cannot be read", async () => {
			now += MINUTE;
			service.nextList().reject(new ProblemError(unreachable));
			assert.deepEqual(await expectProblem(uploads.upload(request)), unreachable);
			assert.deepEqual([service.sentCertificates, await openAttempts()], [[], []]);
		});

		it("R58 are not sent while an earlier record is corrupt, until the user discards it, or is of a newer version", async () => {
			const key = { organizationRef, sha256: acme.sha256 };
			await recordAttempt();
			const [name = ""] = readdirSync(join(folder.path, "pending"));
			const path = join(folder.path, "pending", name);
			const original = readFileSync(path, "utf8");
			for (const [text, reason] of [
				[original.replace('"version":2', '"version":3'), "record-newer"],
				[original.slice(0, -9), "record-unreadable"],
			] as const) {
				writeFileSync(path, text);
				assert.deepEqual(await expectProblem(uploads.upload(request)), { reason });
				assert.equal(uploads.isCorrupt(key), reason === "record-unreadable");
				if (reason === "record-newer") await uploads.discardCorrupt(key);
				assert.equal(readFileSync(path, "utf8"), text);
			}
			await uploads.discardCorrupt(key);
			assert.equal(uploads.isCorrupt(key), false);
			assert.deepEqual(service.sentCertificates, []);
			service.nextUpload().resolve(one);
			service.nextList().resolve(listing(one));
			assert.equal((await uploads.upload(request)).certificate.id, "one");
			assert.equal(service.sentCertificates.length, 1);
		});

		it("R37 are not sent if no record can be written", async () => {
			writeFileSync(join(folder.path, "pending"), "");
			assert.deepEqual(await expectProblem(uploads.upload(request)), { reason: "not-recorded", code: "ENOTDIR" });
			assert.deepEqual(service.sentCertificates, []);
		});

		const refusals: readonly Problem[] = [
			{ reason: "rejected", status: 400, code: null, param: null, fieldRefused: false },
			{ reason: "unauthorized" },
			{ reason: "rate-limited", waitSeconds: null },
			{ reason: "connection-changed" },
			unreachable,
		];
		for (const refusal of refusals)
			it(`R18 are removed if the certificate was not stored: ${refusal.reason}`, async () => {
				service.nextUpload().reject(new ProblemError(refusal));
				assert.deepEqual(await expectProblem(uploads.upload(request)), refusal);
				assert.deepEqual([await openAttempts(), uploads.unconfirmed], [[], []]);
			});

		it("R22 stay recorded after an unexpected error", async () => {
			service.nextUpload().reject(new TypeError("a defect"));
			await assert.rejects(uploads.upload(request), TypeError);
			assert.equal(uploads.unconfirmed.length, 1);
		});

		it("R25 are removed if cancelled before they were sent", async () => {
			service.nextUpload();
			const uploading = uploads.upload(request);
			await service.waitForUploads(1);
			uploads.running[0]?.cancel();
			await assert.rejects(uploading, CancelledError);
			assert.deepEqual(await openAttempts(), []);
		});
	});

	describe("next to an unconfirmed upload of the same certificate", () => {
		const uploadProblem = async (window = uploads) => expectProblem(window.upload({ ...request, name: "Again" }));
		afterEach(() => assert.ok(service.sentCertificates.length <= 1));

		it("R22 are refused while that runs in this window", async () => {
			service.nextUpload();
			const first = uploads.upload(request);
			assert.deepEqual(await uploadProblem(), pendingProblem(true));
			await service.waitForUploads(1);
			assert.deepEqual(await uploadProblem(), pendingProblem(true));
			uploads.running[0]?.cancel();
			await assert.rejects(first, CancelledError);
		});

		it("R37 are refused while another window sends that, and afterwards until a check", async () => {
			const end = await sendInOtherWindow();
			assert.deepEqual(await uploadProblem(), pendingProblem(true));
			assert.equal(uploads.unconfirmed[0]?.inOtherWindow, true);
			await end();
			assert.deepEqual(await uploadProblem(), pendingProblem(false));
			assert.equal(uploads.unconfirmed[0]?.inOtherWindow, false);
		});

		it("R22 are refused if the sending window crashed", async () => {
			await recordAttempt();
			assert.deepEqual(await uploadProblem(), pendingProblem(false));
			assert.equal(uploads.unconfirmed[0]?.inOtherWindow, false);
		});

		it("R37 wait for another window that is about to send, but not for long", async () => {
			now += MINUTE;
			service.nextList();
			const { window } = open();
			const first = uploads.upload(request);
			await service.waitForLists(1);
			assert.equal((await uploadProblem(window)).reason, "locked");
			uploads.running[0]?.cancel();
			await assert.rejects(first, CancelledError);
			service.nextList().resolve(listing(one));
			service.nextUpload().resolve(two);
			service.nextList().resolve(listing(two, one));
			assert.equal((await window.upload(request)).certificate, two);
		});

		it("R37 are not sent if another window acquired the lock, and leave no record", async () => {
			now += MINUTE;
			const answer = service.nextList();
			const uploading = expectProblem(uploads.upload(request));
			await service.waitForLists(1);
			acquireLock();
			answer.resolve(listing(one));
			assert.deepEqual(await uploading, { reason: "lock-lost" });
			assert.deepEqual([await openAttempts(), service.sentCertificates], [[], []]);
		});

		it("R37 are confirmed although another window acquired the lock meanwhile", async () => {
			const answer = service.nextUpload();
			const uploading = uploads.upload(request);
			await service.waitForUploads(1);
			acquireLock();
			service.nextList().resolve(listing(two, one));
			answer.resolve(two);
			assert.equal((await uploading).how, "answered");
			assert.deepEqual(await openAttempts(), []);
		});

		it("are sent for another certificate or connection", async () => {
			await recordAttempt({ sha256: other.sha256 });
			await recordAttempt({ organizationRef: randomUUID() });
			service.nextUpload().resolve(two);
			service.nextList().resolve(listing(two, one));
			assert.equal((await uploads.upload(request)).certificate, two);
		});
	});

	describe("of a certificate that exists already", () => {
		beforeEach(() => {
			service.contentById.set("one", other.pem).set("two", acme.pem).set("three", acme.pem);
		});

		it("R24 are not sent if somebody uploaded the certificate since the user's confirmation", async () => {
			certificates.replaceListing(listing(one, two));
			const uploaded = await uploads.upload({ ...request, knownDuplicateIds: [] });
			assert.deepEqual(uploaded, { certificate: two, duplicates: [], how: "already-present" });
			assert.deepEqual([service.sentCertificates, await openAttempts()], [[], []]);
		});

		it("R24 are not sent if another window uploaded the certificate, even if the list does not show it yet", async () => {
			await confirm(await recordAttempt(), [two]);
			service.contentById.clear();
			const uploaded = await uploads.upload({ ...request, knownDuplicateIds: [] });
			assert.deepEqual(uploaded, { certificate: two, duplicates: [], how: "already-present" });
			assert.deepEqual(listed(), ["two", "one"]);
		});

		it("R24 are sent if the user confirmed the duplicate", async () => {
			await confirm(await recordAttempt(), [two]);
			service.nextUpload().resolve(certificate("three"));
			service.nextList().resolve(listing(certificate("three"), two, one));
			const uploaded = await uploads.upload({ ...request, knownDuplicateIds: ["two"] });
			assert.deepEqual(uploaded, { certificate: certificate("three"), duplicates: [], how: "answered" });
		});
	});

	describe("without a response", () => {
		beforeEach(() => {
			service.contentById.set("one", other.pem).set("two", acme.pem).set("three", acme.pem);
			service.nextUpload().reject(lostResponse);
		});

		it("R20 are looked up, and confirmed if found", async () => {
			service.nextList().resolve(listing(two, one));
			assert.deepEqual(await uploads.upload(request), { certificate: two, duplicates: [], how: "found" });
			const { unconfirmed, records: all } = await otherStore.read();
			assert.deepEqual([unconfirmed, all[0]?.arrival?.certificates], [[], [two]]);
			assert.deepEqual(uploads.unconfirmed, []);
		});

		it("R20 are looked up again if the list is stale", async () => {
			service.nextList().resolve(listing(one));
			service.nextList().resolve(listing(two, one));
			assert.equal((await uploads.upload(request)).certificate, two);
		});

		it("R23 have duplicates if there are two matches", async () => {
			const [earlier, later] = [certificate("two", { createdAt: 8 }), certificate("three", { createdAt: 9 })];
			service.nextList().resolve(listing(later, earlier, one));
			assert.deepEqual(await uploads.upload(request), { certificate: earlier, duplicates: [later], how: "found" });
		});

		it("R21 are a row with the lookup's time if not found", async () => {
			for (const answer of [service.nextList(), service.nextList()]) answer.resolve(listing(one));
			const lookup: LookupOutcome = { outcome: "not-seen", at: now };
			assert.deepEqual(await expectProblem(uploads.upload(request)), {
				reason: "unconfirmed",
				name: "Root",
				lookup: lookup,
				ending,
			});
			const [row] = uploads.unconfirmed;
			assert.deepEqual([row?.pending.sha256, row?.inOtherWindow, row?.lookup], [acme.sha256, false, lookup]);
			assert.deepEqual(uploads.running, []);
		});

		const failedLookups: readonly [string, () => void, LookupOutcome["outcome"]][] = [
			["the list cannot be read", () => service.nextList().reject(new ProblemError(unreachable)), "failed"],
			[
				"the list is rate-limited",
				() => service.nextList().reject(new ProblemError({ reason: "rate-limited", waitSeconds: 5 })),
				"failed",
			],
			["the list is incomplete", () => service.nextList().resolve({ ...listing(), complete: false }), "partial"],
			["an entry cannot be read", () => service.nextList().resolve({ ...listing(), unreadable: 1 }), "partial"],
			["a content is absent", () => service.nextList().resolve(listing(certificate("absent"))), "partial"],
			["a certificate was deleted", () => service.nextList().resolve(listing(certificate("gone"))), "partial"],
		];
		for (const [title, answer, outcome] of failedLookups)
			it(`R22 are not reported as not seen if ${title}`, async () => {
				service.contentById.set("absent", null);
				answer();
				answer();
				const problem = await expectProblem(uploads.upload(request));
				assert.deepEqual(problem, { reason: "unconfirmed", name: "Root", lookup: { outcome }, ending });
				assert.deepEqual(uploads.unconfirmed[0]?.lookup, { outcome });
			});

		it("R25 are looked up after a late cancellation, until the lookup is cancelled too", async () => {
			const upload: FakeCertificatesApi["upload"] = (_, signal) =>
				new Promise((_resolve, reject) => signal?.addEventListener("abort", () => reject(lostResponse)));
			const started = Promise.withResolvers<void>();
			const { list, window } = open({
				service: async () => ({
					list: (signal) => service.list(signal),
					content: (id) => service.content(id),
					upload: (sent, signal) => {
						started.resolve();
						return upload(sent, signal);
					},
				}),
			});
			list.replaceListing(listing(one));
			service.nextList();
			const uploading = expectProblem(window.upload(request));
			assert.equal(window.running[0]?.checking, false);
			await started.promise;
			window.running[0]?.cancel();
			await service.waitForLists(1);
			assert.equal(window.running[0]?.checking, true, "it is not being uploaded any more");
			window.running[0]?.cancel();
			assert.deepEqual(await uploading, { reason: "unconfirmed", name: "Root", lookup: { outcome: "failed" }, ending });
			assert.equal(window.unconfirmed.length, 1);
		});

		it("R22 are not looked up in another connection's list", async () => {
			const switched = open({
				service: async () => ({
					...service,
					list: () => assert.fail("Nobody expected a list call."),
					content: () => assert.fail("Nobody expected a content call."),
					upload: async () => {
						switched.list.reset(uniqueOrganizationRef());
						throw lostResponse;
					},
				}),
			});
			switched.list.replaceListing(listing(one));
			const problem = await expectProblem(switched.window.upload(request));
			assert.deepEqual(problem, { reason: "unconfirmed", name: "Root", lookup: { outcome: "failed" }, ending });
			assert.deepEqual(switched.window.unconfirmed, []);
			switched.list.reset(organizationRef);
			assert.equal(switched.window.unconfirmed.length, 1);
		});
	});

	describe("to an unnamed organization", () => {
		const unnamed = randomUUID();
		const unplaced = () => uploads.unconfirmed.find((upload) => upload.unplaced) ?? assert.fail("there is no row");

		it("R22 are listed in each organization, and as usual in their own", async () => {
			await recordAttempt({ organizationRef: unnamed });
			assert.equal(unplaced().pending.organizationRef, unnamed);
			const { list, window } = open();
			list.reset(unnamed);
			await window.reload();
			assert.deepEqual(
				window.unconfirmed.map((upload) => upload.unplaced),
				[false],
			);
			list.reset(null);
			assert.equal(window.unconfirmed.length, 1);
		});

		it("R22 are found only if the list has a certificate from before the upload", async () => {
			service.contentById.set("one", other.pem).set("two", acme.pem);
			await recordAttempt({ organizationRef: unnamed });
			service.nextList().resolve(listing(two));
			const lookup: LookupOutcome = { outcome: "unplaced" };
			const problem = { reason: "unconfirmed" as const, name: "Root", lookup: lookup, ending: null };
			assert.deepEqual(await expectProblem(uploads.check(unplaced())), problem);
			assert.deepEqual(unplaced().lookup, lookup);
			service.nextList().resolve(listing(two, one));
			assert.deepEqual(await uploads.check(unplaced()), { certificate: two, duplicates: [], how: "found" });
			assert.deepEqual(uploads.unconfirmed, []);
			assert.deepEqual(service.sentCertificates, []);
		});

		it("R22 are confirmed only by a list with a certificate from before the upload", async () => {
			service.contentById.set("one", other.pem).set("two", acme.pem);
			await recordAttempt({ organizationRef: unnamed });
			await uploads.confirmListed(listing(two));
			assert.equal(uploads.unconfirmed.length, 1);
			await uploads.confirmListed(listing(two, one));
			assert.deepEqual(uploads.unconfirmed, []);
		});

		it("R22 are not sent again, can be discarded, and add a finding to an upload without blocking it", async () => {
			await recordAttempt({ organizationRef: unnamed });
			assert.equal((await expectProblem(uploads.retry(unplaced()))).reason, "unconfirmed");
			assert.deepEqual(service.sentCertificates, []);
			assert.deepEqual(maybeUploadedFindings(uploads.unconfirmed, acme.sha256), [
				{ code: "maybe-uploaded", level: "strong", name: "Root", at: now },
			]);
			assert.deepEqual(maybeUploadedFindings(uploads.unconfirmed, other.sha256), []);
			service.nextUpload().resolve(two);
			service.nextList().resolve(listing(two, one));
			assert.equal((await uploads.upload(request)).how, "answered");
			await uploads.discard(unplaced());
			assert.deepEqual(await openAttempts(), []);
		});
	});

	describe("with a response", () => {
		it("R37 have duplicates if another computer uploaded the same certificate", async () => {
			service.contentById.set("two", acme.pem).set("three", acme.pem).set("four", other.pem);
			service.nextUpload().resolve(two);
			service.nextList().resolve(listing(certificate("four"), certificate("three"), two, one));
			assert.deepEqual(await uploads.upload(request), {
				certificate: two,
				duplicates: [certificate("three")],
				how: "answered",
			});
		});

		it("R22 are listed even if the confirmation cannot be recorded, until a lookup finds them", async () => {
			const { list, window } = open({
				store: openStore({ confirm: () => Promise.reject(new ProblemError(notRecorded)) }),
			});
			list.replaceListing(listing(one));
			service.contentById.set("two", acme.pem);
			service.nextUpload().resolve(two);
			service.nextList().reject(new ProblemError(unreachable));
			assert.equal((await window.upload(request)).how, "answered");
			assert.deepEqual(list.state.listing?.certificates, [two, one]);
			await uploads.reload();
			service.nextList().resolve(listing(two, one));
			await uploads.check(uploads.unconfirmed[0] ?? assert.fail());
			assert.deepEqual(await openAttempts(), []);
		});

		it("are listed even if the list cannot be read afterwards", async () => {
			service.nextUpload().resolve(two);
			service.nextList().reject(new ProblemError(unreachable));
			assert.deepEqual(await uploads.upload(request), { certificate: two, duplicates: [], how: "answered" });
			assert.deepEqual(listed(), ["two", "one"]);
		});
	});

	describe("while unconfirmed", () => {
		let row: UnconfirmedUpload;
		beforeEach(async () => {
			service.contentById.set("one", other.pem).set("two", acme.pem).set("three", acme.pem);
			row = await loseResponse();
		});

		it("R22 are shown in each window of their connection, and in no other", async () => {
			const { list, window } = open();
			await window.reload();
			assert.deepEqual(
				window.unconfirmed.map(({ pending, inOtherWindow, lookup }) => ({
					id: pending.id,
					inOtherWindow,
					lookup,
				})),
				[{ id: row.pending.id, inOtherWindow: false, lookup: null }],
			);
			list.reset(uniqueOrganizationRef());
			assert.deepEqual(window.unconfirmed, []);
			// The key may just be lost.
			list.reset(null);
			assert.equal(window.unconfirmed.length, 1);
			list.reset(organizationRef);
			now += 100 * MINUTE;
			await window.reload();
			assert.equal(window.unconfirmed.length, 1);
		});

		it("R21 are found by a check, which uploads nothing", async () => {
			service.nextList().resolve(listing(two, one));
			assert.deepEqual(await uploads.check(row), { certificate: two, duplicates: [], how: "found" });
			assert.deepEqual(uploads.unconfirmed, []);
			assert.equal(service.sentCertificates.length, 1);
		});

		it("R22 emit a change on confirmation in a window that read them before its organization was known", async () => {
			const { list, window } = open();
			list.reset(undefined);
			await window.reload();
			assert.deepEqual([window.unconfirmed.length, window.unconfirmedIn(organizationRef)], [0, 1]);
			list.bindConnection(organizationRef);
			assert.equal(window.unconfirmed.length, 1);
			let changes = 0;
			window.on("change", () => changes++);
			await window.confirmListed(listing(two, one));
			assert.deepEqual([window.unconfirmed.length, changes], [0, 1]);
		});

		it("R22 are confirmed by a list that shows them; each list is checked once", async () => {
			await uploads.confirmListed(listing(one));
			assert.equal(uploads.unconfirmed.length, 1);
			const shown = listing(two, one);
			service.contentById.delete("two");
			await uploads.confirmListed(shown);
			assert.equal(uploads.unconfirmed.length, 1);
			service.contentById.set("two", acme.pem);
			await uploads.confirmListed(shown);
			assert.equal(uploads.unconfirmed.length, 1, "the same list is looked through once");
			await uploads.confirmListed(listing(two, one));
			assert.deepEqual(uploads.unconfirmed, []);
			assert.equal(service.sentCertificates.length, 1);
		});

		it("R21 keep the time of a check that does not find them", async () => {
			now += MINUTE;
			let changes = 0;
			uploads.on("change", () => changes++);
			service.nextList().resolve(listing(one));
			const lookup: LookupOutcome = { outcome: "not-seen", at: now };
			assert.deepEqual(await expectProblem(uploads.check(row)), {
				reason: "unconfirmed",
				name: "Root",
				lookup: lookup,
				ending: null,
			});
			assert.deepEqual(uploads.unconfirmed[0]?.lookup, lookup);
			assert.ok(changes > 0);
		});

		it("R22 are kept if a check cannot read the list, and the check reports why", async () => {
			service.nextList().reject(new ProblemError({ reason: "unauthorized" }));
			assert.deepEqual(await expectProblem(uploads.check(row)), { reason: "unauthorized" });
			assert.deepEqual(uploads.unconfirmed[0]?.lookup, { outcome: "failed" });
		});

		it("are unchanged if a check is cancelled", async () => {
			service.nextList();
			const abort = new AbortController();
			const checking = uploads.check(row, abort.signal);
			await service.waitForLists(3);
			abort.abort();
			await assert.rejects(checking, CancelledError);
			assert.deepEqual(uploads.unconfirmed, [row]);
		});

		it("R37 are confirmed if another window found them", async () => {
			const { window } = open();
			await window.reload();
			service.nextList().resolve(listing(two, one));
			await window.check(window.unconfirmed[0] ?? assert.fail());
			assert.deepEqual(await uploads.check(row), { certificate: two, duplicates: [], how: "found" });
			assert.deepEqual(await uploads.retry(row), { certificate: two, duplicates: [], how: "found" });
			assert.equal(service.sentCertificates.length, 1);
			assert.deepEqual(uploads.unconfirmed, []);
		});

		it("R37 are confirmed if another window sent them again", async () => {
			await confirm(await recordAttempt({ id: "2" }), [two]);
			service.nextList().reject(new ProblemError(unreachable));
			assert.deepEqual(await uploads.check(row), { certificate: two, duplicates: [], how: "found" });
			assert.deepEqual(await uploads.retry(row), { certificate: two, duplicates: [], how: "found" });
		});

		it("R37 are confirmed if another window found them during the lookup", async () => {
			const answer = service.nextList();
			const checking = uploads.check(row);
			await service.waitForLists(3);
			await confirm(row.pending, [two]);
			answer.resolve(listing(one));
			assert.deepEqual(await checking, { certificate: two, duplicates: [], how: "found" });
		});

		it("R23 have a duplicate from another window's second attempt during the lookup", async () => {
			const answer = service.nextList();
			const checking = uploads.check(row);
			await service.waitForLists(3);
			const [earlier, later] = [certificate("two", { createdAt: 8 }), certificate("three", { createdAt: 9 })];
			await confirm(await recordAttempt({ id: "2" }), [later]);
			answer.resolve(listing(later, earlier, one));
			assert.deepEqual(await checking, { certificate: earlier, duplicates: [later], how: "found" });
		});

		it("R37 are not confirmed by a lookup while another window sends them", async () => {
			const end = await sendInOtherWindow({ id: "2" });
			service.nextList().resolve(listing(two, one));
			assert.equal((await uploads.check(row)).certificate, two);
			assert.equal((await openAttempts()).length, 1);
			await end();
		});

		it("R21 are sent again, as another attempt, after a lookup that does not find them", async () => {
			service.nextList().resolve(listing(one));
			const answer = service.nextUpload();
			const retrying = uploads.retry(row);
			await service.waitForUploads(2);
			const [first, second] = (await otherStore.read()).openAttempts(row.pending);
			assert.deepEqual([first, second?.name], [row.pending, "Root"]);
			service.nextList().resolve(listing(two, one));
			answer.resolve(two);
			assert.deepEqual(await retrying, { certificate: two, duplicates: [], how: "answered" });
			assert.deepEqual(
				(await otherStore.read()).records.map(({ pending: { id } }) => id),
				[second?.id],
			);
		});

		it("R21 are not sent again if the lookup finds them", async () => {
			service.nextList().resolve(listing(two, one));
			assert.deepEqual(await uploads.retry(row), { certificate: two, duplicates: [], how: "found" });
			assert.equal(service.sentCertificates.length, 1);
		});

		const unsureLookups: readonly [string, () => void][] = [
			["cannot read the list", () => service.nextList().reject(new ProblemError(unreachable))],
			["reads an incomplete list", () => service.nextList().resolve({ ...listing(one), complete: false })],
		];
		for (const [title, answer] of unsureLookups)
			it(`R21 are not sent again if the lookup ${title}`, async () => {
				answer();
				await expectProblem(uploads.retry(row));
				assert.equal(service.sentCertificates.length, 1);
				assert.equal(uploads.unconfirmed[0]?.pending.id, row.pending.id);
			});

		it("R21 drop the second attempt if it was refused", async () => {
			service.nextList().resolve(listing(one));
			service.nextUpload().reject(new ProblemError({ reason: "unauthorized" }));
			assert.deepEqual(await expectProblem(uploads.retry(row)), { reason: "unauthorized" });
			assert.equal(uploads.unconfirmed[0]?.pending.id, row.pending.id);
		});

		it("R20 have the first attempt as a duplicate if both arrived", async () => {
			service.nextList().resolve(listing(one));
			service.nextUpload().resolve(certificate("three"));
			service.nextList().resolve(listing(certificate("three"), two, one));
			assert.deepEqual(await uploads.retry(row), {
				certificate: certificate("three"),
				duplicates: [two],
				how: "answered",
			});
		});

		it("R20 are found as the first attempt if the second got no response either", async () => {
			service.nextList().resolve(listing(one));
			service.nextUpload().reject(lostResponse);
			service.nextList().resolve(listing(two, one));
			assert.deepEqual(await uploads.retry(row), { certificate: two, duplicates: [], how: "found" });
		});

		it("R20 are found as the first attempt if a stale list hid it from the second", async () => {
			const first = certificate("two", { createdAt: 100 });
			service.nextList().resolve({ ...listing(one), servedAt: 200 });
			service.nextUpload().reject(lostResponse);
			service.nextList().resolve(listing(first, one));
			assert.deepEqual(await uploads.retry(row), { certificate: first, duplicates: [], how: "found" });
		});

		it("R37 are neither sent again nor discarded while another window sends them", async () => {
			const end = await sendInOtherWindow({ id: "2" });
			assert.deepEqual(await expectProblem(uploads.retry(row)), pendingProblem(true));
			assert.deepEqual(await expectProblem(uploads.discard(row)), pendingProblem(true));
			await end();
			assert.equal((await openAttempts()).length, 1);
			assert.equal(service.sentCertificates.length, 1);
		});

		it("R37 are not sent again if another window found them while this window was suspended", async () => {
			const answer = service.nextList();
			const retrying = expectProblem(uploads.retry(row));
			await service.waitForLists(3);
			acquireLock();
			await confirm(row.pending, [two]);
			now += 11 * MINUTE;
			await otherStore.read();
			answer.resolve(listing(one));
			service.nextList().resolve(listing(two, one));
			assert.deepEqual(await retrying, { reason: "lock-lost" });
			assert.equal(service.sentCertificates.length, 1);
		});

		it("R22 are not reported as discarded if that fails", async () => {
			const { window } = open({ store: openStore({ remove: () => Promise.reject(new ProblemError(notRecorded)) }) });
			assert.deepEqual(await expectProblem(window.discard(row)), notRecorded);
			assert.equal((await openAttempts()).length, 1);
		});

		it("are discarded with all attempts, and can be uploaded again", async () => {
			service.nextList().resolve(listing(one));
			service.nextUpload().reject(lostResponse);
			for (const answer of [service.nextList(), service.nextList()]) answer.resolve(listing(one));
			await expectProblem(uploads.retry(row));
			await uploads.discard(uploads.unconfirmed[0] ?? assert.fail());
			assert.deepEqual([uploads.unconfirmed, await openAttempts()], [[], []]);
			service.nextUpload().resolve(two);
			service.nextList().resolve(listing(two, one));
			assert.equal((await uploads.upload(request)).certificate, two);
		});

		describe("in an outdated row", () => {
			let staleRow: UnconfirmedUpload;
			let first: UploadAttempt;

			beforeEach(async () => {
				await uploads.discard(row);
				first = await recordAttempt({ id: "2" });
				staleRow = uploads.unconfirmed[0] ?? assert.fail("there is no row");
				assert.equal(staleRow.lookup, null, "nobody has looked for this one");
			});

			it("R37 are found if the sending window confirmed them", async () => {
				await confirm(first, [two]);
				assert.deepEqual(await uploads.retry(staleRow), { certificate: two, duplicates: [], how: "found" });
				assert.equal(service.sentCertificates.length, 1);
			});

			it("R37 are not confused with the next upload of the certificate", async () => {
				await confirm(first, [two]);
				await recordAttempt({ id: "3", name: "Another", owner: "dead" });
				assert.deepEqual(await uploads.check(staleRow), { certificate: two, duplicates: [], how: "found" });
			});

			it("R37 are not sent again next to the next upload of the certificate", async () => {
				await removeAttempt(first);
				const next = await recordAttempt({ id: "3", name: "Another", owner: "dead" });
				service.nextList().resolve(listing(one));
				const problem = { reason: "upload-pending", name: "Another", running: false };
				assert.deepEqual(await expectProblem(uploads.retry(staleRow)), problem);
				assert.deepEqual(await openAttempts(), [next]);
				assert.equal(service.sentCertificates.length, 1);
			});

			it("R21 are looked up and sent again if the sending window removed the attempt", async () => {
				await removeAttempt(first);
				service.nextList().resolve(listing(one));
				assert.equal((await expectProblem(uploads.check(staleRow))).reason, "unconfirmed");
				service.nextList().resolve(listing(one));
				service.nextUpload().resolve(two);
				service.nextList().resolve(listing(two, one));
				assert.deepEqual(await uploads.retry(staleRow), { certificate: two, duplicates: [], how: "answered" });
			});
		});

		it("R37 are not discarded by an outdated row", async () => {
			const next = await recordAttempt({ id: "2" });
			await uploads.discard(row);
			assert.deepEqual(await openAttempts(), [next]);
		});
	});

	it("R32 use the newest of two reads, whichever ends last", async () => {
		const answers = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
		const firstRead = Promise.withResolvers<void>();
		let reads = 0;
		const slowStore = new (class extends JournalStore {
			override async read() {
				const records = await super.read();
				firstRead.resolve();
				await answers[reads++]?.promise;
				return records;
			}
		})(join(folder.path, "pending"), new FileLocks(join(folder.path, "locks")), () => now);
		const { window } = open({ store: slowStore });
		const first = window.reload();
		await firstRead.promise;
		await recordAttempt();
		const second = window.reload();
		answers[1]?.resolve();
		await second;
		answers[0]?.resolve();
		await first;
		assert.equal(window.unconfirmed.length, 1);
	});

	it("emit `change` only if something changed", async () => {
		let changes = 0;
		uploads.on("change", () => changes++);
		await uploads.reload();
		assert.equal(changes, 0);
		await recordAttempt();
		assert.equal(changes, 1);
		await uploads.reload();
		assert.equal(changes, 1);
	});

	it("R37 are read repeatedly while another window sends, even before the organization is known", async () => {
		const { list, window } = open({ pollIntervalMs: 1 });
		list.reset(undefined);
		const end = await sendInOtherWindow();
		const change = () => new Promise<void>((resolve) => window.on("change", () => resolve()));
		await window.reload();
		list.reset(organizationRef);
		const changed = change();
		assert.equal(window.unconfirmed[0]?.inOtherWindow, false, "whether it is alive is not known by one look");
		await changed;
		assert.equal(window.unconfirmed[0]?.inOtherWindow, true);
		const ended = change();
		await end();
		await ended;
		assert.equal(window.unconfirmed[0]?.inOtherWindow, false);
	});

	it("are unchanged if they cannot be read", async () => {
		const { window } = open({
			store: new (class extends JournalStore {
				override read() {
					return Promise.reject(new ProblemError({ reason: "not-recorded", code: null }));
				}
			})(folder.path, new FileLocks(join(folder.path, "locks"))),
		});
		await window.reload();
		assert.deepEqual(window.unconfirmed, []);
	});
});
