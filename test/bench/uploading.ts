// The first upload of a session as the upload command does it: the list is read and compared with while the person
// answers, which takes as long as is said; then Enter. Tells how long the answer of the upload took, and all that the
// upload does, in milliseconds.
import { setTimeout as pause } from "node:timers/promises";
import { duplicateFindings } from "../../src/features/upload/duplicateCheck.ts";
import { inputApart, tell } from "./childProcess.ts";
import { CONNECTION_ID, type Destination, openSession } from "./session.ts";

/** A list older than this is read again, in milliseconds. */
const RECENT = 60_000;

export interface UploadInput extends Destination {
	readonly folder: string;
	readonly pem: string;
	/** How long the person takes, in milliseconds. */
	readonly wait: number;
}

export interface UploadTimes {
	readonly answer: number;
	readonly whole: number;
	/** How often the list was read before the answer: a second time where the first is old. */
	readonly lists: number;
}

const { folder, pem, wait, ...destination } = inputApart<UploadInput>();
let answered = 0;
let lists = 0;
const { transport, certificates, uploads, reader } = openSession(destination, folder, ({ method, route }) => {
	if (method === "POST") answered = performance.now();
	else if (route === "/organization/certificates" && answered === 0) lists++;
});
const [candidate] = (await reader.read(new TextEncoder().encode(pem), Date.now() / 1000, 30)).candidates;
if (!candidate) throw new Error("No certificate was given.");
const listing = await certificates.recent(RECENT);
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
tell({ answer: answered - started, whole: ended - started, lists } satisfies UploadTimes);
