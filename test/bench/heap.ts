import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { startEmulator } from "../emulator/emulator.ts";
import { atMostAbove, type Benchmark } from "./measure.ts";

const REFRESHING = join(import.meta.dirname, "../unit/openai/repeatedRefresh.ts");
const CERTIFICATES = 50;
const PROJECTS = 3;
const MAX_GROWTH_MB = 5;

export const heap: Benchmark = {
	name: "heap",
	run: async (quick) => {
		const refreshes = quick ? 100 : 1000;
		const early: number[] = [];
		const late: number[] = [];
		for (let run = 0; run < (quick ? 1 : 5); run++) {
			const [first = Number.NaN, last = Number.NaN] = await heapSizes(refreshes);
			early.push(first);
			late.push(last);
		}
		return [
			{
				title: `heap after ${refreshes} refreshes`,
				unit: "MB",
				ours: late,
				beside: [{ name: "after 10", runs: early }],
				goal: atMostAbove(early, MAX_GROWTH_MB, late),
			},
		];
	},
};

/** Returns the size of the heap after 10 refreshes and after the last refresh, in MB. */
async function heapSizes(refreshes: number): Promise<readonly number[]> {
	const emulator = await startEmulator();
	try {
		for (let index = 0; index < CERTIFICATES; index++) emulator.state.put({ name: `CA ${index}` });
		for (let index = 0; index < PROJECTS; index++) emulator.state.addProject(`Project ${index}`);
		const sizes: number[] = [];
		const child = fork(REFRESHING, [emulator.url, emulator.adminKey, `${refreshes}`], { execArgv: ["--expose-gc"] });
		child.on("message", ({ heap }: { heap: number | null }) => {
			if (heap !== null) sizes.push(heap / 1e6);
			emulator.exchanges.length = 0;
		});
		const [code] = await once(child, "exit");
		if (code !== 0) throw new Error(`The refreshes ended with exit code ${code}.`);
		return sizes;
	} finally {
		await emulator.close();
	}
}
