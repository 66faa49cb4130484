// npm run emulator [-- --port N]: starts OpenAI's certificates API on loopback, to try out the extension.
import { once } from "node:events";
import { parseArgs } from "node:util";
import { startEmulator } from "../emulator/emulator.ts";

const emulator = await startEmulator({ port: readPort() }).catch((error: NodeJS.ErrnoException) =>
	stop(`The emulator could not listen on port ${readPort()}: ${error.code}`),
);
emulator.state.addProject("Production");
emulator.state.addProject("Staging");
console.log(`The certificates API, on this machine only and in memory; nothing reaches OpenAI.

  Base URL   ${emulator.url}
  Admin key  ${emulator.adminKey}

Press Ctrl+C to stop it; the certificates and the key end with it.`);
await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
await emulator.close();

function readPort(): number {
	let text: string;
	try {
		text = parseArgs({ options: { port: { type: "string", default: "0" } } }).values.port;
	} catch (error) {
		return stop(error instanceof Error ? error.message : String(error));
	}
	const port = Number(text);
	return /^\d+$/.test(text) && port <= 65_535
		? port
		: stop("--port takes a number from 0 to 65535; 0 lets the system choose.");
}

function stop(reason: string): never {
	console.error(reason);
	process.exit(1);
}
