import * as vscode from "vscode";
import { readWatchRecord } from "../application/watchRecord.ts";
import { dueToday, expiringIn, nextMoment } from "../domain/watch.ts";
import { SETTINGS } from "./names.ts";
import { reminderDays } from "./settings.ts";
import { badgeWords } from "./words/badge.ts";

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

/**
 * Counts in the view's badge what expires, and has it told once a day where a person is. It knows only what was written
 * down when the list was read last: it asks the service nothing and keeps nothing running.
 */
export class Watch implements vscode.Disposable {
	readonly #options: WatchOptions;
	readonly #now: () => number;
	readonly #subscriptions: vscode.Disposable;
	#timer: NodeJS.Timeout | undefined;
	/** When there may be something new to say, Unix milliseconds. */
	#next = 0;
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

	async #look(): Promise<void> {
		const { view, folder, remind, report } = this.#options;
		const record = await readWatchRecord(folder);
		if (this.#isOver) return;
		const now = this.#now();
		const days = reminderDays();
		const { length } = expiringIn(record.snapshot, now, days);
		if (length !== (view.badge?.value ?? 0))
			view.badge = length > 0 ? { value: length, tooltip: badgeWords(length) } : undefined;
		const isDue = dueToday(record, now, days).length > 0;
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
