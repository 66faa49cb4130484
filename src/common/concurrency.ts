/** Runs tasks in the order in which they come, never more than this many at once. */
export function limitConcurrency(most: number): <T>(task: () => Promise<T>) => Promise<T> {
	let running = 0;
	const waiting: (() => void)[] = [];
	return async (task) => {
		if (running < most) running++;
		else await new Promise<void>((resolve) => waiting.push(resolve));
		try {
			return await task();
		} finally {
			// Whoever is next takes this one's place, so that nobody slips in between.
			const next = waiting.shift();
			if (next) next();
			else running--;
		}
	};
}
