// npm run soak [-- rotation] [-- --sequences N --seed S]: what may happen to uploads, or to a rotation, in sequences that
// nobody thought of; 5,000 unless told otherwise. Prints the seed, what happened how often, and where something does not hold the shortest sequence found.
import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { soak } from "../soak/model.ts";
import { soakRotation } from "../soak/rotation/model.ts";

const { values, positionals } = parseArgs({
	allowPositionals: true,
	options: { sequences: { type: "string", default: "5000" }, seed: { type: "string" } },
});
const sequences = Number(values.sequences);
const seed = Number(values.seed ?? randomInt(2 ** 31));
const tally = new Map<string, number>();
console.log(`${sequences} sequences, --seed ${seed}`);
const started = performance.now();
try {
	await (positionals.includes("rotation") ? soakRotation : soak)({ sequences, seed, tally });
	console.log("Everything held.");
} catch (error) {
	console.error(error);
	process.exitCode = 1;
}
for (const [what, count] of [...tally].sort()) console.log(`${String(count).padStart(8)}  ${what}`);
console.log(`${((performance.now() - started) / 1000).toFixed(0)} s`);
