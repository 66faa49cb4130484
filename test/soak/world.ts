// One machine with two windows, two organizations, and whoever else changes them.

import type { ParsedCertificate } from "../../src/domain/certificateFile.ts";
import { isCancelled, type Problem, problemOf } from "../../src/domain/problem.ts";
import type { UploadResult } from "../../src/features/upload/uploadSender.ts";
import { startEmulator } from "../emulator/emulator.ts";
import { temporaryFolder } from "../temporaryFolders.ts";
import { type Machine, openWindow, type Window } from "../unit/fakes/editorWindow.ts";
import type { Event } from "./faults.ts";
import { Ledger, type Post } from "./serverHistory.ts";
import { BEGIN } from "./startTime.ts";

/** A list that is late stays so for no longer than this, in milliseconds. */
const LATEST_LIST_MS = 60_000;

/** A window, or the one that was opened in its place after it died. */
export interface Slot {
	owner: string;
	window: Window;
	died: PromiseWithResolvers<void>;
	dead: boolean;
	/** After so many steps of its files it dies; `null`: not by itself. */
	crashIn: number | null;
	/** What the person's Cancel does. */
	cancel: () => void;
}

/** One call of a window, as it ended. */
export type Outcome =
	| { readonly kind: "done"; readonly uploaded: UploadResult | null }
	| { readonly kind: "failed"; readonly problem: Problem }
	| { readonly kind: "cancelled" | "killed" };

/** What a sequence acts on. */
export class World {
	readonly candidates: readonly ParsedCertificate[];
	readonly ledgers: readonly [Ledger, Ledger];
	readonly machine: Machine;
	readonly slots: readonly [Slot, Slot];
	/** Told of each POST from here. */
	onPost: (ledger: Ledger, post: Post) => void = () => {};
	/** Whether something was struck since it was last set to false: a content, or a list so that it may lack something. */
	struck = { content: false, list: false };
	readonly #folder = temporaryFolder("soak");
	readonly #clock: { now: number };
	#settledAt: number;

	private constructor(
		candidates: readonly ParsedCertificate[],
		emulators: readonly [Ledger["emulator"], Ledger["emulator"]],
		clock: { now: number },
	) {
		this.candidates = candidates;
		this.#clock = clock;
		this.#settledAt = clock.now;
		const ledgerOf = (emulator: Ledger["emulator"]): Ledger => {
			const ledger: Ledger = new Ledger(emulator, this.tick, (post) => this.onPost(ledger, post));
			return ledger;
		};
		this.ledgers = [ledgerOf(emulators[0]), ledgerOf(emulators[1])];
		this.machine = {
			folder: this.#folder.path,
			connection: connectionOf(this.ledgers[0]),
			now: this.tick,
		};
		this.slots = [this.#open(), this.#open()];
	}

	static async open(candidates: readonly ParsedCertificate[]): Promise<World> {
		const clock = { now: BEGIN };
		const start = (organizationName: string) => startEmulator({ organizationName, now: () => ++clock.now });
		return new World(candidates, await Promise.all([start("org-one"), start("org-two")]), clock);
	}

	/** The clock of everybody; no two moments are the same. */
	readonly tick = (): number => ++this.#clock.now;

	/** The time, Unix milliseconds. */
	get now(): number {
		return this.#clock.now;
	}

	/** The organization whose key is in use. */
	get ledger(): Ledger {
		const { id } = this.machine.connection;
		return this.ledgers.find(({ organizationRef }) => organizationRef === id) ?? this.ledgers[0];
	}

	/** What happens in the midst of something that a window does. */
	happen(event: Event, slot: Slot): void {
		const { state } = this.ledger.emulator;
		const { stored } = this.ledger;
		switch (event.do) {
			case "cancel":
				slot.cancel();
				break;
			case "kill":
				this.kill(slot);
				break;
			case "switch": {
				const [one, other] = this.ledgers;
				this.machine.connection = connectionOf(this.ledger === one ? other : one);
				break;
			}
			case "follow":
				for (const each of this.slots) this.follow(each);
				break;
			case "commit late":
				for (const { emulator } of this.ledgers) emulator.faults.commitLate();
				break;
			case "other uploads":
				state.upload({ certificate: this.candidates[event.certificate]?.pem ?? "", name: "another's" }).commit();
				break;
			case "other deletes":
			case "other renames": {
				const entry = stored[event.index % Math.max(1, stored.length)];
				if (!entry) break;
				if (event.do === "other deletes") state.remove(entry.id).commit();
				else state.rename(entry.id, "renamed").commit();
				break;
			}
			case "wait":
				this.#clock.now += event.milliseconds;
				if (this.now - this.#settledAt > LATEST_LIST_MS) this.settle();
		}
	}

	/** Lets lists show the present. */
	settle(): void {
		this.#settledAt = this.now;
		for (const { emulator } of this.ledgers) emulator.state.settle();
	}

	/** Has a window learn which connection is in use. */
	follow({ window: { certificates } }: Slot): void {
		const { id } = this.machine.connection;
		if (certificates.organizationRef !== id) certificates.reset(id);
	}

	kill(slot: Slot): void {
		slot.dead = true;
		slot.died.resolve();
		void slot.window.die();
	}

	/** Opens a window in the place of one that died. */
	async revive(slot: Slot): Promise<void> {
		await slot.window.die();
		Object.assign(slot, this.#open());
	}

	async reviveAll(): Promise<void> {
		for (const slot of this.slots) if (slot.dead) await this.revive(slot);
	}

	/** Waits for a call of a window, or for the window's end. */
	async outcomeOf(slot: Slot, call: (window: Window) => Promise<UploadResult | null>): Promise<Outcome> {
		const ended = call(slot.window).then(
			(uploaded): Outcome => ({ kind: "done", uploaded }),
			(thrown): Outcome => {
				const problem = problemOf(thrown);
				if (problem) return { kind: "failed", problem };
				if (isCancelled(thrown)) return { kind: "cancelled" };
				throw thrown;
			},
		);
		const killed = slot.died.promise.then((): Outcome => ({ kind: "killed" }));
		const outcome = await Promise.race([killed, ended]);
		if (outcome.kind !== "killed") return outcome;
		// What a window says that is dying nobody hears.
		ended.catch(() => {});
		await slot.window.die();
		return outcome;
	}

	async close(): Promise<void> {
		for (const { window } of this.slots) await window.die();
		for (const { emulator } of this.ledgers) await emulator.close();
		this.#folder.remove();
	}

	#open(): Slot {
		const onStep = () => {
			const slot = this.slots.find((each) => each.window === window);
			if (slot && slot.crashIn !== null && slot.crashIn-- === 0) this.kill(slot);
		};
		// Nothing here takes so long: it is ended before, by one who waits for it or by the other side.
		const window = openWindow(this.machine, { limits: { totalMilliseconds: 30_000 }, onStep });
		const { owner } = window;
		return { owner, window, died: Promise.withResolvers(), dead: false, crashIn: null, cancel: () => {} };
	}
}

function connectionOf({ organizationRef, emulator }: Ledger): Machine["connection"] {
	return { id: organizationRef, emulator };
}
