import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { FileLocks } from "../../../../src/common/storage/locks.ts";
import { ProblemError } from "../../../../src/domain/problem.ts";
import { addClientFile } from "../../../../src/features/clients/addFile.ts";
import { ClientStore } from "../../../../src/features/clients/clientStore.ts";
import { X509CertificateFileReader } from "../../../../src/x509/certificateFileReader.ts";
import { makeCertificate } from "../../../certificates.ts";
import { temporaryFolder } from "../../../temporaryFolders.ts";
import { uniqueOrganizationRef } from "../../fakes/certificatesApi.ts";
import { makeClient, NODE_FILES } from "./setup.ts";

describe("A client that was made", () => {
	const folder = temporaryFolder("add");
	const path = join(folder.path, "made-chain.pem");
	const clients = new ClientStore(join(folder.path, "clients"), new FileLocks(join(folder.path, "locks")));

	after(() => folder.remove());

	/** @param organizationRef `null`: there is no admin key. */
	const add = (organizationRef: string | null, pem: string, keyPath: string | null) => {
		writeFileSync(path, pem);
		const destination = async () => {
			if (organizationRef === null) throw new ProblemError({ reason: "no-key" });
			return { organizationRef };
		};
		const deps = { connections: { destination }, clients, clientFiles: NODE_FILES };
		return addClientFile({ ...deps, reader: new X509CertificateFileReader() }, NODE_FILES.locationOf(path), keyPath);
	};

	it("is added to the current organization, with the paths of its files", async () => {
		const { pem, sha256 } = await makeClient({ commonName: "made" });
		const organizationRef = uniqueOrganizationRef();
		assert.equal(await add(organizationRef, pem, "/a.key"), true);
		const [known] = await clients.list(organizationRef);
		assert.deepEqual(
			[known?.name, known?.sha256, known?.certificatePath, known?.keyPath],
			["made", sha256, path, "/a.key"],
		);
		assert.equal(await add(organizationRef, pem, "/a.key"), false);
	});

	it("replaces the client that the same file contained", async () => {
		const organizationRef = uniqueOrganizationRef();
		await add(organizationRef, (await makeClient({ commonName: "agent" })).pem, null);
		const { pem, sha256 } = await makeClient({ commonName: "agent" });
		assert.equal(await add(organizationRef, pem, null), true);
		assert.deepEqual(
			(await clients.list(organizationRef)).map((client) => client.sha256),
			[sha256],
		);
	});

	it("is not added without an admin key, nor is a file without a client", async () => {
		assert.equal(await add(null, (await makeClient()).pem, null), false);
		assert.equal(await add(uniqueOrganizationRef(), (await makeCertificate()).pem, null), false);
	});
});
