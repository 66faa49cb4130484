import { createHash } from "node:crypto";
import { EventEmitter } from "node:events";
import { type CertificateListing, isCertificateId } from "../domain/certificate.ts";
import { Failure, problemOf } from "../domain/failure.ts";
import { LATE_MS } from "../domain/pendingUpload.ts";
import type { PlannedScope, RotatedCertificate, RotationPlan } from "../domain/rotation.ts";
import { isProjectId, ORGANIZATION, type Scope } from "../domain/scope.ts";
import { ExclusiveFiles, fieldsIn, fieldsOf } from "./exclusiveFiles.ts";
import { isWhole } from "./whereabouts.ts";

/** Which rotation: an old certificate is in one at a time. */
type PlanKey = Pick<RotationPlan, "connectionId" | "old">;

const NAME = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.[0-9a-f]{64}\.json$/;

/**
 * The rotations that are not over, of all windows, in one folder: a file for each, written before the first activation and
 * removed at the end. `change` comes when others are known than before.
 */
export class RotationPlans extends EventEmitter<{ change: [] }> {
	readonly #files: ExclusiveFiles;
	readonly #now: () => number;
	#known: readonly RotationPlan[] = [];
	#unreadable = 0;
	#reads = 0;
	#newest = 0;

	/** @param folder,now As in `ExclusiveFiles`. */
	constructor(folder: string, now: () => number = Date.now) {
		super();
		this.#files = new ExclusiveFiles(folder, now);
		this.#now = now;
	}

	/** Those of all connections, as last read. */
	get known(): readonly RotationPlan[] {
		return this.#known;
	}

	/** How many files could not be read; they are left alone. */
	get unreadable(): number {
		return this.#unreadable;
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
		const names = await this.#files.names((at) => this.#now() - at > LATE_MS);
		const texts = await Promise.all(
			names
				.filter((name) => NAME.test(name))
				.sort()
				.map(async (name) => ({ name, text: await this.#files.text(name) })),
		);
		const there = texts.filter(({ text }) => text !== null);
		const plans = there.flatMap(({ name, text }) => parsePlan(text ?? "", name) ?? []);
		if (read < this.#newest) return plans;
		this.#newest = read;
		const isSame =
			JSON.stringify([plans, there.length]) === JSON.stringify([this.#known, this.#known.length + this.#unreadable]);
		this.#known = plans;
		this.#unreadable = there.length - plans.length;
		if (!isSame) this.emit("change");
		return plans;
	}

	/** Writes a plan down. @returns false where there is one of the same old certificate. @throws Failure `not-recorded` */
	async create(plan: RotationPlan): Promise<boolean> {
		const name = nameOf(plan);
		if (!NAME.test(name)) throw new Failure({ reason: "not-recorded" });
		const isCreated = await this.#files.create(name, plan);
		await this.reload();
		return isCreated;
	}

	/** Writes down that a plan has more scopes. @throws Failure `not-recorded` */
	async extend(plan: RotationPlan): Promise<void> {
		await this.#files.replace(nameOf(plan), plan);
		await this.reload();
	}

	/** Removes a plan that is over, or is to be forgotten; not another one that took its place. */
	async remove(plan: RotationPlan): Promise<void> {
		const name = nameOf(plan);
		const there = parsePlan((await this.#files.text(name)) ?? "", name);
		if (there && isSamePlan(there, plan)) await this.#files.remove(name);
		await this.reload();
	}

	/** Removes the plans of a connection whose old certificate is gone: they are over. @param listing As it was just read. */
	async settle(connectionId: string, listing: CertificateListing): Promise<void> {
		if (!isWhole(listing)) return;
		const ids = new Set(listing.certificates.map(({ id }) => id));
		for (const plan of this.#known)
			if (plan.connectionId === connectionId && !ids.has(plan.old.id)) await this.remove(plan);
	}
}

/** Tells two plans apart, also of the same old certificate. */
export function isSamePlan(one: RotationPlan, other: RotationPlan): boolean {
	return nameOf(one) === nameOf(other) && one.next.id === other.next.id && one.startedAt === other.startedAt;
}

/** Where case does not count in names of files, it does in ids. */
function nameOf({ connectionId, old }: PlanKey): string {
	return `${connectionId}.${createHash("sha256").update(old.id).digest("hex")}.json`;
}

/** `null` where it is not whole, or about something else than its name says. */
function parsePlan(text: string, name: string): RotationPlan | null {
	const { connectionId, startedAt, scopes, ...pair } = fieldsOf(text);
	const [old, next] = [certificateIn(pair.old), certificateIn(pair.next)];
	if (typeof connectionId !== "string" || !old || !next || !Number.isFinite(startedAt) || !Array.isArray(scopes))
		return null;
	const planned = scopes.map(plannedIn);
	if (!planned.every((each) => each !== null) || nameOf({ connectionId, old }) !== name) return null;
	return { connectionId, old, next, scopes: planned, startedAt: startedAt as number };
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
