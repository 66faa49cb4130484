// What a person does in a window, as the interface would have it done.
import assert from "node:assert/strict";
import { duplicateFindings } from "../../src/features/upload/duplicateCheck.ts";
import type { UploadResult } from "../../src/features/upload/uploadSender.ts";
import type { UnconfirmedUpload } from "../../src/features/upload/uploadService.ts";
import type { Window } from "../unit/fakes/editorWindow.ts";
import { type Event, hides, type Strike } from "./faults.ts";
import { Truth } from "./invariants.ts";
import type { Call, Intent } from "./uploadIntent.ts";
import type { Outcome, Slot, World } from "./world.ts";

/** A request that stands still while the other window does something. */
export interface Hold {
	readonly operation: "list" | "upload" | "get";
	readonly skip: number;
	readonly when: "before" | "after" | "late";
	readonly other: "upload" | "check" | "again" | "forget" | "refresh";
	readonly event: Event | null;
	readonly end: "release" | "cancel" | "kill";
}

/** All that goes wrong during one action. */
export interface Script {
	readonly post: Strike | null;
	readonly list: Strike | null;
	readonly content: Strike | null;
	readonly hold: Hold | null;
	/** After so many steps of its files the window dies. */
	readonly crashIn: number | null;
}

/** How a person goes about an upload. */
export interface UploadStyle {
	readonly certificate: number;
	/** Goes on where it is there already. */
	readonly anyway: boolean;
	/** The script begins while it is compared, not when it is confirmed. */
	readonly early: boolean;
	/** What happens while the question stands. */
	readonly between: Event | null;
}

/** Which row is meant, and whether the window reads them before. */
export interface RowStyle {
	readonly row: number;
	readonly reload: boolean;
}

const NOTHING: Script = { post: null, list: null, content: null, hold: null, crashIn: null };
const FIRST_ROW: RowStyle = { row: 0, reload: true };

export class Person {
	readonly world: World;
	readonly truth: Truth;
	readonly #tally: Map<string, number>;
	#depth = 0;

	/** @param tally Counts what happened. */
	constructor(world: World, tally: Map<string, number>) {
		this.world = world;
		this.#tally = tally;
		this.truth = new Truth(world);
	}

