import { outcomeReason, type Problem, type Reason } from "../domain/problem.ts";
import { type ResponseHeaders, retryAfterSeconds } from "./headers.ts";

const MAX_ATTEMPTS = 3;
const MAX_WAIT_SECONDS = 30;

/** A failed attempt of a call. */
export interface FailedAttempt {
	readonly method: "GET" | "POST" | "DELETE";
	/** Whether a repeated write is harmless. */
	readonly idempotent: boolean;
	readonly problem: Problem;
	/** Whether bytes of the request may have reached the service. */
	readonly sent: boolean;
	/** The response's headers, or `null` without a response. */
	readonly headers: ResponseHeaders | null;
	/** The problems of the previous attempts of this call, by `outcomeReason`. */
	readonly before: readonly Reason[];
}

/**
 * Applies the retry rule: at most three attempts. Reads are repeated after each transient problem, too many requests
 * included. Writes are repeated if they had no effect: no byte was sent, or, once, the service reported too many
 * requests. Idempotent writes are also repeated once after a transient problem. The header `x-should-retry` overrides
 * this: `false` prevents a repetition, `true` repeats a read.
 * @param pauseMilliseconds Before the first repetition if the service names no time; doubled for each further one.
 * @param now Unix milliseconds.
 * @returns milliseconds to wait before the next attempt, or `null` to stop.
 */
export function retryDelay(failed: FailedAttempt, pauseMilliseconds: number, now: number): number | null {
	if (failed.before.length + 1 >= MAX_ATTEMPTS || !mayRepeat(failed)) return null;
	const waitSeconds = failed.headers && retryAfterSeconds(failed.headers, now);
	if (waitSeconds !== null) return waitSeconds <= MAX_WAIT_SECONDS ? waitSeconds * 1000 : null;
	return pauseMilliseconds * 2 ** failed.before.length;
}

function mayRepeat({ method, idempotent, problem, sent, headers, before }: FailedAttempt): boolean {
	const reason = outcomeReason(problem);
	const shouldRetry = headers?.["x-should-retry"];
	if (shouldRetry === "false") return false;
	const limited = reason === "rate-limited";
	const unreachable = reason === "unreachable" || (problem.reason === "proxy" && problem.why === "unreachable");
	const transient = reason === "connection-lost" || reason === "timeout" || reason === "service-error";
	if (method === "GET") return shouldRetry === "true" || limited || unreachable || transient;
	if (limited) return !before.includes("rate-limited");
	return (unreachable && !sent) || (idempotent && transient);
}
