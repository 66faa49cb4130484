import { RotationPlans } from "../../../src/application/rotationPlans.ts";
import type { RotationPlan } from "../../../src/domain/rotation.ts";

/** Plans as a window has them that may die: then it writes nothing any more. */
export class MortalPlans extends RotationPlans {
	#dead = false;
	readonly #steps = new Set<Promise<unknown>>();

	async die(): Promise<void> {
		this.#dead = true;
		await Promise.allSettled(this.#steps);
	}

	override create(plan: RotationPlan) {
		return this.#step(() => super.create(plan));
	}

	override extend(plan: RotationPlan) {
		return this.#step(() => super.extend(plan));
	}

	override remove(plan: RotationPlan) {
		return this.#step(() => super.remove(plan));
	}

	/** What a window is at that dies stays written down. */
	override alone<T>(organizationRef: string, step: () => Promise<T>) {
		return super.alone(organizationRef, async () => {
			try {
				return await step();
			} finally {
				if (this.#dead) await new Promise<never>(() => {});
			}
		});
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
