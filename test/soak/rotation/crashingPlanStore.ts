import { join } from "node:path";
import type { HeldLock, LockClock } from "../../../src/common/storage/heldLock.ts";
import { FileLocks } from "../../../src/common/storage/locks.ts";
import type { RotationPlan } from "../../../src/features/rotation/rotationPlan.ts";
import { RotationPlanStore } from "../../../src/features/rotation/rotationPlanStore.ts";

/** Factor by which lock time is faster than real time. */
const SPEED_FACTOR = 100;

/** A window's clock. After a crash no timer fires. */
class CrashingClock implements LockClock {
	#dead = false;

	die() {
		this.#dead = true;
	}

	now() {
		return performance.now() * SPEED_FACTOR;
	}

	after(milliseconds: number, act: () => void) {
		const timer = setTimeout(() => this.#dead || act(), milliseconds / SPEED_FACTOR);
		return () => clearTimeout(timer);
	}
}

/** A window's plan store. After a crash the store writes nothing. */
export class CrashingPlanStore extends RotationPlanStore {
	readonly #clock: CrashingClock;
	#dead = false;
	readonly #steps = new Set<Promise<unknown>>();

	/** @param folder,now As in `RotationPlanStore`. */
	constructor(folder: string, now: () => number) {
		const clock = new CrashingClock();
		super(folder, new FileLocks(join(folder, "locks"), clock), now);
		this.#clock = clock;
	}

	/** Crashes, and waits for running writes. */
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

	/** Leaves the lock in place after a crash. */
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
		const running = work();
		this.#steps.add(running);
		try {
			return await running;
		} finally {
			this.#steps.delete(running);
		}
	}
}
