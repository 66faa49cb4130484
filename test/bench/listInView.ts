// Opens the view of a session: reads the list, from nothing. Tells how long it took until there were rows, in milliseconds.
import { inputApart, tell } from "./childProcess.ts";
import { type Destination, openSession } from "./session.ts";

const { transport, certificates } = openSession(inputApart<Destination>(), "");
const shown = new Promise<number>((resolve) => {
	certificates.on("change", () => {
		if (certificates.state.listing) resolve(performance.now());
	});
});
const started = performance.now();
await certificates.refresh();
const ended = await shown;
await transport.close();
tell(ended - started);
