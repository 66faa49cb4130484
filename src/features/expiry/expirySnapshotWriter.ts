import { mkdir, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { hasErrorCode, retryWhileBusy } from "../../common/storage/fileSystem.ts";
import { NO_EXPIRY } from "../../domain/certificate.ts";
import { ProblemError, problemOf } from "../../domain/problem.ts";
import type { ClientStore } from "../clients/clientStore.ts";
import { isComplete } from "../organization/activeScopes.ts";
import type { CertificateStore } from "../organization/certificateStore.ts";
import type { EnforcementIndex } from "../organization/enforcementIndex.ts";
import type { ProjectStore } from "../organization/projectStore.ts";
import type { ExpirySnapshot, ReminderState, SnapshotCertificate, SnapshotClient } from "./expiryRules.ts";
import { mutedFile, remindedFile, SNAPSHOT_FILE, snapshotStore } from "./reminderState.ts";

/** How far the stored read time may lag, in milliseconds, so that not every read of the list writes a file. */
const AGE_TOLERANCE_MS = 3_600_000;

/** Limit of stored clients: the file is read at activation, and a reminder names few. */
const MAX_STORED_CLIENTS = 200;

interface SnapshotSources {
	readonly certificates: CertificateStore;
	readonly projects: ProjectStore;
	readonly enforcement: EnforcementIndex;
	readonly clients: Pick<ClientStore, "list" | "on">;
}

interface SnapshotReader {
	/** Reads the current state. */
	readState(): Promise<ReminderState>;
	/** Called when the snapshot may have changed. */
	check(): unknown;
	/** Makes this window use a snapshot that cannot be stored; `null`: the stored one. */
	setUnsavedSnapshot(unsaved: ExpirySnapshot | null): void;
}

/** Keeps the snapshot in sync with the lists: writes it after a read, and deletes it with its connection. */
export class ExpirySnapshotWriter {
	readonly #folder: string;
	readonly #sources: SnapshotSources;
	readonly #reader: SnapshotReader;
	#synced: Promise<void> = Promise.resolve();
	#isScheduled = false;
	/** The organization last used in this window. */
	#lastUsed: string | undefined;
	/** The organization whose clients this window has read since their last change. */
	#clientsRead: string | undefined;

	/** @param folder An absolute path; created by the first write. */
	constructor(folder: string, sources: SnapshotSources, reader: SnapshotReader) {
		this.#folder = folder;
		this.#sources = sources;
		this.#reader = reader;
		const scheduleSync = () => this.#scheduleSync();
		sources.certificates.on("change", scheduleSync);
		sources.projects.on("change", scheduleSync);
		sources.clients.on("change", () => {
			this.#clientsRead = undefined;
			scheduleSync();
		});
	}

	/** Waits until the snapshot matches the lists. */
	async flush(): Promise<void> {
		await this.#synced;
	}

	#scheduleSync(): void {
		const { organizationRef } = this.#sources.certificates;
		if (typeof organizationRef === "string") this.#lastUsed = organizationRef;
		if (this.#isScheduled) return;
		this.#isScheduled = true;
		this.#synced = this.#synced.then(async () => {
			// Changes from the next turn on schedule another sync.
			await new Promise(setImmediate);
			this.#isScheduled = false;
			if (await this.#sync().catch(() => true)) this.#reader.check();
		});
	}

	/** @returns true if the snapshot changed. */
	async #sync(): Promise<boolean> {
		const { snapshot: stored } = await this.#reader.readState();
		const { organizationRef } = this.#sources.certificates;
		const isCurrent = stored !== null && stored.organizationRef === organizationRef;
		// Another window may use an organization unknown here.
		const isObsolete =
			stored !== null &&
			!isCurrent &&
			(typeof organizationRef === "string" || stored.organizationRef === this.#lastUsed);
		if (isObsolete) {
			this.#reader.setUnsavedSnapshot(null);
			await this.#remove();
		}
		const snapshot = await this.#buildSnapshot(isCurrent ? stored : null);
		if (!snapshot || (isCurrent && isSame(stored, snapshot))) return isObsolete;
		const isWritten = await this.#write(snapshot).then(
			() => true,
			(thrown) => {
				if (!problemOf(thrown)) throw thrown;
				return false;
			},
		);
		this.#reader.setUnsavedSnapshot(isWritten ? null : snapshot);
		return true;
	}

	/** @param before The stored snapshot of the same organization. */
	async #buildSnapshot(before: ExpirySnapshot | null): Promise<ExpirySnapshot | null> {
		const { certificates, enforcement } = this.#sources;
		const { organizationRef } = certificates;
		const { listing, loadedAt } = certificates.state;
		if (typeof organizationRef !== "string") return null;
		const clients = await this.#readClients(organizationRef, before?.clients);
		// Clients can change in a window that never read the list.
		if (!listing || loadedAt === null) return before && { ...before, clients };
		const listed = listing.certificates.map(({ id, name, expiresAt }): SnapshotCertificate => {
			const { organization, projects, unread, allProjects } = enforcement.activationStatus(id);
			const isInactive = organization === false && allProjects && unread === 0;
			const known = projects.length > 0 ? true : isInactive ? false : undefined;
			// Projects are not read with every list.
			const inProject = known ?? before?.certificates.find((each) => each.id === id)?.inProject;
			return { id, name, expiresAt, inOrganization: organization, inProject };
		});
		// An incomplete list does not show which certificates are deleted.
		const unlisted = isComplete(listing) ? [] : (before?.certificates ?? []);
		const kept = unlisted.filter(({ id }) => !listed.some((each) => each.id === id));
		return { organizationRef, readAt: loadedAt, certificates: [...listed, ...kept], clients };
	}

	/** Returns the clients that expire first. @param before Those in the snapshot, which every window keeps current. */
	async #readClients(
		organizationRef: string,
		before: readonly SnapshotClient[] | undefined,
	): Promise<readonly SnapshotClient[] | undefined> {
		if (this.#clientsRead === organizationRef) return before;
		this.#clientsRead = organizationRef;
		const clients = await this.#sources.clients.list(organizationRef).catch((thrown) => {
			if (!problemOf(thrown)) throw thrown;
			return null;
		});
		if (!clients) return before;
		const now = Date.now() / 1000;
		const soonest = clients
			.filter(({ notAfter }) => notAfter > now)
			.toSorted((one, other) => one.notAfter - other.notAfter)
			.slice(0, MAX_STORED_CLIENTS)
			.map(({ sha256, name, notAfter }) => ({ sha256, name, expiresAt: Math.min(notAfter, NO_EXPIRY) }));
		return soonest.length > 0 ? soonest : undefined;
	}

	/** @throws ProblemError `not-recorded`, `record-newer` */
	async #write(snapshot: ExpirySnapshot): Promise<void> {
		const store = snapshotStore(this.#folder);
		if ((await store.read(SNAPSHOT_FILE)).state === "newer") throw new ProblemError({ reason: "record-newer" });
		await store.write(SNAPSHOT_FILE, snapshot);
	}

	async #remove(): Promise<void> {
		await snapshotStore(this.#folder)
			.remove(SNAPSHOT_FILE)
			.catch(() => {});
	}
}

