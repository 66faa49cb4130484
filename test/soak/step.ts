import * as fc from "fast-check";

/** One step. It prints what it does, so that a failing sequence can be read. */
class Step<Person> implements fc.AsyncCommand<object, Person> {
	readonly #text: string;
	readonly #run: (person: Person) => Promise<void>;

	constructor(text: string, run: (person: Person) => Promise<void>) {
		this.#text = text;
		this.#run = run;
	}

	check(): boolean {
		return true;
	}

	run(_: object, person: Person): Promise<void> {
		return this.#run(person);
	}

	toString(): string {
		return this.#text;
	}
}

/**
 * Makes steps, each in one of two windows.
 * @param around What is done in every step: it has the step act on a window, and looks whether all holds.
 */
export function stepsIn<Person, Slot>(
	around: (person: Person, window: number, act: (slot: Slot) => unknown) => Promise<void>,
) {
	return <T>(what: string, details: fc.Arbitrary<T>, act: (person: Person, slot: Slot, details: T) => unknown) =>
		fc
			.tuple(fc.nat({ max: 1 }), details)
			.map(
				([window, chosen]) =>
					new Step(`\n${what} ${window} ${JSON.stringify(chosen)}`, (person: Person) =>
						around(person, window, (slot) => act(person, slot, chosen)),
					),
			);
}
