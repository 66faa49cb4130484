import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { makeCertificate } from "../certificates.ts";
import { addAnchor } from "../e2e/setup/certificateActions.ts";
import { apart } from "./childProcess.ts";
import { type FarAway, ROUND_TRIP, withFarAway } from "./farAway.ts";
import { atMost, type Beside, type Measure, type Row } from "./measure.ts";
import type { UploadInput, UploadTimes } from "./uploading.ts";

/** Longer than connections are commonly kept by a client that is told nothing, in milliseconds. */
const SHORT_WAIT = 5000;
/** Longer than a list counts as recent. */
const LONG_WAIT = 65_000;
/** Between the starts of those that wait long, so that no two of them are busy at once. */
const APART = 2000;

export const firstUpload: Measure = {
	name: "first upload",
	run: (quick) =>
		withFarAway(async (farAway) => {
			for (const name of ["One", "Two", "Three"]) await addAnchor(farAway.emulator, name);
			const soon: UploadTimes[] = [];
			const curl: number[] = [];
			const openai: number[] = [];
			let noCurl = "";
			for (let run = 0; run < (quick ? 2 : 10); run++) {
				soon.push(await upload(farAway, SHORT_WAIT));
				await byCurl(farAway).then(
					(time) => curl.push(time),
					(error) => {
						noCurl = error.code === "ENOENT" ? "not installed" : error.message;
					},
				);
				openai.push(await byOpenai(farAway));
			}
			const late = await Promise.all(
				Array.from({ length: quick ? 1 : 10 }, async (_, run) => {
					await pause(run * APART);
					return upload(farAway, LONG_WAIT);
				}),
			);
			const beside = [
				{ name: "curl", runs: curl.map(inRoundTrips), missing: noCurl },
				{ name: "openai", runs: openai.map(inRoundTrips) },
			];
			return [
				...rowsOf(`first upload ${SHORT_WAIT / 1000} s after the list`, soon, 1.1, beside),
				...rowsOf(`first upload ${LONG_WAIT / 1000} s after the list`, late, 2.1, beside),
			];
		}),
};

function rowsOf(
	title: string,
	times: readonly UploadTimes[],
	limit: number,
	beside: readonly Beside[],
): readonly Row[] {
	const unit = "round trips";
	const answers = times.map(({ answer }) => inRoundTrips(answer));
	const whole = times.map(({ whole }) => inRoundTrips(whole));
	return [
		{ title, unit, ours: answers, beside, goal: atMost(limit, answers) },
		{ title: `${title}, twins looked for`, unit, ours: whole, beside: [], goal: null },
	];
}

async function upload({ emulator, url, authority, folder }: FarAway, wait: number): Promise<UploadTimes> {
	const { pem } = await makeCertificate();
	const input: UploadInput = { url, key: emulator.adminKey, folder: join(folder, randomUUID()), pem, wait };
	const times = await apart<UploadTimes>("uploading.ts", input, { SSL_CERT_FILE: authority });
	const lists = wait === LONG_WAIT ? 2 : 1;
	if (times.lists !== lists) throw new Error(`The list was read ${times.lists} times before the answer, not ${lists}.`);
	return times;
}

/** curl's own figure, which begins with the connection. */
async function byCurl({ emulator, url, authority, folder }: FarAway): Promise<number> {
	const body = join(folder, "body.json");
	writeFileSync(body, JSON.stringify({ certificate: (await makeCertificate()).pem, name: "Bench" }));
	const { stdout } = await promisify(execFile)("curl", [
		...["--silent", "--fail", "--noproxy", "*", "--output", join(folder, "answer.json")],
		...["--cacert", authority, "--write-out", "%{time_total}"],
		...["--header", `Authorization: Bearer ${emulator.adminKey}`, "--header", "Content-Type: application/json"],
		...["--data", `@${body}`, `${url}/organization/certificates`],
	]);
	return Number(stdout) * 1000;
}

async function byOpenai({ emulator, url, authority }: FarAway): Promise<number> {
	const { pem } = await makeCertificate();
	return apart("openaiUploading.ts", { url, key: emulator.adminKey, pem }, { NODE_EXTRA_CA_CERTS: authority });
}

function inRoundTrips(milliseconds: number): number {
	return milliseconds / ROUND_TRIP;
}
