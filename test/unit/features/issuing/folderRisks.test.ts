import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type FolderRisk, findFolderRisks } from "../../../../src/features/issuing/folderRisks.ts";
import { makeLink } from "../../../systemDifferences.ts";
import { temporaryFolder } from "../../../temporaryFolders.ts";

describe("The risks of a folder for a private key", () => {
	let temporary: ReturnType<typeof temporaryFolder>;

	beforeEach(() => {
		temporary = temporaryFolder("risks");
	});
	afterEach(() => temporary.remove());

	const at = (...path: string[]) => join(temporary.path, ...path);
	const assertRisks = async (
		path: string,
		expected: readonly FolderRisk[],
		workspaceFolders: readonly string[] = [],
		environment: NodeJS.ProcessEnv = {},
	) => assert.deepEqual(await findFolderRisks(path, workspaceFolders, environment), expected, path);

	it("are none elsewhere", async () => {
		await assertRisks(at("openai-mtls", "Acme"), [], [at("workspace")]);
		await assertRisks(at("workspaces"), [], [at("workspace")]);
	});

	it("include an open workspace", async () => {
		await assertRisks(at("workspace"), ["workspace"], [at("other"), at("workspace")]);
		await assertRisks(at("workspace", "a", "b"), ["workspace"], [at("workspace")]);
	});

	it("include a Git working tree, also a linked one", async () => {
		mkdirSync(at("one", ".git"), { recursive: true });
		mkdirSync(at("two"));
		writeFileSync(at("two", ".git"), "gitdir: elsewhere");
		await assertRisks(at("one", "a", "b"), ["git"]);
		await assertRisks(at("two"), ["git"]);
	});

	for (const name of [
		"OneDrive",
		"OneDrive - Acme",
		"Dropbox",
		"Dropbox (Acme)",
		"iCloudDrive",
		"Google Drive",
		"GoogleDrive-a@b.example",
		"Nextcloud",
		"Mobile Documents",
	])
		it(`include a folder that programs sync: ${name}`, async () => {
			await assertRisks(at(name, "keys"), ["synced"]);
			await assertRisks(at(`not ${name}`), []);
		});

	it("include what OneDrive and sync programs declare", async () => {
		await assertRisks(at("cloud", "a"), ["synced"], [], { OneDriveCommercial: at("cloud") });
		mkdirSync(at("synced", ".stfolder"), { recursive: true });
		await assertRisks(at("synced", "a"), ["synced"]);
	});

	it("include where a link leads", async function () {
		mkdirSync(at("tree", ".git"), { recursive: true });
		makeLink(this, at("tree"), at("link"));
		await assertRisks(at("link", "new"), ["workspace", "git"], [at("tree")]);
	});

	it("include a workspace that was opened by a link", async function () {
		mkdirSync(at("tree"));
		makeLink(this, at("tree"), at("link"));
		await assertRisks(at("tree", "new"), ["workspace"], [at("link")]);
	});

	it("are those of the path if it can't be followed", async function () {
		writeFileSync(at("file"), "");
		await assertRisks(at("file", "new"), []);
		makeLink(this, at("loop"), at("loop"));
		await assertRisks(at("loop", "new"), ["workspace"], [at("loop")]);
	});
});
