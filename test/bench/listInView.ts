// Reads the list as the view of a new session does. Sends the time until the first rows, in milliseconds.
import { childInput, sendResult } from "./childProcess.ts";
import { type BenchTarget, openSession } from "./session.ts";

const { transport, certificates } = openSession(childInput<BenchTarget>(), "");
const rowsShown = new Promise<number>((resolve) => {
	certificates.on("change", () => {
		if (certificates.state.listing) resolve(performance.now());
	});
});
const started = performance.now();
await certificates.refresh();
const ended = await rowsShown;
await transport.close();
sendResult(ended - started);
