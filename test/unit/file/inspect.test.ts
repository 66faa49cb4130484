import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { inspect } from "../../../src/inspect.ts";
import { type MadeCertificate, makeCertificate } from "../../certificates.ts";
import { makePrivateKeys } from "./privateKeys.ts";

const run = promisify(execFile);
const TASK = join(import.meta.dirname, "../../tasks/inspect.ts");

describe("Inspection from a terminal", () => {
	let folder: string;
	let root: MadeCertificate;
	let client: MadeCertificate;

	before(async () => {
		folder = await mkdtemp(join(tmpdir(), "inspect-"));
		root = await makeCertificate({ commonName: "Acme Root" });
		client = await makeCertificate({ ca: false, issuer: root });
		await writeFile(join(folder, "root.pem"), root.pem);
		await writeFile(join(folder, "both.pem"), client.pem + makePrivateKeys()[0]?.text + root.pem);
		await writeFile(join(folder, "empty.pem"), "");
		await writeFile(join(folder, "bad\x1b[2J\u202e\u{e0041}.pem"), root.pem.replace("MII", "MI!"));
	});
	after(() => rm(folder, { recursive: true }));

	async function lines(...files: string[]): Promise<string[]> {
		const lines: string[] = [];
		for await (const line of inspect({ files, at: Date.now() / 1000, folder })) lines.push(line);
		return lines;
	}

	it("tells all there is to know of a certificate, under the names that others build on", async () => {
		const [line = "", ...more] = await lines("root.pem");
		assert.equal(more.length, 0);
		assert.match(line, /^\{.*\}\n$/);
		const { candidates, ...rest } = JSON.parse(line);
		assert.deepEqual(rest, {
			file: "root.pem",
			outcome: "accept",
			reason: null,
			message: "This file holds one certificate.",
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

	it("gives each file a line, whatever it is, and the block that is no candidate its kind", async () => {
		const [both, empty] = (await lines("both.pem", "empty.pem")).map((line) => JSON.parse(line));
		assert.deepEqual([both.outcome, both.holdsPrivateKey, both.candidates.length], ["choose", true, 2]);
		const line = client.pem.split("\n").length;
		assert.deepEqual(both.skipped, [{ block: 2, line, kind: "private-key", reason: "private-key" }]);
		assert.deepEqual([empty.outcome, empty.reason], ["refuse", "empty"]);
	});

	it("R09 says in one sentence why a file cannot be read, and hangs on none", async () => {
		await mkdir(join(folder, "folder.pem"));
		await symlink("nowhere", join(folder, "broken.pem"));
		await symlink("/dev/zero", join(folder, "zero.pem"));
		await run("mkfifo", [join(folder, "pipe.pem")]);
		await writeFile(join(folder, "large.pem"), Buffer.alloc(1_048_577, 0x0a));
		await writeFile(join(folder, "almost.pem"), Buffer.alloc(1_048_576, 0x0a));
		await writeFile(join(folder, "secret.pem"), root.pem);
		await chmod(join(folder, "secret.pem"), 0);
		const expected = {
			"folder.pem": "not-a-file",
			"broken.pem": "not-found",
			"zero.pem": "not-a-file",
			"pipe.pem": "not-a-file",
			"large.pem": "too-large",
			"almost.pem": "empty",
			"gone.pem": "not-found",
			"root.pem/below": "not-found",
			// The superuser may read everything.
			"secret.pem": process.getuid?.() === 0 ? null : "no-permission",
		};
		const found = (await lines(...Object.keys(expected))).map((line) => JSON.parse(line));
		assert.deepEqual(Object.fromEntries(found.map(({ file, reason }) => [file, reason])), expected);
		for (const { message } of found) assert.match(message, /^[^.]+\.( [^.]+\.)*$/);
	});

	it("R12 a hostile file name stays inert in a terminal, and the same to a program", async () => {
		const name = "bad\x1b[2J\u202e\u{e0041}.pem";
		const [line = ""] = await lines(name);
		assert.doesNotMatch(line.trimEnd(), /[\p{Cc}\p{Cf}]/u);
		const { file, message } = JSON.parse(line);
		assert.equal(file, name);
		assert.match(message, /^Block 1 \(line 1, certificate\): Line 2 holds something that is not base64/);
	});

	it("judges as of a time that is given, from the folder where the person stands", async () => {
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

	it("explains itself when called wrongly", async () => {
		for (const args of [[], ["--at", "soon", "x.pem"], ["--nothing"]]) {
			const failed = await run(process.execPath, [TASK, ...args]).catch((error) => error);
			assert.deepEqual([failed.code, failed.stdout], [2, ""]);
			assert.match(failed.stderr, /^[^\n]+\n$/);
		}
	});
}).timeout(30_000);
