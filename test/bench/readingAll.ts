// Reads the lists of the organization and of all projects, as the views do or one call after another. Sends the time in
// milliseconds.
import { childInput, sendResult } from "./childProcess.ts";
import { type BenchTarget, openSession } from "./session.ts";

export interface ReadingInput extends BenchTarget {
	readonly how: "as the views do" | "one by one";
	/** Expected number of projects. */
	readonly projects: number;
}

const { how, projects: expected, ...destination } = childInput<ReadingInput>();
const { transport, api, certificates, projects } = openSession(destination, "");
let readCount = 0;
const started = performance.now();
if (how === "one by one") {
	await api.list();
	for (const { id } of (await api.projects()).projects) {
		await api.projectCertificates(id);
		readCount++;
	}
} else {
	await Promise.all([certificates.refresh(), projects.refresh()]);
	for (const { id } of projects.state.projects ?? []) if (projects.scope(id).listing) readCount++;
}
const time = performance.now() - started;
await transport.close();
if (readCount !== expected) throw new Error(`${readCount} projects were read, not ${expected}.`);
sendResult(time);
