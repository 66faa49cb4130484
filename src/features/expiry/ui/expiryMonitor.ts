import * as vscode from "vscode";
import { SETTINGS } from "../../../common/manifestIds.ts";
import { readReminderDays } from "../../../common/ui/settings.ts";
import { badgeTooltip } from "../badgeMessage.ts";
import {
	type ExpirySnapshot,
	findDueClients,
	findDueToday,
	findExpiring,
	nextCheckAt,
	type ReminderState,
	type SnapshotCertificate,
	type SnapshotClient,
} from "../expiryRules.ts";
import { readReminderState } from "../reminderState.ts";

interface MonitorOptions {
	/** The view with the badge. */
	readonly view: vscode.TreeView<unknown>;
	/** The folder of the shared state; an absolute path. */
	readonly folder: string;
	/** Shows today's reminder, unless another window does. */
	readonly remind: () => Promise<void>;
	/** Shows an error. */
	readonly report: (thrown: unknown) => void;
	/** The clock, Unix milliseconds. */
	readonly now?: () => number;
}

/** A reminder that is due. */
export interface DueReminder {
	readonly state: ReminderState;
	/** Decision time, Unix milliseconds. */
	readonly now: number;
	/** The most urgent first. */
	readonly certificates: readonly SnapshotCertificate[];
	/** The first to expire first. */
	readonly clients: readonly SnapshotClient[];
}

/**
 * Shows the number of expiring certificates in the view's badge, and starts a reminder once a day in a focused window.
 * Reads only the stored snapshot: never calls the service, never keeps the process alive.
 */
export class ExpiryMonitor implements vscode.Disposable {
	readonly #options: MonitorOptions;
	readonly #now: () => number;
	readonly #subscriptions: vscode.Disposable;
	#timer: NodeJS.Timeout | undefined;
	/** When the state must be checked next, Unix milliseconds. */
	#nextCheckAt = 0;
	/** This window's own state if nothing can be stored: a snapshot, and the days with a reminder. */
	#unsavedSnapshot: ExpirySnapshot | null = null;
	readonly #remindedOn: number[] = [];
	#pending: Promise<void> = Promise.resolve();
	#isDisposed = false;

	constructor(options: MonitorOptions) {
		this.#options = options;
		this.#now = options.now ?? Date.now;
		this.#subscriptions = vscode.Disposable.from(
			// A timer is late after the computer slept.
			vscode.window.onDidChangeWindowState(({ focused }) => {
				if (focused && this.#now() >= this.#nextCheckAt) void this.check();
			}),
			vscode.workspace.onDidChangeConfiguration((event) => {
				if (event.affectsConfiguration(SETTINGS.reminderDays)) void this.check();
			}),
		);
		this.#schedule(0);
	}

	/** Reads the state, updates the badge and starts a due reminder, without waiting for the reminder. */
	check(): Promise<void> {
		this.#pending = this.#pending.then(() => this.#update()).catch(this.#options.report);
		return this.#pending;
	}

	dispose(): void {
		this.#isDisposed = true;
		clearTimeout(this.#timer);
		this.#subscriptions.dispose();
	}

	/** Reads the shared state, with this window's own state if nothing can be stored. */
	async readState(): Promise<ReminderState> {
		const shared = await readReminderState(this.#options.folder);
		return {
			...shared,
			snapshot: this.#unsavedSnapshot ?? shared.snapshot,
			remindedOn: [...shared.remindedOn, ...this.#remindedOn],
		};
	}

	setUnsavedSnapshot(unsaved: ExpirySnapshot | null): void {
		this.#unsavedSnapshot = unsaved;
	}

	/** Claims a day's reminder for this window alone. @returns false if the day is already claimed. */
	claimDayLocally(day: number): boolean {
		if (this.#remindedOn.includes(day)) return false;
		this.#remindedOn.push(day);
		return true;
	}

	/** Reads the reminder that is due now. */
	async readDueReminder(): Promise<DueReminder> {
		const state = await this.readState();
		const now = this.#now();
		const days = readReminderDays();
		return { state, now, certificates: findDueToday(state, now, days), clients: findDueClients(state, now, days) };
	}

	async #update(): Promise<void> {
		const { view, remind, report } = this.#options;
		const { state, now, certificates, clients } = await this.readDueReminder();
		if (this.#isDisposed) return;
		const days = readReminderDays();
		const { length } = findExpiring(state.snapshot, now, days);
		if (length !== (view.badge?.value ?? 0))
			view.badge = length > 0 ? { value: length, tooltip: badgeTooltip(length) } : undefined;
		const isDue = certificates.length + clients.length > 0;
		const isFocused = vscode.window.state.focused;
		const next = nextCheckAt(state.snapshot, now, days);
		this.#nextCheckAt = isDue && !isFocused ? now : next;
		this.#schedule(next - now);
		if (isDue && isFocused) remind().catch(report);
	}

	/** Schedules the next check and cancels an earlier one. */
	#schedule(milliseconds: number): void {
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => void this.check(), milliseconds);
		this.#timer.unref();
	}
}
