import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FileLocks } from "../../../../src/common/storage/locks.ts";
import type { Certificate } from "../../../../src/domain/certificate.ts";
import { CancelledError, type LookupOutcome, type Problem, ProblemError } from "../../../../src/domain/problem.ts";
import { CertificateStore } from "../../../../src/features/organization/certificateStore.ts";
import { unplacedFindings } from "../../../../src/features/upload/duplicateCheck.ts";
import { JournalStore, type LockedUpload } from "../../../../src/features/upload/journalStore.ts";
import type { UploadAttempt } from "../../../../src/features/upload/uploadAttempt.ts";
import type { UploadKey } from "../../../../src/features/upload/uploadHistory.ts";
import {
	type UnconfirmedUpload,
	UploadService,
	type UploadsOptions,
} from "../../../../src/features/upload/uploadService.ts";
import { temporaryFolder } from "../../../temporaryFolders.ts";
import {
	candidate,
	certificate,
	FakeService,
	listing,
	namedOrganization,
	readerOf,
} from "../../fakes/certificatesApi.ts";
import { QuickClock } from "../../fakes/editorWindow.ts";
import { problemIn } from "../../openai/setup.ts";

const MINUTE = 60_000;
const organizationRef = namedOrganization();
const acme = candidate("Acme");
const other = candidate("Other");
const one = certificate("one");
const two = certificate("two");
const sending = { candidate: acme, name: "Root", organizationRef };
const ending = { kind: "no-response" } as const;
const lost = new ProblemError({ reason: "unconfirmed", name: "Root", look: { outcome: "failed" }, ending });
const unreachable: Problem = { reason: "unreachable", host: "a.test", proxy: null };
const unwritten: Problem = { reason: "not-recorded", code: null };
const pending = (running: boolean) => ({ reason: "upload-pending", name: "Root", running });

