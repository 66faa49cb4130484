// npm run bench [-- WORD…] [--quick]: how fast it all is, beside others and beside what cannot be faster, in one run on this
// machine; only what has one of the words in its name. Prints a table and writes bench.json. A quiet machine takes about
// ten minutes; --quick has fewer runs and shorter waits.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { activation } from "../bench/activation.ts";
import { firstRows } from "../bench/firstRows.ts";
import { firstUpload } from "../bench/firstUpload.ts";
import { heap } from "../bench/heap.ts";
import { idle } from "../bench/idle.ts";
import type { Row } from "../bench/measure.ts";
import { reading } from "../bench/reading.ts";
import { sizes } from "../bench/sizes.ts";
import { record, tableHead, tableRow } from "../bench/table.ts";
import { wholeMatrix } from "../bench/wholeMatrix.ts";
import { root } from "../vscode/install.mjs";

const measures = [firstUpload, firstRows, wholeMatrix, activation, heap, reading, sizes, idle];

const { values, positionals: words } = parseArgs({
	allowPositionals: true,
	options: { quick: { type: "boolean", default: false } },
});
const chosen = measures.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
if (chosen.length === 0) console.log(`There is ${measures.map(({ name }) => name).join(", ")}.`);
const rows: Row[] = [];
const failed: string[] = [];
for (const { name, run } of chosen) {
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
	`${JSON.stringify({ node, quick: values.quick, failed, rows: rows.map(record) }, null, "\t")}\n`,
);
process.exitCode = chosen.length > 0 && missed === 0 && failed.length === 0 ? 0 : 1;
