// Performs the user's actions in a window, as the user interface does.
import assert from "node:assert/strict";
import { duplicateFindings } from "../../src/features/upload/duplicateCheck.ts";
import type { UploadResult } from "../../src/features/upload/uploadSender.ts";
import type { UnconfirmedUpload } from "../../src/features/upload/uploadService.ts";
import type { Window } from "../unit/fakes/editorWindow.ts";
import { type Event, hides, type Strike } from "./faults.ts";
import { Truth } from "./invariants.ts";
import type { Call, Intent } from "./uploadIntent.ts";
import type { Outcome, Slot, World } from "./world.ts";

/** A response that is delayed until the other window's action ends. */
export interface Hold {
	readonly operation: "list" | "upload" | "get";
	readonly skip: number;
	readonly when: "before" | "after" | "late";
	readonly other: "upload" | "check" | "again" | "forget" | "refresh";
	readonly event: Event | null;
	readonly end: "release" | "cancel" | "kill";
}

/** The disruptions of one action. */
export interface Script {
	readonly post: Strike | null;
	readonly list: Strike | null;
	readonly content: Strike | null;
	readonly hold: Hold | null;
	/** Number of file operations until the window crashes. */
	readonly crashIn: number | null;
}

/** The user's choices at an upload. */
export interface UploadStyle {
	readonly certificate: number;
	/** True to upload a duplicate. */
	readonly anyway: boolean;
	/** True to start the disruptions before the search for duplicates. */
	readonly early: boolean;
	/** An event while the prompt is open. */
	readonly between: Event | null;
}

/** The choice of a row. */
export interface RowStyle {
	/** Index, modulo the number of rows. */
	readonly row: number;
	readonly reload: boolean;
}

const NO_DISRUPTION: Script = { post: null, list: null, content: null, hold: null, crashIn: null };
const FIRST_ROW: RowStyle = { row: 0, reload: true };

export class Person {
	readonly world: World;
	readonly truth: Truth;
	readonly #tally: Map<string, number>;
	#nestingDepth = 0;

	/** @param tally Counts the events. */
	constructor(world: World, tally: Map<string, number>) {
		this.world = world;
		this.#tally = tally;
		this.truth = new Truth(world);
	}

