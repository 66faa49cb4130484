/** Runs work and measures the longest time for which it blocks the event loop. @returns `longest`: milliseconds. */
export async function watchEventLoop<T>(
	work: () => Promise<T>,
): Promise<{ readonly result: T; readonly longest: number }> {
	let running = true;
	let longest = 0;
	let last = performance.now();
	const watch = () => {
		longest = Math.max(longest, performance.now() - last);
		last = performance.now();
		if (running) setImmediate(watch);
	};
	setImmediate(watch);
	const result = await work();
	watch();
	running = false;
	return { result, longest };
}
