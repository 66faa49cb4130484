import { createHash, randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { type CertificateListing, isCertificateId } from "../domain/certificate.ts";
import { Failure, problemOf } from "../domain/failure.ts";
import { fieldsIn, fieldsOf } from "../domain/json.ts";
import type { PlannedScope, RotatedCertificate, RotationPlan } from "../domain/rotation.ts";
import { isProjectId, ORGANIZATION, type Scope } from "../domain/scope.ts";
import { Events } from "./events.ts";
import { ExclusiveFiles } from "./exclusiveFiles.ts";
import { ORGANIZATION_REF } from "./organizationRef.ts";
import type { ThisWindow } from "./uploadJournal.ts";
import { isWhole } from "./whereabouts.ts";

/** Which rotation: an old certificate is in one at a time. */
interface PlanKey {
	readonly organizationRef: string;
	readonly old: Pick<RotatedCertificate, "id">;
}

const NAME = new RegExp(`^${ORGANIZATION_REF}\\.[0-9a-f]{64}\\.json$`);

/** A window that is at a step: the organization, then when it began, Unix milliseconds, the window, and what makes it unique. */
const STEP = new RegExp(`^(${ORGANIZATION_REF})\\.(\\d{1,15})\\.([\\w-]+)\\.[0-9a-f-]{36}\\.step$`);

/** After so long, in milliseconds, another process is believed to have the number of the window that was at it. */
const LONGEST_STEP_MS = 86_400_000;

/**
 * The rotations that are not over, of all windows, in one folder: a file for each, written before the first activation and
 * removed at the end. `change` comes when others are known than before.
 */
export class RotationPlans extends Events {
	readonly #files: ExclusiveFiles;
	readonly #window: ThisWindow;
	readonly #now: () => number;
	/** The names of the files that say what this window is at. */
	readonly #steps = new Set<string>();
	#known: readonly RotationPlan[] = [];
	#reads = 0;
	#newest = 0;

	/** @param folder,now As in `ExclusiveFiles`. @param window Names what it writes of its own steps. */
	constructor(folder: string, window: ThisWindow, now: () => number = Date.now) {
		super();
		this.#window = window;
		this.#files = new ExclusiveFiles(folder, now);
		this.#now = now;
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

	/** As `reload`. @throws Failure `not-recorded` where the folder cannot be read. */
	async read(): Promise<readonly RotationPlan[]> {
		const read = ++this.#reads;
		const names = await this.#files.names();
		const texts = await Promise.all(
			names
				.filter((name) => NAME.test(name))
				.sort()
				.map(async (name) => ({ name, text: await this.#files.read(name) })),
		);
		const plans = texts.flatMap(({ name, text }) => parsePlan(text ?? "", name) ?? []);
		if (read < this.#newest) return plans;
		this.#newest = read;
		const isSame = isDeepStrictEqual(plans, this.#known);
		this.#known = plans;
		if (!isSame) this.tell("change");
		return plans;
	}

	/**
	 * Does one step of a rotation while no other one of the same organization is under way, in any window: two of them could
	 * each take what the other one relies on.
	 * @throws Failure `rotation-running`, also where two begin at once and neither is first; `not-recorded`; what `step` throws
	 */
	async alone<T>(organizationRef: string, step: () => Promise<T>): Promise<T> {
		const name = `${organizationRef}.${this.#now()}.${this.#window.owner}.${randomUUID()}.step`;
		if (!STEP.test(name)) throw new Failure({ reason: "not-recorded" });
		this.#steps.add(name);
		try {
			// Each writes first and looks then, so that of two at least one sees the other one.
			await this.#files.create(name, null);
			if (await this.#isBusy(organizationRef, name)) throw new Failure({ reason: "rotation-running" });
			return await step();
		} finally {
			this.#steps.delete(name);
			await this.#files.remove(name);
		}
	}

	/** Whether a window that runs is at a step, other than the one of this name. What a dead one left is cleared away. */
	async #isBusy(organizationRef: string, mine: string): Promise<boolean> {
		let isBusy = false;
		for (const name of await this.#files.names()) {
			const [, organization, at, owner = ""] = STEP.exec(name) ?? [];
			if (organization !== organizationRef || name === mine) continue;
			const isYoung = Math.abs(this.#now() - Number(at)) < LONGEST_STEP_MS;
			const runs = owner === this.#window.owner ? this.#steps.has(name) : this.#window.isAlive(owner);
			if (isYoung && runs) isBusy = true;
			else await this.#files.remove(name);
		}
		return isBusy;
	}

	/** Writes a plan down. @returns false where there is one of the same old certificate. @throws Failure `not-recorded` */
	async create(plan: RotationPlan): Promise<boolean> {
		const name = nameOf(plan);
		if (!NAME.test(name)) throw new Failure({ reason: "not-recorded" });
		const isCreated = await this.#files.create(name, plan);
		await this.reload();
		return isCreated;
	}

	/**
	 * Writes down that a plan has more scopes.
	 * @throws Failure `changed-meanwhile` where it does not stand any more; `not-recorded`
	 */
	async extend(plan: RotationPlan): Promise<void> {
		if (!(await this.#stands(plan))) throw new Failure({ reason: "changed-meanwhile" });
		await this.#files.replace(nameOf(plan), plan);
		await this.reload();
	}

	/** Removes a plan that is over, or is to be forgotten; not another one that took its place. */
	async remove(plan: RotationPlan): Promise<void> {
		if (await this.#stands(plan)) await this.#files.remove(nameOf(plan));
		await this.reload();
	}

	/** Whether this very plan is written down, not another one of the same old certificate. */
	async #stands(plan: RotationPlan): Promise<boolean> {
		const name = nameOf(plan);
		const there = parsePlan((await this.#files.read(name)) ?? "", name);
		return there !== null && isSamePlan(there, plan);
	}

	/** Whether there is something of that name that is no plan. @throws Failure `not-recorded` where that cannot be read */
	async isSpoilt(key: PlanKey): Promise<boolean> {
		const name = nameOf(key);
		const text = await this.#files.read(name);
		return text !== null && parsePlan(text, name) === null;
	}

	/** Removes what is no plan, for a person who does not want to wait for it. @throws Failure `not-recorded` */
	async forgetSpoilt(key: PlanKey): Promise<void> {
		if (await this.isSpoilt(key)) await this.#files.remove(nameOf(key));
		await this.reload();
	}

	/** Removes the plans of an organization whose old certificate is gone: they are over. @param listing As it was just read. */
	async settle(organizationRef: string, listing: CertificateListing): Promise<void> {
		if (!isWhole(listing)) return;
		const ids = new Set(listing.certificates.map(({ id }) => id));
		for (const plan of this.#known)
			if (plan.organizationRef === organizationRef && !ids.has(plan.old.id)) await this.remove(plan);
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

/** `null` where it is not whole, or about something else than its name says. */
function parsePlan(text: string, name: string): RotationPlan | null {
	// It was written as `connectionId` once.
	const { connectionId, organizationRef = connectionId, startedAt, scopes, ...pair } = fieldsOf(text);
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
	const { id, name } = fieldsIn(json);
	return isCertificateId(id) && (name === null || typeof name === "string") ? { id, name } : null;
}

function plannedIn(json: unknown): PlannedScope | null {
	const { scope, nextWasActive } = fieldsIn(json);
	const read = scopeIn(scope);
	return read && typeof nextWasActive === "boolean" ? { scope: read, nextWasActive } : null;
}

function scopeIn(json: unknown): Scope | null {
	const { kind, id } = fieldsIn(json);
	if (kind === "organization") return ORGANIZATION;
	return kind === "project" && isProjectId(id) ? { kind, id } : null;
}
