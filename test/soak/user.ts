// Performs the user's actions in a window, as the user interface does.
import assert from "node:assert/strict";
import { duplicateFindings } from "../../src/features/upload/duplicateCheck.ts";
import type { UploadResult } from "../../src/features/upload/uploadSender.ts";
import type { UnconfirmedUpload } from "../../src/features/upload/uploadService.ts";
import type { EditorWindow } from "../unit/fakes/editorWindow.ts";
import { mayHideCertificates, type UploadDisruption, type UploadEvent } from "./faults.ts";
import { UploadValidator } from "./invariants.ts";
import type { UploadCall, UploadIntent } from "./uploadIntent.ts";
import type { UploadOutcome, UploadSlot, UploadWorld } from "./world.ts";

/** A response that is delayed until the other window's action ends. */
export interface DelayedRequest {
	readonly operation: "list" | "upload" | "get";
	readonly skipCount: number;
	readonly when: "before" | "after" | "late";
	readonly otherAction: "upload" | "check" | "again" | "forget" | "refresh";
	readonly event: UploadEvent | null;
	readonly end: "release" | "cancel" | "kill";
}

/** The disruptions of one action. */
export interface Script {
	readonly post: UploadDisruption | null;
	readonly list: UploadDisruption | null;
	readonly content: UploadDisruption | null;
	readonly delayedRequest: DelayedRequest | null;
	/** Number of file operations until the window crashes. */
	readonly stepsUntilCrash: number | null;
}

/** The user's choices at an upload. */
export interface UploadStyle {
	readonly certificate: number;
	/** True to upload a duplicate. */
	readonly anyway: boolean;
	/** True to start the disruptions before the search for duplicates. */
	readonly fromComparison: boolean;
	/** An event while the prompt is open. */
	readonly eventAtPrompt: UploadEvent | null;
}

/** The choice of a row. */
export interface RowStyle {
	/** Index, modulo the number of rows. */
	readonly row: number;
	readonly reload: boolean;
}

const NO_DISRUPTION: Script = { post: null, list: null, content: null, delayedRequest: null, stepsUntilCrash: null };
const FIRST_ROW: RowStyle = { row: 0, reload: true };

export class UploadUser {
	readonly world: UploadWorld;
	readonly validator: UploadValidator;
	readonly #tally: Map<string, number>;
	#nestingDepth = 0;

	/** @param tally Counts the events. */
	constructor(world: UploadWorld, tally: Map<string, number>) {
		this.world = world;
		this.#tally = tally;
		this.validator = new UploadValidator(world);
	}

