import assert from "node:assert/strict";
import { CancelledError } from "../../../../src/domain/problem.ts";
import { exportClients, MAX_LIST_BYTES, readExportedClients } from "../../../../src/features/clients/clientExchange.ts";
import { MAX_CLIENTS } from "../../../../src/features/clients/knownClient.ts";
import { X509CertificateFileReader } from "../../../../src/x509/certificateFileReader.ts";
import { makeCertificate, type TestCertificate } from "../../../certificates.ts";
import { expectProblem } from "../../openai/setup.ts";
import { knownClient, makeClient } from "./setup.ts";

const never = new AbortController().signal;

describe("An exported list of clients", () => {
	let root: TestCertificate;
	let client: TestCertificate;

	before(async () => {
		root = await makeCertificate();
		client = await makeClient({ commonName: "client", issuer: root });
	});

	const read = (text: string | Uint8Array, signal = never) =>
		readExportedClients(
			typeof text === "string" ? Buffer.from(text) : text,
			"list.json",
			new X509CertificateFileReader(),
			Date.now() / 1000,
			signal,
		);
	const list = (clients: unknown, more: object = {}) =>
		JSON.stringify({ format: "certificates-for-openai.clients", version: 1, clients, ...more });

	it("has names and certificates, and can be read again", async () => {
		const original = knownClient([client, root], {
			...{ name: "build agent", certificatePath: "/home/someone/a.pem", keyPath: "/home/someone/a.key" },
			fileStamp: "1-2",
		});
		const text = exportClients([original]);
		assert.deepEqual(Object.keys(JSON.parse(text).clients[0]), ["name", "certificates"]);
		assert.ok(!text.includes("someone"));
		const { clients, skipped, isCut } = await read(text);
		assert.deepEqual([skipped, isCut], [[], false]);
		const [imported] = clients;
		assert.deepEqual([imported?.name, imported?.chain], ["build agent", [client.der, root.der]]);
		assert.equal(imported?.certificatePath, null);
		assert.equal(imported?.sha256, client.sha256);
		// Not what the list says, but what the certificate says.
		assert.notEqual(imported?.notAfter, original.notAfter);
	});

	it("by somebody else adds only what is a client's certificate, and nothing else of it is used", async () => {
		const { pem } = client;
		const { clients, skipped } = await read(
			list([
				{ name: "x".repeat(5000), certificates: pem, certificatePath: "/etc/passwd", keyPath: "/etc/shadow" },
				{ name: "with key", certificates: client.privateKeyPem + pem },
				{ name: 1, certificates: pem },
				{ name: "a", certificates: [pem] },
				null,
				{ name: "a", certificates: root.pem },
				{ name: "a", certificates: client.privateKeyPem },
				{ name: "a", certificates: "x".repeat(1_048_577) },
			]),
		);
		assert.deepEqual(
			clients.map(({ name, chain, certificatePath, keyPath }) => [name.length, chain.length, certificatePath, keyPath]),
			[
				[200, 1, null, null],
				[8, 1, null, null],
			],
		);
		assert.deepEqual(
			skipped.map(({ name, why }) => `${name} ${why}`),
			[
				...[
					"clients[2] unreadable",
					"clients[3] unreadable",
					"clients[4] unreadable",
					"clients[5] only-ca-certificates",
				],
				...["clients[6] not-a-certificate", "clients[7] too-large"],
			],
		);
	});

	it("is bounded, and its reading can be cancelled", async () => {
		const { skipped, isCut } = await read(list(Array.from({ length: MAX_CLIENTS + 1 }, () => 0)));
		assert.deepEqual([skipped.length, isCut], [MAX_CLIENTS, true]);
		await assert.rejects(read(list([1]), AbortSignal.abort()), CancelledError);
	});

	for (const [why, make] of [
		["too-large", () => new Uint8Array(MAX_LIST_BYTES + 1)],
		["not-a-list", () => ""],
		["not-a-list", () => "[]"],
		["not-a-list", () => "{}"],
		["not-a-list", () => list({})],
		["not-a-list", () => list([], { format: "other" })],
		["not-a-list", () => list([], { version: "1" })],
		["not-a-list", () => list(Array.from({ length: 300_000 }, () => []))],
		["not-a-list", () => `${list([]).slice(0, -1)},"deep":${"[".repeat(600_000)}${"]".repeat(600_000)}}`],
		["newer", () => list([], { version: 2 })],
		["newer", () => list({}, { version: 2 })],
	] as const)
		it(`is refused as ${why}`, async () => {
			assert.deepEqual(await expectProblem(read(make())), { reason: "client-list-refused", file: "list.json", why });
		});
});
