import assert from "node:assert/strict";
import { createPrivateKey, randomUUID } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FileLocks } from "../../../../src/common/storage/locks.ts";
import { CancelledError } from "../../../../src/domain/problem.ts";
import { ClientStore } from "../../../../src/features/clients/clientStore.ts";
import { type KnownClient, MAX_CLIENTS } from "../../../../src/features/clients/knownClient.ts";
import { mergeClients } from "../../../../src/features/clients/mergeClients.ts";
import type { TestCertificate } from "../../../certificates.ts";
import { assertPrivate } from "../../../systemDifferences.ts";
import { temporaryFolder } from "../../../temporaryFolders.ts";
import { expectProblem } from "../../openai/setup.ts";
import { knownClient, makeClient } from "./setup.ts";

describe("The store of known clients", () => {
	const organizationRef = randomUUID();
	let folder: ReturnType<typeof temporaryFolder>;
	let path: string;
	let store: ClientStore;
	let certificates: readonly TestCertificate[];
	let clients: readonly KnownClient[];

	before(async () => {
		certificates = await Promise.all(["a", "b", "c"].map((commonName) => makeClient({ commonName })));
		clients = certificates.map((each) => knownClient([each]));
	});
	beforeEach(() => {
		folder = temporaryFolder("clients");
		path = join(folder.path, "deep", "clients");
		store = openStore();
	});
	afterEach(() => folder.remove());

	/** Opens the store of another window. */
	const openStore = () => new ClientStore(path, new FileLocks(join(folder.path, "locks")));
	const file = () => join(path, `${organizationRef}.json`);
	const names = (some: readonly KnownClient[]) => some.map(({ name }) => name);

	it("keeps clients for each organization, after a restart too, readable by their owner only", async () => {
		assert.deepEqual(await store.list(organizationRef), []);
		const [a, b] = clients as [KnownClient, KnownClient];
		const paths = { certificatePath: "/etc/a b.pem", keyPath: "/etc/a.key", fileStamp: "1-2" };
		const { added, ...others } = await store.add(organizationRef, [{ ...a, ...paths }, b]);
		assert.equal(added.length, 2);
		assert.deepEqual(Object.values(others).flat(), []);
		assert.deepEqual(await openStore().list(organizationRef), [{ ...a, ...paths }, b]);
		assert.deepEqual(await store.list(randomUUID()), []);
		assertPrivate(file());
		await openStore().remove(organizationRef, [a.sha256, "unknown"]);
		assert.deepEqual(await store.list(organizationRef), [b]);
	});

	it("emits a change after each change by this window, and after no other call", async () => {
		const [a, b] = clients as [KnownClient, KnownClient];
		let changes = 0;
		store.on("change", () => changes++);
		const changesDuring = async (call: Promise<unknown>) => {
			changes = 0;
			await call;
			return changes;
		};
		assert.equal(await changesDuring(store.add(organizationRef, clients)), 1);
		assert.equal(await changesDuring(store.add(organizationRef, clients)), 0);
		assert.equal(await changesDuring(store.add(organizationRef, [{ ...a, certificatePath: "/a.pem" }])), 1);
		assert.equal(await changesDuring(store.renew(organizationRef, [{ ...b, certificatePath: "/unknown.pem" }])), 0);
		assert.equal(await changesDuring(store.list(organizationRef)), 0);
		assert.equal(await changesDuring(store.remove(organizationRef, ["unknown"])), 0);
		assert.equal(await changesDuring(openStore().remove(organizationRef, [b.sha256])), 0);
		assert.equal(await changesDuring(store.remove(organizationRef, [a.sha256])), 1);
	});

	it("R37 keeps what two windows add at the same time", async () => {
		const windows = [openStore(), openStore(), openStore()];
		await Promise.all(windows.map((each, index) => each.add(organizationRef, clients.slice(index, index + 1))));
		const listed = await store.list(organizationRef);
		assert.deepEqual(listed.map(({ sha256 }) => sha256).sort(), certificates.map(({ sha256 }) => sha256).sort());
	});

	it("R48 keeps no byte of a private key, wherever a chain has one", async () => {
		const [certificate] = certificates as [TestCertificate];
		const { privateKeyPem, der, pem, sha256 } = certificate;
		const key = Buffer.from(privateKeyPem.replaceAll(/-----[^-]+-----|\s/g, ""), "base64");
		const chains = [
			[Buffer.concat([der, key])],
			[Buffer.from(pem + privateKeyPem)],
			[Buffer.from(privateKeyPem + pem)],
			[der, key],
			[key],
			[Buffer.from(privateKeyPem)],
		];
		const results = [];
		for (const chain of chains)
			results.push(await store.add(organizationRef, [{ ...knownClient([certificate]), chain }]));
		assert.deepEqual(
			results.map(({ added, alreadyKnown, unusable }) => [added.length, alreadyKnown.length, unusable.length]),
			[
				...[
					[1, 0, 0],
					[0, 1, 0],
					[0, 1, 0],
				],
				...[
					[0, 0, 1],
					[0, 0, 1],
					[0, 0, 1],
				],
			],
		);
		const [only] = await store.list(organizationRef);
		assert.deepEqual([only?.sha256, only?.chain], [sha256, [der]]);
		const text = readFileSync(file(), "latin1");
		// The private number: the file of the key contains the public key, too.
		const secret = Buffer.from(createPrivateKey(privateKeyPem).export({ format: "jwk" }).d ?? "", "base64url");
		assert.equal(secret.length, 32);
		// The Base64 of a part of other bytes depends on where it begins.
		for (const start of [0, 1, 2])
			for (const encoding of ["base64", "hex", "latin1"] as const)
				assert.ok(!text.includes(secret.subarray(start, start + 24).toString(encoding)), encoding);
	});

	it("replaces the only client of a file that changed, whose name stays", async () => {
		const [a, b, c] = clients as [KnownClient, KnownClient, KnownClient];
		const file = { certificatePath: "/a.pem", fileStamp: "1" };
		await store.add(organizationRef, [{ ...a, ...file, name: "build agent", keyPath: "/a.key" }, c]);
		const renewed = { ...b, ...file, fileStamp: "2", name: "other" };
		const { replaced, added } = await store.add(organizationRef, [renewed]);
		assert.deepEqual(names(replaced), ["build agent"]);
		assert.deepEqual(added, []);
		const listed = await store.list(organizationRef);
		assert.deepEqual(listed, [{ ...renewed, name: "build agent", keyPath: "/a.key" }, c]);
		// Two clients in the file: which of them is the renewed one is not known.
		const { added: both } = await store.add(organizationRef, [
			{ ...a, ...file },
			{ ...knownClient([await makeClient()]), ...file },
		]);
		assert.equal(both.length, 2);
	});

	it("loses no client that moved to another file while its old file was renewed", async () => {
		const [a, b] = clients as [KnownClient, KnownClient];
		await store.add(organizationRef, [{ ...a, certificatePath: "/agent.pem" }]);
		const [moved, renewed] = [
			{ ...a, certificatePath: "/old.pem" },
			{ ...b, certificatePath: "/agent.pem" },
		];
		for (const found of [
			[moved, renewed],
			[renewed, moved],
		]) {
			const { added, alreadyKnown, replaced } = mergeClients(await store.list(organizationRef), found);
			assert.deepEqual([added, alreadyKnown.length, replaced], [[renewed], 1, []]);
		}
		await store.add(organizationRef, [renewed, moved]);
		assert.deepEqual(await store.list(organizationRef), [moved, renewed]);
	});

	it("removes the only client of a file that contains another known client now", async () => {
		const [a, b] = clients as [KnownClient, KnownClient];
		await store.add(organizationRef, [
			{ ...a, certificatePath: "/a.pem" },
			{ ...b, certificatePath: "/b.pem" },
		]);
		const { alreadyKnown } = await store.add(organizationRef, [{ ...b, certificatePath: "/a.pem" }]);
		assert.equal(alreadyKnown.length, 1);
		assert.deepEqual(await store.list(organizationRef), [{ ...b, certificatePath: "/a.pem" }]);
	});

	it("contains a client once that was found several times", async () => {
		const [a, b] = clients as [KnownClient, KnownClient];
		const file = { certificatePath: "/a.pem" };
		await store.add(organizationRef, [{ ...a, ...file }]);
		const renewed = { ...b, ...file };
		for (const found of [
			[renewed, { ...renewed }],
			[{ ...b, certificatePath: "/copy.pem" }, renewed],
		]) {
			const merged = mergeClients(await store.list(organizationRef), found);
			assert.deepEqual(merged.clients, [renewed]);
			assert.deepEqual([merged.added.length, merged.replaced.length, merged.alreadyKnown.length], [0, 1, 1]);
		}
	});

	it("updates the paths of a known client that is found again, and keeps its name", async () => {
		const [a] = clients as [KnownClient];
		await store.add(organizationRef, [{ ...a, name: "imported" }]);
		const found = { certificatePath: "/a.pem", fileStamp: "1", keyPath: "/a.key" };
		const { alreadyKnown } = await store.add(organizationRef, [{ ...a, ...found }]);
		assert.equal(alreadyKnown.length, 1);
		assert.deepEqual(await store.list(organizationRef), [{ ...a, ...found, name: "imported" }]);
		await store.add(organizationRef, [a]);
		assert.deepEqual(await store.list(organizationRef), [{ ...a, ...found, name: "imported" }]);
	});

	it("is bounded: the clients and a client's chain", async () => {
		const [certificate] = certificates as [TestCertificate];
		const many = Array.from({ length: MAX_CLIENTS + 2 }, (_, index) => knownClient([], { sha256: `${index}` }));
		const { clients: kept, overLimit } = mergeClients([], many);
		assert.deepEqual([kept.length, overLimit.length], [MAX_CLIENTS, 2]);
		const chains = [[], Array.from({ length: 11 }, () => certificate), Array.from({ length: 10 }, () => certificate)];
		const { added, unusable } = await store.add(
			organizationRef,
			chains.map((chain) => knownClient(chain)),
		);
		assert.deepEqual([added.length, unusable.length], [1, 2]);
	});

	it("writes nothing once it is cancelled", async () => {
		await assert.rejects(store.add(organizationRef, clients, AbortSignal.abort()), CancelledError);
		assert.deepEqual(await store.list(organizationRef), []);
	});

	it("R58 leaves a list of a newer version, or one that cannot be read, unchanged and says so", async () => {
		await store.add(organizationRef, clients);
		const original = readFileSync(file(), "utf8");
		const { version, clients: stored } = JSON.parse(original);
		assert.equal(version, 1);
		const unreadable = { reason: "clients-unreadable", path: file() };
		for (const [text, problem] of [
			[JSON.stringify({ version: 2 }), { reason: "record-newer" }],
			[original.slice(0, -9), unreadable],
			["", unreadable],
			["[]", unreadable],
			...["name", "chain", "notAfter", "certificatePath", "keyPath", "fileStamp"].map(
				(field) =>
					[JSON.stringify({ version, clients: [...stored, { ...stored[0], [field]: {} }] }), unreadable] as const,
			),
		] as const) {
			writeFileSync(file(), text);
			for (const call of [
				() => store.list(organizationRef),
				() => store.add(organizationRef, clients),
				() => store.remove(organizationRef, []),
			])
				assert.deepEqual(await expectProblem(call()), problem);
			assert.equal(readFileSync(file(), "utf8"), text);
		}
		// Another organization's list is not affected.
		await store.add(randomUUID(), clients);
		assert.deepEqual(readdirSync(path).length, 2);
	});

	it("builds no path from anything but an organization's reference", async () => {
		for (const ref of ["", "..", "a/b", `${organizationRef}/../x`])
			assert.equal((await expectProblem(store.add(ref, clients))).reason, "not-recorded");
	});
});
