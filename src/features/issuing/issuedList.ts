import fs, { type FileHandle } from "node:fs/promises";
import { basename } from "node:path";
import { flushFile, withTimeLimit } from "../../common/storage/fileSystem.ts";
import type { FileLocks } from "../../common/storage/locks.ts";
import type { MadeCertificate } from "../../domain/certificateMaking.ts";
import type { AlternativeName } from "../../domain/certificateNames.ts";
import { problemOf } from "../../domain/problem.ts";
import { keyFileProblem, newFileIssue } from "./newFiles.ts";

type Issued = Pick<MadeCertificate, "serial" | "sha256" | "commonName" | "names" | "notAfter">;

const HEADER = ["serial", "sha256", "common_name", "names", "expires"];

const PREFIXES: Readonly<Record<AlternativeName["type"], string>> = { dns: "DNS", uri: "URI", email: "email" };

/** Line end of CSV (RFC 4180 2). */
const LINE_END = "\r\n";

/**
 * Adds a certificate to the list of certificates that a CA issued, and creates the list with a header if it's missing.
 * Windows write one after the other, each row at the end by a single write.
 * @param path The list's absolute path.
 * @throws ProblemError `key-file`, `locked`; the list is then unchanged
 */
export async function addToIssuedList(
	path: string,
	issued: Issued,
	locks: Pick<FileLocks, "withLock">,
	fileSystem: Pick<typeof fs, "open"> = fs,
): Promise<void> {
	await locks.withLock("issued-list", () => append(path, formatRow(issued), fileSystem), { brief: true });
}

async function append(path: string, row: string, fileSystem: Pick<typeof fs, "open">): Promise<void> {
	let file: FileHandle | undefined;
	try {
		file = await withTimeLimit(fileSystem.open(path, "a+", 0o600));
		const stats = await withTimeLimit(file.stat());
		if (!stats.isFile()) throw keyFileProblem(basename(path), "not-a-file");
		const isNew = stats.size === 0;
		const start = isNew ? formatCells(HEADER) : await missingLineEnd(file, stats.size);
		await writeOrUndo(file, start + row, stats.size);
	} catch (error) {
		if (problemOf(error)) throw error;
		throw keyFileProblem(basename(path), newFileIssue(error), (error as NodeJS.ErrnoException).code);
	} finally {
		// `close` waits for a write that took too long.
		if (file) await withTimeLimit(file.close()).catch(() => {});
	}
}

/** Appends a text, all or nothing. @param size The size before, in bytes */
async function writeOrUndo(file: FileHandle, text: string, size: number): Promise<void> {
	const bytes = Buffer.from(text);
	try {
		const { bytesWritten } = await withTimeLimit(file.write(bytes));
		if (bytesWritten < bytes.length) throw Object.assign(new Error("partial write"), { code: "ENOSPC" });
		await flushFile(file);
	} catch (error) {
		await withTimeLimit(file.truncate(size)).catch(() => {});
		throw error;
	}
}

/** Returns the line end that the last row lacks, as a spreadsheet program may have left it. */
async function missingLineEnd(file: FileHandle, size: number): Promise<string> {
	const { buffer } = await withTimeLimit(file.read(Buffer.alloc(1), 0, 1, size - 1));
	return buffer.toString() === "\n" ? "" : LINE_END;
}

function formatRow({ serial, sha256, commonName, names, notAfter }: Issued): string {
	const listed = names.map(({ type, value }) => `${PREFIXES[type]}:${value}`).join(" ");
	return formatCells([serial, sha256, commonName, listed, new Date(notAfter * 1000).toISOString()]);
}

function formatCells(cells: readonly string[]): string {
	return cells.map(formatCell).join(",") + LINE_END;
}

/**
 * Quotes a cell (RFC 4180 2.7). A spreadsheet program would run a cell that begins as a formula (CWE-1236), in some
 * languages with full-width characters, too (OWASP, CSV Injection).
 */
function formatCell(text: string): string {
	const inert = /^[=+\-@＝＋－＠\t\r\n|%]/.test(text) ? `'${text}` : text;
	return `"${inert.replaceAll('"', '""')}"`;
}
