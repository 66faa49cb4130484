import assert from "node:assert/strict";
import { join } from "node:path";
import { mock } from "node:test";
import { FileLocks } from "../../../../src/common/storage/locks.ts";
import type { ParsedCertificate } from "../../../../src/domain/certificateFile.ts";
import { CancelledError, type UploadEnding } from "../../../../src/domain/problem.ts";
import { JournalStore } from "../../../../src/features/upload/journalStore.ts";
import { LATE_ARRIVAL_MS } from "../../../../src/features/upload/uploadAttempt.ts";
import type { UploadResult } from "../../../../src/features/upload/uploadSender.ts";
import type { UploadRequest } from "../../../../src/features/upload/uploadService.ts";
import { X509CertificateFileReader } from "../../../../src/x509/certificateFileReader.ts";
import { makeCertificate } from "../../../certificates.ts";
import { appendItem, mapContent, rewrapPem } from "../../../emulator/bodies.ts";
import { type Emulator, startEmulator } from "../../../emulator/emulator.ts";
import type { Fault, FaultKind } from "../../../emulator/faults.ts";
import { temporaryFolder } from "../../../temporaryFolders.ts";
import { uniqueOrganizationRef } from "../../fakes/certificatesApi.ts";
import { type EditorWindow, type Machine, openEditorWindow } from "../../fakes/editorWindow.ts";
import { expectProblem, TOTAL_MILLISECONDS } from "../../openai/setup.ts";

const NO_RESPONSE: UploadEnding = { kind: "no-response" };
const UNREADABLE: UploadEnding = { kind: "unreadable" };
const LOST: readonly [string, FaultKind, UploadEnding][] = [
	["a reset", { kind: "reset" }, NO_RESPONSE],
	["a close", { kind: "close" }, NO_RESPONSE],
	["a 502", { kind: "status", status: 502 }, { kind: "status", status: 502 }],
	["a truncated body", { kind: "cut" }, NO_RESPONSE],
	["HTML", { kind: "html" }, UNREADABLE],
	["{}", { kind: "body", text: "{}" }, UNREADABLE],
	["silence", { kind: "silence" }, NO_RESPONSE],
	["one byte a second", { kind: "drip" }, NO_RESPONSE],
];

