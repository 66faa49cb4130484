// Sequences of what may happen to a rotation. After each step the promise must be kept and every word true.
import assert from "node:assert/strict";
import * as fc from "fast-check";
import { isCancelled, problemOf } from "../../../src/domain/problem.ts";
import { finishRotation, undoRotation } from "../../../src/features/rotation/endRotation.ts";
import { prepareRotation, type RotationSnapshot, type Rotations } from "../../../src/features/rotation/rotation.ts";
import { startRotation } from "../../../src/features/rotation/startRotation.ts";
import { sometimes } from "../faults.ts";
import type { SoakOptions } from "../model.ts";
import { stepsIn } from "../step.ts";
import type { Call, Outcome } from "./calls.ts";
import { blindness, type Event, events, type Strike, strikes } from "./faults.ts";
import { Judge } from "./invariants.ts";
import { type Setting, type Slot, World } from "./world.ts";

/** How a person goes about one step. */
interface Style {
	readonly unclear: "own" | "imposed";
	readonly remove: boolean;
	readonly ownAccess: boolean;
	/** What goes wrong, from the first read on or once it is confirmed. */
	readonly strikes: readonly Strike[];
	readonly early: boolean;
	/** What happens while the question stands. */
	readonly between: Event | null;
}

const PLAIN: Style = { unclear: "own", remove: false, ownAccess: true, strikes: [], early: false, between: null };

class Person {
	readonly world: World;
	readonly judge: Judge;
	readonly #tally: Map<string, number>;
	readonly #calls = new Set<Call>();

	constructor(world: World, tally: Map<string, number>) {
		this.world = world;
		this.judge = new Judge(world);
		this.#tally = tally;
	}

	/** Looks at how it is, and does one step. @returns how it ended. */
	async act(verb: Call["verb"], slot: Slot, style: Style): Promise<Outcome["kind"]> {
		const { world } = this;
		const { faults } = world.emulator;
		const armed: ReturnType<World["arm"]>[] = [];
		let meanwhile: Promise<unknown> = Promise.resolve();
		const arm = () => {
			for (const strike of style.strikes) {
				const fault = world.arm(strike, slot);
				armed.push(fault);
				// An answer that is held back goes on once the other window has done what it does, one thing after the other.
				if (strike.other)
					void fault.reached.then(() => {
						meanwhile = meanwhile.then(() => this.#meanwhile(strike.other, slot)).finally(fault.release);
					});
			}
		};
		try {
			if (style.early) arm();
			let basis = await this.#look(slot);
			if (basis && !basis.plan && verb !== "start") {
				await this.#call("start", slot, basis, { ...PLAIN, unclear: style.unclear });
				basis = await this.#look(slot);
			}
			if (!basis) return "failed";
			if (!style.early) arm();
			if (style.between) world.happen(style.between, slot);
			return await this.#call(verb, slot, basis, style);
		} finally {
			for (const { release } of armed) release();
			await meanwhile;
			faults.clear();
			for (const each of world.slots) if (each.dead) await world.revive(each);
		}
	}

	async #meanwhile(verb: Strike["other"], slot: Slot): Promise<void> {
		const other = this.world.slots.find((each) => each !== slot) ?? assert.fail("no other window");
		if (!verb || other.dead) return;
		this.#count(`meanwhile: ${verb}`);
		const basis = await this.#look(other);
		if (basis) await this.#call(verb, other, basis, PLAIN);
	}

	/** Ends a sequence: nothing goes wrong any more, and what a rotation left is finished or undone. */
	async finish(): Promise<void> {
		const { world } = this;
		const [slot] = world.slots;
		world.happen({ do: "settle" }, slot);
		world.happen({ do: "wait", milliseconds: 130_000 }, slot);
		await world.revive(slot);
		world.late = false;
		if (!(await world.plan())) return;
		// An answer about what is unclear may have been wrong: then it is asked once more.
		for (const verb of ["finish", "finish", "finish", "undo", "undo"] as const) {
			await this.act(verb, slot, PLAIN);
			if (!(await world.plan())) return;
		}
		assert.ok(!world.isStored("old"), "a rotation comes to its end where nothing goes wrong");
	}

