// npm run bench [-- WORD…] [--quick]: measures the extension, other clients and lower bounds on this machine. With
// words, runs only benchmarks whose name contains a word. Prints a table and writes bench.json. Takes about ten minutes
// on an idle machine; --quick makes fewer runs and shorter waits.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { activation } from "../bench/activation.ts";
import { completeMatrix } from "../bench/completeMatrix.ts";
import { firstRows } from "../bench/firstRows.ts";
import { firstUpload } from "../bench/firstUpload.ts";
import { heap } from "../bench/heap.ts";
import { idle } from "../bench/idle.ts";
import type { ResultRow } from "../bench/measure.ts";
import { clients } from "../bench/offline/clients.ts";
import { reading } from "../bench/offline/reading.ts";
import { sizes } from "../bench/sizes.ts";
import { tableHead, tableRow, toJsonRow } from "../bench/table.ts";
import { root } from "../vscode/install.mjs";

const benchmarks = [firstUpload, firstRows, completeMatrix, activation, heap, reading, clients, sizes, idle];

const { values, positionals: words } = parseArgs({
	allowPositionals: true,
	options: { quick: { type: "boolean", default: false } },
});
const selected = benchmarks.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
if (selected.length === 0) console.log(`There is ${benchmarks.map(({ name }) => name).join(", ")}.`);
const rows: ResultRow[] = [];
const failed: string[] = [];
for (const { name, run } of selected) {
	console.error(`${name} …`);
	try {
		rows.push(...(await run(values.quick)));
	} catch (error) {
		failed.push(`${name} was not measured: ${error instanceof Error ? error.message : error}`);
	}
}

console.log(`\nNode.js ${process.versions.node}${values.quick ? ", in a hurry: figures of few runs" : ""}`);
console.log([tableHead(), ...rows.map(tableRow), "", ...failed].join("\n"));
const missed = rows.filter(({ goal }) => goal?.reached === false).length;
console.log(missed === 0 ? "All that was measured is reached." : `${missed} not reached.`);
const { node } = process.versions;
writeFileSync(
	join(root, "bench.json"),
	`${JSON.stringify({ node, quick: values.quick, failed, rows: rows.map(toJsonRow) }, null, "\t")}\n`,
);
process.exitCode = selected.length > 0 && missed === 0 && failed.length === 0 ? 0 : 1;
