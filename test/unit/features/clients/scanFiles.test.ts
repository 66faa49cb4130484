import "reflect-metadata/lite";
import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { mock } from "node:test";
import { pathToFileURL } from "node:url";
import { BasicConstraintsExtension, type Extension } from "@peculiar/x509";
import { FileLocks } from "../../../../src/common/storage/locks.ts";
import { CancelledError } from "../../../../src/domain/problem.ts";
import { ClientStore } from "../../../../src/features/clients/clientStore.ts";
import { readRenewedFiles } from "../../../../src/features/clients/renewedFiles.ts";
import { type FileSource, MAX_ENTRIES, scanFiles } from "../../../../src/features/clients/scanFiles.ts";
import { X509CertificateFileReader } from "../../../../src/x509/certificateFileReader.ts";
import { makeCertificate, type TestCertificate } from "../../../certificates.ts";
import { makeLink } from "../../../systemDifferences.ts";
import { temporaryFolder } from "../../../temporaryFolders.ts";
import { uniqueOrganizationRef } from "../../fakes/certificatesApi.ts";
import { expectProblem } from "../../openai/setup.ts";
import { makeClient, NODE_FILES } from "./setup.ts";

const reader = new X509CertificateFileReader();
const NOW = Date.now() / 1000;
const never = new AbortController().signal;

