// Tests a rotation in random sequences of events. Every step must keep the safety rule, and every report be true.
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
import { type Before, type Setting, type Slot, World } from "./world.ts";

/** The user's choices at a step, and the disruptions. */
interface StepStyle {
	readonly unclear: "own" | "imposed";
	readonly deleteOld: boolean;
	readonly hasSelfAccess: boolean;
	readonly disruptions: readonly Strike[];
	/** True to start the disruptions before the first read, not at the confirmation. */
	readonly fromFirstRead: boolean;
	/** An event while the prompt is open. */
	readonly eventAtPrompt: Event | null;
}

const UNDISTURBED: StepStyle = {
	unclear: "own",
	deleteOld: false,
	hasSelfAccess: true,
	disruptions: [],
	fromFirstRead: false,
	eventAtPrompt: null,
};

class User {
	readonly world: World;
	readonly validator: Judge;
	readonly #tally: Map<string, number>;
	readonly #calls = new Set<Call>();

	constructor(world: World, tally: Map<string, number>) {
		this.world = world;
		this.validator = new Judge(world);
		this.#tally = tally;
	}

	/** Reads the current state and performs one step. @returns the kind of outcome. */
	async act(verb: Call["verb"], slot: Slot, style: StepStyle): Promise<Outcome["kind"]> {
		const { world } = this;
		const { faults } = world.emulator;
		const armed: ReturnType<World["arm"]>[] = [];
		let meanwhile: Promise<unknown> = Promise.resolve();
		const arm = () => {
			for (const disruption of style.disruptions) {
				const fault = world.arm(disruption, slot);
				armed.push(fault);
				// End a response's delay after the other window's action. The actions run one after the other.
				if (disruption.other)
					void fault.reached.then(() => {
						meanwhile = meanwhile.then(() => this.#actMeanwhile(disruption.other, slot)).finally(fault.release);
					});
			}
		};
		try {
			if (style.fromFirstRead) arm();
			let snapshot = await this.#prepare(slot);
			if (snapshot && !snapshot.plan && verb !== "start") {
				await this.#call("start", slot, snapshot, { ...UNDISTURBED, unclear: style.unclear });
				snapshot = await this.#prepare(slot);
			}
			if (!snapshot) return "failed";
			if (!style.fromFirstRead) arm();
			if (style.eventAtPrompt) world.happen(style.eventAtPrompt, slot);
			return await this.#call(verb, slot, snapshot, style);
		} finally {
			for (const { release } of armed) release();
			await meanwhile;
			faults.clear();
			for (const each of world.slots) if (each.dead) await world.revive(each);
		}
	}

	async #actMeanwhile(verb: Strike["other"], slot: Slot): Promise<void> {
		const other = this.world.slots.find((each) => each !== slot) ?? assert.fail("no other window");
		if (!verb || other.dead) return;
		this.#count(`meanwhile: ${verb}`);
		const snapshot = await this.#prepare(other);
		if (snapshot) await this.#call(verb, other, snapshot, UNDISTURBED);
	}

	/** Ends a sequence: finishes or undoes an open rotation, without disruptions. */
	async finish(): Promise<void> {
		const { world } = this;
		const [slot] = world.slots;
		world.happen({ do: "settle" }, slot);
		world.happen({ do: "wait", milliseconds: 130_000 }, slot);
		await world.revive(slot);
		world.late = false;
		if (!(await world.plan())) return;
		// Retries, because the user's answer about unclear scopes may have been wrong.
		for (const verb of ["finish", "finish", "finish", "undo", "undo"] as const) {
			await this.act(verb, slot, UNDISTURBED);
			if (!(await world.plan())) return;
		}
		assert.ok(!world.isStored("old"), "a rotation comes to its end where nothing goes wrong");
	}

	async #prepare(slot: Slot): Promise<RotationSnapshot | null> {
		const { commits } = this.world;
		const { length } = commits;
		const abort = new AbortController();
		slot.cancel = () => abort.abort();
		const snapshot = await this.#waitForOutcome(slot, prepareRotation(slot.rotations, this.world.pair, abort.signal));
		if (snapshot && "scopes" in snapshot) {
			if (!this.world.late && commits.length === length) this.validator.judgeLook(snapshot, slot.owner);
			return snapshot;
		}
		this.#count(`look: ${snapshot === null ? "killed" : formatOutcome(snapshot)}`);
		return null;
	}

	async #call(verb: Call["verb"], slot: Slot, confirmed: RotationSnapshot, style: StepStyle): Promise<Outcome["kind"]> {
		const { world } = this;
		const { exchanges } = world.emulator;
		const call: Call = {
			verb,
			owner: slot.owner,
			confirmed,
			unclear: style.unclear,
			ownAccess: style.hasSelfAccess,
			exchanges: exchanges.length,
			commits: world.commits.length,
			late: world.late,
		};
		this.#calls.add(call);
		const abort = new AbortController();
		slot.cancel = () => abort.abort();
		const result = await this.#waitForOutcome(slot, runCall(slot.rotations, call, style, abort.signal));
		for (const each of this.#calls) each.late ||= world.late;
		this.#calls.delete(call);
		const outcome: Outcome = result ?? { kind: "killed" };
		this.validator.judge(call, outcome);
		this.#count(`${verb}: ${formatOutcome(outcome)}`);
		const plan = verb === "start" && this.#calls.size === 0 ? await world.plan() : null;
		if (plan) this.validator.judgePlan(call, plan);
		if (outcome.kind === "ended")
			for (const each of outcome.account.scopes) this.#count(`${verb} of a scope: ${each.outcome}`);
		return outcome.kind;
	}

	/** Waits for a call. @returns its result, a `RotationOutcome` on failure, `null` if the window crashes. */
	async #waitForOutcome<T extends object>(slot: Slot, work: Promise<T>): Promise<T | Outcome | null> {
		const ended = work.catch((thrown): Outcome => {
			const problem = problemOf(thrown);
			if (problem) return { kind: "failed", reason: problem.reason };
			if (isCancelled(thrown)) return { kind: "cancelled" };
			throw thrown;
		});
		const outcome = await Promise.race([slot.died.promise.then(() => null), ended]);
		if (outcome !== null && !slot.dead) return outcome;
		// Ignore a crashed window's errors. The service still processes its requests.
		ended.catch(() => {});
		await slot.plans.die();
		await slot.transport.close();
		return null;
	}

	#count(event: string): void {
		this.#tally.set(event, (this.#tally.get(event) ?? 0) + 1);
	}
}

