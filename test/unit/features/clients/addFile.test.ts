import assert from "node:assert/strict";
import { join } from "node:path";
import { FileLocks } from "../../../../src/common/storage/locks.ts";
import { addClientFile } from "../../../../src/features/clients/addFile.ts";
import { ClientStore } from "../../../../src/features/clients/clientStore.ts";
import { X509CertificateFileReader } from "../../../../src/x509/certificateFileReader.ts";
import { makeCertificate } from "../../../certificates.ts";
import { temporaryFolder } from "../../../temporaryFolders.ts";
import { uniqueOrganizationRef } from "../../fakes/certificatesApi.ts";
import { makeClient } from "./setup.ts";

describe("A client that was checked or made", () => {
	const folder = temporaryFolder("add");

	after(() => folder.remove());

	const add = (organizationRef: string | null | undefined, pem: string, keyPath: string | null) => {
		const clients = new ClientStore(join(folder.path, "clients"), new FileLocks(join(folder.path, "locks")));
		const reader = new X509CertificateFileReader();
		const file = { name: "a.pem", bytes: Buffer.from(pem), certificatePath: "/a.pem", fileStamp: "1" };
		return addClientFile({ certificates: { organizationRef }, clients, reader }, file, keyPath);
	};

	it("is added to the current organization, with the path of its key", async () => {
		const { pem, sha256 } = await makeClient({ commonName: "made" });
		const organizationRef = uniqueOrganizationRef();
		const result = await add(organizationRef, pem, "/a.key");
		assert.deepEqual(
			result?.added.map(({ name, sha256, certificatePath, keyPath }) => [name, sha256, certificatePath, keyPath]),
			[["made", sha256, "/a.pem", "/a.key"]],
		);
		assert.equal((await add(organizationRef, pem, null))?.alreadyKnown[0]?.keyPath, "/a.key");
	});

	it("is not added without an organization, nor is a file without a client", async () => {
		const { pem } = await makeClient();
		for (const ref of [null, undefined]) assert.equal(await add(ref, pem, null), null);
		assert.equal(await add(uniqueOrganizationRef(), (await makeCertificate()).pem, null), null);
	});
});
