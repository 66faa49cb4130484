import type { Problem, Reason } from "../domain/problem.ts";
import { type ResponseHeaders, retryAfterSeconds } from "./headers.ts";

const MOST_TRIES = 3;
const LONGEST_WAIT_SECONDS = 30;

/** One try of a call, as it failed. */
export interface FailedAttempt {
	readonly method: "GET" | "POST" | "DELETE";
	/** Whether doing it twice is as good as once. */
	readonly idempotent: boolean;
	readonly problem: Problem;
	/** Whether bytes of it may have reached the service. */
	readonly sent: boolean;
	/** The answer's headers, or `null` where none came. */
	readonly headers: ResponseHeaders | null;
	/** What the tries of this call before it came to. */
	readonly before: readonly Reason[];
}

/**
 * The retry rule: what only reads is repeated after whatever may pass. Anything else where nothing can have been done:
 * where no byte was sent, and once where the service said that it received too many requests. What may be done twice is
 * also repeated once after whatever may pass.
 * @param pauseMilliseconds Before the first repetition where the service names no time; each further one is twice as long.
 * @param now Unix milliseconds.
 * @returns milliseconds to wait before the next try, or `null` where there is none.
 */
export function retryDelay(failed: FailedAttempt, pauseMilliseconds: number, now: number): number | null {
	if (failed.before.length + 1 >= MOST_TRIES || !mayRepeat(failed)) return null;
	const asked = failed.headers && retryAfterSeconds(failed.headers, now);
	if (asked !== null) return asked <= LONGEST_WAIT_SECONDS ? asked * 1000 : null;
	return pauseMilliseconds * 2 ** failed.before.length;
}

function mayRepeat({ method, idempotent, problem, sent, headers, before }: FailedAttempt): boolean {
	const { reason } = problem;
	const told = headers?.["x-should-retry"];
	if (told === "false") return false;
	const limited = reason === "rate-limited";
	const unreached = reason === "unreachable" || (reason === "proxy" && problem.why === "unreachable");
	const passing = reason === "connection-lost" || reason === "timeout" || reason === "service-error";
	if (method === "GET") return told === "true" || limited || unreached || passing;
	if (limited) return !before.includes("rate-limited");
	return (unreached && !sent) || (idempotent && passing);
}
