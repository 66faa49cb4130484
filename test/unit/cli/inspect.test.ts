import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { inspect } from "../../../src/cli/inspect.ts";
import { describeFileOutcome, describeSkippedBlock } from "../../../src/common/messages/certificateFileMessages.ts";
import { makeCertificate, type TestCertificate } from "../../certificates.ts";
import { endlessDevice, isWindows, makeLink, makePipe, makeUnreadable } from "../../systemDifferences.ts";
import { temporaryFolder } from "../../temporaryFolders.ts";
import { parsedCertificate } from "../fakes/certificatesApi.ts";
import { makePrivateKeys } from "../x509/privateKeys.ts";

const run = promisify(execFile);
const TASK = join(import.meta.dirname, "../../tasks/inspect.ts");

describe("Inspection from a terminal", () => {
	const temporary = temporaryFolder("inspect");
	const folder = temporary.path;
	let root: TestCertificate;
	let client: TestCertificate;

	before(async () => {
		root = await makeCertificate({ commonName: "Acme Root" });
		client = await makeCertificate({ ca: false, issuer: root });
		writeFileSync(join(folder, "root.pem"), root.pem);
		writeFileSync(join(folder, "both.pem"), client.pem + makePrivateKeys()[0]?.text + root.pem);
		writeFileSync(join(folder, "empty.pem"), "");
	});
	after(() => temporary.remove());

	async function lines(...files: string[]): Promise<string[]> {
		const lines: string[] = [];
		for await (const line of inspect({ files, at: Date.now() / 1000, folder })) lines.push(line);
		return lines;
	}

	it("prints all facts about a certificate, under stable names", async () => {
		const [line = "", ...more] = await lines("root.pem");
		assert.equal(more.length, 0);
		assert.match(line, /^\{.*\}\n$/);
		const { candidates, ...rest } = JSON.parse(line);
		assert.deepEqual(rest, {
			file: "root.pem",
			outcome: "accept",
			reason: null,
			message: describeFileOutcome({ reason: null, candidates: [parsedCertificate("Acme Root")], skipped: [] }),
			holdsPrivateKey: false,
			skipped: [],
		});
		const { serialNumber, notBefore, notAfter, ...candidate } = candidates[0];
		assert.deepEqual(candidate, {
			sha256: root.sha256,
			subject: "CN=Acme Root",
			issuer: "CN=Acme Root",
			isCa: true,
			selfSigned: true,
			keyType: "ec",
			keyBits: 256,
			pem: root.pem,
			findings: [{ code: "root", level: "info" }],
		});
		assert.match(serialNumber, /^([0-9a-f]{2})+$/);
		assert.ok(Number.isInteger(notBefore) && Number.isInteger(notAfter));
	});

	it("prints a line for each file, with the kind of each skipped block", async () => {
		const [both, empty] = (await lines("both.pem", "empty.pem")).map((line) => JSON.parse(line));
		assert.deepEqual([both.outcome, both.holdsPrivateKey, both.candidates.length], ["choose", true, 2]);
		const line = client.pem.split("\n").length;
		assert.deepEqual(both.skipped, [{ block: 2, line, kind: "private-key", reason: "private-key" }]);
		assert.deepEqual([empty.outcome, empty.reason], ["refuse", "empty"]);
	});

	const unreadable: readonly [string, string, (path: string, context: Mocha.Context) => unknown][] = [
		["a folder", "not-a-file", (path) => mkdirSync(path)],
		["a link to nothing", "not-found", (path, context) => makeLink(context, "nowhere", path)],
		["a link to a device", "not-a-file", (path, context) => makeLink(context, endlessDevice(context), path)],
		["a pipe", "not-a-file", (path, context) => makePipe(context, path)],
		["a byte too large", "too-large", (path) => writeFileSync(path, Buffer.alloc(1_048_577, 0x0a))],
		["of the maximum size", "empty", (path) => writeFileSync(path, Buffer.alloc(1_048_576, 0x0a))],
		["missing", "not-found", () => {}],
		[
			"unreadable for the user",
			"no-permission",
			(path, context) => {
				writeFileSync(path, root.pem);
				makeUnreadable(context, path);
			},
		],
	];
	const assertReason = async (file: string, reason: string) => {
		const [found, ...more] = (await lines(file)).map((line) => JSON.parse(line));
		assert.deepEqual([found.file, found.reason, more], [file, reason, []]);
		assert.match(found.message, /^[^.]+\.( [^.]+\.)*$/);
	};
	for (const [title, reason, make] of unreadable)
		it(`R09 explains briefly why a file cannot be read, and never hangs: it is ${title}`, async function () {
			const name = `${title}.pem`;
			make(join(folder, name), this);
			await assertReason(name, reason);
		});

	it("R09 explains briefly why a file cannot be read, and never hangs: it is below a file", () =>
		assertReason("root.pem/below", "not-found"));

	it("R12 escapes a hostile file name for a terminal, so that a program still reads the same name", async () => {
		// Windows does not allow control characters in names.
		const name = `bad${isWindows ? "" : "\x1b[2J"}\u202e\u{e0041}.pem`;
		writeFileSync(join(folder, name), root.pem.replace("MII", "MI!"));
		const [line = ""] = await lines(name);
		assert.doesNotMatch(line.trimEnd(), /[\p{Cc}\p{Cf}]/u);
		const { file, message } = JSON.parse(line);
		assert.equal(file, name);
		assert.equal(
			message,
			describeSkippedBlock({ block: 1, line: 1, kind: "certificate", reason: "bad-base64", faultLine: 2 }),
		);
	});

	it("checks as of a given time, with paths relative to the user's folder", async () => {
		const args = [TASK, "--at", "4102444800", "root.pem", "nothing.pem"];
		const { stdout, stderr } = await run(process.execPath, args, {
			cwd: tmpdir(),
			env: { ...process.env, INIT_CWD: folder },
		});
		const [found, missing] = stdout
			.trimEnd()
			.split("\n")
			.map((line) => JSON.parse(line));
		assert.deepEqual(found.candidates[0].findings[0], { code: "expired", level: "block" });
		assert.deepEqual([found.outcome, missing.reason, stderr], ["accept", "not-found", ""]);
	});

	it("prints one line of usage if the arguments are invalid", async () => {
		for (const args of [[], ["--at", "soon", "x.pem"], ["--nothing"]]) {
			const failed = await run(process.execPath, [TASK, ...args]).catch((error) => error);
			assert.deepEqual([failed.code, failed.stdout], [2, ""]);
			assert.match(failed.stderr, /^[^\n]+\n$/);
		}
	});
});