	/** Searches for duplicates of a certificate, then uploads it. */
	async upload(slot: Slot, style: UploadStyle, script: Script = NO_DISRUPTION): Promise<void> {
		const { candidates, ledger: server } = this.world;
		const candidate = candidates[style.certificate % candidates.length] ?? assert.fail("no candidate");
		const { organizationRef } = server;
		let duplicateIds: readonly string[] = [];
		const compare = () =>
			this.world.outcomeOf(slot, async ({ certificates, uploads }) => {
				const abort = new AbortController();
				slot.cancel = () => abort.abort();
				await uploads.reload();
				const listing = await certificates.recent(60_000, abort.signal);
				const findings = await duplicateFindings(candidate, listing, certificates, abort.signal);
				duplicateIds = findings.flatMap((finding) => (finding.code === "already-uploaded" ? [finding.id] : []));
				return null;
			});
		const send = async () => {
			if (duplicateIds.length > 0 && !style.anyway) return this.#count("upload: told of a duplicate");
			if (style.between) this.world.happen(style.between, slot);
			const intent = this.truth.intend(server, candidate, duplicateIds);
			await this.#call("upload", slot, intent, null, ({ uploads }) => {
				slot.cancel = () => uploads.running.at(-1)?.cancel();
				return uploads.upload({ candidate, name: intent.name, organizationRef, knownDuplicateIds: duplicateIds });
			});
		};
		if (style.early)
			await this.#runWithScript(slot, script, async () => {
				if ((await compare()).kind === "done") await send();
			});
		else if ((await compare()).kind === "done") await this.#runWithScript(slot, script, send);
	}

	/** Performs Check Now. */
	async check(slot: Slot, style: RowStyle, script: Script = NO_DISRUPTION): Promise<void> {
		await this.#runWithScript(slot, script, () =>
			this.#actOnRow("check", slot, style, ({ uploads }, row) => {
				const abort = new AbortController();
				slot.cancel = () => abort.abort();
				return uploads.check(row, abort.signal);
			}),
		);
	}

	/** Performs Upload Again. */
	async again(slot: Slot, style: RowStyle, script: Script = NO_DISRUPTION): Promise<void> {
		await this.#runWithScript(slot, script, () =>
			this.#actOnRow("again", slot, style, ({ uploads }, row, intent) => {
				intent.agains++;
				if (intent.status === "refused") intent.status = "running";
				slot.cancel = () => uploads.running.at(-1)?.cancel();
				return uploads.retry(row);
			}),
		);
	}

	/** Performs Forget. */
	async forget(slot: Slot, style: RowStyle, script: Script = NO_DISRUPTION): Promise<void> {
		await this.#runWithScript(slot, script, () =>
			this.#actOnRow("forget", slot, style, async ({ uploads }, row) => {
				slot.cancel = () => {};
				await uploads.discard(row);
				return null;
			}),
		);
	}

	/** Performs Refresh. */
	async refresh(slot: Slot, script: Script = NO_DISRUPTION): Promise<void> {
		await this.#runWithScript(slot, script, async () => {
			await this.world.outcomeOf(slot, async ({ certificates, uploads }) => {
				const abort = new AbortController();
				slot.cancel = () => abort.abort();
				await Promise.all([uploads.reload(), certificates.refresh(abort.signal)]);
				return null;
			});
		});
	}

	/** Ends a sequence: commits late uploads, checks every row, asserts the final state. */
	async finish(): Promise<void> {
		const { world, truth: validator } = this;
		await world.reviveAll();
		const [slot] = world.slots;
		world.happen({ do: "commit late" }, slot);
		world.happen({ do: "wait", milliseconds: 601_000 }, slot);
		for (const _ of world.ledgers) {
			world.happen({ do: "switch" }, slot);
			world.follow(slot);
			await slot.window.uploads.reload();
			const { organizationRef } = world.ledger;
			const rows = slot.window.uploads.unconfirmed.map(({ pending }) => pending.name).sort();
			const recorded = validator.open
				.filter((each) => each.organizationRef === organizationRef)
				.map(({ name }) => name);
			assert.deepEqual(rows, recorded.sort(), "the rows are those that are written down");
			// A check removes the row of a found upload, so start with the last row.
			for (let row = rows.length - 1; row >= 0; row--) await this.check(slot, { row, reload: true });
			await slot.window.uploads.reload();
			for (const { pending, look: lookup } of slot.window.uploads.unconfirmed) {
				const intent = validator.intentNamed(pending.name);
				const stored = intent?.posts.filter(({ entry }) => entry.committed && entry.deletedAt === null) ?? [];
				const isUnsure = lookup?.outcome === "ambiguous" && pending.idsBefore === null;
				assert.ok(stored.length === 0 || isUnsure, `${pending.name} is there and was not found`);
			}
		}
		validator.verify();
	}

	async #actOnRow(
		verb: Call["verb"],
		slot: Slot,
		{ row: index, reload }: RowStyle,
		work: (window: Window, row: UnconfirmedUpload, intent: Intent) => Promise<UploadResult | null>,
	): Promise<void> {
		const { uploads } = slot.window;
		if (reload) await this.world.outcomeOf(slot, async () => uploads.reload().then(() => null));
		const rows = uploads.unconfirmed;
		const row = rows[index % Math.max(1, rows.length)];
		const intent = row && this.truth.intentNamed(row.pending.name);
		if (!row || !intent || slot.dead) return;
		if (intent.posts.length === 0) intent.servedBefore = row.pending.servedBefore;
		await this.#call(verb, slot, intent, row.pending.startedAt, (window) => work(window, row, intent));
	}

	async #call(
		verb: Call["verb"],
		slot: Slot,
		intent: Intent,
		startedAt: number | null,
		work: (window: Window) => Promise<UploadResult | null>,
	): Promise<void> {
		const { exchanges } = intent.ledger.emulator;
		const { owner } = slot;
		const postCount = intent.posts.length;
		const call: Call = {
			verb,
			slot,
			owner,
			intent,
			startedAt,
			exchanges: exchanges.length,
			posts: postCount,
			at: this.world.now,
			overlapped: false,
		};
		for (const other of this.truth.calls)
			if (other.intent.candidate === intent.candidate && other.intent.ledger === intent.ledger)
				call.overlapped = other.overlapped = true;
		this.truth.calls.add(call);
		const outcome = await this.world.outcomeOf(slot, work);
		this.truth.calls.delete(call);
		this.truth.judge(call, outcome);
		this.#count(`${verb}: ${formatOutcome(outcome)}`);
	}

	/** Runs an action with a script's disruptions. */
	async #runWithScript(
		slot: Slot,
		{ post, list, content, hold: delayedRequest, crashIn: stepsUntilCrash }: Script,
		act: () => Promise<void>,
	): Promise<void> {
		const { world } = this;
		const { ledger: server } = world;
		const { faults } = server.emulator;
		const otherSlot = world.slots.find((each) => each !== slot) ?? assert.fail("no other window");
		const arm = (operation: Hold["operation"], disruption: Strike | null, onFirstDisruption = () => {}) =>
			disruption &&
			server.arm(operation, disruption, () => {
				onFirstDisruption();
				if (disruption.event) world.happen(disruption.event, slot);
			});
		const when = delayedRequest?.end === "release" ? "after" : (delayedRequest?.when ?? "after");
		const fault = { name: "silence", kind: "silence" } as const;
		const armed =
			delayedRequest &&
			arm(delayedRequest.operation, { fault, when, skip: delayedRequest.skip, times: 1, event: delayedRequest.event });
		arm("upload", post);
		arm("list", list, () => (world.struck.list ||= list !== null && hides(list)));
		arm("get", content, () => (world.struck.content = true));
		slot.crashIn = stepsUntilCrash;
		this.#nestingDepth++;
		try {
			const finished = act();
			const isReached = armed?.reached.then(() => true) ?? new Promise<false>(() => {});
			if (delayedRequest && (await Promise.race([isReached, finished.then(() => false)]))) {
				await this.#actMeanwhile(otherSlot, delayedRequest.other);
				if (delayedRequest.end === "release") armed?.release();
				else world.happen({ do: delayedRequest.end }, slot);
			}
			await finished;
		} finally {
			this.#nestingDepth--;
			armed?.release();
			slot.crashIn = null;
			if (this.#nestingDepth === 0) {
				faults.clear();
				world.struck = { content: false, list: false };
			}
			if (slot.dead) {
				this.#count("a window died");
				await world.revive(slot);
			}
		}
	}

	async #actMeanwhile(slot: Slot, action: Hold["other"]): Promise<void> {
		this.#count(`meanwhile: ${action}`);
		switch (action) {
			case "upload":
				return this.upload(slot, { certificate: 0, anyway: false, early: false, between: null });
			case "refresh":
				return this.refresh(slot);
			default:
				return this[action](slot, FIRST_ROW);
		}
	}

	#count(event: string): void {
		this.#tally.set(event, (this.#tally.get(event) ?? 0) + 1);
	}
}

function formatOutcome(outcome: Outcome): string {
	if (outcome.kind === "done") return outcome.uploaded?.how ?? "done";
	if (outcome.kind !== "failed") return outcome.kind;
	const { problem } = outcome;
	return problem.reason === "unconfirmed" ? problem.look.outcome : problem.reason;
}
