// Simulates one machine with two windows, two organizations, and another administrator.

import type { ParsedCertificate } from "../../src/domain/certificateFile.ts";
import { isCancelled, type Problem, problemOf } from "../../src/domain/problem.ts";
import type { UploadResult } from "../../src/features/upload/uploadSender.ts";
import { startEmulator } from "../emulator/emulator.ts";
import { temporaryFolder } from "../temporaryFolders.ts";
import { type Machine, openWindow, type Window } from "../unit/fakes/editorWindow.ts";
import type { Event } from "./faults.ts";
import { Ledger, type Post } from "./serverHistory.ts";
import { BEGIN } from "./startTime.ts";

/** After this time, in milliseconds, lists show every change. */
const MAX_LIST_LAG_MS = 60_000;

/** A window, and after its crash its replacement. */
export interface Slot {
	owner: string;
	window: Window;
	died: PromiseWithResolvers<void>;
	dead: boolean;
	/** Number of file operations until the window crashes; `null` for no crash. */
	crashIn: number | null;
	/** Cancels the running call, as the user's Cancel does. */
	cancel: () => void;
}

/** The outcome of a window's call. */
export type Outcome =
	| { readonly kind: "done"; readonly uploaded: UploadResult | null }
	| { readonly kind: "failed"; readonly problem: Problem }
	| { readonly kind: "cancelled" | "killed" };

export class World {
	readonly candidates: readonly ParsedCertificate[];
	readonly ledgers: readonly [Ledger, Ledger];
	readonly machine: Machine;
	readonly slots: readonly [Slot, Slot];
	/** Called with each upload request of a window. */
	onPost: (server: Ledger, post: Post) => void = () => {};
	/** True if, since the last reset, a content was disrupted, or a list in a way that may hide certificates. */
	struck = { content: false, list: false };
	readonly #folder = temporaryFolder("soak");
	readonly #clock: { now: number };
	#listsUpdatedAt: number;

	private constructor(
		candidates: readonly ParsedCertificate[],
		emulators: readonly [Ledger["emulator"], Ledger["emulator"]],
		clock: { now: number },
	) {
		this.candidates = candidates;
		this.#clock = clock;
		this.#listsUpdatedAt = clock.now;
		const createServer = (emulator: Ledger["emulator"]): Ledger => {
			const server: Ledger = new Ledger(emulator, this.tick, (post) => this.onPost(server, post));
			return server;
		};
		this.ledgers = [createServer(emulators[0]), createServer(emulators[1])];
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

	/** Returns a unique time, Unix milliseconds. */
	readonly tick = (): number => ++this.#clock.now;

	/** Returns the time, Unix milliseconds. */
	get now(): number {
		return this.#clock.now;
	}

	/** Returns the organization whose key is in use. */
	get ledger(): Ledger {
		const { id } = this.machine.connection;
		return this.ledgers.find(({ organizationRef }) => organizationRef === id) ?? this.ledgers[0];
	}

	/** Applies an event, also during a call. @param slot The window to cancel or kill. */
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
				const [first, second] = this.ledgers;
				this.machine.connection = connectionOf(this.ledger === first ? second : first);
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
				if (this.now - this.#listsUpdatedAt > MAX_LIST_LAG_MS) this.settle();
		}
	}

	/** Makes lists show every change. */
	settle(): void {
		this.#listsUpdatedAt = this.now;
		for (const { emulator } of this.ledgers) emulator.state.settle();
	}

	/** Makes a window switch to the connection in use. */
	follow({ window: { certificates } }: Slot): void {
		const { id } = this.machine.connection;
		if (certificates.organizationRef !== id) certificates.reset(id);
	}

	kill(slot: Slot): void {
		slot.dead = true;
		slot.died.resolve();
		void slot.window.die();
	}

	/** Replaces a killed window. */
	async revive(slot: Slot): Promise<void> {
		await slot.window.die();
		Object.assign(slot, this.#open());
	}

	async reviveAll(): Promise<void> {
		for (const slot of this.slots) if (slot.dead) await this.revive(slot);
	}

	/** Waits for the end of a window's call, or for the window's crash. */
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
		// Ignore the errors of a crashed window.
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
		// Never reached: the caller or the emulator ends every request earlier.
		const window = openWindow(this.machine, { limits: { totalMilliseconds: 30_000 }, onStep });
		const { owner } = window;
		return { owner, window, died: Promise.withResolvers(), dead: false, crashIn: null, cancel: () => {} };
	}
}

function connectionOf({ organizationRef, emulator }: Ledger): Machine["connection"] {
	return { id: organizationRef, emulator };
}
