import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { apiFixtureForEachTest } from "./setup.ts";

const REFRESHES = 1000;
const PROJECTS = 3;
const CERTIFICATES = 50;

describe("Memory", () => {
	const fixture = apiFixtureForEachTest();

	it("grows by less than 5 MB from the 10th refresh of all lists to the 1,000th", async () => {
		const { emulator } = fixture;
		for (let index = 0; index < CERTIFICATES; index++) emulator.state.put({ name: `CA ${index}` });
		for (let index = 0; index < PROJECTS; index++) emulator.state.addProject(`Project ${index}`);
		const heaps: number[] = [];
		const program = fileURLToPath(new URL("repeatedRefresh.ts", import.meta.url));
		const child = fork(program, [emulator.url, emulator.adminKey, `${REFRESHES}`], {
			execArgv: ["--expose-gc"],
		});
		let shown = 0;
		child.on("message", (message: { shown: number; heap: number | null }) => {
			shown += message.shown;
			if (message.heap !== null) heaps.push(message.heap / 1e6);
			emulator.exchanges.length = 0;
		});
		assert.deepEqual(await once(child, "exit"), [0, null]);
		assert.equal(shown, REFRESHES * CERTIFICATES);
		const [early = 0, late = 0] = heaps;
		assert.equal(heaps.length, 2);
		console.log(`      ${early.toFixed(1)} MB, then ${late.toFixed(1)} MB`);
		assert.ok(late < early + 5, `${early} MB, then ${late} MB`);
	});
});
