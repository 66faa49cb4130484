import { once } from "node:events";
import { readdirSync, watch } from "node:fs";

/** Waits until a reminder is muted. @param folder The folder of the extension's files about reminders. */
export async function waitUntilMuted(folder: string): Promise<void> {
	const watcher = watch(folder);
	try {
		while (!readdirSync(folder).some((name) => name.endsWith(".muted"))) await once(watcher, "change");
	} finally {
		watcher.close();
	}
}
