import type { BareInput } from "./bareList.ts";
import { apart } from "./childProcess.ts";
import { ROUND_TRIP, withFarAway } from "./farAway.ts";
import { atMostAbove, type Measure } from "./measure.ts";

const CERTIFICATES = 10;

export const firstRows: Measure = {
	name: "first rows",
	run: (quick) =>
		withFarAway(async ({ emulator, url, authority }) => {
			for (let index = 0; index < CERTIFICATES; index++) emulator.state.put({ name: `CA ${index}` });
			const ours: number[] = [];
			const oneAuthority: number[] = [];
			const allAuthorities: number[] = [];
			const destination = { url, key: emulator.adminKey };
			const bareInput: BareInput = { ...destination, authority };
			const trust = { SSL_CERT_FILE: authority };
			for (let run = 0; run < (quick ? 2 : 20); run++) {
				ours.push((await apart<number>("listInView.ts", destination, trust)) / ROUND_TRIP);
				oneAuthority.push((await apart<number>("bareList.ts", bareInput)) / ROUND_TRIP);
				allAuthorities.push((await apart<number>("bareList.ts", destination, trust)) / ROUND_TRIP);
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
