import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Check, check } from "../../../src/cli/check.ts";
import { readCheckList } from "../../../src/cli/checkList.ts";
import { makeCertificate, type TestCertificate } from "../../certificates.ts";
import { endlessDevice, isWindows, makeLink, makePipe } from "../../systemDifferences.ts";
import { temporaryFolder } from "../../temporaryFolders.ts";
import * as der from "../x509/der.ts";
import { makePrivateKeys } from "../x509/privateKeys.ts";

const run = promisify(execFile);
const TASK = join(import.meta.dirname, "../../tasks/check.ts");
const NOW = Date.now() / 1000;
const IN_2100 = 4_102_444_800;

describe("The check from a terminal", () => {
	const temporary = temporaryFolder("check");
	const folder = temporary.path;
	let root: TestCertificate;
	let between: TestCertificate;
	let client: TestCertificate;
	let other: TestCertificate;

	const write = (name: string, content: string | Uint8Array) => writeFileSync(join(folder, name), content);
	const damaged = (pem: string) => pem.replace("MII", "MI!");

	before(async () => {
		root = await makeCertificate({ commonName: "Root" });
		between = await makeCertificate({ commonName: "Between", issuer: root });
		client = await makeCertificate({ ca: false, issuer: between });
		other = await makeCertificate({ commonName: "Other" });
		write("root.pem", root.pem);
		write("other.pem", other.pem);
		write("client.pem", client.pem + between.pem);
	});
	after(() => temporary.remove());

	/** Replaces parts of a check that is accepted. */
	type Change = Partial<Check> & { readonly anchor?: string };

	async function lines(...checks: readonly Change[]) {
		const found: string[] = [];
		const usual = { client: "client.pem", at: NOW };
		const complete = checks.map(({ anchor = "root.pem", ...each }) => ({ ...usual, anchors: [anchor], ...each }));
		for await (const line of check(complete, folder)) found.push(line);
		return found;
	}
	const objects = async (...checks: readonly Change[]) => (await lines(...checks)).map((line) => JSON.parse(line));

	const unreadable = (rfc5280: string, verdict: string) => ({
		...{ rfc5280, verdict },
		chain: [],
		issues: [{ code: "unreadable", level: "error", certificate: null }],
	});
	const UNREADABLE_CLIENT = unreadable("invalid", "rejected");
	const UNREADABLE_ANCHOR = unreadable("unknown", "unknown");

	it("prints the verdicts and the chain under stable names", async () => {
		const [line = "", ...more] = await lines({});
		assert.deepEqual(more, []);
		assert.match(line, /^\{.*\}\n$/);
		assert.deepEqual(JSON.parse(line), {
			client: "client.pem",
			rfc5280: "valid",
			verdict: "accepted",
			chain: [client.sha256, between.sha256, root.sha256],
			issues: [],
		});
	});

	it("prints each issue with its code, its level and its certificate", async () => {
		const [found] = await objects({ anchor: "other.pem" });
		assert.deepEqual(
			[found.rfc5280, found.verdict, found.chain],
			["invalid", "rejected", [client.sha256, between.sha256]],
		);
		assert.deepEqual(found.issues, [{ code: "no-issuer", level: "error", certificate: between.sha256 }]);
	});

	it("accepts a client certificate that any of several anchors accepts", async () => {
		const anchors = ["other.pem", "root.pem"];
		for (const order of [anchors, anchors.toReversed()]) {
			const [found] = await objects({ anchors: order });
			assert.deepEqual([found.rfc5280, found.verdict], ["valid", "accepted"]);
		}
	});

	it("reads an anchor in every format, and only its first certificate counts", async () => {
		const privateKey = makePrivateKeys()[0]?.text ?? assert.fail();
		const files: readonly [string, string | Uint8Array, boolean][] = [
			["der", root.der, true],
			["pkcs7", der.pkcs7(root.der, other.der), true],
			["pkcs7-other-first", der.pkcs7(other.der, root.der), false],
			["key-first", privateKey + root.pem, true],
			["root-first", root.pem + other.pem, true],
			["other-first", other.pem + root.pem, false],
		];
		for (const [name, content, accepted] of files) {
			write(name, content);
			const [found] = await objects({ anchor: name });
			assert.deepEqual([name, found.verdict], [name, accepted ? "accepted" : "rejected"]);
		}
	});

	it("reads no certificate behind a malformed one", async () => {
		write("damaged-anchor.pem", damaged(root.pem) + root.pem);
		write("damaged-client.pem", damaged(client.pem) + client.pem + between.pem);
		const broken = Buffer.from(client.der);
		// The tag of the signed part.
		broken[4] = 0x31;
		write("malformed.p7b", der.pkcs7(broken, client.der));
		const [anchor, ...clients] = await objects(
			{ anchor: "damaged-anchor.pem" },
			{ client: "damaged-client.pem" },
			{ client: "malformed.p7b" },
		);
		assert.deepEqual(anchor, { client: "client.pem", ...UNREADABLE_ANCHOR });
		for (const { client, ...rest } of clients) assert.deepEqual([client, rest], [client, UNREADABLE_CLIENT]);
	});

	const notRead: readonly [string, (path: string, context: Mocha.Context) => unknown][] = [
		["missing", () => {}],
		["a folder", (path) => mkdirSync(path)],
		["a link to nothing", (path, context) => makeLink(context, "nowhere", path)],
		["a link to a device", (path, context) => makeLink(context, endlessDevice(context), path)],
		["a pipe", (path, context) => makePipe(context, path)],
		["a byte too large", (path) => writeFileSync(path, client.pem.padEnd(1_048_577))],
		["empty", (path) => writeFileSync(path, "")],
		["without a certificate", (path) => writeFileSync(path, "a text")],
		["only a private key", (path) => writeFileSync(path, client.privateKeyPem)],
	];
	for (const [title, make] of notRead)
		it(`R09 gives a verdict for a file that cannot be read, and never hangs: it is ${title}`, async function () {
			make(join(folder, title), this);
			const [asClient, asAnchor, amongAnchors, asBoth] = await objects(
				{ client: title },
				{ anchor: title },
				{ anchors: ["root.pem", title] },
				{ client: title, anchor: title },
			);
			assert.deepEqual(asClient, { client: title, ...UNREADABLE_CLIENT });
			assert.deepEqual(asAnchor, { client: "client.pem", ...UNREADABLE_ANCHOR });
			assert.deepEqual(amongAnchors, asAnchor);
			assert.deepEqual(asBoth, asClient);
		});

	it("R12 escapes a hostile file name for a terminal, so that a program still reads the same name", async () => {
		const name = `bad${isWindows ? "" : "\x1b[2J"}\u202e\u{e0041}.pem`;
		write(name, client.pem + between.pem);
		const [line = ""] = await lines({ client: name });
		assert.doesNotMatch(line.trimEnd(), /[\p{Cc}\p{Cf}]/u);
		assert.deepEqual([JSON.parse(line).client, JSON.parse(line).verdict], [name, "accepted"]);
	});

	it("reads a list with both line endings, blank lines and times", () => {
		const list = "\ufeffa b.pem\troot.pem\r\n\n \t \nc.pem\td\u00e9.pem\t17\ne.pem\tf.pem\t\n";
		assert.deepEqual(readCheckList(Buffer.from(list), 5), [
			{ client: "a b.pem", anchors: ["root.pem"], at: 5 },
			{ client: "c.pem", anchors: ["d\u00e9.pem"], at: 17 },
			{ client: "e.pem", anchors: ["f.pem"], at: 5 },
		]);
		assert.deepEqual(readCheckList(Buffer.alloc(0), 5), []);
	});

	it("names the first line of a list that has another form", () => {
		for (const line of ["a", "a\t", "\tb", "a\tb\tsoon", "a\tb\tInfinity", "a\tb\t1\t2"])
			assert.equal(readCheckList(Buffer.from(`a\tb\n\n${line}\na`), 5), 3, line);
	});

	describe("as a command", () => {
		const command = (...args: readonly string[]) =>
			run(process.execPath, [TASK, ...args], { cwd: tmpdir(), env: { ...process.env, INIT_CWD: folder } });

		it("prints one object, also for files that cannot be read, with paths relative to the user's folder", async () => {
			for (const [args, verdict] of [
				[["client.pem", "--anchor", "root.pem"], "accepted"],
				[["client.pem", "--anchor", "other.pem", "--anchor", "root.pem"], "accepted"],
				[["client.pem", "--anchor", "root.pem", "--at", String(IN_2100)], "rejected"],
				[["nothing.pem", "--anchor", "root.pem"], "rejected"],
				[["client.pem", "--anchor", "nothing.pem"], "unknown"],
			] as const) {
				const { stdout, stderr } = await command(...args);
				assert.deepEqual([args, JSON.parse(stdout).verdict, stderr], [args, verdict, ""]);
			}
		});

		it("prints a line for each line of a list, in order", async () => {
			const list = `client.pem\troot.pem\nclient.pem\troot.pem\t${IN_2100}\n\nno.pem\troot.pem\nclient.pem\tno.pem\n`;
			write("list", list);
			const { stdout, stderr } = await command("--list", "list");
			const found = stdout
				.trimEnd()
				.split("\n")
				.map((line) => JSON.parse(line));
			assert.deepEqual(
				[...found.map(({ client, rfc5280, verdict }) => [client, rfc5280, verdict]), stderr],
				[
					["client.pem", "valid", "accepted"],
					["client.pem", "invalid", "rejected"],
					["no.pem", "invalid", "rejected"],
					["client.pem", "unknown", "unknown"],
					"",
				],
			);
			const later = await command("--list", "list", "--at", String(IN_2100));
			assert.equal(JSON.parse(later.stdout.split("\n")[0] ?? "").verdict, "rejected");
		});

		it("prints only one line of explanation for bad usage", async () => {
			write("bad-list", "client.pem\troot.pem\nclient.pem root.pem\n");
			for (const args of [
				[],
				["client.pem"],
				["client.pem", "client.pem", "--anchor", "root.pem"],
				["client.pem", "--anchor", "root.pem", "--at", "soon"],
				["client.pem", "--anchor", "root.pem", "--at", "-5"],
				["client.pem", "--list", "list"],
				["--list", "list", "--anchor", "root.pem"],
				["--list", "bad-list"],
				["--list", "no-list"],
				["--nothing"],
			]) {
				const failed = await command(...args).catch((error) => error);
				assert.deepEqual([args, failed.code, failed.stdout], [args, 2, ""]);
				assert.match(failed.stderr, /^[^\n]+\n$/);
			}
		});
	});
});
