// npm run soak [-- rotation] [-- --sequences N --seed S]: tests uploads, or a rotation, in random sequences of events.
// Default: 5,000 sequences. Prints the seed, the number of each event, and the shortest sequence found that violates an
// invariant.
import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { soakUploads } from "../soak/model.ts";
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
	await (positionals.includes("rotation") ? soakRotation : soakUploads)({ sequences, seed, tally });
	console.log("Everything held.");
} catch (error) {
	console.error(error);
	process.exitCode = 1;
}
for (const [event, count] of [...tally].sort()) console.log(`${String(count).padStart(8)}  ${event}`);
console.log(`${((performance.now() - started) / 1000).toFixed(0)} s`);
