import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { HEARTBEAT_MS, type HeldLock } from "../../../../src/common/storage/heldLock.ts";
import { JsonFileStore } from "../../../../src/common/storage/jsonFileStore.ts";
import { FileLocks } from "../../../../src/common/storage/locks.ts";
import { CancelledError } from "../../../../src/domain/problem.ts";
import { ORGANIZATION } from "../../../../src/domain/scope.ts";
import type { RotationPlan } from "../../../../src/features/rotation/rotationPlan.ts";
import { isSamePlan, RotationPlanStore } from "../../../../src/features/rotation/rotationPlanStore.ts";
import { roleFacts } from "../../../../src/features/rotation/rotationStatusMessages.ts";
import { anyCharacter, SEED } from "../../../random.ts";
import { assertPrivate } from "../../../systemDifferences.ts";
import { temporaryFolder } from "../../../temporaryFolders.ts";
import { projectScope } from "../../fakes/adminApi.ts";
import { certificate, listing } from "../../fakes/certificatesApi.ts";
import { expectProblem } from "../../openai/setup.ts";

describe("Rotation plans", () => {
	const organizationRef = randomUUID();
	let folder: ReturnType<typeof temporaryFolder>;
	let path: string;
	let plans: RotationPlanStore;
	let locks: FileLocks;

	beforeEach(() => {
		folder = temporaryFolder("plans");
		path = join(folder.path, "deep", "rotations");
		locks = new FileLocks(join(folder.path, "locks"));
		plans = new RotationPlanStore(path, locks, () => 1000);
	});
	afterEach(() => folder.remove());

	const plan = (overrides: Partial<RotationPlan> = {}): RotationPlan => ({
		organizationRef,
		old: { id: "cert_A", name: "Old" },
		next: { id: "cert_B", name: null },
		scopes: [
			{ scope: ORGANIZATION, nextWasActive: false },
			{ scope: projectScope("p"), nextWasActive: true },
		],
		startedAt: 1000,
		...overrides,
	});
	const names = () => readdirSync(path);

	it("are kept for later reads, only by their owner", async () => {
		assert.deepEqual(await plans.read(), []);
		assert.equal(await plans.create(plan()), true);
		const later = new RotationPlanStore(path, locks);
		assert.deepEqual(later.known, []);
		assert.deepEqual(await later.read(), [plan()]);
		assert.deepEqual(later.known, [plan()]);
		assert.equal(names().length, 1);
		assertPrivate(join(path, names()[0] ?? ""));
	});

	it("R37 are unique per connection and old certificate; the first plan is kept", async () => {
		await plans.create(plan());
		assert.equal(await plans.create(plan({ next: { id: "cert_C", name: null } })), false);
		assert.deepEqual(await plans.read(), [plan()]);
		assert.equal(await plans.create(plan({ organizationRef: randomUUID() })), true);
		// Ids are case-sensitive, even if file names are not.
		assert.equal(await plans.create(plan({ old: { id: "cert_a", name: null } })), true);
		assert.equal(new Set(names().map((name) => name.toLowerCase())).size, 3);
	});

	it("R37 are written by only one of several windows at once", async () => {
		const others = Array.from(
			{ length: 10 },
			() => new RotationPlanStore(path, new FileLocks(join(folder.path, "locks"))),
		);
		const won = await Promise.all(
			others.map((each, index) => each.withLock(organizationRef, () => each.create(plan({ startedAt: index })))),
		);
		assert.equal(won.filter(Boolean).length, 1);
		assert.deepEqual(await plans.read(), [plan({ startedAt: won.indexOf(true) })]);
	});

	it("emit `change` only if the known plans changed", async () => {
		let changes = 0;
		plans.on("change", () => changes++);
		await plans.create(plan());
		await plans.reload();
		assert.equal(changes, 1);
		await new RotationPlanStore(path, locks).remove(plan());
		await plans.reload();
		assert.deepEqual([changes, plans.known], [2, []]);
	});

	it("emit no `change` if only the order of their files changed", async () => {
		for (const id of ["cert_A", "cert_D"]) await plans.create(plan({ old: { id, name: null } }));
		let changes = 0;
		plans.on("change", () => changes++);
		const { listFiles } = JsonFileStore.prototype;
		JsonFileStore.prototype.listFiles = async function () {
			return (await listFiles.call(this)).toReversed();
		};
		await plans.reload().finally(() => {
			JsonFileStore.prototype.listFiles = listFiles;
		});
		assert.equal(changes, 0);
	});

	it("can be extended by scopes", async () => {
		await plans.create(plan());
		const extended = plan({ scopes: [...plan().scopes, { scope: projectScope("q"), nextWasActive: false }] });
		await plans.extend(extended);
		assert.deepEqual(await plans.read(), [extended]);
		assert.equal(names().length, 1);
	});

	it("R37 are not extended if they were removed or replaced", async () => {
		const other = new RotationPlanStore(path, locks);
		await plans.create(plan());
		await other.remove(plan());
		assert.deepEqual(await expectProblem(plans.extend(plan())), { reason: "changed-meanwhile" });
		assert.deepEqual(names(), []);
		const another = plan({ next: { id: "cert_C", name: null } });
		await other.create(another);
		assert.deepEqual(await expectProblem(plans.extend(plan())), { reason: "changed-meanwhile" });
		assert.deepEqual(await plans.read(), [another]);
	});

	it("R37 have one step at a time in all windows, but parallel steps in different organizations", async () => {
		const other = new RotationPlanStore(path, new FileLocks(join(folder.path, "locks")));
		let running = 0;
		const step = async (lock: HeldLock) => {
			assert.equal(++running, 1);
			await lock.assertHeld();
			assert.equal(await plans.withLock(randomUUID(), async () => "done"), "done");
			assert.equal(running--, 1);
		};
		await Promise.all([plans.withLock(organizationRef, step), other.withLock(organizationRef, step)]);
		await assert.rejects(
			other.withLock(organizationRef, async () => assert.fail("a defect")),
			/a defect/,
		);
		await plans.withLock(organizationRef, step);
	});

	it("R37 refuse a second concurrent step of one window at once, and name the owner of the lock", async () => {
		const after = (milliseconds: number) => {
			assert.equal(milliseconds, HEARTBEAT_MS, "nothing waits");
			return () => {};
		};
		plans = new RotationPlanStore(path, new FileLocks(join(folder.path, "locks"), { now: () => 0, after }));
		await plans.withLock(organizationRef, async () => {
			const { reason, ...owner } =
				(await expectProblem(plans.withLock(organizationRef, async () => assert.fail()))) ?? {};
			assert.deepEqual([reason, owner], ["locked", { host: hostname(), process: process.pid }]);
		});
	});

	it("begin no step after a cancellation", async () => {
		const step = plans.withLock(organizationRef, async () => assert.fail(), AbortSignal.abort());
		await assert.rejects(step, CancelledError);
	});

	it("R58 of a newer version are reported if their organization's plans must be complete", async () => {
		await plans.create(plan());
		const [name = ""] = names();
		const newer = readFileSync(join(path, name), "utf8").replace('"version":1', '"version":2');
		writeFileSync(join(path, name), newer);
		assert.deepEqual(await expectProblem(plans.read(organizationRef)), { reason: "record-newer" });
		const elsewhere = plan({ organizationRef: randomUUID() });
		await plans.create(elsewhere);
		assert.deepEqual(await plans.read(elsewhere.organizationRef), [elsewhere]);
	});

	it("are read only from files with a plan's name", async () => {
		await plans.create(plan());
		writeFileSync(join(path, `${organizationRef}.copy.json`), JSON.stringify({ version: 2 }));
		assert.deepEqual(await plans.read(organizationRef), [plan()]);
	});

	it("as last known are not replaced by an older read that ends later", async () => {
		const { listFiles } = JsonFileStore.prototype;
		const created = Promise.withResolvers<void>();
		JsonFileStore.prototype.listFiles = async function () {
			JsonFileStore.prototype.listFiles = listFiles;
			const names = await this.listFiles();
			await created.promise;
			return names;
		};
		const older = plans.read();
		await plans.create(plan());
		created.resolve();
		assert.deepEqual([await older, plans.known], [[], [plan()]]);
	});

	it("R58 of a newer version are ignored and kept unchanged", async () => {
		await plans.create(plan());
		const [name = ""] = names();
		const newer = readFileSync(join(path, name), "utf8").replace('"version":1', '"version":2');
		writeFileSync(join(path, name), newer);
		assert.deepEqual([await plans.read(), await plans.stateOf(plan())], [[], "newer"]);
		assert.equal(await plans.create(plan()), false);
		await plans.discardCorrupt(plan());
		await plans.discard(plan());
		assert.equal(readFileSync(join(path, name), "utf8"), newer);
	});

	it("R58 without a version number are read", async () => {
		await plans.create(plan());
		const [name = ""] = names();
		const { version: _, organizationRef: connectionId, ...rest } = JSON.parse(readFileSync(join(path, name), "utf8"));
		writeFileSync(join(path, name), JSON.stringify({ connectionId, ...rest }));
		assert.deepEqual(await plans.read(), [plan()]);
	});

	it("can have started at any time that a date can represent", async () => {
		for (const [index, startedAt] of [0, 8.64e15].entries()) {
			const each = plan({ old: { id: `cert_${index}`, name: null }, startedAt });
			await plans.create(each);
			assert.ok((await plans.read()).some((read) => isSamePlan(read, each)));
		}
	});

	it("are removed unless another plan replaced them", async () => {
		await plans.create(plan());
		await plans.remove(plan({ startedAt: 2000 }));
		await plans.remove(plan({ next: { id: "cert_C", name: null } }));
		assert.deepEqual(await plans.read(), [plan()]);
		await plans.remove(plan());
		assert.deepEqual(names(), []);
	});

	it("are finished once the old certificate is missing in a complete list of their connection", async () => {
		await plans.create(plan());
		const gone = listing(certificate("cert_B"));
		await plans.removeFinished(organizationRef, { ...gone, complete: false });
		await plans.removeFinished(randomUUID(), gone);
		await plans.removeFinished(organizationRef, listing(certificate("cert_A")));
		assert.deepEqual(plans.known, [plan()]);
		await plans.removeFinished(organizationRef, gone);
		assert.deepEqual(plans.known, []);
	});

	it("that are finished remain while another step runs, until the next attempt", async () => {
		await plans.create(plan());
		const gone = listing(certificate("cert_B"));
		await plans.withLock(organizationRef, () => plans.removeFinished(organizationRef, gone));
		assert.deepEqual(plans.known, [plan()]);
		await plans.removeFinished(organizationRef, gone);
		assert.deepEqual(plans.known, []);
	});

	it("do not hide unexpected errors", async () => {
		await plans.create(plan());
		const defect = new TypeError("a defect");
		plans.read = async () => Promise.reject(defect);
		await assert.rejects(plans.reload(), defect);
		await assert.rejects(plans.removeFinished(organizationRef, listing()), defect);
	});

	it("are the same only for the same organization, certificates and start", () => {
		assert.equal(isSamePlan(plan(), plan({ scopes: [] })), true);
		for (const difference of [
			{ organizationRef: randomUUID() },
			{ old: { id: "cert_C", name: null } },
			{ next: { id: "cert_C", name: null } },
			{ startedAt: 2000 },
		])
			assert.equal(isSamePlan(plan(), plan(difference)), false);
	});

	const corruptions: readonly [string, (text: string) => string][] = [
		["empty", () => ""],
		["with a time after the valid range", (text) => text.replace('"startedAt":1000', '"startedAt":1e300')],
		["with a negative time", (text) => text.replace('"startedAt":1000', '"startedAt":-1')],
		["truncated", (text) => text.slice(0, -1)],
		["of another old certificate", (text) => text.replace("cert_A", "cert_Z")],
		["with a parent path as id", (text) => text.replace('"p"', '"../p"')],
		["with an unknown kind of scope", (text) => text.replace('"kind":"project"', '"kind":"galaxy"')],
		["with a flag that is a number", (text) => text.replace('"nextWasActive":true', '"nextWasActive":1')],
		["without scopes", (text) => text.replace(/"scopes":\[.*\]/, '"scopes":{}')],
		["with a time that is text", (text) => text.replace('"startedAt":1000', '"startedAt":"1000"')],
		["with a list of organizations", (text) => text.replace(`"${organizationRef}"`, (ref) => `[${ref}]`)],
		["with an invalid old certificate", (text) => text.replace('"Old"', "1")],
		["with an invalid new certificate", (text) => text.replace("cert_B", "..")],
	];
	for (const [title, corrupt] of corruptions)
		it(`that cannot be read are kept until the user discards them: ${title}`, async () => {
			await plans.create(plan());
			const [name = ""] = names();
			const corruptText = corrupt(readFileSync(join(path, name), "utf8"));
			writeFileSync(join(path, name), corruptText);
			assert.deepEqual(await plans.read(), []);
			assert.equal(await plans.create(plan()), false);
			await plans.remove(plan());
			assert.equal(readFileSync(join(path, name), "utf8"), corruptText);
			assert.equal(await plans.stateOf(plan()), "unreadable");
			await plans.discardCorrupt(plan());
			assert.deepEqual([names(), await plans.stateOf(plan())], [[], "none"]);
			await plans.create(plan());
			await plans.discardCorrupt(plan());
			assert.deepEqual(await plans.read(), [plan()]);
		});

	it("that are temporarily unreadable do not count as removed", async () => {
		await plans.create(plan());
		const [name = ""] = names();
		const movedTo = join(folder.path, "kept");
		renameSync(join(path, name), movedTo);
		// A folder cannot be read as a file, not even by root.
		mkdirSync(join(path, name));
		assert.deepEqual(await expectProblem(plans.stateOf(plan())), { reason: "not-recorded", code: "EISDIR" });
		rmdirSync(join(path, name));
		renameSync(movedTo, join(path, name));
		assert.deepEqual(await plans.read(), [plan()]);
	});

	it("can be displayed whatever their files contain", async () => {
		const time = fc.oneof(fc.double(), fc.integer(), fc.maxSafeInteger());
		await plans.create(plan());
		const [name = ""] = names();
		await fc.assert(
			fc.asyncProperty(time, fc.string({ unit: anyCharacter }), fc.string(), async (startedAt, nextName, id) => {
				const scopes = [{ scope: { kind: "project", id }, nextWasActive: true }];
				const next = { id: "cert_B", name: nextName };
				writeFileSync(join(path, name), JSON.stringify({ ...plan({ next, startedAt }), scopes }));
				for (const read of await plans.read()) {
					const role = { part: "old", stage: "waiting", plan: read, other: read.next } as const;
					assert.equal(roleFacts([role], () => null).length, 1);
				}
			}),
			{ numRuns: 200, seed: SEED },
		);
	});

	it("that cannot be written are refused", async () => {
		for (const invalidRef of ["", "../x", "not-a-uuid"])
			assert.deepEqual(await expectProblem(plans.create(plan({ organizationRef: invalidRef }))), {
				reason: "not-recorded",
				code: null,
			});
		await plans.create(plan());
		renameSync(path, join(folder.path, "kept"));
		writeFileSync(path, "");
		for (const refused of [plans.read(), plans.create(plan({ organizationRef: randomUUID() }))])
			assert.equal((await expectProblem(refused)).reason, "not-recorded");
		await plans.reload();
		assert.equal(plans.known.length, 1);
	});
});