	/** Searches for duplicates of a certificate, then uploads it. */
	async upload(slot: UploadSlot, style: UploadStyle, script: Script = NO_DISRUPTION): Promise<void> {
		const { candidates, currentServer: server } = this.world;
		const candidate = candidates[style.certificate % candidates.length] ?? assert.fail("no candidate");
		const { organizationRef } = server;
		let duplicateIds: readonly string[] = [];
		const compare = () =>
			this.world.waitForOutcome(slot, async ({ certificates, uploads }) => {
				const abort = new AbortController();
				slot.cancel = () => abort.abort();
				await uploads.reload();
				const listing = await certificates.loadIfStale(60_000, abort.signal);
				const findings = await duplicateFindings(candidate, listing, certificates, abort.signal);
				duplicateIds = findings.flatMap((finding) => (finding.code === "already-uploaded" ? [finding.id] : []));
				return null;
			});
		const send = async () => {
			if (duplicateIds.length > 0 && !style.anyway) return this.#count("upload: told of a duplicate");
			if (style.eventAtPrompt) this.world.applyEvent(style.eventAtPrompt, slot);
			const intent = this.validator.addIntent(server, candidate, duplicateIds);
			await this.#call("upload", slot, intent, null, ({ uploads }) => {
				slot.cancel = () => uploads.running.at(-1)?.cancel();
				return uploads.upload({ candidate, name: intent.name, organizationRef, knownDuplicateIds: duplicateIds });
			});
		};
		if (style.fromComparison)
			await this.#runWithScript(slot, script, async () => {
				if ((await compare()).kind === "done") await send();
			});
		else if ((await compare()).kind === "done") await this.#runWithScript(slot, script, send);
	}

	/** Performs Check Now. */
	async check(slot: UploadSlot, style: RowStyle, script: Script = NO_DISRUPTION): Promise<void> {
		await this.#runWithScript(slot, script, () =>
			this.#actOnRow("check", slot, style, ({ uploads }, row) => {
				const abort = new AbortController();
				slot.cancel = () => abort.abort();
				return uploads.check(row, abort.signal);
			}),
		);
	}

	/** Performs Upload Again. */
	async again(slot: UploadSlot, style: RowStyle, script: Script = NO_DISRUPTION): Promise<void> {
		await this.#runWithScript(slot, script, () =>
			this.#actOnRow("again", slot, style, ({ uploads }, row, intent) => {
				intent.retryCount++;
				if (intent.status === "refused") intent.status = "running";
				slot.cancel = () => uploads.running.at(-1)?.cancel();
				return uploads.retry(row);
			}),
		);
	}

	/** Performs Forget. */
	async forget(slot: UploadSlot, style: RowStyle, script: Script = NO_DISRUPTION): Promise<void> {
		await this.#runWithScript(slot, script, () =>
			this.#actOnRow("forget", slot, style, async ({ uploads }, row) => {
				slot.cancel = () => {};
				await uploads.discard(row);
				return null;
			}),
		);
	}

	/** Performs Refresh. */
	async refresh(slot: UploadSlot, script: Script = NO_DISRUPTION): Promise<void> {
		await this.#runWithScript(slot, script, async () => {
			await this.world.waitForOutcome(slot, async ({ certificates, uploads }) => {
				const abort = new AbortController();
				slot.cancel = () => abort.abort();
				await Promise.all([uploads.reload(), certificates.refresh(abort.signal)]);
				return null;
			});
		});
	}

	/** Ends a sequence: commits late uploads, checks every row, asserts the final state. */
	async finish(): Promise<void> {
		const { world, validator } = this;
		await world.reviveAll();
		const [slot] = world.slots;
		world.applyEvent({ do: "commit late" }, slot);
		world.applyEvent({ do: "wait", milliseconds: 601_000 }, slot);
		for (const _ of world.servers) {
			world.applyEvent({ do: "switch" }, slot);
			world.followConnection(slot);
			await slot.window.uploads.reload();
			const { organizationRef } = world.currentServer;
			const rows = slot.window.uploads.unconfirmed.map(({ pending }) => pending.name).sort();
			const recorded = validator.openAttempts
				.filter((each) => each.organizationRef === organizationRef)
				.map(({ name }) => name);
			assert.deepEqual(rows, recorded.sort(), "the rows are those that are written down");
			// A check removes the row of a found upload, so start with the last row.
			for (let row = rows.length - 1; row >= 0; row--) await this.check(slot, { row, reload: true });
			await slot.window.uploads.reload();
			for (const { pending, lookup } of slot.window.uploads.unconfirmed) {
				const intent = validator.findIntent(pending.name);
				const stored = intent?.posts.filter(({ entry }) => entry.committed && entry.deletedAt === null) ?? [];
				const isUnsure = lookup?.outcome === "ambiguous" && pending.idsBefore === null;
				assert.ok(stored.length === 0 || isUnsure, `${pending.name} is there and was not found`);
			}
		}
		validator.validateState();
	}

	async #actOnRow(
		verb: UploadCall["verb"],
		slot: UploadSlot,
		{ row: index, reload }: RowStyle,
		work: (window: EditorWindow, row: UnconfirmedUpload, intent: UploadIntent) => Promise<UploadResult | null>,
	): Promise<void> {
		const { uploads } = slot.window;
		if (reload) await this.world.waitForOutcome(slot, async () => uploads.reload().then(() => null));
		const rows = uploads.unconfirmed;
		const row = rows[index % Math.max(1, rows.length)];
		const intent = row && this.validator.findIntent(row.pending.name);
		if (!row || !intent || slot.dead) return;
		if (intent.posts.length === 0) intent.servedBefore = row.pending.servedBefore;
		await this.#call(verb, slot, intent, row.pending.startedAt, (window) => work(window, row, intent));
	}

	async #call(
		verb: UploadCall["verb"],
		slot: UploadSlot,
		intent: UploadIntent,
		startedAt: number | null,
		work: (window: EditorWindow) => Promise<UploadResult | null>,
	): Promise<void> {
		const { exchanges } = intent.server.emulator;
		const { owner } = slot;
		const postCount = intent.posts.length;
		const call: UploadCall = {
			verb,
			slot,
			owner,
			intent,
			startedAt,
			exchangeCount: exchanges.length,
			postCount,
			calledAt: this.world.now,
			overlapped: false,
		};
		for (const other of this.validator.calls)
			if (other.intent.candidate === intent.candidate && other.intent.server === intent.server)
				call.overlapped = other.overlapped = true;
		this.validator.calls.add(call);
		const outcome = await this.world.waitForOutcome(slot, work);
		this.validator.calls.delete(call);
		this.validator.validateOutcome(call, outcome);
		this.#count(`${verb}: ${formatOutcome(outcome)}`);
	}

	/** Runs an action with a script's disruptions. */
	async #runWithScript(
		slot: UploadSlot,
		{ post, list, content, delayedRequest, stepsUntilCrash }: Script,
		act: () => Promise<void>,
	): Promise<void> {
		const { world } = this;
		const { currentServer: server } = world;
		const { faults } = server.emulator;
		const otherSlot = world.slots.find((each) => each !== slot) ?? assert.fail("no other window");
		const arm = (
			operation: DelayedRequest["operation"],
			disruption: UploadDisruption | null,
			onFirstDisruption = () => {},
		) =>
			disruption &&
			server.arm(operation, disruption, () => {
				onFirstDisruption();
				if (disruption.event) world.applyEvent(disruption.event, slot);
			});
		const when = delayedRequest?.end === "release" ? "after" : (delayedRequest?.when ?? "after");
		const fault = { name: "silence", kind: "silence" } as const;
		const armed =
			delayedRequest &&
			arm(delayedRequest.operation, {
				fault,
				when,
				skipCount: delayedRequest.skipCount,
				times: 1,
				event: delayedRequest.event,
			});
		arm("upload", post);
		arm("list", list, () => (world.disrupted.list ||= list !== null && mayHideCertificates(list)));
		arm("get", content, () => (world.disrupted.content = true));
		slot.stepsUntilCrash = stepsUntilCrash;
		this.#nestingDepth++;
		try {
			const finished = act();
			const isReached = armed?.reached.then(() => true) ?? new Promise<false>(() => {});
			if (delayedRequest && (await Promise.race([isReached, finished.then(() => false)]))) {
				await this.#actMeanwhile(otherSlot, delayedRequest.otherAction);
				if (delayedRequest.end === "release") armed?.release();
				else world.applyEvent({ do: delayedRequest.end }, slot);
			}
			await finished;
		} finally {
			this.#nestingDepth--;
			armed?.release();
			slot.stepsUntilCrash = null;
			if (this.#nestingDepth === 0) {
				faults.clear();
				world.disrupted = { content: false, list: false };
			}
			if (slot.dead) {
				this.#count("a window died");
				await world.revive(slot);
			}
		}
	}

	async #actMeanwhile(slot: UploadSlot, action: DelayedRequest["otherAction"]): Promise<void> {
		this.#count(`meanwhile: ${action}`);
		switch (action) {
			case "upload":
				return this.upload(slot, { certificate: 0, anyway: false, fromComparison: false, eventAtPrompt: null });
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

function formatOutcome(outcome: UploadOutcome): string {
	if (outcome.kind === "done") return outcome.uploaded?.how ?? "done";
	if (outcome.kind !== "failed") return outcome.kind;
	const { problem } = outcome;
	return problem.reason === "unconfirmed" ? problem.lookup.outcome : problem.reason;
}
