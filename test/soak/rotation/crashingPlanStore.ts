import { join } from "node:path";
import type { HeldLock, LockClock } from "../../../src/common/storage/heldLock.ts";
import { FileLocks } from "../../../src/common/storage/locks.ts";
import type { RotationPlan } from "../../../src/features/rotation/rotationPlan.ts";
import { RotationPlanStore } from "../../../src/features/rotation/rotationPlanStore.ts";

/** How much faster time goes for locks here than on the clock. */
const FASTER = 100;

/** The time of a window that may die: then nothing of it happens any more. */
class MortalClock implements LockClock {
	#dead = false;

	die() {
		this.#dead = true;
	}

	now() {
		return performance.now() * FASTER;
	}

	after(milliseconds: number, act: () => void) {
		const timer = setTimeout(() => this.#dead || act(), milliseconds / FASTER);
		return () => clearTimeout(timer);
	}
}

/** Plans as a window has them that may die: then it writes nothing any more. */
export class MortalPlans extends RotationPlanStore {
	readonly #clock: MortalClock;
	#dead = false;
	readonly #steps = new Set<Promise<unknown>>();

	/** @param folder,now As in `RotationPlans`. */
	constructor(folder: string, now: () => number) {
		const clock = new MortalClock();
		super(folder, new FileLocks(join(folder, "locks"), clock), now);
		this.#clock = clock;
	}

	async die(): Promise<void> {
		this.#dead = true;
		this.#clock.die();
		await Promise.allSettled(this.#steps);
	}

	override create(plan: RotationPlan, lock?: HeldLock) {
		return this.#step(() => super.create(plan, lock));
	}

	override extend(plan: RotationPlan, lock?: HeldLock) {
		return this.#step(() => super.extend(plan, lock));
	}

	override remove(plan: RotationPlan) {
		return this.#step(() => super.remove(plan));
	}

	/** What a window is at that dies stays written down. */
	override withLock<T>(organizationRef: string, step: (lock: HeldLock) => Promise<T>, signal?: AbortSignal) {
		return super.withLock(
			organizationRef,
			async (lock) => {
				try {
					return await step(lock);
				} finally {
					if (this.#dead) await new Promise<never>(() => {});
				}
			},
			signal,
		);
	}

	async #step<T>(work: () => Promise<T>): Promise<T> {
		if (this.#dead) return new Promise<never>(() => {});
		const step = work();
		this.#steps.add(step);
		try {
			return await step;
		} finally {
			this.#steps.delete(step);
		}
	}
}
