// Checks that every report to the user is true, and that no upload is lost or sent without a request.
import type { ParsedCertificate } from "../../src/domain/certificateFile.ts";
import type { Problem } from "../../src/domain/problem.ts";
import { LATE_ARRIVAL_MS } from "../../src/features/upload/uploadAttempt.ts";
import { type RecordedAttempt, readAttempts, readOpenAttempts } from "./disk.ts";
import type { Post, ServerHistory } from "./serverHistory.ts";
import {
	matchesFingerprintOf,
	mayBeStored,
	targetsSameCertificate,
	type UploadCall,
	type UploadIntent,
} from "./uploadIntent.ts";
import type { UploadOutcome, UploadWorld } from "./world.ts";

/** Maximum age of a list that a report is based on, in milliseconds, with a margin. */
const MAX_LIST_AGE_MS = 130_000;

export class UploadValidator {
	readonly intents: UploadIntent[] = [];
	readonly violations: string[] = [];
	/** The running calls. */
	readonly calls = new Set<UploadCall>();
	readonly #world: UploadWorld;
	readonly #reportedIds = new Set<string>();

	constructor(world: UploadWorld) {
		this.#world = world;
		world.onPost = (server, post) => this.#recordPost(server, post);
	}

	/** Returns the newest attempt of each upload that the journal files do not confirm. */
	get openAttempts(): readonly RecordedAttempt[] {
		return readOpenAttempts(this.#world.machine.folder);
	}

	/** Adds an upload that the user requested. @param knownDuplicateIds Ids that the user was shown. */
	addIntent(server: ServerHistory, candidate: ParsedCertificate, knownDuplicateIds: readonly string[]): UploadIntent {
		const intent: UploadIntent = {
			name: `intent ${this.intents.length + 1}`,
			server,
			candidate,
			knownDuplicateIds,
			posts: [],
			retryCount: 0,
			status: "running",
			forgotten: false,
			reportedIds: new Set(),
			reportedBefore: new Set(this.#reportedIds),
			servedBefore: null,
		};
		this.intents.push(intent);
		return intent;
	}

	findIntent(name: string): UploadIntent | undefined {
		return this.intents.find((intent) => intent.name === name);
	}

	/** Records the outcome of a call, and checks its report. */
	validateOutcome(call: UploadCall, outcome: UploadOutcome): void {
		const { intent, verb } = call;
		switch (outcome.kind) {
			case "done":
				if (outcome.uploaded) this.#validateArrival(call, outcome.uploaded);
				else this.#validateForget(call);
				return;
			case "failed":
				this.#validateFailure(call, outcome.problem);
				return;
			case "cancelled":
				this.#validateRefusal(call, "cancelled");
				return;
			case "killed":
				if (verb === "forget" && !this.openAttempts.some(({ name }) => name === intent.name)) intent.forgotten = true;
				this.#updateStatus(intent);
				// Confirmations are not kept for ever, but the list shows the certificate.
				if (this.#world.now - call.calledAt > LATE_ARRIVAL_MS && intent.posts.some(({ entry }) => entry.committed))
					if (!this.openAttempts.some(({ name }) => name === intent.name)) intent.status = "arrived";
		}
	}

	/** Checks the invariants, which must be true between steps. */
	validateState(): void {
		const { openAttempts } = this;
		for (const intent of this.intents) {
			const isOpen = openAttempts.some(({ name }) => name === intent.name);
			if (intent.status === "unknown" && !intent.forgotten && mayBeStored(intent.posts) && !isOpen)
				this.#addViolation(`${intent.name} was sent, nobody knows what became of it, and no record of it is left`);
			if (isOpen && intent.status !== "unknown")
				this.#addViolation(`${intent.name} is a row, though a person was told: ${intent.status}`);
		}
		for (const { name } of openAttempts) if (!this.findIntent(name)) this.#addViolation(`${name} is a row of nobody's`);
	}

	#addViolation(violation: string): void {
		this.violations.push(violation);
	}

	/** Records an upload request that reached the service, and checks that it was allowed. */
	#recordPost(server: ServerHistory, post: Post): void {
		const { entry, disruption } = post;
		const intent = this.findIntent(entry.name ?? "");
		if (!intent) {
			this.#addViolation(`a POST of nobody's: ${entry.name}`);
			return;
		}
		const isFirst = intent.posts.length === 0;
		intent.posts.push(post);
		if (intent.server !== server) this.#addViolation(`${intent.name} was sent to another organization`);
		if (intent.status === "refused") this.#addViolation(`${intent.name} was sent after it was said that it was not`);
		const countedPosts = intent.posts.filter((each) => each.disruption?.fault.name !== "429 for now");
		if (countedPosts.length > 1 + intent.retryCount)
			this.#addViolation(`${intent.name} was sent ${countedPosts.length} times`);
		const records = readAttempts(this.#world.machine.folder).filter(({ name }) => name === intent.name);
		if (!this.openAttempts.some(({ name }) => name === intent.name))
			this.#addViolation(`${intent.name} was sent and is not written down (${disruption?.fault.name})`);
		for (const call of this.calls)
			if (call.intent === intent && call.owner !== post.owner && this.#isSending(call))
				this.#addViolation(`${intent.name} was sent again while another window was sending it`);
		const others = this.intents.filter((other) => other !== intent && targetsSameCertificate(other, intent));
		for (const other of others)
			if (this.#isPending(other))
				this.#addViolation(`${intent.name} was sent while nobody knew what became of ${other.name}`);
		if (!isFirst) return;
		intent.reportedBefore = new Set(this.#reportedIds);
		// An attempt recorded by a crashed window may have been sent before.
		const servedTimes = records.map(({ servedBefore }) => servedBefore);
		intent.servedBefore = servedTimes.includes(null) ? null : Math.min(...servedTimes.map(Number));
		for (const other of others) if (!other.forgotten) this.#validateDuplicate(intent, other);
	}

	/** True if the outcome of a sent upload is unknown to every window. */
	#isPending({ name, status, posts, forgotten }: UploadIntent): boolean {
		if (forgotten || !mayBeStored(posts)) return false;
		const isKnown = () =>
			readAttempts(this.#world.machine.folder).some((each) => each.name === name && each.confirmedIds);
		return status === "unknown" || (status === "running" && !isKnown());
	}

	/** True if a running call has sent its upload request. */
	#isSending({ verb, slot, owner, intent, postCount }: UploadCall): boolean {
		if (verb === "check" || verb === "forget" || slot.dead || slot.owner !== owner) return false;
		return intent.posts.slice(postCount).some((post) => post.owner === owner);
	}

	/** Checks that the user was shown the result of an earlier upload of the same certificate. */
	#validateDuplicate(intent: UploadIntent, other: UploadIntent): void {
		const { content, list } = this.#world.disrupted;
		const confirmedIds = readAttempts(this.#world.machine.folder).flatMap(({ confirmedIds }) => confirmedIds ?? []);
		for (const { id } of other.server.stored) {
			if (!other.reportedIds.has(id) || intent.knownDuplicateIds.includes(id)) continue;
			// An incomplete list is reported as such. A recorded confirmation needs no content.
			if (!list && (!content || confirmedIds.includes(id)))
				this.#addViolation(`${intent.name} was sent though ${other.name} is there as ${id}, of which nobody was told`);
		}
	}

	#validateArrival(
		call: UploadCall,
		{ certificate, duplicates, how }: NonNullable<Extract<UploadOutcome, { kind: "done" }>["uploaded"]>,
	): void {
		const { intent, owner } = call;
		const { server, candidate } = intent;
		const addViolation = (reason: string) =>
			this.#addViolation(`${intent.name} is said to be ${certificate.id} (${how}), but ${reason}`);
		const entry = server.find(certificate.id);
		if (entry.sha256 !== candidate.sha256) addViolation("that is another certificate");
		if (!entry.committed) addViolation("that was never stored");
		for (const { id } of duplicates)
			if (id === entry.id || server.find(id).sha256 !== candidate.sha256) addViolation(`${id} is no twin of it`);
		if (how === "already-present") {
			const { deletedAt } = entry;
			if (mayBeStored(intent.posts)) addViolation("something was sent");
			if (intent.knownDuplicateIds.includes(entry.id)) addViolation("the person knew of it");
			if (deletedAt !== null && deletedAt < call.calledAt - MAX_LIST_AGE_MS) addViolation("that was deleted long ago");
			intent.status = "refused";
			return;
		}
		if (how === "answered" && !intent.posts.some((post) => post.entry === entry))
			addViolation("that is another upload's");
		if (how === "found") {
			if (entry.fromWindow && intent.reportedBefore.has(entry.id)) addViolation("that was known before");
			const { servedBefore } = intent;
			if (!entry.fromWindow && servedBefore !== null && entry.createdAt < servedBefore)
				addViolation("that is an older copy");
		}
		intent.reportedIds.add(entry.id);
		this.#reportedIds.add(entry.id);
		const remaining = this.openAttempts.find(({ name }) => name === intent.name);
		if (!remaining) intent.status = "arrived";
		else if (this.#isRunInOtherWindow(remaining, owner) || call.overlapped) intent.status = "unknown";
		else addViolation("it is still a row");
	}

	#validateFailure(call: UploadCall, problem: Problem): void {
		const { intent, verb, owner } = call;
		const sameUploads = this.openAttempts.filter(
			({ organizationRef, sha256 }) =>
				organizationRef === intent.server.organizationRef && sha256 === intent.candidate.sha256,
		);
		const isBusy = (each: RecordedAttempt) => this.#isRunInOtherWindow(each, owner);
		switch (problem.reason) {
			case "unconfirmed":
				if (verb !== "check") intent.status = "unknown";
				if (problem.name !== intent.name) this.#addViolation(`${intent.name} is called ${problem.name}`);
				if (problem.lookup.outcome === "not-seen") this.#validateNotSeen(call, problem.lookup.at);
				if (problem.lookup.outcome === "ambiguous" && !intent.server.entries.some(matchesFingerprintOf(intent)))
					this.#addViolation(`${intent.name} may be an older copy, but there is none`);
				this.#updateStatus(intent);
				return;
			case "upload-pending":
				// For an outdated row, any other upload of the same certificate is a valid reason.
				if (
					!call.overlapped &&
					!sameUploads.some((each) => verb === "upload" || each.name !== intent.name || isBusy(each))
				)
					this.#addViolation(`${intent.name} was refused for another one, but there is none`);
				if (verb === "upload") this.#validateRefusal(call, problem.reason);
				return;
			default:
				this.#validateRefusal(call, problem.reason);
		}
	}

	/** True if another window may still be running a call for an attempt. */
	#isRunInOtherWindow({ owner, sha256 }: RecordedAttempt, ownWindow: string): boolean {
		return [...this.calls].some(
			(call) =>
				call.owner === owner && owner !== ownWindow && !call.slot.dead && call.intent.candidate.sha256 === sha256,
		);
	}

	#validateNotSeen(call: UploadCall, at: number): void {
		const { intent, owner } = call;
		const { emulator, disruptedExchanges } = intent.server;
		if (at < call.calledAt || at > this.#world.now) this.#addViolation(`${intent.name} was not seen at another time`);
		const lastList = emulator.exchanges
			.slice(call.exchangeCount)
			.filter((each) => each.operation === "list" && each.requestHeaders["user-agent"] === owner)
			.filter((each) => each.at <= at && !disruptedExchanges.has(each))
			.at(-1);
		if (!lastList?.responseBody) return;
		const ids = (JSON.parse(lastList.responseBody) as { data: { id: string }[] }).data.map(({ id }) => id);
		for (const { entry } of intent.posts)
			if (ids.includes(entry.id)) this.#addViolation(`${intent.name} was not seen, but it was in the list`);
	}

	/** Checks a call that reports that nothing was sent or stored. */
	#validateRefusal(call: UploadCall, reason: string): void {
		const { intent, verb, owner } = call;
		if (mayBeStored(intent.posts.slice(call.postCount).filter((post) => post.owner === owner)))
			this.#addViolation(`${intent.name} may have been stored, but ${verb} says ${reason}`);
		if (verb === "upload") intent.status = "refused";
		else this.#updateStatus(intent);
	}

	#validateForget({ intent, startedAt, overlapped }: UploadCall): void {
		const remaining = this.openAttempts.find(({ name }) => name === intent.name);
		// An attempt that is newer than the row must stay: the user did not choose to forget it.
		const isNewer = remaining && remaining.startedAt > (startedAt ?? 0);
		intent.forgotten ||= !isNewer || overlapped;
		if (remaining && !isNewer && !overlapped) this.#addViolation(`${intent.name} was forgotten and is still a row`);
	}

	/** Updates an intent's status from the journal files, if no outcome was reported. */
	#updateStatus(intent: UploadIntent): void {
		if (intent.status === "arrived" || intent.status === "refused") return;
		const isOpen = this.openAttempts.some(({ name }) => name === intent.name);
		const confirmed = readAttempts(this.#world.machine.folder).filter(
			({ name, confirmedIds }) => name === intent.name && confirmedIds,
		);
		if (isOpen) intent.status = "unknown";
		else if (confirmed.length > 0) {
			intent.status = "arrived";
			for (const id of confirmed.flatMap((each) => each.confirmedIds ?? [])) {
				intent.reportedIds.add(id);
				this.#reportedIds.add(id);
			}
		} else intent.status = mayBeStored(intent.posts) ? "unknown" : "refused";
	}
}
