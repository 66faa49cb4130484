// Checks that every report to the user is true, and that no upload is lost or sent without a request.
import type { ParsedCertificate } from "../../src/domain/certificateFile.ts";
import type { Problem } from "../../src/domain/problem.ts";
import { LATE_ARRIVAL_MS } from "../../src/features/upload/uploadAttempt.ts";
import { openOnDisk, readDisk, type Written } from "./disk.ts";
import type { Ledger, Post } from "./serverHistory.ts";
import { type Call, type Intent, isSame, isTheSameAs, mayBeStored } from "./uploadIntent.ts";
import type { Outcome, World } from "./world.ts";

/** Maximum age of a list that a report is based on, in milliseconds, with a margin. */
const MAX_LIST_AGE_MS = 130_000;

export class Truth {
	readonly intents: Intent[] = [];
	readonly violations: string[] = [];
	/** The running calls. */
	readonly calls = new Set<Call>();
	readonly #world: World;
	readonly #reportedIds = new Set<string>();

	constructor(world: World) {
		this.#world = world;
		world.onPost = (server, post) => this.#recordPost(server, post);
	}

	/** Returns the newest attempt of each upload that the journal files do not confirm. */
	get open(): readonly Written[] {
		return openOnDisk(this.#world.machine.folder);
	}

	/** Adds an upload that the user requested. @param knownDuplicateIds Ids that the user was shown. */
	intend(server: Ledger, candidate: ParsedCertificate, knownDuplicateIds: readonly string[]): Intent {
		const intent: Intent = {
			name: `intent ${this.intents.length + 1}`,
			ledger: server,
			candidate,
			told: knownDuplicateIds,
			posts: [],
			agains: 0,
			status: "running",
			forgotten: false,
			ids: new Set(),
			knownBefore: new Set(this.#reportedIds),
			servedBefore: null,
		};
		this.intents.push(intent);
		return intent;
	}

	intentNamed(name: string): Intent | undefined {
		return this.intents.find((intent) => intent.name === name);
	}

	/** Records the outcome of a call, and checks its report. */
	judge(call: Call, outcome: Outcome): void {
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
				if (verb === "forget" && !this.open.some(({ name }) => name === intent.name)) intent.forgotten = true;
				this.#updateStatus(intent);
				// Confirmations are not kept for ever, but the list shows the certificate.
				if (this.#world.now - call.at > LATE_ARRIVAL_MS && intent.posts.some(({ entry }) => entry.committed))
					if (!this.open.some(({ name }) => name === intent.name)) intent.status = "arrived";
		}
	}

	/** Checks the invariants, which must be true between steps. */
	verify(): void {
		const { open: openAttempts } = this;
		for (const intent of this.intents) {
			const isOpen = openAttempts.some(({ name }) => name === intent.name);
			if (intent.status === "unknown" && !intent.forgotten && mayBeStored(intent.posts) && !isOpen)
				this.#addViolation(`${intent.name} was sent, nobody knows what became of it, and no record of it is left`);
			if (isOpen && intent.status !== "unknown")
				this.#addViolation(`${intent.name} is a row, though a person was told: ${intent.status}`);
		}
		for (const { name } of openAttempts)
			if (!this.intentNamed(name)) this.#addViolation(`${name} is a row of nobody's`);
	}

	#addViolation(violation: string): void {
		this.violations.push(violation);
	}

	/** Records an upload request that reached the service, and checks that it was allowed. */
	#recordPost(server: Ledger, post: Post): void {
		const { entry, strike: disruption } = post;
		const intent = this.intentNamed(entry.name ?? "");
		if (!intent) {
			this.#addViolation(`a POST of nobody's: ${entry.name}`);
			return;
		}
		const isFirst = intent.posts.length === 0;
		intent.posts.push(post);
		if (intent.ledger !== server) this.#addViolation(`${intent.name} was sent to another organization`);
		if (intent.status === "refused") this.#addViolation(`${intent.name} was sent after it was said that it was not`);
		const countedPosts = intent.posts.filter((each) => each.strike?.fault.name !== "429 for now");
		if (countedPosts.length > 1 + intent.agains)
			this.#addViolation(`${intent.name} was sent ${countedPosts.length} times`);
		const records = readDisk(this.#world.machine.folder).filter(({ name }) => name === intent.name);
		if (!this.open.some(({ name }) => name === intent.name))
			this.#addViolation(`${intent.name} was sent and is not written down (${disruption?.fault.name})`);
		for (const call of this.calls)
			if (call.intent === intent && call.owner !== post.owner && this.#isSending(call))
				this.#addViolation(`${intent.name} was sent again while another window was sending it`);
		const others = this.intents.filter((other) => other !== intent && isSame(other, intent));
		for (const other of others)
			if (this.#isPending(other))
				this.#addViolation(`${intent.name} was sent while nobody knew what became of ${other.name}`);
		if (!isFirst) return;
		intent.knownBefore = new Set(this.#reportedIds);
		// An attempt recorded by a crashed window may have been sent before.
		const servedTimes = records.map(({ servedBefore }) => servedBefore);
		intent.servedBefore = servedTimes.includes(null) ? null : Math.min(...servedTimes.map(Number));
		for (const other of others) if (!other.forgotten) this.#validateDuplicate(intent, other);
	}

	/** True if the outcome of a sent upload is unknown to every window. */
	#isPending({ name, status, posts, forgotten }: Intent): boolean {
		if (forgotten || !mayBeStored(posts)) return false;
		const isKnown = () => readDisk(this.#world.machine.folder).some((each) => each.name === name && each.arrived);
		return status === "unknown" || (status === "running" && !isKnown());
	}

	/** True if a running call has sent its upload request. */
	#isSending({ verb, slot, owner, intent, posts: postCount }: Call): boolean {
		if (verb === "check" || verb === "forget" || slot.dead || slot.owner !== owner) return false;
		return intent.posts.slice(postCount).some((post) => post.owner === owner);
	}

	/** Checks that the user was shown the result of an earlier upload of the same certificate. */
	#validateDuplicate(intent: Intent, other: Intent): void {
		const { content, list } = this.#world.struck;
		const confirmedIds = readDisk(this.#world.machine.folder).flatMap(
			({ arrived: confirmedIds }) => confirmedIds ?? [],
		);
		for (const { id } of other.ledger.stored) {
			if (!other.ids.has(id) || intent.told.includes(id)) continue;
			// An incomplete list is reported as such. A recorded confirmation needs no content.
			if (!list && (!content || confirmedIds.includes(id)))
				this.#addViolation(`${intent.name} was sent though ${other.name} is there as ${id}, of which nobody was told`);
		}
	}

	#validateArrival(
		call: Call,
		{ certificate, duplicates, how }: NonNullable<Extract<Outcome, { kind: "done" }>["uploaded"]>,
	): void {
		const { intent, owner } = call;
		const { ledger: server, candidate } = intent;
		const addViolation = (reason: string) =>
			this.#addViolation(`${intent.name} is said to be ${certificate.id} (${how}), but ${reason}`);
		const entry = server.find(certificate.id);
		if (entry.sha256 !== candidate.sha256) addViolation("that is another certificate");
		if (!entry.committed) addViolation("that was never stored");
		for (const { id } of duplicates)
			if (id === entry.id || server.find(id).sha256 !== candidate.sha256) addViolation(`${id} is no twin of it`);
		if (how === "there-before") {
			const { deletedAt } = entry;
			if (mayBeStored(intent.posts)) addViolation("something was sent");
			if (intent.told.includes(entry.id)) addViolation("the person knew of it");
			if (deletedAt !== null && deletedAt < call.at - MAX_LIST_AGE_MS) addViolation("that was deleted long ago");
			intent.status = "refused";
			return;
		}
		if (how === "answered" && !intent.posts.some((post) => post.entry === entry))
			addViolation("that is another upload's");
		if (how === "found") {
			if (entry.byUs && intent.knownBefore.has(entry.id)) addViolation("that was known before");
			const { servedBefore } = intent;
			if (!entry.byUs && servedBefore !== null && entry.createdAt < servedBefore) addViolation("that is an older copy");
		}
		intent.ids.add(entry.id);
		this.#reportedIds.add(entry.id);
		const remaining = this.open.find(({ name }) => name === intent.name);
		if (!remaining) intent.status = "arrived";
		else if (this.#isRunInOtherWindow(remaining, owner) || call.overlapped) intent.status = "unknown";
		else addViolation("it is still a row");
	}

	#validateFailure(call: Call, problem: Problem): void {
		const { intent, verb, owner } = call;
		const sameUploads = this.open.filter(
			({ organizationRef, sha256 }) =>
				organizationRef === intent.ledger.organizationRef && sha256 === intent.candidate.sha256,
		);
		const isBusy = (each: Written) => this.#isRunInOtherWindow(each, owner);
		switch (problem.reason) {
			case "unconfirmed":
				if (verb !== "check") intent.status = "unknown";
				if (problem.name !== intent.name) this.#addViolation(`${intent.name} is called ${problem.name}`);
				if (problem.look.outcome === "not-seen") this.#validateNotSeen(call, problem.look.at);
				if (problem.look.outcome === "ambiguous" && !intent.ledger.entries.some(isTheSameAs(intent)))
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
	#isRunInOtherWindow({ owner, sha256 }: Written, ownWindow: string): boolean {
		return [...this.calls].some(
			(call) =>
				call.owner === owner && owner !== ownWindow && !call.slot.dead && call.intent.candidate.sha256 === sha256,
		);
	}

	#validateNotSeen(call: Call, at: number): void {
		const { intent, owner } = call;
		const { emulator, struck: disruptedExchanges } = intent.ledger;
		if (at < call.at || at > this.#world.now) this.#addViolation(`${intent.name} was not seen at another time`);
		const lastList = emulator.exchanges
			.slice(call.exchanges)
			.filter((each) => each.operation === "list" && each.requestHeaders["user-agent"] === owner)
			.filter((each) => each.at <= at && !disruptedExchanges.has(each))
			.at(-1);
		if (!lastList?.responseBody) return;
		const ids = (JSON.parse(lastList.responseBody) as { data: { id: string }[] }).data.map(({ id }) => id);
		for (const { entry } of intent.posts)
			if (ids.includes(entry.id)) this.#addViolation(`${intent.name} was not seen, but it was in the list`);
	}

	/** Checks a call that reports that nothing was sent or stored. */
	#validateRefusal(call: Call, reason: string): void {
		const { intent, verb, owner } = call;
		if (mayBeStored(intent.posts.slice(call.posts).filter((post) => post.owner === owner)))
			this.#addViolation(`${intent.name} may have been stored, but ${verb} says ${reason}`);
		if (verb === "upload") intent.status = "refused";
		else this.#updateStatus(intent);
	}

	#validateForget({ intent, startedAt, overlapped }: Call): void {
		const remaining = this.open.find(({ name }) => name === intent.name);
		// An attempt that is newer than the row must stay: the user did not choose to forget it.
		const isNewer = remaining && remaining.startedAt > (startedAt ?? 0);
		intent.forgotten ||= !isNewer || overlapped;
		if (remaining && !isNewer && !overlapped) this.#addViolation(`${intent.name} was forgotten and is still a row`);
	}

	/** Updates an intent's status from the journal files, if no outcome was reported. */
	#updateStatus(intent: Intent): void {
		if (intent.status === "arrived" || intent.status === "refused") return;
		const isOpen = this.open.some(({ name }) => name === intent.name);
		const confirmed = readDisk(this.#world.machine.folder).filter(
			({ name, arrived: confirmedIds }) => name === intent.name && confirmedIds,
		);
		if (isOpen) intent.status = "unknown";
		else if (confirmed.length > 0) {
			intent.status = "arrived";
			for (const id of confirmed.flatMap((each) => each.arrived ?? [])) {
				intent.ids.add(id);
				this.#reportedIds.add(id);
			}
		} else intent.status = mayBeStored(intent.posts) ? "unknown" : "refused";
	}
}