/**
 * Claims a day's reminder on behalf of all windows.
 * @param day As from `localDay`.
 * @param past Days with a reminder; the files of earlier days are deleted.
 * @returns `unwritten` if the claim cannot be stored, so that other windows may remind too.
 */
export async function claimDay(
	folder: string,
	day: number,
	past: readonly number[],
): Promise<"claimed" | "taken" | "unwritten"> {
	const created = await createFile(folder, remindedFile(day));
	if (created !== "created") return created === "there" ? "taken" : "unwritten";
	for (const each of past) if (each < day) await rm(join(folder, remindedFile(each))).catch(() => {});
	return "claimed";
}

/** Stops reminders of these certificates. */
export async function muteReminders(folder: string, organizationRef: string, ids: readonly string[]): Promise<void> {
	for (const id of ids) {
		const name = mutedFile(organizationRef, id);
		if (name !== null) await createFile(folder, name);
	}
}

/** Creates a file exclusively: `created` for only one of several callers. */
async function createFile(folder: string, name: string): Promise<"created" | "there" | "failed"> {
	try {
		await mkdir(folder, { recursive: true, mode: 0o700 });
	} catch {
		return "failed";
	}
	try {
		await retryWhileBusy(async () => (await open(join(folder, name), "wx", 0o600)).close());
		return "created";
	} catch (error) {
		return hasErrorCode(error, "EEXIST") ? "there" : "failed";
	}
}

function isSame(one: ExpirySnapshot, other: ExpirySnapshot): boolean {
	const isRecent = Math.abs(other.readAt - one.readAt) < AGE_TOLERANCE_MS;
	const contents = ({ certificates, clients }: ExpirySnapshot) => JSON.stringify([certificates, clients]);
	return isRecent && contents(one) === contents(other);
}
