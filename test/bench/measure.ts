/** Maximum time for which one piece of work may block the event loop, in milliseconds. */
export const MAX_BLOCKED_MS = 50;

/** A benchmark. */
export interface Benchmark {
	/** The beginning of each row's title. */
	readonly name: string;
	/** @param quick Makes fewer runs and shorter waits: a test of the benchmark, not a measurement. */
	run(quick: boolean): Promise<readonly ResultRow[]>;
}

/** A result: every run of the extension and of the baselines. */
export interface ResultRow {
	readonly title: string;
	readonly unit: "round trips" | "ms" | "MB" | "kB" | "requests";
	readonly ours: readonly number[];
	readonly beside: readonly Baseline[];
	/** `null` if the figure is only for comparison. */
	readonly goal: Goal | null;
}

export interface Baseline {
	readonly name: string;
	readonly runs: readonly number[];
	/** The reason for no runs. */
	readonly missing?: string;
}

export interface Goal {
	/** The target, as printed. */
	readonly text: string;
	readonly reached: boolean;
}

/** Requires the median to be at most a limit. */
export function atMost(limit: number, runs: readonly number[]): Goal {
	return { text: limit === 0 ? "none" : `at most ${limit}`, reached: median(runs) <= limit };
}

/** Requires the median to exceed a baseline's median by at most `more`. */
export function atMostAbove(baseline: readonly number[], more: number, runs: readonly number[]): Goal {
	return { text: `at most ${more} more`, reached: median(runs) - median(baseline) <= more };
}

export function median(runs: readonly number[]): number {
	return quantile(runs, 0.5);
}

/** Returns the interpolated quantile of the runs; NaN without runs. */
export function quantile(runs: readonly number[], part: number): number {
	const sorted = runs.toSorted((one, other) => one - other);
	const position = (sorted.length - 1) * part;
	const [below = Number.NaN, above = Number.NaN] = [sorted[Math.floor(position)], sorted[Math.ceil(position)]];
	return below + (above - below) * (position % 1);
}
