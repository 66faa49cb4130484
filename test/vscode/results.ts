import { existsSync, readFileSync } from "node:fs";

/** What a run of tests came to. */
export interface Results {
	readonly passed: number;
	readonly failed: number;
	/** Titles of the tests that were not run, each with its reason. */
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

/** The results of a run that did not come to testing. */
export function failure(title: string, message: string): Results {
	return { passed: 0, failed: 1, skipped: [], failures: [{ title, message }] };
}

/**
 * Reads what a suite in an extension host reported. A run that did not end well, or in which nothing was tested, counts
 * as a failure: the editor's exit code is 0 even where the suite never started.
 * @param end how the editor ended.
 * @param said what it said on the way.
 */
export function readResults(file: string, end: string, said: string): Results {
	if (!existsSync(file)) return failure("The extension host", `${end}\n${said}`);
	const results: Results = JSON.parse(readFileSync(file, "utf8"));
	if (results.failed > 0) return results;
	if (end !== "exit code 0") return failure("The extension host", `${end}\n${said}`);
	return results.passed > 0 ? results : failure("The suite", "No test was run.");
}