describe("Files with client certificates", () => {
	let folder: ReturnType<typeof temporaryFolder>;
	let root: TestCertificate;
	let intermediate: TestCertificate;
	let client: TestCertificate;
	let other: TestCertificate;

	before(async () => {
		root = await makeCertificate({ commonName: "Root" });
		intermediate = await makeCertificate({ commonName: "Intermediate", issuer: root });
		client = await makeClient({ commonName: "client", issuer: intermediate });
		other = await makeClient({ subject: "O=Acme", issuer: intermediate });
	});
	beforeEach(() => {
		folder = temporaryFolder("scan");
	});
	afterEach(() => folder.remove());

	const path = (name: string) => join(folder.path, name);
	const write = (name: string, ...parts: readonly { readonly pem: string }[]) =>
		writeFileSync(path(name), parts.map(({ pem }) => pem).join(""));
	const scan = (names: readonly string[], signal = never, source = NODE_FILES) =>
		scanFiles(
			names.map((name) => pathToFileURL(path(name)).href),
			source,
			reader,
			NOW,
			signal,
		);

	it("have the chain with the client first, its name, and the paths", async () => {
		write("chain.pem", root, intermediate, client);
		write("no name.pem", other);
		writeFileSync(path("with key.pem"), client.privateKeyPem + client.pem);
		const { clients } = await scan(["chain.pem", "no name.pem", "with key.pem"]);
		assert.deepEqual(
			clients.map(({ name, chain, certificatePath, keyPath }) => [name, chain.length, certificatePath, keyPath]),
			[
				["client", 3, path("chain.pem"), null],
				["no name", 1, path("no name.pem"), null],
				["client", 1, path("with key.pem"), path("with key.pem")],
			],
		);
		assert.deepEqual(clients[0]?.chain, [client.der, root.der, intermediate.der]);
		assert.equal(clients[0]?.sha256, client.sha256);
		assert.ok(clients[0]?.fileStamp);
	});

	it("can contain several clients, each with the CA certificates of the file", async () => {
		write("both.pem", client, intermediate, other);
		const { clients } = await scan(["both.pem"]);
		assert.deepEqual(
			clients.map(({ chain }) => chain),
			[client, other].map(({ der }) => [der, intermediate.der]),
		);
	});

	it("can contain self-signed clients with one subject, and issuers without basic constraints", async () => {
		const without = (extensions: Extension[]) =>
			extensions.filter((each) => !(each instanceof BasicConstraintsExtension));
		for (const options of [{}, { extensions: without }]) {
			const [old, renewed] = await Promise.all([makeClient(options), makeClient(options)]);
			write("renewed.pem", old, renewed);
			const { clients } = await scan(["renewed.pem"]);
			assert.deepEqual(
				clients.map(({ chain }) => chain),
				[[old.der], [renewed.der]],
			);
		}
		const oldRoot = await makeCertificate({ commonName: "Old root", extensions: without });
		const leaf = await makeClient({ issuer: oldRoot });
		write("old.pem", oldRoot, leaf);
		const { clients } = await scan(["old.pem"]);
		assert.deepEqual(
			clients.map(({ chain }) => chain),
			[[leaf.der, oldRoot.der]],
		);
	});

	it("are found in a folder, and every other file is counted; no other name is read", async () => {
		mkdirSync(path("all/deep"), { recursive: true });
		write("all/deep/client.CRT", client);
		write("all/ca.pem", root);
		writeFileSync(path("all/key.pem"), client.privateKeyPem);
		writeFileSync(path("all/key.key"), client.privateKeyPem);
		writeFileSync(path("all/damaged.pem"), client.pem.replace(/MII..../, "MII"));
		writeFileSync(path("all/large.pem"), "x".repeat(1_048_577));
		write("all/bundle.pem", client, ...Array.from({ length: 10 }, (_, index) => ({ pem: bundle[index]?.pem ?? "" })));
		const opened: string[] = [];
		const source: FileSource = {
			...NODE_FILES,
			read: (location) => {
				opened.push(NODE_FILES.nameOf(location));
				return NODE_FILES.read(location);
			},
		};
		const { clients, skipped, isCut } = await scan(["all"], never, source);
		assert.deepEqual(
			clients.map(({ certificatePath }) => certificatePath),
			[path("all/deep/client.CRT")],
		);
		assert.deepEqual(skipped.map(({ name, why }) => `${basename(name)} ${why}`).sort(), [
			"bundle.pem too-many-certificates",
			"ca.pem only-ca-certificates",
			"damaged.pem unreadable",
			"key.key other-type",
			"key.pem not-a-certificate",
			"large.pem too-large",
		]);
		assert.equal(isCut, false);
		assert.ok(opened.includes("key.pem") && !opened.includes("key.key"));
	});

	it("behind a link in a folder are not read, but a folder chosen by a link is", async function () {
		mkdirSync(path("all/deep"), { recursive: true });
		mkdirSync(path("outside"));
		write("outside/secret.pem", other);
		write("all/client.pem", client);
		makeLink(this, path("outside"), path("all/out"));
		makeLink(this, path("outside/secret.pem"), path("all/out.pem"));
		makeLink(this, path("all"), path("all/deep/loop"));
		makeLink(this, path("all"), path("chosen"));
		for (const name of ["all", "chosen"]) {
			const { clients, skipped } = await scan([name]);
			assert.deepEqual(
				clients.map(({ sha256 }) => sha256),
				[client.sha256],
			);
			const links = skipped.map(({ name, why }) => `${basename(name)} ${why}`);
			assert.deepEqual(links.sort(), ["loop link", "out link", "out.pem link"]);
		}
	});

	let bundle: readonly TestCertificate[];
	before(async () => {
		bundle = await Promise.all(Array.from({ length: 10 }, (_, index) => makeCertificate({ commonName: `${index}` })));
	});

	it("are looked at up to a limit, and reading stops when it is cancelled", async () => {
		const cancel = new AbortController();
		let read = 0;
		const endless: FileSource = {
			...NODE_FILES,
			isFolder: async () => true,
			entries: async (at) =>
				Array.from({ length: 1000 }, (_, index) => ({
					location: `${at}/${index}${index === 0 ? "" : ".pem"}`,
					type: index === 0 ? ("folder" as const) : ("file" as const),
				})),
			stamp: async () => "1",
			read: async () => {
				if (++read === 20) cancel.abort();
				return Buffer.from(client.pem);
			},
		};
		const entries = async (at: string) =>
			(await endless.entries(at)).map((each) => (each.type === "file" ? { ...each, type: "other" as const } : each));
		const listing = { ...endless, entries };
		const { skipped, isCut } = await scan(["x"], never, listing);
		assert.equal(isCut, true);
		assert.equal(skipped.length, MAX_ENTRIES - MAX_ENTRIES / 1000);
		await assert.rejects(scan(["x"], cancel.signal, endless), CancelledError);
		assert.equal(read, 20);
	});

	it("on a drive that doesn't answer are given up once the search is cancelled", async () => {
		const cancel = new AbortController();
		const silent: FileSource = { ...NODE_FILES, isFolder: () => new Promise(() => setImmediate(() => cancel.abort())) };
		await assert.rejects(scan(["x"], cancel.signal, silent), CancelledError);
	});

	it("have names of limited length, whatever a certificate says", async () => {
		write("long.pem", await makeClient({ commonName: "a".repeat(10_000), issuer: root }));
		const { clients } = await scan(["long.pem"]);
		assert.deepEqual(
			clients.map(({ name }) => name),
			["a".repeat(200)],
		);
	});

	it("have the usual problem if a single file cannot be read", async () => {
		assert.deepEqual(await expectProblem(scan(["gone.pem"])), {
			...{ reason: "file-unreadable", file: "gone.pem", why: "gone" },
		});
		write("a.pem", client);
		const { clients, skipped } = await scan(["a.pem", "gone.pem"]);
		assert.deepEqual([clients.length, skipped.map(({ why }) => why)], [1, ["unreadable"]]);
	});

	it("that changed replace their client; those that are gone or have none at the moment change nothing", async () => {
		const organizationRef = uniqueOrganizationRef();
		const store = new ClientStore(path("clients"), new FileLocks(path("locks")));
		const readAgain = async () =>
			(await readRenewedFiles(organizationRef, store, NODE_FILES, reader)).map(({ sha256, name }) => [sha256, name]);
		write("a.pem", client);
		write("b.pem", other);
		await store.add(organizationRef, (await scan(["a.pem", "b.pem"])).clients);
		const before = await readAgain();
		assert.deepEqual(before, [
			[client.sha256, "client"],
			[other.sha256, "b"],
		]);
		let changes = 0;
		store.on("change", () => changes++);
		writeFileSync(path("a.pem"), "");
		rmSync(path("b.pem"));
		assert.deepEqual(await readAgain(), before);
		assert.equal(changes, 0);
		const renewed = await makeClient({ commonName: "another name", issuer: root });
		write("a.pem", renewed, root);
		assert.deepEqual(await readAgain(), [
			[renewed.sha256, "client"],
			[other.sha256, "b"],
		]);
		await readAgain();
		assert.equal(changes, 1);
	});

	for (const call of ["stamp", "read"] as const)
		it(`that never answer to ${call} change nothing`, async () => {
			const organizationRef = uniqueOrganizationRef();
			const store = new ClientStore(path("clients"), new FileLocks(path("locks")));
			write("a.pem", client);
			await store.add(organizationRef, (await scan(["a.pem"])).clients);
			write("a.pem", other);
			const called = Promise.withResolvers<void>();
			const source: FileSource = {
				...NODE_FILES,
				[call]: () => {
					called.resolve();
					return new Promise(() => {});
				},
			};
			mock.timers.enable({ apis: ["setTimeout"] });
			try {
				const reading = readRenewedFiles(organizationRef, store, source, reader);
				await called.promise;
				mock.timers.tick(7000);
				assert.deepEqual(
					(await reading).map(({ sha256 }) => sha256),
					[client.sha256],
				);
			} finally {
				mock.timers.reset();
			}
		});
});
