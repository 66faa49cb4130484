// Simulates one machine with two windows, two organizations, and another administrator.

import type { ParsedCertificate } from "../../src/domain/certificateFile.ts";
import { isCancelled, type Problem, problemOf } from "../../src/domain/problem.ts";
import type { UploadResult } from "../../src/features/upload/uploadSender.ts";
import { startEmulator } from "../emulator/emulator.ts";
import { temporaryFolder } from "../temporaryFolders.ts";
import { type EditorWindow, type Machine, openEditorWindow } from "../unit/fakes/editorWindow.ts";
import type { UploadEvent } from "./faults.ts";
import { type Post, ServerHistory } from "./serverHistory.ts";
import { START_TIME } from "./startTime.ts";

/** After this time, in milliseconds, lists show every change. */
const MAX_LIST_LAG_MS = 60_000;

/** A window, and after its crash its replacement. */
export interface UploadSlot {
	owner: string;
	window: EditorWindow;
	died: PromiseWithResolvers<void>;
	dead: boolean;
	/** Number of file operations until the window crashes; `null` for no crash. */
	stepsUntilCrash: number | null;
	/** Cancels the running call, as the user's Cancel does. */
	cancel: () => void;
}

/** The outcome of a window's call. */
export type UploadOutcome =
	| { readonly kind: "done"; readonly uploaded: UploadResult | null }
	| { readonly kind: "failed"; readonly problem: Problem }
	| { readonly kind: "cancelled" | "killed" };

export class UploadWorld {
	readonly candidates: readonly ParsedCertificate[];
	readonly servers: readonly [ServerHistory, ServerHistory];
	readonly machine: Machine;
	readonly slots: readonly [UploadSlot, UploadSlot];
	/** Called with each upload request of a window. */
	onPost: (server: ServerHistory, post: Post) => void = () => {};
	/** True if, since the last reset, a content was disrupted, or a list in a way that may hide certificates. */
	disrupted = { content: false, list: false };
	readonly #folder = temporaryFolder("soak");
	readonly #clock: { now: number };
	#listsUpdatedAt: number;

	private constructor(
		candidates: readonly ParsedCertificate[],
		emulators: readonly [ServerHistory["emulator"], ServerHistory["emulator"]],
		clock: { now: number },
	) {
		this.candidates = candidates;
		this.#clock = clock;
		this.#listsUpdatedAt = clock.now;
		const createServer = (emulator: ServerHistory["emulator"]): ServerHistory => {
			const server: ServerHistory = new ServerHistory(emulator, this.tick, (post) => this.onPost(server, post));
			return server;
		};
		this.servers = [createServer(emulators[0]), createServer(emulators[1])];
		this.machine = {
			folder: this.#folder.path,
			connection: connectionOf(this.servers[0]),
			now: this.tick,
		};
		this.slots = [this.#open(), this.#open()];
	}

	static async open(candidates: readonly ParsedCertificate[]): Promise<UploadWorld> {
		const clock = { now: START_TIME };
		const start = (organizationName: string) => startEmulator({ organizationName, now: () => ++clock.now });
		return new UploadWorld(candidates, await Promise.all([start("org-one"), start("org-two")]), clock);
	}

	/** Returns a unique time, Unix milliseconds. */
	readonly tick = (): number => ++this.#clock.now;

	/** Returns the time, Unix milliseconds. */
	get now(): number {
		return this.#clock.now;
	}

	/** Returns the organization whose key is in use. */
	get currentServer(): ServerHistory {
		const { id } = this.machine.connection;
		return this.servers.find(({ organizationRef }) => organizationRef === id) ?? this.servers[0];
	}

	/** Applies an event, also during a call. @param slot The window to cancel or kill. */
	applyEvent(event: UploadEvent, slot: UploadSlot): void {
		const { state } = this.currentServer.emulator;
		const { stored } = this.currentServer;
		switch (event.do) {
			case "cancel":
				slot.cancel();
				break;
			case "kill":
				this.kill(slot);
				break;
			case "switch": {
				const [first, second] = this.servers;
				this.machine.connection = connectionOf(this.currentServer === first ? second : first);
				break;
			}
			case "follow":
				for (const each of this.slots) this.followConnection(each);
				break;
			case "commit late":
				for (const { emulator } of this.servers) emulator.faults.commitLate();
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
				if (this.now - this.#listsUpdatedAt > MAX_LIST_LAG_MS) this.updateLists();
		}
	}

	/** Makes lists show every change. */
	updateLists(): void {
		this.#listsUpdatedAt = this.now;
		for (const { emulator } of this.servers) emulator.state.endStaleReads();
	}

	/** Makes a window switch to the connection in use. */
	followConnection({ window: { certificates } }: UploadSlot): void {
		const { id } = this.machine.connection;
		if (certificates.organizationRef !== id) certificates.reset(id);
	}

	kill(slot: UploadSlot): void {
		slot.dead = true;
		slot.died.resolve();
		void slot.window.crash();
	}

	/** Replaces a killed window. */
	async revive(slot: UploadSlot): Promise<void> {
		await slot.window.crash();
		Object.assign(slot, this.#open());
	}

	async reviveAll(): Promise<void> {
		for (const slot of this.slots) if (slot.dead) await this.revive(slot);
	}

	/** Waits for the end of a window's call, or for the window's crash. */
	async waitForOutcome(
		slot: UploadSlot,
		call: (window: EditorWindow) => Promise<UploadResult | null>,
	): Promise<UploadOutcome> {
		const ended = call(slot.window).then(
			(uploaded): UploadOutcome => ({ kind: "done", uploaded }),
			(thrown): UploadOutcome => {
				const problem = problemOf(thrown);
				if (problem) return { kind: "failed", problem };
				if (isCancelled(thrown)) return { kind: "cancelled" };
				throw thrown;
			},
		);
		const killed = slot.died.promise.then((): UploadOutcome => ({ kind: "killed" }));
		const outcome = await Promise.race([killed, ended]);
		if (outcome.kind !== "killed") return outcome;
		// Ignore the errors of a crashed window.
		ended.catch(() => {});
		await slot.window.crash();
		return outcome;
	}

	async close(): Promise<void> {
		for (const { window } of this.slots) await window.crash();
		for (const { emulator } of this.servers) await emulator.close();
		this.#folder.remove();
	}

	#open(): UploadSlot {
		const onStep = () => {
			const slot = this.slots.find((each) => each.window === window);
			if (slot && slot.stepsUntilCrash !== null && slot.stepsUntilCrash-- === 0) this.kill(slot);
		};
		// Never reached: the caller or the emulator ends every request earlier.
		const window = openEditorWindow(this.machine, { limits: { totalMilliseconds: 30_000 }, onStep });
		const { owner } = window;
		return { owner, window, died: Promise.withResolvers(), dead: false, stepsUntilCrash: null, cancel: () => {} };
	}
}

function connectionOf({ organizationRef, emulator }: ServerHistory): Machine["connection"] {
	return { id: organizationRef, emulator };
}
