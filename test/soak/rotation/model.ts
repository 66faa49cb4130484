// Tests a rotation in random sequences of events. Every step must keep the safety rule, and every report be true.
import assert from "node:assert/strict";
import * as fc from "fast-check";
import { isCancelled, problemOf } from "../../../src/domain/problem.ts";
import { finishRotation, undoRotation } from "../../../src/features/rotation/finishOrUndoRotation.ts";
import { prepareRotation, type RotationDeps, type RotationSnapshot } from "../../../src/features/rotation/rotation.ts";
import { startRotation } from "../../../src/features/rotation/startRotation.ts";
import { oneTimeInFour } from "../faults.ts";
import type { SoakOptions } from "../model.ts";
import { createStepFactory } from "../step.ts";
import type { RotationCall, RotationOutcome } from "./calls.ts";
import { disruptions, events, type RotationDisruption, type RotationEvent, unreadDeactivations } from "./faults.ts";
import { RotationValidator } from "./invariants.ts";
import { type InitialState, type OrganizationSetup, type RotationSlot, RotationWorld } from "./world.ts";

/** The user's choices at a step, and the disruptions. */
interface StepStyle {
	readonly unclear: "own" | "inherited";
	readonly deleteOld: boolean;
	readonly hasSelfAccess: boolean;
	readonly disruptions: readonly RotationDisruption[];
	/** True to start the disruptions before the first read, not at the confirmation. */
	readonly fromFirstRead: boolean;
	/** An event while the prompt is open. */
	readonly eventAtPrompt: RotationEvent | null;
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
	readonly world: RotationWorld;
	readonly validator: RotationValidator;
	readonly #tally: Map<string, number>;
	readonly #calls = new Set<RotationCall>();

	constructor(world: RotationWorld, tally: Map<string, number>) {
		this.world = world;
		this.validator = new RotationValidator(world);
		this.#tally = tally;
	}

