import { apart } from "./apart.ts";
import { ROUND_TRIP, withFarAway } from "./farAway.ts";
import { atMostAbove, type Measure } from "./measure.ts";

const CERTIFICATES = 10;

export const firstRows: Measure = {
	name: "first rows",
	run: (quick) =>
		withFarAway(async ({ emulator, url, authority }) => {
			for (let index = 0; index < CERTIFICATES; index++) emulator.state.put({ name: `CA ${index}` });
			const ours: number[] = [];
			const limit: number[] = [];
			const destination = { url, key: emulator.adminKey };
			for (let run = 0; run < (quick ? 2 : 20); run++) {
				const trust = { SSL_CERT_FILE: authority };
				ours.push((await apart<number>("looking.ts", destination, trust)) / ROUND_TRIP);
				limit.push((await apart<number>("bareLooking.ts", { ...destination, authority })) / ROUND_TRIP);
			}
			return [
				{
					title: "first rows after opening the view",
					unit: "round trips",
					ours,
					beside: [{ name: "TLS and one request", runs: limit }],
					goal: atMostAbove(limit, 0.2, ours),
				},
			];
		}),
};
