import { type Baseline, median, quantile, type ResultRow } from "./measure.ts";

const DECIMALS: Readonly<Record<ResultRow["unit"], number>> = { "round trips": 2, ms: 1, MB: 1, kB: 1, requests: 0 };
const WIDTHS = [48, 11, 23, 52] as const;

/** Returns the header lines. */
export function tableHead(): string {
	return [
		"Medians, with quartiles in brackets; “× 2” is twice as much as ours.",
		"",
		formatLine("", "", "ours", "beside it", "to reach"),
	].join("\n");
}

/** Formats a row as one line, and each further baseline as another line. */
export function tableRow(row: ResultRow): string {
	const { title, unit, ours, goal } = row;
	const [first, ...others] = row.beside.map((each) => formatBaseline(each, row));
	const goalText = goal ? `${goal.text}: ${goal.reached ? "reached" : "NOT REACHED"}` : "";
	const lines = [formatLine(title, unit, formatQuartiles(ours, unit), first ?? "", goalText)];
	for (const other of others) lines.push(formatLine("", "", "", other, ""));
	return lines.join("\n");
}

/** Returns a row as written to bench.json. */
export function toJsonRow({ title, unit, ours, beside, goal }: ResultRow): object {
	const summary = (runs: readonly number[]) => ({
		...(runs.length > 0 && { median: median(runs), quartiles: [quantile(runs, 0.25), quantile(runs, 0.75)] }),
		runs,
	});
	const baselines = beside.map(({ name, runs, missing }) => ({ name, ...summary(runs), ...(missing && { missing }) }));
	return { title, unit, ours: summary(ours), beside: baselines, goal };
}

function formatBaseline({ name, runs, missing }: Baseline, { unit, ours }: ResultRow): string {
	if (runs.length === 0) return `${name}: ${missing}`;
	const ratio = median(runs) / median(ours);
	const times = Number.isFinite(ratio) ? ` × ${ratio >= 100 ? Math.round(ratio) : Number(ratio.toPrecision(2))}` : "";
	return `${name} ${formatQuartiles(runs, unit)}${times}`;
}

function formatQuartiles(runs: readonly number[], unit: ResultRow["unit"]): string {
	const [middle, low, high] = [0.5, 0.25, 0.75].map((part) => quantile(runs, part).toFixed(DECIMALS[unit]));
	return runs.length === 1 ? `${middle}` : `${middle} (${low} to ${high})`;
}

function formatLine(...columns: readonly [string, string, string, string, string]): string {
	return columns
		.map((column, index) => column.padEnd(WIDTHS[index] ?? 0))
		.join(" ")
		.trimEnd();
}