async function runCall(deps: Rotations, call: Call, style: StepStyle, signal: AbortSignal): Promise<Outcome> {
	const { confirmed, verb, unclear } = call;
	const hasSelfAccess = async () => style.hasSelfAccess;
	switch (verb) {
		case "start":
			return { kind: "started", account: await startRotation(deps, { confirmed, unclear, soonDays: 30 }, signal) };
		case "finish": {
			const request = { confirmed, ownAccess: hasSelfAccess, remove: style.deleteOld };
			return { kind: "ended", account: await finishRotation(deps, request, signal) };
		}
		case "undo":
			return { kind: "ended", account: await undoRotation(deps, { confirmed, ownAccess: hasSelfAccess }, signal) };
	}
}

function formatOutcome(outcome: Outcome): string {
	switch (outcome.kind) {
		case "failed":
			return outcome.reason;
		case "ended":
			return outcome.account.ended ? (outcome.account.removed ? "removed" : "over") : "not over";
		default:
			return outcome.kind;
	}
}

const step = stepsIn<User, Slot>(async ({ world, validator }, window, act) => {
	await act(world.slots[window] ?? assert.fail("no such window"));
	assert.deepEqual(validator.violations, []);
	for (const each of world.slots) if (each.dead) await world.revive(each);
});

const unclearAnswers = fc.constantFrom("own", "imposed");

const styles: fc.Arbitrary<StepStyle> = fc.record<StepStyle>({
	unclear: unclearAnswers,
	deleteOld: fc.constantFrom(false, false, true),
	hasSelfAccess: fc.constantFrom(true, true, true, false),
	disruptions: fc.oneof({ weight: 9, arbitrary: fc.array(strikes, { minLength: 1, maxLength: 2 }) }, blindness),
	fromFirstRead: fc.constantFrom(false, false, false, false, false, true),
	eventAtPrompt: sometimes(sometimes(events)),
});

const verbStep = (verb: Call["verb"]) => step(verb, styles, (user, slot, style) => user.act(verb, slot, style));
const noDetails = fc.constant(null);

const steps = fc.commands<object, User, false>(
	[
		verbStep("start"),
		step("start, and nothing goes wrong", noDetails, (user, slot) => user.act("start", slot, UNDISTURBED)),
		verbStep("finish"),
		verbStep("finish"),
		verbStep("undo"),
		step("restart", noDetails, ({ world }, slot) => world.revive(slot)),
		step("event", events, ({ world }, slot, event) => world.happen(event, slot)),
		step("on time again", noDetails, ({ world }, slot) => {
			world.happen({ do: "settle" }, slot);
			world.late = false;
		}),
	],
	{ maxCommands: 8, size: "max" },
);

const initialStates = (old: fc.Arbitrary<boolean>) =>
	fc.record<Before>({
		old,
		next: fc.constantFrom(false, false, false, true),
		third: fc.constantFrom(false, false, true),
		archived: fc.constantFrom(false, false, true),
	});

const setups: fc.Arbitrary<Setting> = fc.record<Setting>({
	organization: initialStates(fc.boolean()),
	projects: fc.oneof(
		{ weight: 9, arbitrary: fc.array(initialStates(fc.constantFrom(true, true, false)), { maxLength: 4 }) },
		{ weight: 1, arbitrary: fc.array(initialStates(fc.boolean()), { minLength: 5, maxLength: 30 }) },
	),
	inherits: fc.boolean(),
	inactive: fc.boolean(),
});

/** Runs sequences. @throws Error with the seed and the shortest sequence found that violates an invariant. */
export async function soakRotation({ sequences, seed, tally = new Map() }: SoakOptions): Promise<void> {
	await fc.assert(
		fc.asyncProperty(setups, unclearAnswers, steps, async (setup, unclear, commands) => {
			const world = await World.open(setup);
			try {
				const user = new User(world, tally);
				await user.act("start", world.slots[0], { ...UNDISTURBED, unclear });
				await fc.asyncModelRun(() => ({ model: {}, real: user }), commands);
				await user.finish();
				assert.deepEqual(user.validator.violations, []);
			} finally {
				await world.close();
			}
		}),
		{ numRuns: sequences, seed },
	);
}
