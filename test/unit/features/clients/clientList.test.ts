import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { FileLocks } from "../../../../src/common/storage/locks.ts";
import { ClientList } from "../../../../src/features/clients/clientList.ts";
import { ClientStore } from "../../../../src/features/clients/clientStore.ts";
import { ClientJudge } from "../../../../src/features/clients/judgeClients.ts";
import type { FileSource } from "../../../../src/features/clients/scanFiles.ts";
import { CertificateStore } from "../../../../src/features/organization/certificateStore.ts";
import { ContentCache } from "../../../../src/features/organization/contentCache.ts";
import { EnforcementIndex } from "../../../../src/features/organization/enforcementIndex.ts";
import { ProjectStore } from "../../../../src/features/organization/projectStore.ts";
import { X509CertificateFileReader } from "../../../../src/x509/certificateFileReader.ts";
import { openChecks } from "../../../../src/x509/chainCheck.ts";
import { makeCertificate, type TestCertificate } from "../../../certificates.ts";
import { temporaryFolder } from "../../../temporaryFolders.ts";
import { FakeAdminApi, project, projectScope } from "../../fakes/adminApi.ts";
import { certificate, uniqueOrganizationRef } from "../../fakes/certificatesApi.ts";
import { knownClient, makeClient, NODE_FILES } from "./setup.ts";

describe("The list of known clients", () => {
	let folder: ReturnType<typeof temporaryFolder>;
	let root: TestCertificate;
	let client: TestCertificate;
	let organizationRef: string;
	let fake: FakeAdminApi;
	let certificates: CertificateStore;
	let projects: ProjectStore;
	let store: ClientStore;
	let list: ClientList;
	let files: FileSource;

	before(async () => {
		root = await makeCertificate();
		client = await makeClient({ issuer: root });
	});
	beforeEach(async () => {
		folder = temporaryFolder("list");
		organizationRef = uniqueOrganizationRef();
		fake = new FakeAdminApi([certificate("root")], [project("p"), project("q")]);
		fake.content = async () => root.pem;
		const reader = new X509CertificateFileReader();
		certificates = new CertificateStore(
			async () => fake,
			async () => reader,
		);
		certificates.reset(organizationRef);
		projects = new ProjectStore(async () => fake);
		store = new ClientStore(join(folder.path, "clients"), new FileLocks(join(folder.path, "locks")));
		files = { ...NODE_FILES };
		list = new ClientList({
			...{ certificates, projects, store, reader, files },
			enforcement: new EnforcementIndex(certificates, projects),
			contents: new ContentCache(certificates),
			judge: new ClientJudge(async () => openChecks()),
		});
		await store.add(organizationRef, [knownClient([client])]);
	});
	afterEach(() => folder.remove());

	const load = async () => {
		await Promise.all([certificates.refresh(), projects.refresh()]);
		await once(projects, "change");
		// Reads the contents.
		await list.judge();
		await list.judge();
	};
	const statusOf = () => list.state.statuses.get(client.sha256);

	it("shows the clients before anything of the organization is known: where they are accepted is unknown", async () => {
		await list.reload();
		assert.deepEqual(
			list.state.clients?.map(({ sha256 }) => sha256),
			[client.sha256],
		);
		assert.deepEqual([statusOf()?.accepted, statusOf()?.rejected, list.state.allScopes], [[], [], false]);
	});

	it("judges by what is active in each scope, and follows changes", async () => {
		fake.activeIn(projectScope("p")).add("root");
		await list.reload();
		await load();
		assert.deepEqual([statusOf()?.accepted, list.state.allScopes], [[projectScope("p")], true]);
		fake.activeIn(projectScope("p")).delete("root");
		await load();
		assert.deepEqual(statusOf()?.accepted, []);
	});

	it("belongs to one organization: another one's list replaces it, none empties it", async () => {
		await list.reload();
		certificates.reset(uniqueOrganizationRef());
		assert.equal(list.state.clients, null);
		await list.reload();
		assert.deepEqual(list.state.clients, []);
		certificates.reset(null);
		await list.reload();
		assert.equal(list.state.clients, null);
	});

	it("lacks a client that is removed while the clients' files are still being read", async () => {
		const path = join(folder.path, "client.pem");
		writeFileSync(path, client.pem);
		await store.add(organizationRef, [knownClient([client], { certificatePath: path, fileStamp: "before" })]);
		const [reading, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
		const { stamp } = NODE_FILES;
		files.stamp = async (location) => {
			reading.resolve();
			await released.promise;
			return stamp(location);
		};
		const slow = list.reload();
		await reading.promise;
		await store.remove(organizationRef, [client.sha256]);
		await list.reload();
		released.resolve();
		await slow;
		assert.deepEqual([list.state.clients, await store.list(organizationRef)], [[], []]);
	});

	it("R58 has the problem of a list that cannot be read, until it can", async () => {
		const path = join(folder.path, "clients", `${organizationRef}.json`);
		writeFileSync(path, "{}");
		await list.reload();
		assert.deepEqual(list.state.problem, { reason: "clients-unreadable", path });
		assert.equal(list.state.clients, null);
		writeFileSync(path, JSON.stringify({ version: 1, clients: [] }));
		await list.reload();
		assert.deepEqual([list.state.problem, list.state.clients], [null, []]);
	});
});
