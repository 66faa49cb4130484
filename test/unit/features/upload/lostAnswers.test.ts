import assert from "node:assert/strict";
import { join } from "node:path";
import { mock } from "node:test";
import { FileLocks } from "../../../../src/common/storage/locks.ts";
import type { ParsedCertificate } from "../../../../src/domain/certificateFile.ts";
import { CancelledError, type UploadEnding } from "../../../../src/domain/problem.ts";
import { JournalStore } from "../../../../src/features/upload/journalStore.ts";
import { LATE_ARRIVAL_MS } from "../../../../src/features/upload/uploadAttempt.ts";
import type { UploadResult } from "../../../../src/features/upload/uploadSender.ts";
import { X509CertificateFileReader } from "../../../../src/x509/certificateFileReader.ts";
import { makeCertificate } from "../../../certificates.ts";
import { reflow, withContent, withItem } from "../../../emulator/bodies.ts";
import { type Emulator, startEmulator } from "../../../emulator/emulator.ts";
import type { Fault, FaultKind } from "../../../emulator/faults.ts";
import { temporaryFolder } from "../../../temporaryFolders.ts";
import { namedOrganization } from "../../fakes/certificatesApi.ts";
import { type Machine, openWindow, type Window } from "../../fakes/editorWindow.ts";
import { problemIn, TOTAL_MILLISECONDS } from "../../openai/setup.ts";

const NO_RESPONSE: UploadEnding = { kind: "no-response" };
const UNREADABLE: UploadEnding = { kind: "unreadable" };
const LOST: readonly [string, FaultKind, UploadEnding][] = [
	["a reset", { kind: "reset" }, NO_RESPONSE],
	["a close", { kind: "close" }, NO_RESPONSE],
	["a 502", { kind: "status", status: 502 }, { kind: "status", status: 502 }],
	["a cut body", { kind: "cut" }, NO_RESPONSE],
	["HTML", { kind: "html" }, UNREADABLE],
	["{}", { kind: "body", text: "{}" }, UNREADABLE],
	["silence", { kind: "silence" }, NO_RESPONSE],
	["one byte a second", { kind: "drip" }, NO_RESPONSE],
];

