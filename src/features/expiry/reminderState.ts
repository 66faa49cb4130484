import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { ORGANIZATION_REF } from "../../common/organizationRef.ts";
import { JsonFileStore } from "../../common/storage/jsonFileStore.ts";
import { isCertificateId } from "../../domain/certificate.ts";
import { type ExpirySnapshot, parseSnapshot, type ReminderState } from "./expiryRules.ts";

const REF = new RegExp(`^${ORGANIZATION_REF}$`);

/** What the service held when it was asked last. */
export const SNAPSHOT_FILE = "snapshot.json";

/** The snapshots that lie in a folder. */
export function snapshotsIn(folder: string): JsonFileStore<ExpirySnapshot> {
	return new JsonFileStore(folder, { version: 1, parse: parseSnapshot });
}

/** The name of the file that says that something was told on a day: whoever makes it tells. */
export function toldFile(day: number): string {
	return `${day}.told`;
}

/**
 * The name of the file that says that nothing is to be told of a certificate. `null` where a part of it could lead elsewhere.
 * Where case does not count in names of files, it does in ids.
 */
export function mutedFile(organizationRef: string, certificateId: string): string | null {
	if (!REF.test(organizationRef) || !isCertificateId(certificateId)) return null;
	return `${organizationRef}.${createHash("sha256").update(certificateId).digest("hex")}.muted`;
}

/**
 * Reads what all windows know of what is to be watched. What is missing or broken is as if it had never been there.
 * @param folder An absolute path.
 */
export async function readWatchRecord(folder: string): Promise<ReminderState> {
	const names: readonly string[] = await readdir(folder).catch(() => []);
	const stored = names.includes(SNAPSHOT_FILE)
		? await snapshotsIn(folder)
				.read(SNAPSHOT_FILE)
				.catch(() => null)
		: null;
	const snapshot = stored?.state === "read" ? stored.value : null;
	const remindedOn = names.flatMap((name) => /^(\d{1,8})\.told$/.exec(name)?.[1] ?? []).map(Number);
	const ids = snapshot?.certificates.map(({ id }) => id) ?? [];
	const ref = snapshot?.organizationRef ?? "";
	// The second name is the one that it had at first.
	const isMuted = (id: string) => [mutedFile(ref, id), `${ref}.${id}.muted`].some((name) => names.includes(name ?? ""));
	const muted = ids.filter(isMuted);
	return { snapshot, remindedOn, muted: new Set(muted) };
}
