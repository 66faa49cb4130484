// Reads the organization's list and those of all projects, as the views do or one call after another. Tells how long it
// took, in milliseconds.
import { inputApart, tell } from "./childProcess.ts";
import { type Destination, openSession } from "./session.ts";

export interface ReadingInput extends Destination {
	readonly how: "as the views do" | "one by one";
	/** How many projects there are. */
	readonly projects: number;
}

const { how, projects: expected, ...destination } = inputApart<ReadingInput>();
const { transport, api, certificates, projects } = openSession(destination, "");
let read = 0;
const started = performance.now();
if (how === "one by one") {
	await api.list();
	for (const { id } of (await api.projects()).projects) {
		await api.projectCertificates(id);
		read++;
	}
} else {
	await Promise.all([certificates.refresh(), projects.refresh()]);
	for (const { id } of projects.state.projects ?? []) if (projects.scope(id).listing) read++;
}
const time = performance.now() - started;
await transport.close();
if (read !== expected) throw new Error(`${read} projects were read, not ${expected}.`);
tell(time);