describe("One intent, one certificate", () => {
	let acme: ParsedCertificate;
	let folder: ReturnType<typeof temporaryFolder>;
	let emulator: Emulator;
	let machine: Machine;
	let now: number;
	let window: Window;
	const windows: Window[] = [];

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
			connection: { id: namedOrganization(), emulator },
			now: () => now,
		};
		window = opened();
	});
	afterEach(async () => {
		mock.timers.reset();
		for (const each of windows.splice(0)) await each.die();
		await emulator.close();
		folder.remove();
	});

	function opened(): Window {
		const each = openWindow(machine);
		windows.push(each);
		return each;
	}

	const upload = (
		{ uploads } = window,
		more: { told?: readonly string[]; name?: string } = {},
	): Promise<UploadResult> =>
		uploads.upload({ candidate: acme, name: "Acme", organizationRef: machine.connection.id, ...more });
	const posts = () => emulator.exchanges.filter(({ method }) => method === "POST").length;
	const arm = (fault: Fault) => emulator.faults.next({ operation: "upload", ...fault });
	const stored = () => emulator.state.certificates;
	const only = () => (stored().length === 1 && stored()[0]) || assert.fail(`${stored().length} certificates`);
	const row = ({ uploads } = window) => uploads.unconfirmed[0] ?? assert.fail("there is no row");
	const openOnes = async () =>
		(await new JournalStore(folder.path, new FileLocks(join(folder.path, "locks")), () => now).read()).unconfirmed;
	const notSeen = (ending: UploadEnding | null = null) => ({
		...{ reason: "unconfirmed", name: "Acme", look: { outcome: "not-seen", at: now }, ending },
	});

	/** That the person is shown the one certificate that is there, and nothing else. */
	async function assertIsThere({ certificate, duplicates }: UploadResult, { certificates, uploads } = window) {
		const { id, expiresAt } = only();
		assert.deepEqual([certificate.id, certificate.expiresAt, duplicates], [id, expiresAt, []]);
		const rows = certificates.state.listing?.certificates.map((each) => [each.id, each.expiresAt]);
		assert.deepEqual(rows, [[id, expiresAt]]);
		assert.deepEqual([uploads.unconfirmed, uploads.running, await openOnes()], [[], [], []]);
	}

	it("is one POST between two lists where the answer comes", async () => {
		const uploaded = await upload();
		assert.equal(uploaded.how, "answered");
		await assertIsThere(uploaded);
		assert.deepEqual(
			emulator.exchanges.map(({ operation }) => operation),
			["list", "upload", "list"],
		);
	});

	/** Uploads, and has the time for an answer pass at once where one does not come to an end. */
	async function uploadThrough(fault: Fault): Promise<UploadResult> {
		const { reached } = arm(fault);
		if (fault.kind !== "silence" && fault.kind !== "drip") return upload();
		mock.timers.enable({ apis: ["setTimeout"] });
		const uploading = upload();
		await reached;
		mock.timers.tick(TOTAL_MILLISECONDS);
		mock.timers.reset();
		return uploading;
	}

	for (const [what, fault, ending] of LOST) {
		it(`R20 after the commit, ${what}: it is found, and sent once`, async () => {
			const uploaded = await uploadThrough({ ...fault, when: "after" });
			assert.equal(uploaded.how, "found");
			await assertIsThere(uploaded);
			assert.equal(posts(), 1);
		});

		it(`R21 before the commit, ${what}: it is not seen, and can be sent again after a look`, async () => {
			assert.deepEqual(await problemIn(uploadThrough({ ...fault, when: "before" })), notSeen(ending));
			assert.equal(posts(), 1);
			now += 1000;
			assert.deepEqual(await problemIn(window.uploads.check(row())), notSeen());
			assert.equal(posts(), 1);
			await assertIsThere(await window.uploads.retry(row()));
			assert.equal(posts(), 2);
		});
	}

	it("R20 a list that is late by one is looked at twice, by more is checked later", async () => {
		arm({ kind: "reset", when: "after" });
		emulator.switches.staleReads = 1;
		await assertIsThere(await upload());
		emulator.state.remove(only().id).commit();
		emulator.state.settle();

		now += LATE_ARRIVAL_MS;
		arm({ kind: "reset", when: "after" });
		emulator.switches.staleReads = 2;
		assert.deepEqual(await problemIn(upload()), notSeen(NO_RESPONSE));
		await assertIsThere(await window.uploads.check(row()));
		assert.equal(posts(), 2);
	});

	it("R22 a commit that is late is found by a check, and before it is sent again", async () => {
		for (const look of ["check", "retry"] as const) {
			arm({ kind: "reset", when: "late" });
			assert.deepEqual(await problemIn(upload()), notSeen(NO_RESPONSE));
			emulator.faults.commitLate();
			const uploaded = await window.uploads[look](row());
			assert.equal(uploaded.how, "found");
			await assertIsThere(uploaded);
			emulator.state.remove(only().id).commit();
			now += LATE_ARRIVAL_MS + 1;
		}
		assert.equal(posts(), 2);
	});

	it("R20 a commit that is later than the second upload is told as its twin", async () => {
		arm({ kind: "reset", when: "late" });
		assert.deepEqual(await problemIn(upload()), notSeen(NO_RESPONSE));
		emulator.faults.next({
			kind: "none",
			operation: "upload",
			when: "after",
			meanwhile: () => emulator.faults.commitLate(),
		});
		const { certificate, duplicates } = await window.uploads.retry(row());
		assert.deepEqual(new Set([certificate, ...duplicates].map(({ id }) => id)), new Set(stored().map(({ id }) => id)));
		assert.equal(stored().length, 2);
	});

	const unreadable: readonly [string, Fault, string][] = [
		["the way there is gone", { kind: "reset", when: "before" }, "failed"],
		["there are too many requests", { kind: "status", status: 429, retryAfter: "60", when: "before" }, "failed"],
		["an entry cannot be read", { kind: "rewrite", rewrite: withItem({ id: ".." }), when: "before" }, "partial"],
	];
	for (const [what, fault, outcome] of unreadable)
		it(`R22 it is a row that survives a restart and keeps it from being uploaded, where ${what}`, async () => {
			await upload(window, { name: "Before" }).then(({ certificate }) =>
				emulator.state.remove(certificate.id).commit(),
			);
			now += LATE_ARRIVAL_MS + 1;
			await window.certificates.refresh();
			arm({ kind: "reset", when: "late" });
			emulator.faults.next({ ...fault, operation: "list", times: Number.POSITIVE_INFINITY });
			const look = { outcome };
			assert.deepEqual(await problemIn(upload()), { reason: "unconfirmed", name: "Acme", look, ending: NO_RESPONSE });
			await window.die();

			const next = opened();
			await next.uploads.reload();
			assert.equal(row(next).elsewhere, false);
			const pending = { reason: "upload-pending", name: "Acme", running: false };
			assert.deepEqual(await problemIn(upload(next)), pending);
			emulator.faults.clear();
			now += LATE_ARRIVAL_MS;
			assert.deepEqual(await problemIn(next.uploads.check(row(next))), notSeen());
			assert.deepEqual(await problemIn(upload(next)), pending);
			emulator.faults.commitLate();
			await assertIsThere(await next.uploads.check(row(next)), next);
			assert.equal(posts(), 2);
		});

	it("R22 it is a row in every window where the window died while it waited for the answer", async () => {
		const other = opened();
		const silence = arm({ kind: "silence", when: "after" });
		void upload();
		await silence.reached;
		await other.uploads.reload();
		while (!row(other).elsewhere) await other.uploads.reload();
		await window.die();
		while (row(other).elsewhere) await other.uploads.reload();
		await assertIsThere(await other.uploads.check(row(other)), other);
		assert.equal(posts(), 1);
	});

	it("R23 it is found though it was renamed and its dates are gone", async () => {
		const meanwhile = () => {
			const { id } = only();
			emulator.state.rename(id, "Renamed").commit();
		};
		arm({ kind: "reset", when: "after", meanwhile });
		const rewrite = (body: unknown) => {
			const list = body as { data: Record<string, unknown>[] };
			return { ...list, data: list.data.map(({ certificate_details: _, ...rest }) => rest) };
		};
		await window.certificates.refresh();
		emulator.faults.next({ kind: "rewrite", rewrite, operation: "list", when: "before" });
		const { certificate } = await upload();
		assert.deepEqual(
			[certificate.id, certificate.name, certificate.validAt, certificate.expiresAt],
			[only().id, "Renamed", null, null],
		);
	});

	it("R23 an older copy is not taken for it, also where a stale list did not show it before", async () => {
		const actor = "dashboard";
		emulator.switches.staleReads = 1;
		emulator.state.upload({ certificate: acme.pem, name: "Older" }, actor).commit();
		now += 10_000;
		emulator.switches.staleReads = 0;
		arm({ kind: "reset", when: "before" });
		assert.deepEqual(await problemIn(upload()), notSeen(NO_RESPONSE));
		assert.equal(only().name, "Older");
	});

	it("R23 a copy from about the same moment, which a stale list did not show, leaves it in doubt", async () => {
		emulator.switches.staleReads = 1;
		emulator.state.upload({ certificate: acme.pem, name: "Older" }).commit();
		now += 3000;
		emulator.switches.staleReads = 0;
		arm({ kind: "reset", when: "before" });
		const problem = { reason: "unconfirmed", name: "Acme", look: { outcome: "ambiguous" }, ending: null };
		assert.deepEqual(await problemIn(upload()), { ...problem, ending: NO_RESPONSE });
		assert.deepEqual(await problemIn(window.uploads.retry(row())), problem);
		assert.equal(posts(), 1);
	});

	const contents: readonly [string, (pem: string, other: string) => string | undefined, boolean][] = [
		["with other line ends", (pem) => reflow(pem, 76, "\r\n"), true],
		["with several blocks, ours the first", (pem, other) => pem + other, true],
		["with several blocks, ours the second", (pem, other) => other + pem, false],
	];
	for (const [what, change, isOurs] of contents)
		it(`R23 a content ${what} ${isOurs ? "is ours" : "is not"}`, async () => {
			const { pem } = await makeCertificate({ commonName: "Other" });
			arm({ kind: "reset", when: "after" });
			const rewrite = withContent((own) => change(own, pem));
			emulator.faults.next({ kind: "rewrite", rewrite, operation: "get", when: "before", times: 2 });
			if (isOurs) await assertIsThere(await upload());
			else assert.deepEqual(await problemIn(upload()), notSeen(NO_RESPONSE));
		});

	for (const [what, content] of [
		["is absent", undefined],
		["cannot be decoded", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"],
	] as const)
		it(`R23 a content that ${what} leaves it unknown`, async () => {
			arm({ kind: "reset", when: "after" });
			const rewrite = withContent(() => content);
			emulator.faults.next({ kind: "rewrite", rewrite, operation: "get", when: "before", times: 2 });
			const look = { outcome: "partial" };
			assert.deepEqual(await problemIn(upload()), { reason: "unconfirmed", name: "Acme", look, ending: NO_RESPONSE });
			await assertIsThere(await window.uploads.check(row()));
		});

	it("R23 of two matches both are told, and none is deleted", async () => {
		const meanwhile = () => {
			now += 2000;
			emulator.state.upload({ certificate: acme.pem, name: "Another machine's" }).commit();
		};
		arm({ kind: "reset", when: "after", meanwhile });
		const { certificate, duplicates } = await upload();
		assert.deepEqual([certificate.name, duplicates.map(({ name }) => name)], ["Acme", ["Another machine's"]]);
		assert.equal(stored().length, 2);
		assert.deepEqual(await openOnes(), []);
	});

	it("R25 cancelled before it is sent, nothing is sent", async () => {
		const reading = emulator.faults.next({ kind: "silence", operation: "list", when: "before" });
		const uploading = upload();
		await reading.reached;
		window.uploads.running[0]?.cancel();
		await assert.rejects(uploading, CancelledError);
		assert.deepEqual([posts(), await openOnes()], [0, []]);
	});

	for (const when of ["after", "before"] as const)
		it(`R25 cancelled after it was sent, ${when} the commit: it is looked for`, async () => {
			const silence = arm({ kind: "silence", when });
			const uploading = upload();
			await silence.reached;
			window.uploads.running[0]?.cancel();
			await silence.ended;
			if (when === "after") await assertIsThere(await uploading);
			else assert.deepEqual(await problemIn(uploading), notSeen({ kind: "canceled" }));
			assert.equal(posts(), 1);
		});

	it("R37 two windows upload the same file: one POST, and the second one is told", async () => {
		const other = opened();
		const silence = arm({ kind: "silence", when: "after" });
		const uploading = upload(window, { told: [] });
		await silence.reached;
		do await other.uploads.reload();
		while (!row(other).elsewhere);
		const pending = { reason: "upload-pending", name: "Acme", running: true };
		assert.deepEqual(await problemIn(upload(other, { told: [] })), pending);
		silence.release();
		await assertIsThere(await uploading);
		emulator.switches.staleReads = Number.POSITIVE_INFINITY;
		const { certificate, how } = await upload(other, { told: [] });
		assert.deepEqual([certificate.id, how], [only().id, "there-before"]);
		assert.equal(posts(), 1);
	});

	it("R37 two windows upload the same file at the same moment 20 times: one POST each time", async () => {
		const other = opened();
		for (let round = 1; round <= 20; round++) {
			const results = await Promise.allSettled([upload(window, { told: [] }), upload(other, { told: [] })]);
			assert.ok(results.some(({ status }) => status === "fulfilled"));
			assert.equal(posts(), round);
			emulator.state.remove(only().id).commit();
			now += LATE_ARRIVAL_MS + 1;
		}
	});

	it("R37 what is not confirmed belongs to its connection", async () => {
		arm({ kind: "reset", when: "before" });
		await problemIn(upload());
		const before = machine.connection;
		const organization = await startEmulator({ now: () => now });
		try {
			machine.connection = { id: namedOrganization(), emulator: organization };
			assert.deepEqual(await problemIn(window.uploads.check(row())), { reason: "connection-changed" });
			window.certificates.reset(machine.connection.id);
			assert.deepEqual(window.uploads.unconfirmed, []);
			const { certificate } = await upload();
			assert.equal(certificate.id, organization.state.certificates[0]?.id);
		} finally {
			await organization.close();
		}
		machine.connection = before;
		window.certificates.reset(before.id);
		assert.deepEqual(await problemIn(window.uploads.check(row())), notSeen());
		assert.equal(posts(), 1);
	});
});
