import type { BareInput } from "./bareList.ts";
import { runInChildProcess } from "./childProcess.ts";
import { atMostAbove, type Benchmark } from "./measure.ts";
import { ROUND_TRIP_MS, withRemoteService } from "./remoteService.ts";

const CERTIFICATES = 10;

export const firstRows: Benchmark = {
	name: "first rows",
	run: (quick) =>
		withRemoteService(async ({ emulator, url, authority }) => {
			for (let index = 0; index < CERTIFICATES; index++) emulator.state.put({ name: `CA ${index}` });
			const ours: number[] = [];
			const oneAuthority: number[] = [];
			const allAuthorities: number[] = [];
			const destination = { url, key: emulator.adminKey };
			const bareInput: BareInput = { ...destination, authority };
			const trust = { SSL_CERT_FILE: authority };
			for (let run = 0; run < (quick ? 2 : 20); run++) {
				ours.push((await runInChildProcess<number>("listInView.ts", destination, trust)) / ROUND_TRIP_MS);
				oneAuthority.push((await runInChildProcess<number>("bareList.ts", bareInput)) / ROUND_TRIP_MS);
				allAuthorities.push((await runInChildProcess<number>("bareList.ts", destination, trust)) / ROUND_TRIP_MS);
			}
			return [
				{
					title: "first rows after opening the view",
					unit: "round trips",
					ours,
					beside: [
						{ name: "TLS, one request", runs: oneAuthority },
						{ name: "and all authorities", runs: allAuthorities },
					],
					goal: atMostAbove(oneAuthority, 0.2, ours),
				},
			];
		}),
};
