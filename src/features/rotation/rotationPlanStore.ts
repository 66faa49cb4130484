import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { ChangeEmitter } from "../../common/changeEmitter.ts";
import { ORGANIZATION_REF } from "../../common/organizationRef.ts";
import type { HeldLock } from "../../common/storage/heldLock.ts";
import { type JsonFileFormat, JsonFileStore, type StoredValue } from "../../common/storage/jsonFileStore.ts";
import type { FileLocks } from "../../common/storage/locks.ts";
import { type CertificateListing, isCertificateId } from "../../domain/certificate.ts";
import { asRecord } from "../../domain/json.ts";
import { ProblemError, problemOf } from "../../domain/problem.ts";
import { isProjectId, ORGANIZATION, type Scope } from "../../domain/scope.ts";
import { isComplete } from "../organization/activeScopes.ts";
import type { PlannedScope, RotatedCertificate, RotationPlan } from "./rotationPlan.ts";

/** Identifies a plan: an old certificate has one plan at a time. */
interface PlanKey {
	readonly organizationRef: string;
	readonly old: Pick<RotatedCertificate, "id">;
}

const FILE_NAME = new RegExp(`^${ORGANIZATION_REF}\\.[0-9a-f]{64}\\.json$`);

/** Early files of version 0 name the organization `connectionId`. */
const FORMAT: JsonFileFormat<RotationPlan> = { version: 1, parse: parsePlan };

/**
 * Stores the unfinished rotations of all windows: a file each in one folder, written before the first activation,
 * removed at the end. Emits `change` when the known plans change.
 */
export class RotationPlanStore extends ChangeEmitter {
	readonly #files: JsonFileStore<RotationPlan>;
	readonly #locks: FileLocks;
	#known: readonly RotationPlan[] = [];
	#reads = 0;
	#newest = 0;

	/** @param folder,now As in `JsonFileStore`. */
	constructor(folder: string, locks: FileLocks, now: () => number = Date.now) {
		super();
		this.#files = new JsonFileStore(folder, FORMAT, now);
		this.#locks = locks;
	}

	/** The plans of all organizations, as last read. */
	get known(): readonly RotationPlan[] {
		return this.#known;
	}

	/** Reads the plans of all windows again; keeps the known plans if reading fails. */
	async reload(): Promise<void> {
		await this.read().catch((thrown) => {
			if (!problemOf(thrown)) throw thrown;
		});
	}