	/** Reads the current state and performs one step. @returns the kind of outcome. */
	async act(verb: RotationCall["verb"], slot: RotationSlot, style: StepStyle): Promise<RotationOutcome["kind"]> {
		const { world } = this;
		const { faults } = world.emulator;
		const armed: ReturnType<RotationWorld["arm"]>[] = [];
		let meanwhile: Promise<unknown> = Promise.resolve();
		const arm = () => {
			for (const disruption of style.disruptions) {
				const fault = world.arm(disruption, slot);
				armed.push(fault);
				// End a response's delay after the other window's action. The actions run one after the other.
				if (disruption.otherAction)
					void fault.reached.then(() => {
						meanwhile = meanwhile.then(() => this.#actMeanwhile(disruption.otherAction, slot)).finally(fault.release);
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
			if (style.eventAtPrompt) world.applyEvent(style.eventAtPrompt, slot);
			return await this.#call(verb, slot, snapshot, style);
		} finally {
			for (const { release } of armed) release();
			await meanwhile;
			faults.clear();
			for (const each of world.slots) if (each.dead) await world.revive(each);
		}
	}

	async #actMeanwhile(verb: RotationDisruption["otherAction"], slot: RotationSlot): Promise<void> {
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
		world.applyEvent({ do: "settle" }, slot);
		world.applyEvent({ do: "wait", milliseconds: 130_000 }, slot);
		await world.revive(slot);
		world.listsMayBeLate = false;
		if (!(await world.readPlan())) return;
		// Retries, because the user's answer about unclear scopes may have been wrong.
		for (const verb of ["finish", "finish", "finish", "undo", "undo"] as const) {
			await this.act(verb, slot, UNDISTURBED);
			if (!(await world.readPlan())) return;
		}
		assert.ok(!world.isStored("old"), "a rotation comes to its end where nothing goes wrong");
	}

	async #prepare(slot: RotationSlot): Promise<RotationSnapshot | null> {
		const { commits } = this.world;
		const { length } = commits;
		const abort = new AbortController();
		slot.cancel = () => abort.abort();
		const snapshot = await this.#waitForOutcome(slot, prepareRotation(slot.deps, this.world.pair, abort.signal));
		if (snapshot && "scopes" in snapshot) {
			if (!this.world.listsMayBeLate && commits.length === length)
				this.validator.validateSnapshot(snapshot, slot.owner);
			return snapshot;
		}
		this.#count(`look: ${snapshot === null ? "killed" : formatOutcome(snapshot)}`);
		return null;
	}

	async #call(
		verb: RotationCall["verb"],
		slot: RotationSlot,
		confirmed: RotationSnapshot,
		style: StepStyle,
	): Promise<RotationOutcome["kind"]> {
		const { world } = this;
		const { exchanges } = world.emulator;
		const call: RotationCall = {
			verb,
			owner: slot.owner,
			confirmed,
			unclear: style.unclear,
			hasSelfAccess: style.hasSelfAccess,
			exchangeCount: exchanges.length,
			commitCount: world.commits.length,
			listsMayBeLate: world.listsMayBeLate,
		};
		this.#calls.add(call);
		const abort = new AbortController();
		slot.cancel = () => abort.abort();
		const result = await this.#waitForOutcome(slot, runCall(slot.deps, call, style, abort.signal));
		for (const each of this.#calls) each.listsMayBeLate ||= world.listsMayBeLate;
		this.#calls.delete(call);
		const outcome: RotationOutcome = result ?? { kind: "killed" };
		this.validator.validateOutcome(call, outcome);
		this.#count(`${verb}: ${formatOutcome(outcome)}`);
		const plan = verb === "start" && this.#calls.size === 0 ? await world.readPlan() : null;
		if (plan) this.validator.validatePlan(call, plan);
		if (outcome.kind === "ended")
			for (const each of outcome.result.scopes) this.#count(`${verb} of a scope: ${each.outcome}`);
		return outcome.kind;
	}

	/** Waits for a call. @returns its result, a `RotationOutcome` on failure, `null` if the window crashes. */
	async #waitForOutcome<T extends object>(slot: RotationSlot, work: Promise<T>): Promise<T | RotationOutcome | null> {
		const ended = work.catch((thrown): RotationOutcome => {
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

async function runCall(
	deps: RotationDeps,
	call: RotationCall,
	style: StepStyle,
	signal: AbortSignal,
): Promise<RotationOutcome> {
	const { confirmed, verb, unclear } = call;
	const hasSelfAccess = async () => style.hasSelfAccess;
	switch (verb) {
		case "start":
			return { kind: "started", result: await startRotation(deps, { confirmed, unclear, soonDays: 30 }, signal) };
		case "finish": {
			const request = { confirmed, hasSelfAccess, deleteOld: style.deleteOld };
			return { kind: "ended", result: await finishRotation(deps, request, signal) };
		}
		case "undo":
			return { kind: "ended", result: await undoRotation(deps, { confirmed, hasSelfAccess }, signal) };
	}
}

function formatOutcome(outcome: RotationOutcome): string {
	switch (outcome.kind) {
		case "failed":
			return outcome.reason;
		case "ended":
			return outcome.result.ended ? (outcome.result.deleted ? "removed" : "over") : "not over";
		default:
			return outcome.kind;
	}
}

const step = createStepFactory<User, RotationSlot>(async ({ world, validator }, window, act) => {
	await act(world.slots[window] ?? assert.fail("no such window"));
	assert.deepEqual(validator.violations, []);
	for (const each of world.slots) if (each.dead) await world.revive(each);
});

const unclearAnswers = fc.constantFrom("own", "inherited");

const styles: fc.Arbitrary<StepStyle> = fc.record<StepStyle>({
	unclear: unclearAnswers,
	deleteOld: fc.constantFrom(false, false, true),
	hasSelfAccess: fc.constantFrom(true, true, true, false),
	disruptions: fc.oneof(
		{ weight: 9, arbitrary: fc.array(disruptions, { minLength: 1, maxLength: 2 }) },
		unreadDeactivations,
	),
	fromFirstRead: fc.constantFrom(false, false, false, false, false, true),
	eventAtPrompt: oneTimeInFour(oneTimeInFour(events)),
});

const verbStep = (verb: RotationCall["verb"]) => step(verb, styles, (user, slot, style) => user.act(verb, slot, style));
const noDetails = fc.constant(null);

const steps = fc.commands<object, User, false>(
	[
		verbStep("start"),
		step("start, and nothing goes wrong", noDetails, (user, slot) => user.act("start", slot, UNDISTURBED)),
		verbStep("finish"),
		verbStep("finish"),
		verbStep("undo"),
		step("restart", noDetails, ({ world }, slot) => world.revive(slot)),
		step("event", events, ({ world }, slot, event) => world.applyEvent(event, slot)),
		step("on time again", noDetails, ({ world }, slot) => {
			world.applyEvent({ do: "settle" }, slot);
			world.listsMayBeLate = false;
		}),
	],
	{ maxCommands: 8, size: "max" },
);

const initialStates = (old: fc.Arbitrary<boolean>) =>
	fc.record<InitialState>({
		old,
		next: fc.constantFrom(false, false, false, true),
		third: fc.constantFrom(false, false, true),
		archived: fc.constantFrom(false, false, true),
	});

const setups: fc.Arbitrary<OrganizationSetup> = fc.record<OrganizationSetup>({
	organization: initialStates(fc.boolean()),
	projects: fc.oneof(
		{ weight: 9, arbitrary: fc.array(initialStates(fc.constantFrom(true, true, false)), { maxLength: 4 }) },
		{ weight: 1, arbitrary: fc.array(initialStates(fc.boolean()), { minLength: 5, maxLength: 30 }) },
	),
	projectListInherits: fc.boolean(),
	projectListInactive: fc.boolean(),
});

/** Runs sequences. @throws Error with the seed and the shortest sequence found that violates an invariant. */
export async function soakRotation({ sequences, seed, tally = new Map() }: SoakOptions): Promise<void> {
	await fc.assert(
		fc.asyncProperty(setups, unclearAnswers, steps, async (setup, unclear, commands) => {
			const world = await RotationWorld.open(setup);
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
