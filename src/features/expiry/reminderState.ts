import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { ORGANIZATION_REF } from "../../common/organizationRef.ts";
import { JsonFileStore } from "../../common/storage/jsonFileStore.ts";
import { isCertificateId } from "../../domain/certificate.ts";
import { type ExpirySnapshot, parseSnapshot, type ReminderState } from "./expiryRules.ts";

const REF = new RegExp(`^${ORGANIZATION_REF}$`);

export const SNAPSHOT_FILE = "snapshot.json";

/** Returns the store of a folder's snapshot. */
export function snapshotStore(folder: string): JsonFileStore<ExpirySnapshot> {
	return new JsonFileStore(folder, { version: 1, parse: parseSnapshot });
}

/** Returns the name of the file that claims a day's reminder: the window that creates the file shows the reminder. */
export function remindedFile(day: number): string {
	return `${day}.told`;
}

/**
 * Returns the name of the file that mutes a certificate; `null` if a part could name another path. The id is hashed,
 * because ids are case-sensitive, and file names may not be.
 * @param certificateId The SHA-256 of a client certificate is its id.
 */
export function mutedFile(organizationRef: string, certificateId: string): string | null {
	if (!REF.test(organizationRef) || !isCertificateId(certificateId)) return null;
	return `${organizationRef}.${createHash("sha256").update(certificateId).digest("hex")}.muted`;
}

/**
 * Reads the state that all windows share. Ignores corrupt files.
 * @param folder An absolute path.
 */
export async function readReminderState(folder: string): Promise<ReminderState> {
	const names: readonly string[] = await readdir(folder).catch(() => []);
	const stored = names.includes(SNAPSHOT_FILE)
		? await snapshotStore(folder)
				.read(SNAPSHOT_FILE)
				.catch(() => null)
		: null;
	const snapshot = stored?.state === "read" ? stored.value : null;
	const remindedOn = names.flatMap((name) => /^(\d{1,8})\.told$/.exec(name)?.[1] ?? []).map(Number);
	const ids = [
		...(snapshot?.certificates.map(({ id }) => id) ?? []),
		...(snapshot?.clients?.map(({ sha256 }) => sha256) ?? []),
	];
	const ref = snapshot?.organizationRef ?? "";
	// Early versions used the second name.
	const isMuted = (id: string) => [mutedFile(ref, id), `${ref}.${id}.muted`].some((name) => names.includes(name ?? ""));
	const muted = ids.filter(isMuted);
	return { snapshot, remindedOn, muted: new Set(muted) };
}