	async #look(slot: Slot): Promise<RotationSnapshot | null> {
		const { commits } = this.world;
		const { length } = commits;
		const abort = new AbortController();
		slot.cancel = () => abort.abort();
		const basis = await this.#alive(slot, prepareRotation(slot.rotations, this.world.pair, abort.signal));
		if (basis && "scopes" in basis) {
			if (!this.world.late && commits.length === length) this.judge.judgeLook(basis, slot.owner);
			return basis;
		}
		this.#count(`look: ${basis === null ? "killed" : labelOf(basis)}`);
		return null;
	}

	async #call(verb: Call["verb"], slot: Slot, confirmed: RotationSnapshot, style: Style): Promise<Outcome["kind"]> {
		const { world } = this;
		const { exchanges } = world.emulator;
		const call: Call = {
			verb,
			owner: slot.owner,
			confirmed,
			unclear: style.unclear,
			ownAccess: style.ownAccess,
			exchanges: exchanges.length,
			commits: world.commits.length,
			late: world.late,
		};
		this.#calls.add(call);
		const abort = new AbortController();
		slot.cancel = () => abort.abort();
		const ended = await this.#alive(slot, run(slot.rotations, call, style, abort.signal));
		for (const each of this.#calls) each.late ||= world.late;
		this.#calls.delete(call);
		const outcome: Outcome = ended ?? { kind: "killed" };
		this.judge.judge(call, outcome);
		this.#count(`${verb}: ${labelOf(outcome)}`);
		const plan = verb === "start" && this.#calls.size === 0 ? await world.plan() : null;
		if (plan) this.judge.judgePlan(call, plan);
		if (outcome.kind === "ended")
			for (const each of outcome.account.scopes) this.#count(`${verb} of a scope: ${each.outcome}`);
		return outcome.kind;
	}

	/** What a call comes to; `null` where the window dies before, and its `Outcome` where it fails. */
	async #alive<T extends object>(slot: Slot, work: Promise<T>): Promise<T | Outcome | null> {
		const ended = work.catch((thrown): Outcome => {
			const problem = problemOf(thrown);
			if (problem) return { kind: "failed", reason: problem.reason };
			if (isCancelled(thrown)) return { kind: "cancelled" };
			throw thrown;
		});
		const outcome = await Promise.race([slot.died.promise.then(() => null), ended]);
		if (outcome !== null && !slot.dead) return outcome;
		// What a window says that is dying nobody hears; what it sent is still done.
		ended.catch(() => {});
		await slot.plans.die();
		await slot.transport.close();
		return null;
	}

	#count(what: string): void {
		this.#tally.set(what, (this.#tally.get(what) ?? 0) + 1);
	}
}

async function run(rotations: Rotations, call: Call, style: Style, signal: AbortSignal): Promise<Outcome> {
	const { confirmed, verb, unclear } = call;
	const ownAccess = async () => style.ownAccess;
	switch (verb) {
		case "start":
			return { kind: "started", account: await startRotation(rotations, { confirmed, unclear, soonDays: 30 }, signal) };
		case "finish": {
			const request = { confirmed, ownAccess, remove: style.remove };
			return { kind: "ended", account: await finishRotation(rotations, request, signal) };
		}
		case "undo":
			return { kind: "ended", account: await undoRotation(rotations, { confirmed, ownAccess }, signal) };
	}
}

function labelOf(outcome: Outcome): string {
	switch (outcome.kind) {
		case "failed":
			return outcome.reason;
		case "ended":
			return outcome.account.ended ? (outcome.account.removed ? "removed" : "over") : "not over";
		default:
			return outcome.kind;
	}
}

const step = stepsIn<Person, Slot>(async ({ world, judge }, window, act) => {
	await act(world.slots[window] ?? assert.fail("no such window"));
	assert.deepEqual(judge.violations, []);
	for (const each of world.slots) if (each.dead) await world.revive(each);
});

const answers = fc.constantFrom("own", "imposed");

const styles: fc.Arbitrary<Style> = fc.record({
	unclear: answers,
	remove: fc.constantFrom(false, false, true),
	ownAccess: fc.constantFrom(true, true, true, false),
	strikes: fc.oneof({ weight: 9, arbitrary: fc.array(strikes, { minLength: 1, maxLength: 2 }) }, blindness),
	early: fc.constantFrom(false, false, false, false, false, true),
	between: sometimes(sometimes(events)),
});

const verb = (verb: Call["verb"]) => step(verb, styles, (person, slot, style) => person.act(verb, slot, style));
const nothing = fc.constant(null);

const steps = fc.commands<object, Person, false>(
	[
		verb("start"),
		step("start, and nothing goes wrong", nothing, (person, slot) => person.act("start", slot, PLAIN)),
		verb("finish"),
		verb("finish"),
		verb("undo"),
		step("restart", nothing, ({ world }, slot) => world.revive(slot)),
		step("event", events, ({ world }, slot, event) => world.happen(event, slot)),
		step("on time again", nothing, ({ world }, slot) => {
			world.happen({ do: "settle" }, slot);
			world.late = false;
		}),
	],
	{ maxCommands: 8, size: "max" },
);

const before = (old: fc.Arbitrary<boolean>) =>
	fc.record({
		old,
		next: fc.constantFrom(false, false, false, true),
		third: fc.constantFrom(false, false, true),
		archived: fc.constantFrom(false, false, true),
	});

const settings: fc.Arbitrary<Setting> = fc.record({
	organization: before(fc.boolean()),
	projects: fc.oneof(
		{ weight: 9, arbitrary: fc.array(before(fc.constantFrom(true, true, false)), { maxLength: 4 }) },
		{ weight: 1, arbitrary: fc.array(before(fc.boolean()), { minLength: 5, maxLength: 30 }) },
	),
	inherits: fc.boolean(),
	inactive: fc.boolean(),
});

/** Runs sequences. @throws with the seed and the shortest sequence found where something does not hold. */
export async function soakRotation({ sequences, seed, tally = new Map() }: SoakOptions): Promise<void> {
	await fc.assert(
		fc.asyncProperty(settings, answers, steps, async (setting, unclear, chosen) => {
			const world = await World.open(setting);
			try {
				const person = new Person(world, tally);
				await person.act("start", world.slots[0], { ...PLAIN, unclear });
				await fc.asyncModelRun(() => ({ model: {}, real: person }), chosen);
				await person.finish();
				assert.deepEqual(person.judge.violations, []);
			} finally {
				await world.close();
			}
		}),
		{ numRuns: sequences, seed },
	);
}
