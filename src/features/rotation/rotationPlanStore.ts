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

/** Which rotation: an old certificate is in one at a time. */
interface PlanKey {
	readonly organizationRef: string;
	readonly old: Pick<RotatedCertificate, "id">;
}

const NAME = new RegExp(`^${ORGANIZATION_REF}\\.[0-9a-f]{64}\\.json$`);

/** What a plan's file holds. Version 0 named the organization `connectionId` at first. */
const FORMAT: JsonFileFormat<RotationPlan> = { version: 1, parse: parsePlan };

/**
 * The rotations that are not over, of all windows, in one folder: a file for each, written before the first activation and
 * removed at the end. `change` comes when others are known than before.
 */
export class RotationPlanStore extends ChangeEmitter {
	readonly #files: JsonFileStore<RotationPlan>;
	readonly #locks: FileLocks;
	#known: readonly RotationPlan[] = [];
	#reads = 0;
	#newest = 0;

	/** @param folder,now As in `Records`. */
	constructor(folder: string, locks: FileLocks, now: () => number = Date.now) {
		super();
		this.#files = new JsonFileStore(folder, FORMAT, now);
		this.#locks = locks;
	}

	/** Those of all organizations, as last read. */
	get known(): readonly RotationPlan[] {
		return this.#known;
	}

	/** Reads again what all windows wrote down; where it cannot be read it stays as it was known. */
	async reload(): Promise<void> {
		await this.read().catch((thrown) => {
			if (!problemOf(thrown)) throw thrown;
		});
	}

	/**
	 * As `reload`.
	 * @param organizationRef The organization for which it is to be known as a whole.
	 * @throws Failure `not-recorded` where the folder cannot be read; `record-newer` where a newer version wrote of that organization
	 */
	async read(organizationRef?: string): Promise<readonly RotationPlan[]> {
		const read = ++this.#reads;
		const names = (await this.#files.names()).filter((name) => NAME.test(name)).sort();
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
	 * Does one step of a rotation while no other one of the same organization is under way, in any window: two of them could
	 * each take what the other one relies on.
	 * @param signal Ends waiting for another one.
	 * @throws Failure `locked` where another one is; `not-recorded`; what `step` throws; Cancelled
	 */
	async withLock<T>(organizationRef: string, step: (lock: HeldLock) => Promise<T>, signal?: AbortSignal): Promise<T> {
		return this.#locks.withLock(`rotation.${organizationRef}`, step, { refuse: true, ...(signal && { signal }) });
	}

	/**
	 * Writes a plan down, within `alone`.
	 * @returns false if a file for the same old certificate exists, readable or not.
	 * @throws Failure `lock-lost`, `not-recorded`
	 */
	async create(plan: RotationPlan, lock?: HeldLock): Promise<boolean> {
		const name = nameOf(plan);
		if (!NAME.test(name)) throw new ProblemError({ reason: "not-recorded", code: null });
		const isFree = (await this.#files.read(name)).state === "none";
		if (isFree) await this.#files.write(name, plan, lock);
		await this.reload();
		return isFree;
	}

	/**
	 * Writes down, within `alone`, that a plan has more scopes.
	 * @throws Failure `changed-meanwhile` where it does not stand any more; `not-recorded`
	 */
	async extend(plan: RotationPlan, lock?: HeldLock): Promise<void> {
		if (!(await this.#stands(plan))) throw new ProblemError({ reason: "changed-meanwhile" });
		await this.#files.write(nameOf(plan), plan, lock);
		await this.reload();
	}

	/** Removes, within `alone`, a plan that is over; not another one that took its place. @throws Failure `not-recorded` */
	async remove(plan: RotationPlan): Promise<void> {
		if (await this.#stands(plan)) await this.#files.remove(nameOf(plan));
		await this.reload();
	}

	/** Removes a plan that is to be forgotten. @throws as `alone` and `remove` */
	async forget(plan: RotationPlan): Promise<void> {
		await this.withLock(plan.organizationRef, () => this.remove(plan));
	}

	/** Whether this very plan is written down, not another one of the same old certificate. */
	async #stands(plan: RotationPlan): Promise<boolean> {
		const there = await this.#files.read(nameOf(plan));
		return there.state === "read" && isSamePlan(there.value, plan);
	}

	/** What stands in the place of a plan. @throws Failure `not-recorded` where that cannot be read */
	async stateOf(key: PlanKey): Promise<StoredValue<RotationPlan>["state"]> {
		return (await this.#files.read(nameOf(key))).state;
	}

	/** Removes what is no plan, for a person who does not want to wait for it. @throws as `alone`; Failure `not-recorded` */
	async discardCorrupt(key: PlanKey): Promise<void> {
		await this.withLock(key.organizationRef, async () => {
			if ((await this.stateOf(key)) === "unreadable") await this.#files.remove(nameOf(key));
		});
		await this.reload();
	}

	/**
	 * Removes the plans of an organization whose old certificate is gone: they are over. Where that fails the next list does it.
	 * @param listing As it was just read.
	 */
	async settle(organizationRef: string, listing: CertificateListing): Promise<void> {
		if (!isComplete(listing)) return;
		const ids = new Set(listing.certificates.map(({ id }) => id));
		const over = this.#known.filter((plan) => plan.organizationRef === organizationRef && !ids.has(plan.old.id));
		for (const plan of over)
			await this.forget(plan).catch((thrown) => {
				if (!problemOf(thrown)) throw thrown;
			});
	}
}

/** Tells two plans apart, also of the same old certificate. */
export function isSamePlan(one: RotationPlan, other: RotationPlan): boolean {
	return nameOf(one) === nameOf(other) && one.next.id === other.next.id && one.startedAt === other.startedAt;
}

/** Where case does not count in names of files, it does in ids. */
function nameOf({ organizationRef, old }: PlanKey): string {
	return `${organizationRef}.${createHash("sha256").update(old.id).digest("hex")}.json`;
}

function parsePlan(fields: Record<string, unknown>, name: string): RotationPlan | null {
	const { connectionId, organizationRef = connectionId, startedAt, scopes, ...pair } = fields;
	const [old, next] = [certificateIn(pair.old), certificateIn(pair.next)];
	if (typeof organizationRef !== "string" || !old || !next || !isMoment(startedAt) || !Array.isArray(scopes))
		return null;
	const planned = scopes.map(plannedIn);
	if (!planned.every((each) => each !== null) || nameOf({ organizationRef, old }) !== name) return null;
	return { organizationRef, old, next, scopes: planned, startedAt };
}

/** What a date can be of, Unix milliseconds (ECMA-262, Time Range). */
function isMoment(value: unknown): value is number {
	return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 8.64e15;
}

function certificateIn(json: unknown): RotatedCertificate | null {
	const { id, name } = asRecord(json);
	return isCertificateId(id) && (name === null || typeof name === "string") ? { id, name } : null;
}

function plannedIn(json: unknown): PlannedScope | null {
	const { scope, nextWasActive } = asRecord(json);
	const read = scopeIn(scope);
	return read && typeof nextWasActive === "boolean" ? { scope: read, nextWasActive } : null;
}

function scopeIn(json: unknown): Scope | null {
	const { kind, id } = asRecord(json);
	if (kind === "organization") return ORGANIZATION;
	return kind === "project" && isProjectId(id) ? { kind, id } : null;
}
