// What the unit tests ran through: lines and branches, by folder of the sources. V8 writes it down by itself where
// NODE_V8_COVERAGE names a folder, and removing types moves no character, so nothing else is needed to read it.
import { readdirSync, readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { root } from "./vscode/install.mjs";

interface Range {
	readonly startOffset: number;
	readonly endOffset: number;
	readonly count: number;
}

interface Script {
	readonly url: string;
	readonly functions: readonly { readonly ranges: readonly Range[] }[];
}

/** How much of something there is, and how much of it was run. */
export interface Share {
	readonly all: number;
	readonly run: number;
}

export interface FileCoverage {
	/** Relative to the project, with slashes. */
	readonly file: string;
	readonly lines: Share;
	readonly branches: Share;
	/** Numbers of the lines that were not run. */
	readonly missed: readonly number[];
}

/** @param folder Where V8 left its reports. @returns each source file that was loaded, sorted. */
export function readCoverage(folder: string): readonly FileCoverage[] {
	const sources = pathToFileURL(join(root, "src/")).href;
	const reports = new Map<string, Script[]>();
	for (const name of readdirSync(folder))
		for (const script of JSON.parse(readFileSync(join(folder, name), "utf8")).result as Script[])
			if (script.url.startsWith(sources)) reports.set(script.url, [...(reports.get(script.url) ?? []), script]);
	return [...reports]
		.map(([url, scripts]) => coverageOf(fileURLToPath(url), scripts))
		.sort((a, b) => (a.file < b.file ? -1 : 1));
}

/** One process may run what another leaves out: what any of them ran counts. */
function coverageOf(path: string, scripts: readonly Script[]): FileCoverage {
	const source = readFileSync(path, "utf8");
	const wasRun = new Uint8Array(source.length);
	const branches = new Map<string, number>();
	for (const { functions } of scripts) {
		const here = new Uint8Array(source.length);
		// Inner ranges come after the outer ones, and say what differs.
		for (const { ranges } of functions)
			for (const [index, { startOffset, endOffset, count }] of ranges.entries()) {
				here.fill(count > 0 ? 1 : 0, startOffset, endOffset);
				if (index > 0) branches.set(`${startOffset} ${endOffset}`, startOffset);
			}
		for (const [offset, run] of here.entries()) if (run) wasRun[offset] = 1;
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
	const taken = [...branches.values()].filter((start) => wasRun[start]).length;
	return {
		file: relative(root, path).replaceAll("\\", "/"),
		lines: { all, run: all - missed.length },
		branches: { all: branches.size, run: taken },
		missed,
	};
}

/** Blanks in place of comments. */
function withoutComments(code: string): string {
	return code.replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, (comment) => comment.replace(/[^\n]/g, " "));
}

/** @returns lines to print: lines and branches by folder, and each file of these folders that is below so many percent. */
export function coverageWords(files: readonly FileCoverage[], folders: readonly string[], least: number): string[] {
	const words: string[] = [];
	for (const folder of [...new Set(files.map(({ file }) => dirname(file)))].sort()) {
		const here = files.filter(({ file }) => dirname(file) === folder);
		const sum = (part: "lines" | "branches") =>
			here.reduce((total, each) => ({ all: total.all + each[part].all, run: total.run + each[part].run }), NOTHING);
		words.push(`${folder.padEnd(18)} lines ${percent(sum("lines"))}  branches ${percent(sum("branches"))}`);
		if (folder.endsWith("/ui") || !folders.some((each) => folder === each || folder.startsWith(`${each}/`))) continue;
		for (const { file, lines, branches, missed } of here)
			if (Math.min(share(lines), share(branches)) < least)
				words.push(
					`  ${file}: lines ${percent(lines)}, branches ${percent(branches)}, not run: ${missed.join(" ") || "-"}`,
				);
	}
	return words;
}

const NOTHING: Share = { all: 0, run: 0 };

function share({ all, run }: Share): number {
	return all === 0 ? 100 : (100 * run) / all;
}

function percent(part: Share): string {
	return `${share(part).toFixed(1).padStart(5)} %`;
}
