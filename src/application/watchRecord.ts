import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { isCertificateId } from "../domain/certificate.ts";
import { parseSnapshot, type WatchRecord } from "../domain/watch.ts";
import { ORGANIZATION_REF } from "./organizationRef.ts";

const REF = new RegExp(`^${ORGANIZATION_REF}$`);

/** What the service held when it was asked last. */
export const SNAPSHOT_FILE = "snapshot.json";

/** The name of the file that says that something was told on a day: whoever makes it tells. */
export function toldFile(day: number): string {
	return `${day}.told`;
}

/** The name of the file that says that nothing is to be told of a certificate. `null` where a part of it could lead elsewhere. */
export function mutedFile(organizationRef: string, certificateId: string): string | null {
	return REF.test(organizationRef) && isCertificateId(certificateId)
		? `${organizationRef}.${certificateId}.muted`
		: null;
}

/**
 * Reads what all windows know of what is to be watched. What is missing or broken is as if it had never been there.
 * @param folder An absolute path.
 */
export async function readWatchRecord(folder: string): Promise<WatchRecord> {
	const names: readonly string[] = await readdir(folder).catch(() => []);
	const text = names.includes(SNAPSHOT_FILE) ? await readFile(join(folder, SNAPSHOT_FILE), "utf8").catch(() => "") : "";
	const snapshot = parseSnapshot(text);
	const toldOn = names.flatMap((name) => /^(\d{1,8})\.told$/.exec(name)?.[1] ?? []).map(Number);
	const ids = snapshot?.certificates.map(({ id }) => id) ?? [];
	const muted = ids.filter((id) => names.includes(mutedFile(snapshot?.organizationRef ?? "", id) ?? ""));
	return { snapshot, toldOn, muted: new Set(muted) };
}
