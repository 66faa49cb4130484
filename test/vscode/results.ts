import { existsSync, readFileSync } from "node:fs";

/** The results of a test run. */
export interface Results {
	readonly passed: number;
	readonly failed: number;
	/** Titles of skipped tests, each with its reason. */
	readonly skipped: readonly string[];
	readonly failures: readonly { readonly title: string; readonly message: string }[];
}

export const NO_RESULTS: Results = { passed: 0, failed: 0, skipped: [], failures: [] };

export function addResults(a: Results, b: Results): Results {
	return {
		passed: a.passed + b.passed,
		failed: a.failed + b.failed,
		skipped: [...a.skipped, ...b.skipped],
		failures: [...a.failures, ...b.failures],
	};
}

/** Returns the results of a run that failed before any test. */
export function failedRun(title: string, message: string): Results {
	return { passed: 0, failed: 1, skipped: [], failures: [{ title, message }] };
}

/**
 * Reads the results of a suite in an extension host. A run with a bad end or without tests counts as a failure: VS
 * Code's exit code is 0 even if the suite never started.
 * @param end how VS Code ended, such as `exit code 0`.
 * @param output VS Code's output.
 */
export function readResults(file: string, end: string, output: string): Results {
	if (!existsSync(file)) return failedRun("The extension host", `${end}\n${output}`);
	const results: Results = JSON.parse(readFileSync(file, "utf8"));
	if (results.failed > 0) return results;
	if (end !== "exit code 0") return failedRun("The extension host", `${end}\n${output}`);
	return results.passed > 0 ? results : failedRun("The suite", "No test was run.");
}
