/** A value that is created on the first call. */
export interface Lazy<T> {
	/** Returns the value. Creates it again if the last attempt failed. */
	(): Promise<T>;
	/** Returns the value without creating it; `undefined` before the first call and after a failure. */
	begun(): Promise<T> | undefined;
}

/** Creates a value once, on the first call, and again only after a failure. */
export function lazy<T>(create: () => Promise<T>): Lazy<T> {
	let current: Promise<T> | undefined;
	const get = () => {
		if (current) return current;
		const attempt = create();
		current = attempt;
		// A failed attempt must not clear a later attempt.
		attempt.catch(() => {
			if (current === attempt) current = undefined;
		});
		return attempt;
	};
	return Object.assign(get, { begun: () => current });
}