	/**
	 * Like `reload`, but throws if reading fails.
	 * @param organizationRef The organization whose plans must be complete.
	 * @throws ProblemError `not-recorded` if the folder cannot be read; `record-newer` if a newer version wrote a plan
	 * of the organization
	 */
	async read(organizationRef?: string): Promise<readonly RotationPlan[]> {
		const read = ++this.#reads;
		const names = (await this.#files.listFiles()).filter((name) => FILE_NAME.test(name)).sort();
		const stored = await Promise.all(names.map((name) => this.#files.read(name)));
		const isNewer = stored.some(
			({ state }, index) => state === "newer" && names[index]?.startsWith(`${organizationRef}.`),
		);
		if (isNewer) throw new ProblemError({ reason: "record-newer" });
		const plans = stored.flatMap((each) => (each.state === "read" ? each.value : []));
		if (read < this.#newest) return plans;
		this.#newest = read;
		const isSame = isDeepStrictEqual(plans, this.#known);
		this.#known = plans;
		if (!isSame) this.notify("change");
		return plans;
	}

	/**
	 * Runs one step of a rotation under the organization's lock, which excludes all windows: two concurrent steps could
	 * each deactivate a certificate that the other relies on.
	 * @param signal Ends the wait for another step.
	 * @throws ProblemError `locked` while another step runs; `not-recorded`; errors of `step`; CancelledError
	 */
	async withLock<T>(organizationRef: string, step: (lock: HeldLock) => Promise<T>, signal?: AbortSignal): Promise<T> {
		return this.#locks.withLock(`rotation.${organizationRef}`, step, { refuse: true, ...(signal && { signal }) });
	}

	/**
	 * Writes a new plan. Must run within `withLock`.
	 * @returns false if a file for the same old certificate exists, readable or not.
	 * @throws ProblemError `lock-lost`, `not-recorded`
	 */
	async create(plan: RotationPlan, lock?: HeldLock): Promise<boolean> {
		const name = fileNameOf(plan);
		if (!FILE_NAME.test(name)) throw new ProblemError({ reason: "not-recorded", code: null });
		const isFree = (await this.#files.read(name)).state === "none";
		if (isFree) await this.#files.write(name, plan, lock);
		await this.reload();
		return isFree;
	}

	/**
	 * Writes a plan with added scopes. Must run within `withLock`.
	 * @throws ProblemError `changed-meanwhile` if the plan is not stored any more; `not-recorded`
	 */
	async extend(plan: RotationPlan, lock?: HeldLock): Promise<void> {
		if (!(await this.#isStored(plan))) throw new ProblemError({ reason: "changed-meanwhile" });
		await this.#files.write(fileNameOf(plan), plan, lock);
		await this.reload();
	}

	/** Removes this plan, not its replacement. Must run within `withLock`. @throws ProblemError `not-recorded` */
	async remove(plan: RotationPlan): Promise<void> {
		if (await this.#isStored(plan)) await this.#files.remove(fileNameOf(plan));
		await this.reload();
	}

	/** Removes an unfinished plan on request. @throws as `withLock` and `remove` */
	async discard(plan: RotationPlan): Promise<void> {
		await this.withLock(plan.organizationRef, () => this.remove(plan));
	}

	/** True if this plan is stored, not another plan of the same old certificate. */
	async #isStored(plan: RotationPlan): Promise<boolean> {
		const stored = await this.#files.read(fileNameOf(plan));
		return stored.state === "read" && isSamePlan(stored.value, plan);
	}

	/** Reads the state of a plan's file. @throws ProblemError `not-recorded` if the file cannot be read */
	async stateOf(key: PlanKey): Promise<StoredValue<RotationPlan>["state"]> {
		return (await this.#files.read(fileNameOf(key))).state;
	}

	/** Removes a corrupt plan file on request. @throws as `withLock`; ProblemError `not-recorded` */
	async discardCorrupt(key: PlanKey): Promise<void> {
		await this.withLock(key.organizationRef, async () => {
			if ((await this.stateOf(key)) === "unreadable") await this.#files.remove(fileNameOf(key));
		});
		await this.reload();
	}

	/**
	 * Removes the plans of an organization whose old certificate is deleted. After a failure, the next call tries again.
	 * @param listing Must be freshly read.
	 */
	async removeFinished(organizationRef: string, listing: CertificateListing): Promise<void> {
		if (!isComplete(listing)) return;
		const ids = new Set(listing.certificates.map(({ id }) => id));
		const finished = this.#known.filter((plan) => plan.organizationRef === organizationRef && !ids.has(plan.old.id));
		for (const plan of finished)
			await this.discard(plan).catch((thrown) => {
				if (!problemOf(thrown)) throw thrown;
			});
	}
}

/** Compares two plans, also of the same old certificate. */
export function isSamePlan(one: RotationPlan, other: RotationPlan): boolean {
	return fileNameOf(one) === fileNameOf(other) && one.next.id === other.next.id && one.startedAt === other.startedAt;
}

/** Hashes the id, because ids are case-sensitive, and file names may not be. */
function fileNameOf({ organizationRef, old }: PlanKey): string {
	return `${organizationRef}.${createHash("sha256").update(old.id).digest("hex")}.json`;
}

function parsePlan(fields: Record<string, unknown>, name: string): RotationPlan | null {
	const { connectionId, organizationRef = connectionId, startedAt, scopes, ...pair } = fields;
	const [old, next] = [parseCertificate(pair.old), parseCertificate(pair.next)];
	if (typeof organizationRef !== "string" || !old || !next || !isDateValue(startedAt) || !Array.isArray(scopes))
		return null;
	const planned = scopes.map(parsePlannedScope);
	if (!planned.every((each) => each !== null) || fileNameOf({ organizationRef, old }) !== name) return null;
	return { organizationRef, old, next, scopes: planned, startedAt };
}

/** True for Unix milliseconds that a `Date` can represent (ECMA-262, Time Range). */
function isDateValue(value: unknown): value is number {
	return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 8.64e15;
}

function parseCertificate(json: unknown): RotatedCertificate | null {
	const { id, name } = asRecord(json);
	return isCertificateId(id) && (name === null || typeof name === "string") ? { id, name } : null;
}

function parsePlannedScope(json: unknown): PlannedScope | null {
	const { scope, nextWasActive } = asRecord(json);
	const parsed = parseScope(scope);
	return parsed && typeof nextWasActive === "boolean" ? { scope: parsed, nextWasActive } : null;
}

function parseScope(json: unknown): Scope | null {
	const { kind, id } = asRecord(json);
	if (kind === "organization") return ORGANIZATION;
	return kind === "project" && isProjectId(id) ? { kind, id } : null;
}
