import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import fs from "node:fs/promises";
import { join } from "node:path";
import { FileLocks } from "../../../../src/common/storage/locks.ts";
import { addToIssuedList } from "../../../../src/features/issuing/issuedList.ts";
import { temporaryFolder } from "../../../temporaryFolders.ts";
import { systemError } from "../../fakes/systemError.ts";
import { expectProblem } from "../../openai/setup.ts";

const HEADER = '"serial","sha256","common_name","names","expires"\r\n';
const ROW = '"0a","ff","agent","DNS:a.example URI:spiffe://a/b email:a@b.example","2027-01-01T00:00:00.000Z"\r\n';

const ISSUED: Parameters<typeof addToIssuedList>[1] = {
	serial: "0a",
	sha256: "ff",
	commonName: "agent",
	names: [
		{ type: "dns", value: "a.example" },
		{ type: "uri", value: "spiffe://a/b" },
		{ type: "email", value: "a@b.example" },
	],
	notAfter: Date.UTC(2027, 0, 1) / 1000,
};

describe("The list of issued certificates", () => {
	let temporary: ReturnType<typeof temporaryFolder>;
	let path: string;

	beforeEach(() => {
		temporary = temporaryFolder("issued");
		path = join(temporary.path, "Acme.issued.csv");
	});
	afterEach(() => temporary.remove());

	/** Adds a certificate as a window of its own does. */
	const add = (change: Partial<typeof ISSUED> = {}, disk: Partial<Pick<typeof fs, "open">> = {}) => {
		const locks = new FileLocks(join(temporary.path, "locks"));
		return addToIssuedList(path, { ...ISSUED, ...change }, locks, { ...fs, ...disk });
	};
	const text = () => readFileSync(path, "utf8");

	it("begins with a header, and has a row for each certificate", async () => {
		await add();
		await add({ serial: "0b" });
		assert.equal(text(), HEADER + ROW + ROW.replace("0a", "0b"));
	});

	it("keeps its rows apart if a program removed the last line end", async () => {
		writeFileSync(path, "anything");
		await add();
		assert.equal(text(), `anything\r\n${ROW}`);
	});

	for (const [name, cell] of [
		["=HYPERLINK(1)", "'=HYPERLINK(1)"],
		["+1", "'+1"],
		["-1", "'-1"],
		["@SUM(A1)", "'@SUM(A1)"],
		["|calc", "'|calc"],
		["＝1", "'＝1"],
		["＠SUM(A1)", "'＠SUM(A1)"],
		['a"b,c', 'a""b,c'],
		["ä=1", "ä=1"],
	] as const)
		it(`contains no formula, and quotes names: ${name}`, async () => {
			await add({ commonName: name });
			assert.equal(text(), HEADER + ROW.replace("agent", cell));
		});

	it("loses no row of several windows", async () => {
		const serials = Array.from({ length: 8 }, (_, index) => `0${index}`);
		await Promise.all(serials.map((serial) => add({ serial })));
		const [header, ...rows] = text().split(/(?<=\n)/);
		assert.equal(header, HEADER);
		assert.deepEqual(
			rows.toSorted(),
			serials.map((serial) => ROW.replace("0a", serial)),
		);
	});

	for (const [call, code, why] of [
		["write", "ENOSPC", "disk-full"],
		["sync", "EIO", "other"],
	] as const)
		it(`stays as it was if ${call} fails`, async () => {
			await add();
			const open: typeof fs.open = async (...args) => {
				const file = await fs.open(...args);
				const { write } = file;
				file[call] = async (...bytes: unknown[]) => {
					if (call === "write") await Reflect.apply(write, file, [Buffer.from(bytes[0] as Buffer).subarray(0, 9)]);
					throw systemError(code);
				};
				return file;
			};
			const problem = await expectProblem(add({ serial: "0b" }, { open }));
			assert.deepEqual(problem, { reason: "key-file", file: "Acme.issued.csv", why, code, left: null });
			assert.equal(text(), HEADER + ROW);
		});

	it("is not written in place of a folder", async () => {
		mkdirSync(path);
		const problem = await expectProblem(add());
		assert.equal(problem.reason, "key-file");
	});
});
