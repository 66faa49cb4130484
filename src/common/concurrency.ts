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
