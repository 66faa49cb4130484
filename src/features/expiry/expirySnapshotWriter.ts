import { mkdir, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { hasErrorCode, retryWhileBusy } from "../../common/storage/fileSystem.ts";
import { ProblemError, problemOf } from "../../domain/problem.ts";
import { isComplete } from "../organization/activeScopes.ts";
import type { CertificateStore } from "../organization/certificateStore.ts";
import type { EnforcementIndex } from "../organization/enforcementIndex.ts";
import type { ProjectStore } from "../organization/projectStore.ts";
import type { ExpirySnapshot, ReminderState, WatchedCertificate } from "./expiryRules.ts";
import { mutedFile, SNAPSHOT_FILE, snapshotsIn, toldFile } from "./reminderState.ts";

/** By how much it may look older than it is, in milliseconds, so that not every look at the list writes a file. */
const AGE_TOLERANCE_MS = 3_600_000;

/** What the snapshot is made of. */
interface Sources {
	readonly certificates: CertificateStore;
	readonly projects: ProjectStore;
	readonly enforcement: EnforcementIndex;
}

/** Who reads it. */
interface Reader {
	/** Reads what is written down by now. */
	record(): Promise<ReminderState>;
	/** Told when the snapshot may be another one. */
	check(): unknown;
	/** Has it go by a snapshot that cannot be written down, in this window; `null`: by what is written down. */
	goBy(unwritten: ExpirySnapshot | null): void;
}

/** Keeps the snapshot true to the lists: it is written once one was read, and goes with the connection that it was read by. */
export class ExpirySnapshotWriter {
	readonly #folder: string;
	readonly #sources: Sources;
	readonly #reader: Reader;
	#done: Promise<void> = Promise.resolve();
	#isWaiting = false;
	/** The organization that was in use last in this window. */
	#used: string | undefined;

	/** @param folder An absolute path; it is made when something is to be written. */
	constructor(folder: string, sources: Sources, reader: Reader) {
		this.#folder = folder;
		this.#sources = sources;
		this.#reader = reader;
		const follow = () => this.#follow();
		sources.certificates.on("change", follow);
		sources.projects.on("change", follow);
	}

	/** Waits until it says what the lists say. */
	async settled(): Promise<void> {
		await this.#done;
	}

	#follow(): void {
		const { organizationRef } = this.#sources.certificates;
		if (typeof organizationRef === "string") this.#used = organizationRef;
		if (this.#isWaiting) return;
		this.#isWaiting = true;
		this.#done = this.#done.then(async () => {
			// What changes from here on is for the next time.
			await new Promise(setImmediate);
			this.#isWaiting = false;
			if (await this.#bring().catch(() => true)) this.#reader.check();
		});
	}

	/** @returns whether it is another one now. */
	async #bring(): Promise<boolean> {
		const { snapshot: kept } = await this.#reader.record();
		const { organizationRef } = this.#sources.certificates;
		const isOurs = kept !== null && kept.organizationRef === organizationRef;
		// Another window may use one that this one knows nothing of.
		const isGone =
			kept !== null && !isOurs && (typeof organizationRef === "string" || kept.organizationRef === this.#used);
		if (isGone) {
			this.#reader.goBy(null);
			await this.#remove();
		}
		const snapshot = this.#take(isOurs ? kept : null);
		if (!snapshot || (isOurs && isSame(kept, snapshot))) return isGone;
		const isWritten = await this.#write(snapshot).then(
			() => true,
			(thrown) => {
				if (!problemOf(thrown)) throw thrown;
				return false;
			},
		);
		this.#reader.goBy(isWritten ? null : snapshot);
		return true;
	}

	/** @param before What was known of the same organization. */
	#take(before: ExpirySnapshot | null): ExpirySnapshot | null {
		const { certificates, enforcement } = this.#sources;
		const { organizationRef } = certificates;
		const { listing, loadedAt } = certificates.state;
		if (!listing || loadedAt === null || typeof organizationRef !== "string") return null;
		const listed = listing.certificates.map(({ id, name, expiresAt }): WatchedCertificate => {
			const { organization, projects, unread, allProjects } = enforcement.activity(id);
			const isNowhere = organization === false && allProjects && unread === 0;
			const known = projects.length > 0 ? true : isNowhere ? false : undefined;
			// The projects are not read each time that the list is.
			const inProject = known ?? before?.certificates.find((each) => each.id === id)?.inProject;
			return { id, name, expiresAt, inOrganization: organization, inProject };
		});
		// A list that is not whole does not tell what is gone.
		const others = isComplete(listing) ? [] : (before?.certificates ?? []);
		const unseen = others.filter(({ id }) => !listed.some((each) => each.id === id));
		return { organizationRef, readAt: loadedAt, certificates: [...listed, ...unseen] };
	}

	/** @throws Failure `not-recorded`, `record-newer` */
	async #write(snapshot: ExpirySnapshot): Promise<void> {
		const files = snapshotsIn(this.#folder);
		if ((await files.read(SNAPSHOT_FILE)).state === "newer") throw new ProblemError({ reason: "record-newer" });
		await files.write(SNAPSHOT_FILE, snapshot);
	}

	async #remove(): Promise<void> {
		await snapshotsIn(this.#folder)
			.remove(SNAPSHOT_FILE)
			.catch(() => {});
	}
}

/**
 * Takes it on to tell something on a day, in the name of all windows.
 * @param day As `dayOf` counts it.
 * @param past The days on which something was told, of which no more needs to be known.
 * @returns `unwritten` where it cannot be written down, so that other windows may tell it too.
 */
export async function claimDay(
	folder: string,
	day: number,
	past: readonly number[],
): Promise<"claimed" | "taken" | "unwritten"> {
	const created = await createFile(folder, toldFile(day));
	if (created !== "created") return created === "there" ? "taken" : "unwritten";
	for (const each of past) if (each < day) await rm(join(folder, toldFile(each))).catch(() => {});
	return "claimed";
}

/** Has nothing told of certificates again. */
export async function mute(folder: string, organizationRef: string, ids: readonly string[]): Promise<void> {
	for (const id of ids) {
		const name = mutedFile(organizationRef, id);
		if (name !== null) await createFile(folder, name);
	}
}

/** Of two that create the same, only one does. */
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
	return isRecent && JSON.stringify(one.certificates) === JSON.stringify(other.certificates);
}
