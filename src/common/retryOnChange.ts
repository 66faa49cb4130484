import { problemOf, type Reason } from "../domain/problem.ts";

/** What shows by itself that something is not as it was when the person was asked. */
const CHANGED: readonly Reason[] = ["changed-meanwhile", "certificate-active"];

/** After so many it is told instead: what ends before anybody is asked would go on for ever. */
const MOST_ROUNDS = 5;

/**
 * Reads, asks and acts, and does so again for as long as what the person was asked about has changed by then.
 * @param way Told whether that was so.
 * @throws what `way` throws; what changed too, after a few rounds.
 */
export async function retryWhenChanged<T>(way: (changed: boolean) => Promise<T>): Promise<T> {
	for (let round = 1; ; round++)
		try {
			return await way(round > 1);
		} catch (thrown) {
			const problem = problemOf(thrown);
			if (!problem || !CHANGED.includes(problem.reason) || round === MOST_ROUNDS) throw thrown;
		}
}
