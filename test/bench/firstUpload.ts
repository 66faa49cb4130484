import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { makeCertificate } from "../certificates.ts";
import { addCaCertificate } from "../e2e/setup/certificateActions.ts";
import { runInChildProcess } from "./childProcess.ts";
import { atMost, type Baseline, type Benchmark, type ResultRow } from "./measure.ts";
import { type RemoteService, ROUND_TRIP_MS, withRemoteService } from "./remoteService.ts";
import type { UploadInput, UploadTimes } from "./uploading.ts";

/** Wait in milliseconds, longer than clients commonly keep connections by default. */
const SHORT_WAIT_MS = 5000;
/** Wait in milliseconds, longer than a list counts as recent. */
const LONG_WAIT_MS = 65_000;
/** Milliseconds between the starts of late uploads, so that no two are busy at once. */
const STAGGER_MS = 2000;

export const firstUpload: Benchmark = {
	name: "first upload",
	run: (quick) =>
		withRemoteService(async (service) => {
			for (const name of ["One", "Two", "Three"]) await addCaCertificate(service.emulator, name);
			const soon: UploadTimes[] = [];
			const curl: number[] = [];
			const openai: number[] = [];
			let curlProblem = "";
			for (let run = 0; run < (quick ? 2 : 10); run++) {
				soon.push(await upload(service, SHORT_WAIT_MS));
				await uploadWithCurl(service).then(
					(time) => curl.push(time),
					(error) => {
						curlProblem = error.code === "ENOENT" ? "not installed" : error.message;
					},
				);
				openai.push(await uploadWithOpenai(service));
			}
			const late = await Promise.all(
				Array.from({ length: quick ? 1 : 10 }, async (_, run) => {
					await pause(run * STAGGER_MS);
					return upload(service, LONG_WAIT_MS);
				}),
			);
			const baselines = [
				{ name: "curl", runs: curl.map(inRoundTrips), missing: curlProblem },
				{ name: "openai", runs: openai.map(inRoundTrips) },
			];
			return [
				...rowsOf(`first upload ${SHORT_WAIT_MS / 1000} s after the list`, soon, 1.1, baselines),
				...rowsOf(`first upload ${LONG_WAIT_MS / 1000} s after the list`, late, 2.1, baselines),
			];
		}),
};

function rowsOf(
	title: string,
	times: readonly UploadTimes[],
	limit: number,
	baselines: readonly Baseline[],
): readonly ResultRow[] {
	const unit = "round trips";
	const responses = times.map((each) => inRoundTrips(each.responseTime));
	const totals = times.map((each) => inRoundTrips(each.totalTime));
	return [
		{ title, unit, ours: responses, beside: baselines, goal: atMost(limit, responses) },
		{ title: `${title}, twins looked for`, unit, ours: totals, beside: [], goal: null },
	];
}

async function upload({ emulator, url, authority, folder }: RemoteService, wait: number): Promise<UploadTimes> {
	const { pem } = await makeCertificate();
	const input: UploadInput = { url, key: emulator.adminKey, folder: join(folder, randomUUID()), pem, wait };
	const times = await runInChildProcess<UploadTimes>("uploading.ts", input, { SSL_CERT_FILE: authority });
	const lists = wait === LONG_WAIT_MS ? 2 : 1;
	if (times.lists !== lists) throw new Error(`The list was read ${times.lists} times before the answer, not ${lists}.`);
	return times;
}

/** Returns curl's own time in milliseconds, which starts with the connection. */
async function uploadWithCurl({ emulator, url, authority, folder }: RemoteService): Promise<number> {
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

async function uploadWithOpenai({ emulator, url, authority }: RemoteService): Promise<number> {
	const { pem } = await makeCertificate();
	return runInChildProcess(
		"openaiUploading.ts",
		{ url, key: emulator.adminKey, pem },
		{ NODE_EXTRA_CA_CERTS: authority },
	);
}

function inRoundTrips(milliseconds: number): number {
	return milliseconds / ROUND_TRIP_MS;
}
