import type { Problem } from "../../domain/problem.ts";

/**
 * Returns why a view is empty, which selects the welcome text: a problem's reason or `nothing-yet`; `no` if there are
 * rows, or may be after the first answer.
 * @param count The number of entries, including unreadable ones; `null` if no list was read.
 */
export function welcomeStateOf(count: number | null, problem: Problem | null, loading: boolean): string {
	if (count) return "no";
	if (problem) return welcomeReason(problem);
	return count === 0 && !loading ? "nothing-yet" : "no";
}

/** Returns a problem's reason, subdivided if the remedies differ; of OpenAI's codes about client certificates the code. */
function welcomeReason(problem: Problem): string {
	const { reason } = problem;
	if (reason === "mtls") return problem.code;
	if (reason === "client-certificate" && problem.why.startsWith("passphrase-")) return "client-key-passphrase";
	return reason === "proxy" && problem.why === "credentials" ? "proxy-credentials" : reason;
}
