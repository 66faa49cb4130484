import type { Problem } from "../../domain/problem.ts";

/**
 * Why a view has no row, for the welcome text that fits: a problem's reason or `nothing-yet`; `no` where there are rows, or
 * may be as soon as the first answer is there.
 * @param count How many entries there are, also unreadable ones; `null` where none were read.
 */
export function welcomeStateOf(count: number | null, problem: Problem | null, loading: boolean): string {
	if (count) return "no";
	if (problem) return reasonInView(problem);
	return count === 0 && !loading ? "nothing-yet" : "no";
}

/** A problem's reason, told apart once more where something else mends it. */
function reasonInView(problem: Problem): string {
	const { reason } = problem;
	if (reason === "client-certificate" && problem.why.startsWith("passphrase-")) return "client-key-passphrase";
	return reason === "proxy" && problem.why === "credentials" ? "proxy-credentials" : reason;
}
