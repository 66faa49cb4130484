// Makes a session's first upload as the upload command does: reads the list and looks for duplicates, waits for the
// user as given, then uploads. Sends the times until the response and until the end of the upload, in milliseconds.
import { setTimeout as pause } from "node:timers/promises";
import { duplicateFindings } from "../../src/features/upload/duplicateCheck.ts";
import { childInput, sendResult } from "./childProcess.ts";
import { type BenchTarget, CONNECTION_ID, openSession } from "./session.ts";

/** Maximum age of a recent list in milliseconds; an older list is read again. */
const RECENT_MS = 60_000;

export interface UploadInput extends BenchTarget {
	readonly folder: string;
	readonly pem: string;
	/** The user's time to answer, in milliseconds. */
	readonly wait: number;
}

export interface UploadTimes {
	readonly responseTime: number;
	readonly totalTime: number;
	/** Number of list reads before the response: a second read if the first is old. */
	readonly lists: number;
}

const { folder, pem, wait, ...destination } = childInput<UploadInput>();
let respondedAt = 0;
let lists = 0;
const { transport, certificates, uploads, reader } = openSession(destination, folder, ({ method, route }) => {
	if (method === "POST") respondedAt = performance.now();
	else if (route === "/organization/certificates" && respondedAt === 0) lists++;
});
const [candidate] = (await reader.read(new TextEncoder().encode(pem), Date.now() / 1000, 30)).candidates;
if (!candidate) throw new Error("No certificate was given.");
const listing = await certificates.loadIfStale(RECENT_MS);
await duplicateFindings(candidate, listing, certificates, new AbortController().signal);
await pause(wait);

const started = performance.now();
const { how } = await uploads.upload({
	candidate,
	name: "Bench",
	organizationRef: CONNECTION_ID,
	knownDuplicateIds: [],
});
const ended = performance.now();
if (how !== "answered") throw new Error(`The upload was ${how}.`);
await transport.close();
sendResult({ responseTime: respondedAt - started, totalTime: ended - started, lists } satisfies UploadTimes);
