// Whether what a person was told is true, and nothing was lost or sent without being asked for.
import type { ParsedCertificate } from "../../src/domain/certificateFile.ts";
import type { Problem } from "../../src/domain/problem.ts";
import { LATE_ARRIVAL_MS } from "../../src/features/upload/uploadAttempt.ts";
import { openOnDisk, readDisk, type Written } from "./disk.ts";
import type { Ledger, Post } from "./serverHistory.ts";
import { type Call, type Intent, isSame, isTheSameAs, mayBeStored } from "./uploadIntent.ts";
import type { Outcome, World } from "./world.ts";

/** For how long a list may be out of date on which something is said, in milliseconds, with some to spare. */
const LIST_AGE_MS = 130_000;

export class Truth {
	readonly intents: Intent[] = [];
	readonly violations: string[] = [];
	/** The calls that go on. */
	readonly calls = new Set<Call>();
	readonly #world: World;
	readonly #arrived = new Set<string>();

	constructor(world: World) {
		this.#world = world;
		world.onPost = (ledger, post) => this.#posted(ledger, post);
	}

	/** Every upload that is open by the files. */
	get open(): readonly Written[] {
		return openOnDisk(this.#world.machine.folder);
	}

	/** A person wants a certificate uploaded. @param told The ids of the same that the person knows of. */
	intend(ledger: Ledger, candidate: ParsedCertificate, told: readonly string[]): Intent {
		const intent: Intent = {
			name: `intent ${this.intents.length + 1}`,
			ledger,
			candidate,
			told,
			posts: [],
			agains: 0,
			status: "running",
			forgotten: false,
			ids: new Set(),
			knownBefore: new Set(this.#arrived),
			servedBefore: null,
		};
		this.intents.push(intent);
		return intent;
	}

	intentNamed(name: string): Intent | undefined {
		return this.intents.find((intent) => intent.name === name);
	}

	/** Takes in how a call ended, and judges what was said by it. */
	judge(call: Call, outcome: Outcome): void {
		const { intent, verb } = call;
		switch (outcome.kind) {
			case "done":
				if (outcome.uploaded) this.#judgeArrival(call, outcome.uploaded);
				else this.#judgeForgetting(call);
				return;
			case "failed":
				this.#judgeFailure(call, outcome.problem);
				return;
			case "cancelled":
				this.#judgeRefusal(call, "cancelled");
				return;
			case "killed":
				if (verb === "forget" && !this.open.some(({ name }) => name === intent.name)) intent.forgotten = true;
				this.#reconsider(intent);
				// What arrived is not written down for ever; that it did shows in the list.
				if (this.#world.now - call.at > LATE_ARRIVAL_MS && intent.posts.some(({ entry }) => entry.committed))
					if (!this.open.some(({ name }) => name === intent.name)) intent.status = "arrived";
		}
	}

	/** What must hold between any two steps. */
	verify(): void {
		const { open } = this;
		for (const intent of this.intents) {
			const isOpen = open.some(({ name }) => name === intent.name);
			if (intent.status === "unknown" && !intent.forgotten && mayBeStored(intent.posts) && !isOpen)
				this.#violated(`${intent.name} was sent, nobody knows what became of it, and no record of it is left`);
			if (isOpen && intent.status !== "unknown")
				this.#violated(`${intent.name} is a row, though a person was told: ${intent.status}`);
		}
		for (const { name } of open) if (!this.intentNamed(name)) this.#violated(`${name} is a row of nobody's`);
	}

	#violated(what: string): void {
		this.violations.push(what);
	}

	/** A POST got to the service. */
	#posted(ledger: Ledger, post: Post): void {
		const { entry, strike } = post;
		const intent = this.intentNamed(entry.name ?? "");
		if (!intent) {
			this.#violated(`a POST of nobody's: ${entry.name}`);
			return;
		}
		const isFirst = intent.posts.length === 0;
		intent.posts.push(post);
		if (intent.ledger !== ledger) this.#violated(`${intent.name} was sent to another organization`);
		if (intent.status === "refused") this.#violated(`${intent.name} was sent after it was said that it was not`);
		const counted = intent.posts.filter((each) => each.strike?.fault.name !== "429 for now");
		if (counted.length > 1 + intent.agains) this.#violated(`${intent.name} was sent ${counted.length} times`);
		const records = readDisk(this.#world.machine.folder).filter(({ name }) => name === intent.name);
		if (!this.open.some(({ name }) => name === intent.name))
			this.#violated(`${intent.name} was sent and is not written down (${strike?.fault.name})`);
		for (const call of this.calls)
			if (call.intent === intent && call.owner !== post.owner && this.#isSending(call))
				this.#violated(`${intent.name} was sent again while another window was sending it`);
		const others = this.intents.filter((other) => other !== intent && isSame(other, intent));
		for (const other of others)
			if (this.#isPending(other))
				this.#violated(`${intent.name} was sent while nobody knew what became of ${other.name}`);
		if (!isFirst) return;
		intent.knownBefore = new Set(this.#arrived);
		// An attempt that was written down by a window that died may have been sent: nobody else knows.
		const served = records.map(({ servedBefore }) => servedBefore);
		intent.servedBefore = served.includes(null) ? null : Math.min(...served.map(Number));
		for (const other of others) if (!other.forgotten) this.#judgeSecond(intent, other);
	}

	/** Whether something was sent for it of which nobody knows what became, not even a window that looks further. */
	#isPending({ name, status, posts, forgotten }: Intent): boolean {
		if (forgotten || !mayBeStored(posts)) return false;
		const isKnown = () => readDisk(this.#world.machine.folder).some((each) => each.name === name && each.arrived);
		return status === "unknown" || (status === "running" && !isKnown());
	}

	/** Whether a window that runs has had its POST out. */
	#isSending({ verb, slot, owner, intent, posts }: Call): boolean {
		if (verb === "check" || verb === "forget" || slot.dead || slot.owner !== owner) return false;
		return intent.posts.slice(posts).some((post) => post.owner === owner);
	}

	/** Whether the person was told of what an earlier upload of the same certificate became. */
	#judgeSecond(intent: Intent, other: Intent): void {
		const { content, list } = this.#world.struck;
		const written = readDisk(this.#world.machine.folder).flatMap(({ arrived }) => arrived ?? []);
		for (const { id } of other.ledger.stored) {
			if (!other.ids.has(id) || intent.told.includes(id)) continue;
			// Of a list that lacks something it is said that not all was compared; what was written down needs no reading.
			if (!list && (!content || written.includes(id)))
				this.#violated(`${intent.name} was sent though ${other.name} is there as ${id}, of which nobody was told`);
		}
	}

	#judgeArrival(
		call: Call,
		{ certificate, duplicates, how }: NonNullable<Extract<Outcome, { kind: "done" }>["uploaded"]>,
	): void {
		const { intent, owner } = call;
		const { ledger, candidate } = intent;
		const says = (what: string) =>
			this.#violated(`${intent.name} is said to be ${certificate.id} (${how}), but ${what}`);
		const entry = ledger.find(certificate.id);
		if (entry.sha256 !== candidate.sha256) says("that is another certificate");
		if (!entry.committed) says("that was never stored");
		for (const { id } of duplicates)
			if (id === entry.id || ledger.find(id).sha256 !== candidate.sha256) says(`${id} is no twin of it`);
		if (how === "there-before") {
			const { deletedAt } = entry;
			if (mayBeStored(intent.posts)) says("something was sent");
			if (intent.told.includes(entry.id)) says("the person knew of it");
			if (deletedAt !== null && deletedAt < call.at - LIST_AGE_MS) says("that was deleted long ago");
			intent.status = "refused";
			return;
		}
		if (how === "answered" && !intent.posts.some((post) => post.entry === entry)) says("that is another upload's");
		if (how === "found") {
			if (entry.byUs && intent.knownBefore.has(entry.id)) says("that was known before");
			const { servedBefore } = intent;
			if (!entry.byUs && servedBefore !== null && entry.createdAt < servedBefore) says("that is an older copy");
		}
		intent.ids.add(entry.id);
		this.#arrived.add(entry.id);
		const left = this.open.find(({ name }) => name === intent.name);
		if (!left) intent.status = "arrived";
		else if (this.#isBusyWith(left, owner) || call.overlapped) intent.status = "unknown";
		else says("it is still a row");
	}

	#judgeFailure(call: Call, problem: Problem): void {
		const { intent, verb, owner } = call;
		const key = this.open.filter(
			({ organizationRef, sha256 }) =>
				organizationRef === intent.ledger.organizationRef && sha256 === intent.candidate.sha256,
		);
		const isBusy = (each: Written) => this.#isBusyWith(each, owner);
		switch (problem.reason) {
			case "unconfirmed":
				if (verb !== "check") intent.status = "unknown";
				if (problem.name !== intent.name) this.#violated(`${intent.name} is called ${problem.name}`);
				if (problem.look.outcome === "not-seen") this.#judgeNotSeen(call, problem.look.at);
				if (problem.look.outcome === "ambiguous" && !intent.ledger.entries.some(isTheSameAs(intent)))
					this.#violated(`${intent.name} may be an older copy, but there is none`);
				this.#reconsider(intent);
				return;
			case "upload-pending":
				// By a row that is out of date another upload of the same is in the way, whoever sent it.
				if (!call.overlapped && !key.some((each) => verb === "upload" || each.name !== intent.name || isBusy(each)))
					this.#violated(`${intent.name} was refused for another one, but there is none`);
				if (verb === "upload") this.#judgeRefusal(call, problem.reason);
				return;
			default:
				this.#judgeRefusal(call, problem.reason);
		}
	}

	/** Whether another window that runs may still be at it. */
	#isBusyWith({ owner, sha256 }: Written, own: string): boolean {
		return [...this.calls].some(
			(call) => call.owner === owner && owner !== own && !call.slot.dead && call.intent.candidate.sha256 === sha256,
		);
	}

	#judgeNotSeen(call: Call, at: number): void {
		const { intent, owner } = call;
		const { emulator, struck } = intent.ledger;
		if (at < call.at || at > this.#world.now) this.#violated(`${intent.name} was not seen at another time`);
		const seen = emulator.exchanges
			.slice(call.exchanges)
			.filter((each) => each.operation === "list" && each.requestHeaders["user-agent"] === owner)
			.filter((each) => each.at <= at && !struck.has(each))
			.at(-1);
		if (!seen?.responseBody) return;
		const ids = (JSON.parse(seen.responseBody) as { data: { id: string }[] }).data.map(({ id }) => id);
		for (const { entry } of intent.posts)
			if (ids.includes(entry.id)) this.#violated(`${intent.name} was not seen, but it was in the list`);
	}

	/** A call that says that it sent nothing, or that what it sent was not stored. */
	#judgeRefusal(call: Call, why: string): void {
		const { intent, verb, owner } = call;
		if (mayBeStored(intent.posts.slice(call.posts).filter((post) => post.owner === owner)))
			this.#violated(`${intent.name} may have been stored, but ${verb} says ${why}`);
		if (verb === "upload") intent.status = "refused";
		else this.#reconsider(intent);
	}

	#judgeForgetting({ intent, startedAt, overlapped }: Call): void {
		const left = this.open.find(({ name }) => name === intent.name);
		// One that was sent since the row was drawn stays: of that nobody has said that it is to be forgotten.
		const isNewer = left && left.startedAt > (startedAt ?? 0);
		intent.forgotten ||= !isNewer || overlapped;
		if (left && !isNewer && !overlapped) this.#violated(`${intent.name} was forgotten and is still a row`);
	}

	/** What can be known of an intent by what is written down, where nobody was told. */
	#reconsider(intent: Intent): void {
		if (intent.status === "arrived" || intent.status === "refused") return;
		const open = this.open.some(({ name }) => name === intent.name);
		const arrived = readDisk(this.#world.machine.folder).filter(({ name, arrived }) => name === intent.name && arrived);
		if (open) intent.status = "unknown";
		else if (arrived.length > 0) {
			intent.status = "arrived";
			for (const id of arrived.flatMap((each) => each.arrived ?? [])) {
				intent.ids.add(id);
				this.#arrived.add(id);
			}
		} else intent.status = mayBeStored(intent.posts) ? "unknown" : "refused";
	}
}
