import * as fc from "fast-check";

/** A step that prints its action, so that a failing sequence is readable. */
class Step<User> implements fc.AsyncCommand<object, User> {
	readonly #text: string;
	readonly #run: (user: User) => Promise<void>;

	constructor(text: string, run: (user: User) => Promise<void>) {
		this.#text = text;
		this.#run = run;
	}

	check(): boolean {
		return true;
	}

	run(_: object, user: User): Promise<void> {
		return this.#run(user);
	}

	toString(): string {
		return this.#text;
	}
}

/**
 * Returns a function that makes steps, each in one of two windows.
 * @param runStep Must call `act` with the window and check the invariants.
 */
export function createStepFactory<User, Slot>(
	runStep: (user: User, window: number, act: (slot: Slot) => unknown) => Promise<void>,
) {
	return <T>(name: string, details: fc.Arbitrary<T>, act: (user: User, slot: Slot, details: T) => unknown) =>
		fc
			.tuple(fc.nat({ max: 1 }), details)
			.map(
				([window, values]) =>
					new Step(`\n${name} ${window} ${JSON.stringify(values)}`, (user: User) =>
						runStep(user, window, (slot) => act(user, slot, values)),
					),
			);
}