describe("An upload over real sockets", () => {
	let acme: ParsedCertificate;
	let folder: ReturnType<typeof temporaryFolder>;
	let emulator: Emulator;
	let machine: Machine;
	let now: number;
	let window: EditorWindow;
	const windows: EditorWindow[] = [];

	before(async () => {
		const { pem } = await makeCertificate({ commonName: "Acme" });
		const { candidates } = await new X509CertificateFileReader().read(Buffer.from(pem), Date.now() / 1000, 30);
		acme = candidates[0] ?? assert.fail("no candidate");
	});
	beforeEach(async () => {
		folder = temporaryFolder("uploads");
		now = Date.now();
		emulator = await startEmulator({ now: () => now });
		machine = {
			folder: folder.path,
			connection: { id: uniqueOrganizationRef(), emulator },
			now: () => now,
		};
		window = openTestWindow();
	});
	afterEach(async () => {
		mock.timers.reset();
		for (const each of windows.splice(0)) await each.crash();
		await emulator.close();
		folder.remove();
	});

	function openTestWindow(): EditorWindow {
		const each = openEditorWindow(machine);
		windows.push(each);
		return each;
	}

	const upload = ({ uploads } = window, overrides: Partial<UploadRequest> = {}): Promise<UploadResult> =>
		uploads.upload({ candidate: acme, name: "Acme", organizationRef: machine.connection.id, ...overrides });
	const postCount = () => emulator.exchanges.filter(({ method }) => method === "POST").length;
	const armFault = (fault: Fault) => emulator.faults.arm({ operation: "upload", ...fault });
	const stored = () => emulator.state.certificates;
	const onlyCertificate = () =>
		(stored().length === 1 && stored()[0]) || assert.fail(`${stored().length} certificates`);
	const row = ({ uploads } = window) => uploads.unconfirmed[0] ?? assert.fail("there is no row");
	const openAttempts = async () =>
		(await new JournalStore(folder.path, new FileLocks(join(folder.path, "locks")), () => now).read()).unconfirmed;
	const notSeen = (ending: UploadEnding | null = null) => ({
		...{ reason: "unconfirmed", name: "Acme", lookup: { outcome: "not-seen", at: now }, ending },
	});

	/** Asserts that the window shows only the stored certificate, and that no upload is open. */
	async function assertIsThere({ certificate, duplicates }: UploadResult, { certificates, uploads } = window) {
		const { id, expiresAt } = onlyCertificate();
		assert.deepEqual([certificate.id, certificate.expiresAt, duplicates], [id, expiresAt, []]);
		const rows = certificates.state.listing?.certificates.map((each) => [each.id, each.expiresAt]);
		assert.deepEqual(rows, [[id, expiresAt]]);
		assert.deepEqual([uploads.unconfirmed, uploads.running, await openAttempts()], [[], [], []]);
	}

	it("is one POST between two lists if the response arrives", async () => {
		const uploaded = await upload();
		assert.equal(uploaded.how, "answered");
		await assertIsThere(uploaded);
		assert.deepEqual(
			emulator.exchanges.map(({ operation }) => operation),
			["list", "upload", "list"],
		);
	});

	/** Uploads, and skips the time limit if the fault sends no complete response. */
	async function uploadWithFault(fault: Fault): Promise<UploadResult> {
		const { reached } = armFault(fault);
		if (fault.kind !== "silence" && fault.kind !== "drip") return upload();
		mock.timers.enable({ apis: ["setTimeout"] });
		const uploading = upload();
		await reached;
		mock.timers.tick(TOTAL_MILLISECONDS);
		mock.timers.reset();
		return uploading;
	}

	for (const [title, fault, ending] of LOST) {
		it(`R20 is found and sent once after a fault after the commit: ${title}`, async () => {
			const uploaded = await uploadWithFault({ ...fault, when: "after" });
			assert.equal(uploaded.how, "found");
			await assertIsThere(uploaded);
			assert.equal(postCount(), 1);
		});

		it(`R21 is not seen after a fault before the commit, and can be sent again after a lookup: ${title}`, async () => {
			assert.deepEqual(await expectProblem(uploadWithFault({ ...fault, when: "before" })), notSeen(ending));
			assert.equal(postCount(), 1);
			now += 1000;
			assert.deepEqual(await expectProblem(window.uploads.check(row())), notSeen());
			assert.equal(postCount(), 1);
			await assertIsThere(await window.uploads.retry(row()));
			assert.equal(postCount(), 2);
		});
	}

	it("R20 is found by a second read if one list is stale, and by a later check if more are", async () => {
		armFault({ kind: "reset", when: "after" });
		emulator.switches.staleReads = 1;
		await assertIsThere(await upload());
		emulator.state.remove(onlyCertificate().id).commit();
		emulator.state.endStaleReads();

		now += LATE_ARRIVAL_MS;
		armFault({ kind: "reset", when: "after" });
		emulator.switches.staleReads = 2;
		assert.deepEqual(await expectProblem(upload()), notSeen(NO_RESPONSE));
		await assertIsThere(await window.uploads.check(row()));
		assert.equal(postCount(), 2);
	});

	it("R22 is found after a late commit, both by a check and before a retry", async () => {
		for (const method of ["check", "retry"] as const) {
			armFault({ kind: "reset", when: "late" });
			assert.deepEqual(await expectProblem(upload()), notSeen(NO_RESPONSE));
			emulator.faults.commitLate();
			const uploaded = await window.uploads[method](row());
			assert.equal(uploaded.how, "found");
			await assertIsThere(uploaded);
			emulator.state.remove(onlyCertificate().id).commit();
			now += LATE_ARRIVAL_MS + 1;
		}
		assert.equal(postCount(), 2);
	});

	it("R20 is reported as a duplicate if it is committed during the second upload", async () => {
		armFault({ kind: "reset", when: "late" });
		assert.deepEqual(await expectProblem(upload()), notSeen(NO_RESPONSE));
		emulator.faults.arm({
			kind: "none",
			operation: "upload",
			when: "after",
			beforeSending: () => emulator.faults.commitLate(),
		});
		const { certificate, duplicates } = await window.uploads.retry(row());
		assert.deepEqual(new Set([certificate, ...duplicates].map(({ id }) => id)), new Set(stored().map(({ id }) => id)));
		assert.equal(stored().length, 2);
	});

	const unreadable: readonly [string, Fault, string][] = [
		["the connection fails", { kind: "reset", when: "before" }, "failed"],
		["there are too many requests", { kind: "status", status: 429, retryAfter: "60", when: "before" }, "failed"],
		["an entry cannot be read", { kind: "rewrite", rewrite: appendItem({ id: ".." }), when: "before" }, "partial"],
	];
	for (const [title, fault, outcome] of unreadable)
		it(`R22 is a row that survives a restart and blocks another upload, if ${title}`, async () => {
			await upload(window, { name: "Before" }).then(({ certificate }) =>
				emulator.state.remove(certificate.id).commit(),
			);
			now += LATE_ARRIVAL_MS + 1;
			await window.certificates.refresh();
			armFault({ kind: "reset", when: "late" });
			emulator.faults.arm({ ...fault, operation: "list", times: Number.POSITIVE_INFINITY });
			const lookup = { outcome };
			assert.deepEqual(await expectProblem(upload()), {
				reason: "unconfirmed",
				name: "Acme",
				lookup: lookup,
				ending: NO_RESPONSE,
			});
			await window.crash();

			const next = openTestWindow();
			await next.uploads.reload();
			assert.equal(row(next).inOtherWindow, false);
			const pendingProblem = { reason: "upload-pending", name: "Acme", running: false };
			assert.deepEqual(await expectProblem(upload(next)), pendingProblem);
			emulator.faults.clear();
			now += LATE_ARRIVAL_MS;
			assert.deepEqual(await expectProblem(next.uploads.check(row(next))), notSeen());
			assert.deepEqual(await expectProblem(upload(next)), pendingProblem);
			emulator.faults.commitLate();
			await assertIsThere(await next.uploads.check(row(next)), next);
			assert.equal(postCount(), 2);
		});

	it("R22 is a row in every window if the sending window crashed", async () => {
		const other = openTestWindow();
		const silence = armFault({ kind: "silence", when: "after" });
		void upload();
		await silence.reached;
		await other.uploads.reload();
		while (!row(other).inOtherWindow) await other.uploads.reload();
		await window.crash();
		while (row(other).inOtherWindow) await other.uploads.reload();
		await assertIsThere(await other.uploads.check(row(other)), other);
		assert.equal(postCount(), 1);
	});

	it("R23 is found although it was renamed and its dates are missing", async () => {
		const meanwhile = () => {
			const { id } = onlyCertificate();
			emulator.state.rename(id, "Renamed").commit();
		};
		armFault({ kind: "reset", when: "after", beforeSending: meanwhile });
		const rewrite = (body: unknown) => {
			const list = body as { data: Record<string, unknown>[] };
			return { ...list, data: list.data.map(({ certificate_details: _, ...rest }) => rest) };
		};
		await window.certificates.refresh();
		emulator.faults.arm({ kind: "rewrite", rewrite, operation: "list", when: "before" });
		const { certificate } = await upload();
		assert.deepEqual(
			[certificate.id, certificate.name, certificate.validAt, certificate.expiresAt],
			[onlyCertificate().id, "Renamed", null, null],
		);
	});

	it("R23 is not confused with an older copy, even if a stale list did not show that before", async () => {
		const actor = "dashboard";
		emulator.switches.staleReads = 1;
		emulator.state.upload({ certificate: acme.pem, name: "Older" }, actor).commit();
		now += 10_000;
		emulator.switches.staleReads = 0;
		armFault({ kind: "reset", when: "before" });
		assert.deepEqual(await expectProblem(upload()), notSeen(NO_RESPONSE));
		assert.equal(onlyCertificate().name, "Older");
	});

	it("R23 is ambiguous if a stale list did not show a copy from about the same time", async () => {
		emulator.switches.staleReads = 1;
		emulator.state.upload({ certificate: acme.pem, name: "Older" }).commit();
		now += 3000;
		emulator.switches.staleReads = 0;
		armFault({ kind: "reset", when: "before" });
		const problem = { reason: "unconfirmed", name: "Acme", lookup: { outcome: "ambiguous" }, ending: null };
		assert.deepEqual(await expectProblem(upload()), { ...problem, ending: NO_RESPONSE });
		assert.deepEqual(await expectProblem(window.uploads.retry(row())), problem);
		assert.equal(postCount(), 1);
	});

	const contents: readonly [string, (pem: string, other: string) => string | undefined, boolean][] = [
		["with other line endings", (pem) => rewrapPem(pem, 76, "\r\n"), true],
		["with several blocks, the uploaded block first", (pem, other) => pem + other, true],
		["with several blocks, the uploaded block second", (pem, other) => other + pem, false],
	];
	for (const [title, change, isMatch] of contents)
		it(`R23 ${isMatch ? "matches" : "does not match"} a content ${title}`, async () => {
			const { pem } = await makeCertificate({ commonName: "Other" });
			armFault({ kind: "reset", when: "after" });
			const rewrite = mapContent((own) => change(own, pem));
			emulator.faults.arm({ kind: "rewrite", rewrite, operation: "get", when: "before", times: 2 });
			if (isMatch) await assertIsThere(await upload());
			else assert.deepEqual(await expectProblem(upload()), notSeen(NO_RESPONSE));
		});

	for (const [title, content] of [
		["is absent", undefined],
		["cannot be decoded", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"],
	] as const)
		it(`R23 is unconfirmed if the content ${title}`, async () => {
			armFault({ kind: "reset", when: "after" });
			const rewrite = mapContent(() => content);
			emulator.faults.arm({ kind: "rewrite", rewrite, operation: "get", when: "before", times: 2 });
			const lookup = { outcome: "partial" };
			assert.deepEqual(await expectProblem(upload()), {
				reason: "unconfirmed",
				name: "Acme",
				lookup: lookup,
				ending: NO_RESPONSE,
			});
			await assertIsThere(await window.uploads.check(row()));
		});

	it("R23 reports both of two matches, and deletes neither", async () => {
		const meanwhile = () => {
			now += 2000;
			emulator.state.upload({ certificate: acme.pem, name: "Another machine's" }).commit();
		};
		armFault({ kind: "reset", when: "after", beforeSending: meanwhile });
		const { certificate, duplicates } = await upload();
		assert.deepEqual([certificate.name, duplicates.map(({ name }) => name)], ["Acme", ["Another machine's"]]);
		assert.equal(stored().length, 2);
		assert.deepEqual(await openAttempts(), []);
	});

	it("R25 is not sent if cancelled before", async () => {
		const reading = emulator.faults.arm({ kind: "silence", operation: "list", when: "before" });
		const uploading = upload();
		await reading.reached;
		window.uploads.running[0]?.cancel();
		await assert.rejects(uploading, CancelledError);
		assert.deepEqual([postCount(), await openAttempts()], [0, []]);
	});

	for (const when of ["after", "before"] as const)
		it(`R25 is looked up if cancelled after it was sent, ${when} the commit`, async () => {
			const silence = armFault({ kind: "silence", when });
			const uploading = upload();
			await silence.reached;
			window.uploads.running[0]?.cancel();
			await silence.ended;
			if (when === "after") await assertIsThere(await uploading);
			else assert.deepEqual(await expectProblem(uploading), notSeen({ kind: "canceled" }));
			assert.equal(postCount(), 1);
		});

	it("R37 is one POST if two windows upload one file, and the second window is notified", async () => {
		const other = openTestWindow();
		const silence = armFault({ kind: "silence", when: "after" });
		const uploading = upload(window, { knownDuplicateIds: [] });
		await silence.reached;
		do await other.uploads.reload();
		while (!row(other).inOtherWindow);
		const pendingProblem = { reason: "upload-pending", name: "Acme", running: true };
		assert.deepEqual(await expectProblem(upload(other, { knownDuplicateIds: [] })), pendingProblem);
		silence.release();
		await assertIsThere(await uploading);
		emulator.switches.staleReads = Number.POSITIVE_INFINITY;
		const { certificate, how } = await upload(other, { knownDuplicateIds: [] });
		assert.deepEqual([certificate.id, how], [onlyCertificate().id, "already-present"]);
		assert.equal(postCount(), 1);
	});

	it("R37 is one POST each time if two windows upload one file simultaneously, 20 times", async () => {
		const other = openTestWindow();
		for (let round = 1; round <= 20; round++) {
			const results = await Promise.allSettled([
				upload(window, { knownDuplicateIds: [] }),
				upload(other, { knownDuplicateIds: [] }),
			]);
			assert.ok(results.some(({ status }) => status === "fulfilled"));
			assert.equal(postCount(), round);
			emulator.state.remove(onlyCertificate().id).commit();
			now += LATE_ARRIVAL_MS + 1;
		}
	});

	it("R22 belongs to its connection while unconfirmed", async () => {
		armFault({ kind: "reset", when: "before" });
		await expectProblem(upload());
		const before = machine.connection;
		const organization = await startEmulator({ now: () => now });
		try {
			machine.connection = { id: uniqueOrganizationRef(), emulator: organization };
			assert.deepEqual(await expectProblem(window.uploads.check(row())), { reason: "connection-changed" });
			window.certificates.reset(machine.connection.id);
			assert.deepEqual(window.uploads.unconfirmed, []);
			const { certificate } = await upload();
			assert.equal(certificate.id, organization.state.certificates[0]?.id);
		} finally {
			await organization.close();
		}
		machine.connection = before;
		window.certificates.reset(before.id);
		assert.deepEqual(await expectProblem(window.uploads.check(row())), notSeen());
		assert.equal(postCount(), 1);
	});
});
