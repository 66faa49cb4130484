import { setImmediate as nextTurn } from "node:timers/promises";
import { CancelledError } from "../domain/problem.ts";

/** Returns a function that runs tasks in order, at most `limit` at once. */
export function limitConcurrency(limit: number): <T>(task: () => Promise<T>) => Promise<T> {
	let running = 0;
	const waiting: (() => void)[] = [];
	return async (task) => {
		if (running < limit) running++;
		else await new Promise<void>((resolve) => waiting.push(resolve));
		try {
			return await task();
		} finally {
			// Hand the slot to the next waiter, so that a new task can't jump the queue.
			const next = waiting.shift();
			if (next) next();
			else running--;
		}
	};
}

/** Longest time that one piece of a long computation takes, in milliseconds: other extensions run in between. */
const SLICE_MS = 10;

/**
 * Returns a function to call between the steps of a long computation: after each 10 ms, it lets the event loop turn.
 * @throws CancelledError from that function, once its signal is aborted
 */
export function timeSlices(): (signal?: AbortSignal) => Promise<void> {
	let startedAt = performance.now();
	return async (signal) => {
		if (performance.now() - startedAt >= SLICE_MS) {
			await nextTurn();
			startedAt = performance.now();
		}
		if (signal?.aborted) throw new CancelledError();
	};
}

/** Maps values without blocking the event loop for long. */
export async function mapInSlices<T, R>(values: readonly T[], map: (value: T) => R): Promise<readonly R[]> {
	const pause = timeSlices();
	const results: R[] = [];
	for (const value of values) {
		await pause();
		results.push(map(value));
	}
	return results;
}

/** Waits for a promise that can't be cancelled, until the signal is aborted. @throws CancelledError, or its error */
export async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
	const aborted = Promise.withResolvers<never>();
	const onAbort = () => aborted.reject(new CancelledError());
	signal.addEventListener("abort", onAbort);
	if (signal.aborted) onAbort();
	return Promise.race([promise, aborted.promise]).finally(() => signal.removeEventListener("abort", onAbort));
}
