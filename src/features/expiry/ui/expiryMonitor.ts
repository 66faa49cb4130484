import * as vscode from "vscode";
import { SETTINGS } from "../../../common/manifestIds.ts";
import { reminderDays } from "../../../common/ui/settings.ts";
import { badgeWords } from "../badgeMessage.ts";
import {
	dueToday,
	type ExpirySnapshot,
	expiringIn,
	nextMoment,
	type ReminderState,
	type WatchedCertificate,
} from "../expiryRules.ts";
import { readWatchRecord } from "../reminderState.ts";

/** What the watch acts by. */
interface WatchOptions {
	/** The view with the badge. */
	readonly view: vscode.TreeView<unknown>;
	/** Where the record is; an absolute path. */
	readonly folder: string;
	/** Tells what is to be told today, unless another window does. */
	readonly remind: () => Promise<void>;
	/** Shows what went wrong. */
	readonly report: (thrown: unknown) => void;
	/** The clock, Unix milliseconds. */
	readonly now?: () => number;
}

/** What is to be told. */
export interface Due {
	readonly record: ReminderState;
	/** When that was decided, Unix milliseconds. */
	readonly now: number;
	/** The most urgent first. */
	readonly certificates: readonly WatchedCertificate[];
}

/**
 * Counts in the view's badge what expires, and has it told once a day where a person is. It knows only what was written
 * down when the list was read last: it asks the service nothing and keeps nothing running.
 */
export class ExpiryMonitor implements vscode.Disposable {
	readonly #options: WatchOptions;
	readonly #now: () => number;
	readonly #subscriptions: vscode.Disposable;
	#timer: NodeJS.Timeout | undefined;
	/** When there may be something new to say, Unix milliseconds. */
	#next = 0;
	/** What this window goes by where nothing can be written down: a snapshot, and the days on which it told something. */
	#unwritten: ExpirySnapshot | null = null;
	readonly #remindedOn: number[] = [];
	#checked: Promise<void> = Promise.resolve();
	#isOver = false;

	constructor(options: WatchOptions) {
		this.#options = options;
		this.#now = options.now ?? Date.now;
		this.#subscriptions = vscode.Disposable.from(
			// A clock that was asleep with the computer is late.
			vscode.window.onDidChangeWindowState(({ focused }) => {
				if (focused && this.#now() >= this.#next) void this.check();
			}),
			vscode.workspace.onDidChangeConfiguration((event) => {
				if (event.affectsConfiguration(SETTINGS.reminderDays)) void this.check();
			}),
		);
		this.#wait(0);
	}

	/** Reads the record and shows what it says by now; what is told is not waited for. */
	check(): Promise<void> {
		this.#checked = this.#checked.then(() => this.#look()).catch(this.#options.report);
		return this.#checked;
	}

	dispose(): void {
		this.#isOver = true;
		clearTimeout(this.#timer);
		this.#subscriptions.dispose();
	}

	/** What all windows know by now, and what this one goes by instead where nothing can be written down. */
	async record(): Promise<ReminderState> {
		const record = await readWatchRecord(this.#options.folder);
		return {
			...record,
			snapshot: this.#unwritten ?? record.snapshot,
			remindedOn: [...record.remindedOn, ...this.#remindedOn],
		};
	}

	goBy(unwritten: ExpirySnapshot | null): void {
		this.#unwritten = unwritten;
	}

	/** Takes it on to tell something on a day, in the name of this window alone. @returns false where it has been. */
	claimDayHere(day: number): boolean {
		if (this.#remindedOn.includes(day)) return false;
		this.#remindedOn.push(day);
		return true;
	}

	/** What is to be told by now. */
	async due(): Promise<Due> {
		const record = await this.record();
		const now = this.#now();
		return { record, now, certificates: dueToday(record, now, reminderDays()) };
	}

	async #look(): Promise<void> {
		const { view, remind, report } = this.#options;
		const { record, now, certificates } = await this.due();
		if (this.#isOver) return;
		const days = reminderDays();
		const { length } = expiringIn(record.snapshot, now, days);
		if (length !== (view.badge?.value ?? 0))
			view.badge = length > 0 ? { value: length, tooltip: badgeWords(length) } : undefined;
		const isDue = certificates.length > 0;
		const isSeen = vscode.window.state.focused;
		const next = nextMoment(record.snapshot, now, days);
		this.#next = isDue && !isSeen ? now : next;
		this.#wait(next - now);
		if (isDue && isSeen) remind().catch(report);
	}

	/** Checks again after so many milliseconds. */
	#wait(milliseconds: number): void {
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => void this.check(), milliseconds);
		this.#timer.unref();
	}
}
