import { runInChildProcess } from "./childProcess.ts";
import { type Benchmark, median } from "./measure.ts";
import type { ReadingInput } from "./readingAll.ts";
import { type RemoteService, ROUND_TRIP_MS, withRemoteService } from "./remoteService.ts";

const PROJECTS = 100;
const CERTIFICATES = 50;
const TIMES_FASTER = 8;

export const completeMatrix: Benchmark = {
	name: "whole matrix",
	run: (quick) =>
		withRemoteService(async (service) => {
			fill(service);
			const ours: number[] = [];
			const oneByOne: number[] = [];
			for (let run = 0; run < (quick ? 1 : 5); run++) {
				ours.push(await readAll(service, "as the views do"));
				oneByOne.push(await readAll(service, "one by one"));
			}
			return [
				{
					title: `whole matrix: organization, ${PROJECTS} projects`,
					unit: "round trips",
					ours,
					beside: [{ name: "one call after another", runs: oneByOne }],
					goal: {
						text: `${TIMES_FASTER} times faster`,
						reached: median(oneByOne) >= TIMES_FASTER * median(ours),
					},
				},
			];
		}),
};

function fill({ emulator: { state } }: RemoteService): void {
	const ids = Array.from({ length: CERTIFICATES }, (_, index) => state.put({ name: `CA ${index}` }).id);
	for (let index = 0; index < PROJECTS; index++) {
		const { id } = state.addProject(`Project ${index}`);
		state.setActive(id, [ids[index % CERTIFICATES] ?? ""], true).commit();
	}
}

/** Returns the time to read all lists, in round trips. */
async function readAll({ emulator, url, authority }: RemoteService, how: ReadingInput["how"]): Promise<number> {
	const input: ReadingInput = { url, key: emulator.adminKey, how, projects: PROJECTS };
	return (await runInChildProcess<number>("readingAll.ts", input, { SSL_CERT_FILE: authority })) / ROUND_TRIP_MS;
}
