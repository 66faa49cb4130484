import { problemOf, type Reason } from "../domain/problem.ts";

/** Problems that show that data changed after the person was asked. */
const CHANGE_REASONS: readonly Reason[] = ["changed-meanwhile", "certificate-active"];

/** Retry limit; prevents a loop if the operation fails before prompting. */
const MAX_ATTEMPTS = 5;

/**
 * Runs an operation that reads, prompts and writes. Repeats the operation if the data changed after the prompt.
 * @param operation Receives true if the data changed in the last attempt.
 * @throws any error of `operation`; after 5 attempts also the change
 */
export async function retryWhenChanged<T>(operation: (changed: boolean) => Promise<T>): Promise<T> {
	for (let attempt = 1; ; attempt++)
		try {
			return await operation(attempt > 1);
		} catch (thrown) {
			const problem = problemOf(thrown);
			if (!problem || !CHANGE_REASONS.includes(problem.reason) || attempt === MAX_ATTEMPTS) throw thrown;
		}
}
