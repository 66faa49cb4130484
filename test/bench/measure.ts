/** What the bench can measure. */
export interface Measure {
	/** Each title of its rows begins with it. */
	readonly name: string;
	/** @param quick Whether fewer runs and shorter waits do: to see that it runs, not what it comes to. */
	run(quick: boolean): Promise<readonly Row[]>;
}

/** What came of it: every run, of ours and of what was measured beside it. */
export interface Row {
	readonly title: string;
	readonly unit: "round trips" | "ms" | "MB" | "kB" | "requests";
	readonly ours: readonly number[];
	readonly beside: readonly Beside[];
	/** `null` where the figure is there for comparison only. */
	readonly goal: Goal | null;
}

export interface Beside {
	readonly name: string;
	readonly runs: readonly number[];
	/** Why there are no runs. */
	readonly missing?: string;
}

export interface Goal {
	/** What was to be reached. */
	readonly text: string;
	readonly reached: boolean;
}

/** Of the median. */
export function atMost(limit: number, runs: readonly number[]): Goal {
	return { text: limit === 0 ? "none" : `at most ${limit}`, reached: median(runs) <= limit };
}

/** Of the median, compared with that of what is measured beside it. */
export function atMostAbove(limit: readonly number[], more: number, runs: readonly number[]): Goal {
	return { text: `at most ${more} more`, reached: median(runs) - median(limit) <= more };
}

export function median(runs: readonly number[]): number {
	return quantile(runs, 0.5);
}

/** The value below which this part of the runs lies, between two of them where it has to be; NaN where there are none. */
export function quantile(runs: readonly number[], part: number): number {
	const sorted = runs.toSorted((one, other) => one - other);
	const at = (sorted.length - 1) * part;
	const [below = Number.NaN, above = Number.NaN] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
	return below + (above - below) * (at % 1);
}
