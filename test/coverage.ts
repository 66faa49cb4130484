// Reports the coverage of the unit tests: lines and branches, by source folder. V8 writes coverage to the folder in
// NODE_V8_COVERAGE. Stripping types moves no character, so that V8's offsets apply to the sources.
import { readdirSync, readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { root } from "./vscode/install.mjs";

interface CoverageRange {
	readonly startOffset: number;
	readonly endOffset: number;
	readonly count: number;
}

interface ScriptCoverage {
	readonly url: string;
	readonly functions: readonly { readonly ranges: readonly CoverageRange[] }[];
}

/** The number of lines or branches, and the number that was run. */
export interface CoverageCount {
	readonly all: number;
	readonly run: number;
}

export interface FileCoverage {
	/** Relative to the project, with slashes. */
	readonly file: string;
	readonly lines: CoverageCount;
	readonly branches: CoverageCount;
	/** Numbers of the lines that were not run. */
	readonly missed: readonly number[];
}

/** Returns the coverage of each loaded source file, sorted. @param folder The folder with V8's reports. */
export function readCoverage(folder: string): readonly FileCoverage[] {
	const sources = pathToFileURL(join(root, "src/")).href;
	const reports = new Map<string, ScriptCoverage[]>();
	for (const name of readdirSync(folder))
		for (const script of JSON.parse(readFileSync(join(folder, name), "utf8")).result as ScriptCoverage[])
			if (script.url.startsWith(sources)) reports.set(script.url, [...(reports.get(script.url) ?? []), script]);
	return [...reports]
		.map(([url, scripts]) => coverageOf(fileURLToPath(url), scripts))
		.sort((a, b) => (a.file < b.file ? -1 : 1));
}

/** Merges the reports of several processes: code that any process ran counts as run. */
function coverageOf(path: string, scripts: readonly ScriptCoverage[]): FileCoverage {
	const source = readFileSync(path, "utf8");
	const wasRun = new Uint8Array(source.length);
	const branches = new Map<string, number>();
	for (const { functions } of scripts) {
		const wasRunHere = new Uint8Array(source.length);
		// Inner ranges follow outer ranges, and override their counts.
		for (const { ranges } of functions)
			for (const [index, { startOffset, endOffset, count }] of ranges.entries()) {
				wasRunHere.fill(count > 0 ? 1 : 0, startOffset, endOffset);
				if (index > 0) branches.set(`${startOffset} ${endOffset}`, startOffset);
			}
		for (const [offset, run] of wasRunHere.entries()) if (run) wasRun[offset] = 1;
	}
	const code = withoutComments(stripTypeScriptTypes(source));
	const missed: number[] = [];
	let all = 0;
	let offset = 0;
	for (const [index, line] of code.split("\n").entries()) {
		const letters = [...line.matchAll(/[^\s{}()[\];,]/g)].map((match) => offset + match.index);
		if (letters.length > 0) {
			all++;
			if (letters.every((letter) => !wasRun[letter])) missed.push(index + 1);
		}
		offset += line.length + 1;
	}
	const coveredBranches = [...branches.values()].filter((start) => wasRun[start]).length;
	return {
		file: relative(root, path).replaceAll("\\", "/"),
		lines: { all, run: all - missed.length },
		branches: { all: branches.size, run: coveredBranches },
		missed,
	};
}

/** Replaces comments by blanks. */
function withoutComments(code: string): string {
	return code.replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, (comment) => comment.replace(/[^\n]/g, " "));
}

/** Formats the coverage by folder, and of each file in `folders` with less than `minPercent`. */
export function formatCoverage(
	files: readonly FileCoverage[],
	folders: readonly string[],
	minPercent: number,
): string[] {
	const output: string[] = [];
	for (const folder of [...new Set(files.map(({ file }) => dirname(file)))].sort()) {
		const folderFiles = files.filter(({ file }) => dirname(file) === folder);
		const sum = (part: "lines" | "branches") =>
			folderFiles.reduce(
				(total, each) => ({ all: total.all + each[part].all, run: total.run + each[part].run }),
				NOTHING,
			);
		output.push(`${folder.padEnd(18)} lines ${percent(sum("lines"))}  branches ${percent(sum("branches"))}`);
		if (folder.endsWith("/ui") || !folders.some((each) => folder === each || folder.startsWith(`${each}/`))) continue;
		for (const { file, lines, branches, missed } of folderFiles)
			if (Math.min(share(lines), share(branches)) < minPercent)
				output.push(
					`  ${file}: lines ${percent(lines)}, branches ${percent(branches)}, not run: ${missed.join(" ") || "-"}`,
				);
	}
	return output;
}

const NOTHING: CoverageCount = { all: 0, run: 0 };

function share({ all, run }: CoverageCount): number {
	return all === 0 ? 100 : (100 * run) / all;
}

function percent(part: CoverageCount): string {
	return `${share(part).toFixed(1).padStart(5)} %`;
}