describe("Uploads", () => {
	let folder: ReturnType<typeof temporaryFolder>;
	let now: number;
	let service: FakeService;
	let certificates: CertificateStore;
	/** As another window has it. */
	let store: JournalStore;
	/** As the window has it that is tested. */
	let own: JournalStore;
	let uploads: UploadService;

	/** The records as one more window has them. @param changed What it does otherwise to what it holds. */
	function openStore(changed: Partial<LockedUpload> = {}): JournalStore {
		const locks = new FileLocks(join(folder.path, "locks"), new QuickClock());
		return new (class extends JournalStore {
			override withLock<T>(key: UploadKey, work: (held: LockedUpload) => Promise<T>, options?: { refuse?: boolean }) {
				return super.withLock(key, (held) => work({ ...held, ...changed }), options);
			}
		})(join(folder.path, "pending"), locks, () => now);
	}

	/** A window of the editor, on the same folder as the others. */
	function open(more: Partial<UploadsOptions> = {}) {
		const list = new CertificateStore(
			async () => service,
			async () => readerOf(acme, other),
			() => now,
		);
		list.reset(organizationRef);
		const options = { certificates: list, pending: openStore(), now: () => now, lookAgainMs: [0] };
		const window = new UploadService({ service: async () => service, ...options, ...more });
		return { list, window };
	}

	beforeEach(() => {
		folder = temporaryFolder("uploads");
		now = 1_000_000;
		service = new FakeService();
		store = openStore();
		own = openStore();
		({ list: certificates, window: uploads } = open({ pending: own }));
		certificates.replaceListing(listing(one));
	});
	afterEach(() => folder.remove());

	const running = () => uploads.running.map(({ name }) => name);
	const listed = () => certificates.state.listing?.certificates.map(({ id }) => id) ?? [];
	const openOnes = async () => (await store.read()).unconfirmed;

	/** Has an upload end without an answer, and two looks that do not see it. */
	async function loseOne(): Promise<UnconfirmedUpload> {
		service.nextUpload().reject(lost);
		for (const answer of [service.nextList(), service.nextList()]) answer.resolve(listing(one));
		assert.equal((await problemIn(uploads.upload(sending))).reason, "unconfirmed");
		return uploads.unconfirmed[0] ?? assert.fail("there is no row");
	}

	const attempt = (more: Partial<UploadAttempt> = {}): UploadAttempt => ({
		...{ organizationRef, sha256: acme.sha256, id: "1", name: "Root", pem: acme.pem },
		...{ startedAt: now, idsBefore: ["one"], servedBefore: null, owner: "that" },
		...more,
	});

	/** Has another window write down an upload, which it is not sending any more. */
	async function writeDown(more: Partial<UploadAttempt> = {}): Promise<UploadAttempt> {
		const upload = attempt(more);
		await store.withLock(upload, (held) => held.add(upload));
		await uploads.reload();
		return upload;
	}

	/** Has another window send an upload. @returns what ends that. */
	async function sendElsewhere(more: Partial<UploadAttempt> = {}): Promise<() => Promise<void>> {
		const upload = attempt({ owner: store.owner, ...more });
		const [begun, over] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
		const sent = store.withLock(upload, async (held) => {
			await held.add(upload);
			begun.resolve();
			await over.promise;
		});
		await begun.promise;
		// Its window is known to be alive once it counts up.
		do await uploads.reload();
		while (!uploads.unconfirmed[0]?.elsewhere);
		return async () => {
			over.resolve();
			await sent;
			await uploads.reload();
		};
	}

	const settle = (upload: UploadAttempt, certificates: readonly Certificate[]) =>
		store.withLock(upload, (held) => held.settle(upload, certificates));
	const remove = (upload: UploadAttempt) => store.withLock(upload, (held) => held.remove([upload.id]));

	/** Has another window take over the lock of the upload, as after it stood still for 15 seconds. */
	function overtake() {
		const locks = join(folder.path, "locks");
		const [held = ""] = readdirSync(locks).filter((name) => name.startsWith("upload."));
		writeFileSync(
			join(
				locks,
				held.replace(/\d+$/, (number) => String(Number(number) + 1)),
			),
			"{}",
		);
	}

	describe("on their way", () => {
		it("are there until they are in the list, at every moment in one of them", async () => {
			const seen: string[][] = [];
			const look = () => seen.push([...running(), ...listed()]);
			certificates.on("change", look);
			uploads.on("change", look);
			const answer = service.nextUpload();
			service.nextList().resolve(listing(two, one));
			const uploading = uploads.upload(sending);
			assert.deepEqual(running(), ["Root"]);
			await service.uploadBegun(1);
			assert.deepEqual(uploads.unconfirmed, []);
			answer.resolve(two);
			assert.deepEqual(await uploading, { certificate: two, duplicates: [], how: "answered" });
			assert.deepEqual(service.sent, [{ pem: acme.pem, name: "Root" }]);
			for (const rows of seen) assert.ok(rows.includes("Root") || rows.includes("two"), rows.join());
			assert.deepEqual(seen.at(-1), ["two", "one"]);
		});

		it("are there no more where the service could not be opened", async () => {
			const { window } = open({ service: () => Promise.reject(new ProblemError({ reason: "no-key" })) });
			assert.deepEqual(await problemIn(window.upload(sending)), { reason: "no-key" });
			assert.deepEqual(window.running, []);
			assert.deepEqual(await openOnes(), []);
		});

		it("R25 are cancelled alone, whatever else is on its way", async () => {
			const answers = [service.nextUpload(), service.nextUpload()];
			service.nextList().resolve(listing(two, one));
			const first = uploads.upload(sending);
			await service.uploadBegun(1);
			const second = uploads.upload({ ...sending, candidate: other });
			await service.uploadBegun(2);
			const [, row] = uploads.running;
			row?.cancel();
			await assert.rejects(second, CancelledError);
			assert.equal(uploads.running.length, 1);
			answers[0]?.resolve(two);
			await first;
			assert.deepEqual(await openOnes(), []);
		});

		it("do not get into another connection's list", async () => {
			const answer = service.nextUpload();
			const uploading = uploads.upload(sending);
			await service.uploadBegun(1);
			certificates.reset(randomUUID());
			answer.resolve(two);
			assert.deepEqual(await uploading, { certificate: two, duplicates: [], how: "answered" });
			assert.deepEqual(listed(), []);
			assert.deepEqual(running(), []);
		});

		it("are refused where the list is another connection's", async () => {
			certificates.reset(randomUUID());
			assert.deepEqual(await problemIn(uploads.upload(sending)), { reason: "connection-changed" });
			certificates.reset(null);
			assert.deepEqual(await problemIn(uploads.upload(sending)), { reason: "no-key" });
			assert.deepEqual(service.sent, []);
		});
	});

	describe("are written down before they are sent", () => {
		it("R22 with all that was known to be there before", async () => {
			now += MINUTE - 1;
			await writeDown({ sha256: other.sha256 });
			await settle(await writeDown({ sha256: "ab".repeat(32) }), [certificate("settled")]);
			certificates.add(certificate("added"), certificates.generation, other.sha256);
			const answer = service.nextUpload();
			service.nextList().resolve(listing(two));
			const uploading = uploads.upload(sending);
			await service.uploadBegun(1);
			const [written] = (await openOnes()).filter(({ sha256 }) => sha256 === acme.sha256);
			assert.deepEqual(written, {
				organizationRef,
				sha256: acme.sha256,
				id: written?.id,
				name: "Root",
				pem: acme.pem,
				startedAt: now,
				idsBefore: ["settled", "added", "one"],
				servedBefore: null,
				owner: own.owner,
			});
			answer.resolve(two);
			await uploading;
		});

		it("R22 by a list that is not older than a minute", async () => {
			now += MINUTE;
			service.nextList().resolve({ ...listing(one, two), servedAt: 5 });
			const answer = service.nextUpload();
			const uploading = uploads.upload(sending);
			await service.uploadBegun(1);
			const [written] = await openOnes();
			assert.deepEqual([written?.idsBefore, written?.servedBefore], [["one", "two"], 5]);
			service.nextList().resolve(listing());
			answer.resolve(certificate("three"));
			await uploading;
		});

		for (const [what, lacking] of [
			["is not complete", { ...listing(one), complete: false }],
			["holds what cannot be read", { ...listing(one), unreadable: 1 }],
		] as const)
			it(`R22 without ids where the list ${what}`, async () => {
				certificates.replaceListing(lacking);
				service.nextList().resolve(lacking);
				service.nextUpload().reject(lost);
				for (const answer of [service.nextList(), service.nextList()]) answer.resolve(listing(two, one));
				service.kept.set("one", other.pem).set("two", acme.pem);
				const { reason, ...rest } = await problemIn(uploads.upload(sending));
				assert.deepEqual([reason, rest], ["unconfirmed", { name: "Root", look: { outcome: "ambiguous" }, ending }]);
				assert.equal((await openOnes())[0]?.idsBefore, null);
			});

		it("R22 or are not sent: where the list cannot be read", async () => {
			now += MINUTE;
			service.nextList().reject(new ProblemError(unreachable));
			assert.deepEqual(await problemIn(uploads.upload(sending)), unreachable);
			assert.deepEqual([service.sent, await openOnes()], [[], []]);
		});

		it("R58 or are not sent: where an earlier one cannot be read, until a person discards it; never over a newer version's", async () => {
			const key = { organizationRef, sha256: acme.sha256 };
			await writeDown();
			const [name = ""] = readdirSync(join(folder.path, "pending"));
			const path = join(folder.path, "pending", name);
			const whole = readFileSync(path, "utf8");
			for (const [text, reason] of [
				[whole.replace('"version":2', '"version":3'), "record-newer"],
				[whole.slice(0, -9), "record-unreadable"],
			] as const) {
				writeFileSync(path, text);
				assert.deepEqual(await problemIn(uploads.upload(sending)), { reason });
				assert.equal(uploads.isSpoilt(key), reason === "record-unreadable");
				if (reason === "record-newer") await uploads.discardSpoilt(key);
				assert.equal(readFileSync(path, "utf8"), text);
			}
			await uploads.discardSpoilt(key);
			assert.equal(uploads.isSpoilt(key), false);
			assert.deepEqual(service.sent, []);
			service.nextUpload().resolve(one);
			service.nextList().resolve(listing(one));
			assert.equal((await uploads.upload(sending)).certificate.id, "one");
			assert.equal(service.sent.length, 1);
		});

		it("R37 or are not sent: where nothing can be written", async () => {
			writeFileSync(join(folder.path, "pending"), "");
			assert.deepEqual(await problemIn(uploads.upload(sending)), { reason: "not-recorded", code: "ENOTDIR" });
			assert.deepEqual(service.sent, []);
		});

		const refusals: readonly Problem[] = [
			{ reason: "rejected", status: 400, code: null, param: null, fieldRefused: false },
			{ reason: "unauthorized" },
			{ reason: "rate-limited", waitSeconds: null },
			{ reason: "connection-changed" },
			unreachable,
		];
		for (const refusal of refusals)
			it(`R18 and are not any more where it was not stored: ${refusal.reason}`, async () => {
				service.nextUpload().reject(new ProblemError(refusal));
				assert.deepEqual(await problemIn(uploads.upload(sending)), refusal);
				assert.deepEqual([await openOnes(), uploads.unconfirmed], [[], []]);
			});

		it("R22 and stay so after a defect, of which nobody knows what it left", async () => {
			service.nextUpload().reject(new TypeError("a defect"));
			await assert.rejects(uploads.upload(sending), TypeError);
			assert.equal(uploads.unconfirmed.length, 1);
		});

		it("R25 and are not any more where they were cancelled before they were sent", async () => {
			service.nextUpload();
			const uploading = uploads.upload(sending);
			await service.uploadBegun(1);
			uploads.running[0]?.cancel();
			await assert.rejects(uploading, CancelledError);
			assert.deepEqual(await openOnes(), []);
		});
	});

	describe("of which another one is not settled", () => {
		const told = async (window = uploads) => problemIn(window.upload({ ...sending, name: "Again" }));
		afterEach(() => assert.ok(service.sent.length <= 1));

		it("R22 are refused while one runs here", async () => {
			service.nextUpload();
			const first = uploads.upload(sending);
			assert.deepEqual(await told(), pending(true));
			await service.uploadBegun(1);
			assert.deepEqual(await told(), pending(true));
			uploads.running[0]?.cancel();
			await assert.rejects(first, CancelledError);
		});

		it("R37 are refused while another window sends one, and later, until that is checked", async () => {
			const end = await sendElsewhere();
			assert.deepEqual(await told(), pending(true));
			assert.equal(uploads.unconfirmed[0]?.elsewhere, true);
			await end();
			assert.deepEqual(await told(), pending(false));
			assert.equal(uploads.unconfirmed[0]?.elsewhere, false);
		});

		it("R22 are refused where the window died that sent one", async () => {
			await writeDown();
			assert.deepEqual(await told(), pending(false));
			assert.equal(uploads.unconfirmed[0]?.elsewhere, false);
		});

		it("R37 wait for another window that is about to send one, and are refused where that takes long", async () => {
			now += MINUTE;
			service.nextList();
			const { window } = open();
			const first = uploads.upload(sending);
			await service.listBegun(1);
			assert.equal((await told(window)).reason, "locked");
			uploads.running[0]?.cancel();
			await assert.rejects(first, CancelledError);
			service.nextList().resolve(listing(one));
			service.nextUpload().resolve(two);
			service.nextList().resolve(listing(two, one));
			assert.equal((await window.upload(sending)).certificate, two);
		});

		it("R37 are not sent where another window took over before, and leave nothing", async () => {
			now += MINUTE;
			const answer = service.nextList();
			const uploading = problemIn(uploads.upload(sending));
			await service.listBegun(1);
			overtake();
			answer.resolve(listing(one));
			assert.deepEqual(await uploading, { reason: "lock-lost" });
			assert.deepEqual([await openOnes(), service.sent], [[], []]);
		});

		it("R37 are settled also where another window took over while they were sent", async () => {
			const answer = service.nextUpload();
			const uploading = uploads.upload(sending);
			await service.uploadBegun(1);
			overtake();
			service.nextList().resolve(listing(two, one));
			answer.resolve(two);
			assert.equal((await uploading).how, "answered");
			assert.deepEqual(await openOnes(), []);
		});

		it("are sent where it is another certificate, or another connection", async () => {
			await writeDown({ sha256: other.sha256 });
			await writeDown({ organizationRef: randomUUID() });
			service.nextUpload().resolve(two);
			service.nextList().resolve(listing(two, one));
			assert.equal((await uploads.upload(sending)).certificate, two);
		});
	});

	describe("of what is there already", () => {
		beforeEach(() => {
			service.kept.set("one", other.pem).set("two", acme.pem).set("three", acme.pem);
		});

		it("R24 are not sent where somebody else uploaded it since the person was told", async () => {
			certificates.replaceListing(listing(one, two));
			const uploaded = await uploads.upload({ ...sending, knownDuplicateIds: [] });
			assert.deepEqual(uploaded, { certificate: two, duplicates: [], how: "there-before" });
			assert.deepEqual([service.sent, await openOnes()], [[], []]);
		});

		it("R24 are not sent where another window uploaded it, and the list does not show it yet", async () => {
			await settle(await writeDown(), [two]);
			service.kept.clear();
			const uploaded = await uploads.upload({ ...sending, knownDuplicateIds: [] });
			assert.deepEqual(uploaded, { certificate: two, duplicates: [], how: "there-before" });
			assert.deepEqual(listed(), ["two", "one"]);
		});

		it("R24 are sent where the person was told of it", async () => {
			await settle(await writeDown(), [two]);
			service.nextUpload().resolve(certificate("three"));
			service.nextList().resolve(listing(certificate("three"), two, one));
			const uploaded = await uploads.upload({ ...sending, knownDuplicateIds: ["two"] });
			assert.deepEqual(uploaded, { certificate: certificate("three"), duplicates: [], how: "answered" });
		});
	});

	describe("that got no answer", () => {
		beforeEach(() => {
			service.kept.set("one", other.pem).set("two", acme.pem).set("three", acme.pem);
			service.nextUpload().reject(lost);
		});

		it("R20 are looked for, and settled where they are found", async () => {
			service.nextList().resolve(listing(two, one));
			assert.deepEqual(await uploads.upload(sending), { certificate: two, duplicates: [], how: "found" });
			const { unconfirmed, all } = await store.read();
			assert.deepEqual([unconfirmed, all[0]?.arrival?.certificates], [[], [two]]);
			assert.deepEqual(uploads.unconfirmed, []);
		});

		it("R20 are looked for again where the list is late", async () => {
			service.nextList().resolve(listing(one));
			service.nextList().resolve(listing(two, one));
			assert.equal((await uploads.upload(sending)).certificate, two);
		});

		it("R23 have duplicates where there are two", async () => {
			const [earlier, later] = [certificate("two", { createdAt: 8 }), certificate("three", { createdAt: 9 })];
			service.nextList().resolve(listing(later, earlier, one));
			assert.deepEqual(await uploads.upload(sending), { certificate: earlier, duplicates: [later], how: "found" });
		});

		it("R21 are a row where they were not seen, with the moment of the look", async () => {
			for (const answer of [service.nextList(), service.nextList()]) answer.resolve(listing(one));
			const look: LookupOutcome = { outcome: "not-seen", at: now };
			assert.deepEqual(await problemIn(uploads.upload(sending)), { reason: "unconfirmed", name: "Root", look, ending });
			const [row] = uploads.unconfirmed;
			assert.deepEqual([row?.pending.sha256, row?.elsewhere, row?.look], [acme.sha256, false, look]);
			assert.deepEqual(uploads.running, []);
		});

		const looks: readonly [string, () => void, LookupOutcome["outcome"]][] = [
			["the list cannot be read", () => service.nextList().reject(new ProblemError(unreachable)), "failed"],
			[
				"the list cannot be read for now",
				() => service.nextList().reject(new ProblemError({ reason: "rate-limited", waitSeconds: 5 })),
				"failed",
			],
			["the list is not complete", () => service.nextList().resolve({ ...listing(), complete: false }), "partial"],
			["an entry cannot be read", () => service.nextList().resolve({ ...listing(), unreadable: 1 }), "partial"],
			["a content is absent", () => service.nextList().resolve(listing(certificate("absent"))), "partial"],
			["a content is gone", () => service.nextList().resolve(listing(certificate("gone"))), "partial"],
		];
		for (const [what, answer, outcome] of looks)
			it(`R22 are not said to be not seen where ${what}`, async () => {
				service.kept.set("absent", null);
				answer();
				answer();
				const problem = await problemIn(uploads.upload(sending));
				assert.deepEqual(problem, { reason: "unconfirmed", name: "Root", look: { outcome }, ending });
				assert.deepEqual(uploads.unconfirmed[0]?.look, { outcome });
			});

		it("R25 are looked for after a cancel that came too late, until that is cancelled too", async () => {
			const upload: FakeService["upload"] = (_, signal) =>
				new Promise((_resolve, reject) => signal?.addEventListener("abort", () => reject(lost)));
			const begun = Promise.withResolvers<void>();
			const { list, window } = open({
				service: async () => ({
					list: (signal) => service.list(signal),
					content: (id) => service.content(id),
					upload: (sent, signal) => {
						begun.resolve();
						return upload(sent, signal);
					},
				}),
			});
			list.replaceListing(listing(one));
			service.nextList();
			const uploading = problemIn(window.upload(sending));
			assert.equal(window.running[0]?.checking, false);
			await begun.promise;
			window.running[0]?.cancel();
			await service.listBegun(1);
			assert.equal(window.running[0]?.checking, true, "it is not being uploaded any more");
			window.running[0]?.cancel();
			assert.deepEqual(await uploading, { reason: "unconfirmed", name: "Root", look: { outcome: "failed" }, ending });
			assert.equal(window.unconfirmed.length, 1);
		});

		it("R37 are not looked for in another connection's list", async () => {
			const switched = open({
				service: async () => ({
					...service,
					list: () => assert.fail("Nobody expected a list call."),
					content: () => assert.fail("Nobody expected a content call."),
					upload: async () => {
						switched.list.reset(namedOrganization());
						throw lost;
					},
				}),
			});
			switched.list.replaceListing(listing(one));
			const problem = await problemIn(switched.window.upload(sending));
			assert.deepEqual(problem, { reason: "unconfirmed", name: "Root", look: { outcome: "failed" }, ending });
			assert.deepEqual(switched.window.unconfirmed, []);
			switched.list.reset(organizationRef);
			assert.equal(switched.window.unconfirmed.length, 1);
		});
	});

	describe("of an organization that the service did not name", () => {
		const unnamed = randomUUID();
		const unplaced = () => uploads.unconfirmed.find((upload) => upload.unplaced) ?? assert.fail("there is no row");

		it("R22 are listed in each organization, and in their own as any other", async () => {
			await writeDown({ organizationRef: unnamed });
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

		it("R22 are found where a certificate is listed that was there before, and nowhere else", async () => {
			service.kept.set("one", other.pem).set("two", acme.pem);
			await writeDown({ organizationRef: unnamed });
			service.nextList().resolve(listing(two));
			const look: LookupOutcome = { outcome: "unplaced" };
			const problem = { reason: "unconfirmed" as const, name: "Root", look, ending: null };
			assert.deepEqual(await problemIn(uploads.check(unplaced())), problem);
			assert.deepEqual(unplaced().look, look);
			service.nextList().resolve(listing(two, one));
			assert.deepEqual(await uploads.check(unplaced()), { certificate: two, duplicates: [], how: "found" });
			assert.deepEqual(uploads.unconfirmed, []);
			assert.deepEqual(service.sent, []);
		});

		it("R22 are settled by a list too, where it has what was there before, and by no other one", async () => {
			service.kept.set("one", other.pem).set("two", acme.pem);
			await writeDown({ organizationRef: unnamed });
			await uploads.settleSeen(listing(two));
			assert.equal(uploads.unconfirmed.length, 1);
			await uploads.settleSeen(listing(two, one));
			assert.deepEqual(uploads.unconfirmed, []);
		});

		it("R22 are not sent again, are forgotten, and keep nobody from uploading, who is told of them", async () => {
			await writeDown({ organizationRef: unnamed });
			assert.equal((await problemIn(uploads.retry(unplaced()))).reason, "unconfirmed");
			assert.deepEqual(service.sent, []);
			assert.deepEqual(unplacedFindings(uploads.unconfirmed, acme.sha256), [
				{ code: "maybe-uploaded", level: "strong", name: "Root", at: now },
			]);
			assert.deepEqual(unplacedFindings(uploads.unconfirmed, other.sha256), []);
			service.nextUpload().resolve(two);
			service.nextList().resolve(listing(two, one));
			assert.equal((await uploads.upload(sending)).how, "answered");
			await uploads.discard(unplaced());
			assert.deepEqual(await openOnes(), []);
		});
	});

	describe("that were answered", () => {
		it("R37 have duplicates where another machine uploaded the same", async () => {
			service.kept.set("two", acme.pem).set("three", acme.pem).set("four", other.pem);
			service.nextUpload().resolve(two);
			service.nextList().resolve(listing(certificate("four"), certificate("three"), two, one));
			assert.deepEqual(await uploads.upload(sending), {
				certificate: two,
				duplicates: [certificate("three")],
				how: "answered",
			});
		});

		it("R22 are there also where that cannot be written down, until a look finds them", async () => {
			const { list, window } = open({
				pending: openStore({ settle: () => Promise.reject(new ProblemError(unwritten)) }),
			});
			list.replaceListing(listing(one));
			service.kept.set("two", acme.pem);
			service.nextUpload().resolve(two);
			service.nextList().reject(new ProblemError(unreachable));
			assert.equal((await window.upload(sending)).how, "answered");
			assert.deepEqual(list.state.listing?.certificates, [two, one]);
			await uploads.reload();
			service.nextList().resolve(listing(two, one));
			await uploads.check(uploads.unconfirmed[0] ?? assert.fail());
			assert.deepEqual(await openOnes(), []);
		});

		it("are there also where the list cannot be read afterwards", async () => {
			service.nextUpload().resolve(two);
			service.nextList().reject(new ProblemError(unreachable));
			assert.deepEqual(await uploads.upload(sending), { certificate: two, duplicates: [], how: "answered" });
			assert.deepEqual(listed(), ["two", "one"]);
		});
	});

	describe("that are not confirmed", () => {
		let row: UnconfirmedUpload;
		beforeEach(async () => {
			service.kept.set("one", other.pem).set("two", acme.pem).set("three", acme.pem);
			row = await loseOne();
		});

		it("R22 are there for each window of that connection, and for no other one", async () => {
			const { list, window } = open();
			await window.reload();
			assert.deepEqual(
				window.unconfirmed.map(({ pending, elsewhere, look }) => ({ id: pending.id, elsewhere, look })),
				[{ id: row.pending.id, elsewhere: false, look: null }],
			);
			list.reset(namedOrganization());
			assert.deepEqual(window.unconfirmed, []);
			// Its key may just be lost.
			list.reset(null);
			assert.equal(window.unconfirmed.length, 1);
			list.reset(organizationRef);
			now += 100 * MINUTE;
			await window.reload();
			assert.equal(window.unconfirmed.length, 1);
		});

		it("R21 are found by a check, which sends nothing", async () => {
			service.nextList().resolve(listing(two, one));
			assert.deepEqual(await uploads.check(row), { certificate: two, duplicates: [], how: "found" });
			assert.deepEqual(uploads.unconfirmed, []);
			assert.equal(service.sent.length, 1);
		});

		it("R22 are told of where they are settled in a window that read them before it knew its organization", async () => {
			const { list, window } = open();
			list.reset(undefined);
			await window.reload();
			assert.deepEqual([window.unconfirmed.length, window.unconfirmedIn(organizationRef)], [0, 1]);
			list.bindConnection(organizationRef);
			assert.equal(window.unconfirmed.length, 1);
			let told = 0;
			window.on("change", () => told++);
			await window.settleSeen(listing(two, one));
			assert.deepEqual([window.unconfirmed.length, told], [0, 1]);
		});

		it("R22 are settled by a list that shows them, once for each list, whatever is wrong with one", async () => {
			await uploads.settleSeen(listing(one));
			assert.equal(uploads.unconfirmed.length, 1);
			const shown = listing(two, one);
			service.kept.delete("two");
			await uploads.settleSeen(shown);
			assert.equal(uploads.unconfirmed.length, 1);
			service.kept.set("two", acme.pem);
			await uploads.settleSeen(shown);
			assert.equal(uploads.unconfirmed.length, 1, "the same list is looked through once");
			await uploads.settleSeen(listing(two, one));
			assert.deepEqual(uploads.unconfirmed, []);
			assert.equal(service.sent.length, 1);
		});

		it("R21 are not seen by a check, which remembers when", async () => {
			now += MINUTE;
			let told = 0;
			uploads.on("change", () => told++);
			service.nextList().resolve(listing(one));
			const look: LookupOutcome = { outcome: "not-seen", at: now };
			assert.deepEqual(await problemIn(uploads.check(row)), {
				reason: "unconfirmed",
				name: "Root",
				look,
				ending: null,
			});
			assert.deepEqual(uploads.unconfirmed[0]?.look, look);
			assert.ok(told > 0);
		});

		it("R22 stay where a check cannot look, which says why", async () => {
			service.nextList().reject(new ProblemError({ reason: "unauthorized" }));
			assert.deepEqual(await problemIn(uploads.check(row)), { reason: "unauthorized" });
			assert.deepEqual(uploads.unconfirmed[0]?.look, { outcome: "failed" });
		});

		it("stay as they are where a check is cancelled", async () => {
			service.nextList();
			const abort = new AbortController();
			const checking = uploads.check(row, abort.signal);
			await service.listBegun(3);
			abort.abort();
			await assert.rejects(checking, CancelledError);
			assert.deepEqual(uploads.unconfirmed, [row]);
		});

		it("R37 are settled also where another window found them", async () => {
			const { window } = open();
			await window.reload();
			service.nextList().resolve(listing(two, one));
			await window.check(window.unconfirmed[0] ?? assert.fail());
			assert.deepEqual(await uploads.check(row), { certificate: two, duplicates: [], how: "found" });
			assert.deepEqual(await uploads.retry(row), { certificate: two, duplicates: [], how: "found" });
			assert.equal(service.sent.length, 1);
			assert.deepEqual(uploads.unconfirmed, []);
		});

		it("R37 are settled also where another window sent them again", async () => {
			await settle(await writeDown({ id: "2" }), [two]);
			service.nextList().reject(new ProblemError(unreachable));
			assert.deepEqual(await uploads.check(row), { certificate: two, duplicates: [], how: "found" });
			assert.deepEqual(await uploads.retry(row), { certificate: two, duplicates: [], how: "found" });
		});

		it("R37 are settled also where another window found them while it was looked", async () => {
			const answer = service.nextList();
			const checking = uploads.check(row);
			await service.listBegun(3);
			await settle(row.pending, [two]);
			answer.resolve(listing(one));
			assert.deepEqual(await checking, { certificate: two, duplicates: [], how: "found" });
		});

		it("R23 have as a twin what another window's second attempt became while it was looked", async () => {
			const answer = service.nextList();
			const checking = uploads.check(row);
			await service.listBegun(3);
			const [earlier, later] = [certificate("two", { createdAt: 8 }), certificate("three", { createdAt: 9 })];
			await settle(await writeDown({ id: "2" }), [later]);
			answer.resolve(listing(later, earlier, one));
			assert.deepEqual(await checking, { certificate: earlier, duplicates: [later], how: "found" });
		});

		it("R37 are not settled by a look while another window sends them", async () => {
			const end = await sendElsewhere({ id: "2" });
			service.nextList().resolve(listing(two, one));
			assert.equal((await uploads.check(row)).certificate, two);
			assert.equal((await openOnes()).length, 1);
			await end();
		});

		it("R21 are sent again after a look that does not see them, as one more attempt", async () => {
			service.nextList().resolve(listing(one));
			const answer = service.nextUpload();
			const sendingAgain = uploads.retry(row);
			await service.uploadBegun(2);
			const [first, second] = (await store.read()).openAttempts(row.pending);
			assert.deepEqual([first, second?.name], [row.pending, "Root"]);
			service.nextList().resolve(listing(two, one));
			answer.resolve(two);
			assert.deepEqual(await sendingAgain, { certificate: two, duplicates: [], how: "answered" });
			assert.deepEqual(
				(await store.read()).all.map(({ pending: { id } }) => id),
				[second?.id],
			);
		});

		it("R21 are not sent again where the look sees them", async () => {
			service.nextList().resolve(listing(two, one));
			assert.deepEqual(await uploads.retry(row), { certificate: two, duplicates: [], how: "found" });
			assert.equal(service.sent.length, 1);
		});

		const unsure: readonly [string, () => void][] = [
			["cannot look", () => service.nextList().reject(new ProblemError(unreachable))],
			["does not see all", () => service.nextList().resolve({ ...listing(one), complete: false })],
		];
		for (const [what, answer] of unsure)
			it(`R21 are not sent again where the look ${what}`, async () => {
				answer();
				await problemIn(uploads.retry(row));
				assert.equal(service.sent.length, 1);
				assert.equal(uploads.unconfirmed[0]?.pending.id, row.pending.id);
			});

		it("R21 are one attempt less where the second was refused", async () => {
			service.nextList().resolve(listing(one));
			service.nextUpload().reject(new ProblemError({ reason: "unauthorized" }));
			assert.deepEqual(await problemIn(uploads.retry(row)), { reason: "unauthorized" });
			assert.equal(uploads.unconfirmed[0]?.pending.id, row.pending.id);
		});

		it("R20 tell of the first attempt where that arrives beside the second", async () => {
			service.nextList().resolve(listing(one));
			service.nextUpload().resolve(certificate("three"));
			service.nextList().resolve(listing(certificate("three"), two, one));
			assert.deepEqual(await uploads.retry(row), {
				certificate: certificate("three"),
				duplicates: [two],
				how: "answered",
			});
		});

		it("R20 are found as the first attempt where the second got no answer either", async () => {
			service.nextList().resolve(listing(one));
			service.nextUpload().reject(lost);
			service.nextList().resolve(listing(two, one));
			assert.deepEqual(await uploads.retry(row), { certificate: two, duplicates: [], how: "found" });
		});

		it("R20 are found as the first attempt where a list that was late hid that from the second", async () => {
			const first = certificate("two", { createdAt: 100 });
			service.nextList().resolve({ ...listing(one), servedAt: 200 });
			service.nextUpload().reject(lost);
			service.nextList().resolve(listing(first, one));
			assert.deepEqual(await uploads.retry(row), { certificate: first, duplicates: [], how: "found" });
		});

		it("R37 are not sent again, nor forgotten, while another window sends them", async () => {
			const end = await sendElsewhere({ id: "2" });
			assert.deepEqual(await problemIn(uploads.retry(row)), pending(true));
			assert.deepEqual(await problemIn(uploads.discard(row)), pending(true));
			await end();
			assert.equal((await openOnes()).length, 1);
			assert.equal(service.sent.length, 1);
		});

		it("R37 are not sent again where another window took over, and found them, while this one stood still", async () => {
			const answer = service.nextList();
			const sendingAgain = problemIn(uploads.retry(row));
			await service.listBegun(3);
			overtake();
			await settle(row.pending, [two]);
			now += 11 * MINUTE;
			await store.read();
			answer.resolve(listing(one));
			service.nextList().resolve(listing(two, one));
			assert.deepEqual(await sendingAgain, { reason: "lock-lost" });
			assert.equal(service.sent.length, 1);
		});

		it("R22 are not said to be forgotten where they cannot be", async () => {
			const { window } = open({ pending: openStore({ remove: () => Promise.reject(new ProblemError(unwritten)) }) });
			assert.deepEqual(await problemIn(window.discard(row)), unwritten);
			assert.equal((await openOnes()).length, 1);
		});

		it("are forgotten with all their attempts, and can be uploaded anew", async () => {
			service.nextList().resolve(listing(one));
			service.nextUpload().reject(lost);
			for (const answer of [service.nextList(), service.nextList()]) answer.resolve(listing(one));
			await problemIn(uploads.retry(row));
			await uploads.discard(uploads.unconfirmed[0] ?? assert.fail());
			assert.deepEqual([uploads.unconfirmed, await openOnes()], [[], []]);
			service.nextUpload().resolve(two);
			service.nextList().resolve(listing(two, one));
			assert.equal((await uploads.upload(sending)).certificate, two);
		});

		describe("by a row that is out of date", () => {
			let stale: UnconfirmedUpload;
			let first: UploadAttempt;

			beforeEach(async () => {
				await uploads.discard(row);
				first = await writeDown({ id: "2" });
				stale = uploads.unconfirmed[0] ?? assert.fail("there is no row");
				assert.equal(stale.look, null, "nobody has looked for this one");
			});

			it("R37 are known to have arrived in the window that was sending them", async () => {
				await settle(first, [two]);
				assert.deepEqual(await uploads.retry(stale), { certificate: two, duplicates: [], how: "found" });
				assert.equal(service.sent.length, 1);
			});

			it("R37 are not taken for the next upload of the same", async () => {
				await settle(first, [two]);
				await writeDown({ id: "3", name: "Another", owner: "dead" });
				assert.deepEqual(await uploads.check(stale), { certificate: two, duplicates: [], how: "found" });
			});

			it("R37 are not sent again beside the next upload of the same", async () => {
				await remove(first);
				const next = await writeDown({ id: "3", name: "Another", owner: "dead" });
				service.nextList().resolve(listing(one));
				const problem = { reason: "upload-pending", name: "Another", running: false };
				assert.deepEqual(await problemIn(uploads.retry(stale)), problem);
				assert.deepEqual(await openOnes(), [next]);
				assert.equal(service.sent.length, 1);
			});

			it("R21 are looked for and sent again where that window took them back", async () => {
				await remove(first);
				service.nextList().resolve(listing(one));
				assert.equal((await problemIn(uploads.check(stale))).reason, "unconfirmed");
				service.nextList().resolve(listing(one));
				service.nextUpload().resolve(two);
				service.nextList().resolve(listing(two, one));
				assert.deepEqual(await uploads.retry(stale), { certificate: two, duplicates: [], how: "answered" });
			});
		});

		it("R37 are not forgotten by a row that is out of date", async () => {
			const next = await writeDown({ id: "2" });
			await uploads.discard(row);
			assert.deepEqual(await openOnes(), [next]);
		});
	});

	it("R32 the newest of two readings counts, whatever arrives last", async () => {
		const answers = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
		const once = Promise.withResolvers<void>();
		let reads = 0;
		const slow = new (class extends JournalStore {
			override async read() {
				const records = await super.read();
				once.resolve();
				await answers[reads++]?.promise;
				return records;
			}
		})(join(folder.path, "pending"), new FileLocks(join(folder.path, "locks")), () => now);
		const { window } = open({ pending: slow });
		const first = window.reload();
		await once.promise;
		await writeDown();
		const second = window.reload();
		answers[1]?.resolve();
		await second;
		answers[0]?.resolve();
		await first;
		assert.equal(window.unconfirmed.length, 1);
	});

	it("tells of a change where there is one, and only then", async () => {
		let told = 0;
		uploads.on("change", () => told++);
		await uploads.reload();
		assert.equal(told, 0);
		await writeDown();
		assert.equal(told, 1);
		await uploads.reload();
		assert.equal(told, 1);
	});

	it("R37 are looked at again while another window sends one, also before it is known which organization is shown", async () => {
		const { list, window } = open({ readAgainMs: 1 });
		list.reset(undefined);
		const end = await sendElsewhere();
		const change = () => new Promise<void>((resolve) => window.on("change", () => resolve()));
		await window.reload();
		list.reset(organizationRef);
		const seen = change();
		assert.equal(window.unconfirmed[0]?.elsewhere, false, "whether it is alive is not known by one look");
		await seen;
		assert.equal(window.unconfirmed[0]?.elsewhere, true);
		const over = change();
		await end();
		await over;
		assert.equal(window.unconfirmed[0]?.elsewhere, false);
	});

	it("stay as they were known where they cannot be read", async () => {
		const { window } = open({
			pending: new (class extends JournalStore {
				override read() {
					return Promise.reject(new ProblemError({ reason: "not-recorded", code: null }));
				}
			})(folder.path, new FileLocks(join(folder.path, "locks"))),
		});
		await window.reload();
		assert.deepEqual(window.unconfirmed, []);
	});
});