	/** Compares a certificate with what is there, and uploads it. */
	async upload(slot: Slot, style: UploadStyle, script: Script = NOTHING): Promise<void> {
		const { candidates, ledger } = this.world;
		const candidate = candidates[style.certificate % candidates.length] ?? assert.fail("no candidate");
		const { organizationRef } = ledger;
		let told: readonly string[] = [];
		const ask = () =>
			this.world.outcomeOf(slot, async ({ certificates, uploads }) => {
				const abort = new AbortController();
				slot.cancel = () => abort.abort();
				await uploads.reload();
				const listing = await certificates.recent(60_000, abort.signal);
				const findings = await duplicateFindings(candidate, listing, certificates, abort.signal);
				told = findings.flatMap((finding) => (finding.code === "already-uploaded" ? [finding.id] : []));
				return null;
			});
		const send = async () => {
			if (told.length > 0 && !style.anyway) return this.#count("upload: told of a duplicate");
			if (style.between) this.world.happen(style.between, slot);
			const intent = this.truth.intend(ledger, candidate, told);
			await this.#call("upload", slot, intent, null, ({ uploads }) => {
				slot.cancel = () => uploads.running.at(-1)?.cancel();
				return uploads.upload({ candidate, name: intent.name, organizationRef, knownDuplicateIds: told });
			});
		};
		if (style.early)
			await this.#scripted(slot, script, async () => {
				if ((await ask()).kind === "done") await send();
			});
		else if ((await ask()).kind === "done") await this.#scripted(slot, script, send);
	}

	/** Check Now. */
	async check(slot: Slot, style: RowStyle, script: Script = NOTHING): Promise<void> {
		await this.#scripted(slot, script, () =>
			this.#atRow("check", slot, style, ({ uploads }, row) => {
				const abort = new AbortController();
				slot.cancel = () => abort.abort();
				return uploads.check(row, abort.signal);
			}),
		);
	}

	/** Upload Again. */
	async again(slot: Slot, style: RowStyle, script: Script = NOTHING): Promise<void> {
		await this.#scripted(slot, script, () =>
			this.#atRow("again", slot, style, ({ uploads }, row, intent) => {
				intent.agains++;
				if (intent.status === "refused") intent.status = "running";
				slot.cancel = () => uploads.running.at(-1)?.cancel();
				return uploads.retry(row);
			}),
		);
	}

	/** Forget. */
	async forget(slot: Slot, style: RowStyle, script: Script = NOTHING): Promise<void> {
		await this.#scripted(slot, script, () =>
			this.#atRow("forget", slot, style, async ({ uploads }, row) => {
				slot.cancel = () => {};
				await uploads.discard(row);
				return null;
			}),
		);
	}

	/** Refresh. */
	async refresh(slot: Slot, script: Script = NOTHING): Promise<void> {
		await this.#scripted(slot, script, async () => {
			await this.world.outcomeOf(slot, async ({ certificates, uploads }) => {
				const abort = new AbortController();
				slot.cancel = () => abort.abort();
				await Promise.all([uploads.reload(), certificates.refresh(abort.signal)]);
				return null;
			});
		});
	}

	/** Ends a sequence: what is late comes, and every row is checked in the end. */
	async finish(): Promise<void> {
		const { world, truth } = this;
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
			const written = truth.open.filter((each) => each.organizationRef === organizationRef).map(({ name }) => name);
			assert.deepEqual(rows, written.sort(), "the rows are those that are written down");
			// What is found goes, what is not stays: from the last row on each is checked once.
			for (let row = rows.length - 1; row >= 0; row--) await this.check(slot, { row, reload: true });
			await slot.window.uploads.reload();
			for (const { pending, look } of slot.window.uploads.unconfirmed) {
				const intent = truth.intentNamed(pending.name);
				const there = intent?.posts.filter(({ entry }) => entry.committed && entry.deletedAt === null) ?? [];
				const isUnsure = look?.outcome === "ambiguous" && pending.idsBefore === null;
				assert.ok(there.length === 0 || isUnsure, `${pending.name} is there and was not found`);
			}
		}
		truth.verify();
	}

	async #atRow(
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
		const posts = intent.posts.length;
		const call: Call = {
			verb,
			slot,
			owner,
			intent,
			startedAt,
			exchanges: exchanges.length,
			posts,
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
		this.#count(`${verb}: ${labelOf(outcome)}`);
	}

	/** Does something while what is in the script happens. */
	async #scripted(
		slot: Slot,
		{ post, list, content, hold, crashIn }: Script,
		work: () => Promise<void>,
	): Promise<void> {
		const { world } = this;
		const { ledger } = world;
		const { faults } = ledger.emulator;
		const other = world.slots.find((each) => each !== slot) ?? assert.fail("no other window");
		const arm = (operation: Hold["operation"], strike: Strike | null, onStrike = () => {}) =>
			strike &&
			ledger.arm(operation, strike, () => {
				onStrike();
				if (strike.event) world.happen(strike.event, slot);
			});
		const when = hold?.end === "release" ? "after" : (hold?.when ?? "after");
		const fault = { name: "silence", kind: "silence" } as const;
		const armed = hold && arm(hold.operation, { fault, when, skip: hold.skip, times: 1, event: hold.event });
		arm("upload", post);
		arm("list", list, () => (world.struck.list ||= list !== null && hides(list)));
		arm("get", content, () => (world.struck.content = true));
		slot.crashIn = crashIn;
		this.#depth++;
		try {
			const ended = work();
			const reached = armed?.reached.then(() => true) ?? new Promise<false>(() => {});
			if (hold && (await Promise.race([reached, ended.then(() => false)]))) {
				await this.#meanwhile(other, hold.other);
				if (hold.end === "release") armed?.release();
				else world.happen({ do: hold.end }, slot);
			}
			await ended;
		} finally {
			this.#depth--;
			armed?.release();
			slot.crashIn = null;
			if (this.#depth === 0) {
				faults.clear();
				world.struck = { content: false, list: false };
			}
			if (slot.dead) {
				this.#count("a window died");
				await world.revive(slot);
			}
		}
	}

	async #meanwhile(slot: Slot, action: Hold["other"]): Promise<void> {
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

	#count(what: string): void {
		this.#tally.set(what, (this.#tally.get(what) ?? 0) + 1);
	}
}

function labelOf(outcome: Outcome): string {
	if (outcome.kind === "done") return outcome.uploaded?.how ?? "done";
	if (outcome.kind !== "failed") return outcome.kind;
	const { problem } = outcome;
	return problem.reason === "unconfirmed" ? problem.look.outcome : problem.reason;
}
