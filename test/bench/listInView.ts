// Reads the list as the view of a new session does. Sends the time until the first rows, in milliseconds.
import { inputApart, tell } from "./childProcess.ts";
import { type Destination, openSession } from "./session.ts";

const { transport, certificates } = openSession(inputApart<Destination>(), "");
const rowsShown = new Promise<number>((resolve) => {
	certificates.on("change", () => {
		if (certificates.state.listing) resolve(performance.now());
	});
});
const started = performance.now();
await certificates.refresh();
const ended = await rowsShown;
await transport.close();
tell(ended - started);
