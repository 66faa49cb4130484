/** Begins something when it is first asked for. */
export interface Lazy<T> {
	/** What it comes to; where it failed, whoever asks later begins it again. */
	(): Promise<T>;
	/** The same, without beginning it; `undefined` where it has not begun, or failed. */
	begun(): Promise<T> | undefined;
}

/** Begins something once, when it is first asked for, and again only after it failed. */
export function lazy<T>(begin: () => Promise<T>): Lazy<T> {
	let begun: Promise<T> | undefined;
	const ask = () => {
		if (begun) return begun;
		const attempt = begin();
		begun = attempt;
		// A failure clears nothing that was begun after it.
		attempt.catch(() => {
			if (begun === attempt) begun = undefined;
		});
		return attempt;
	};
	return Object.assign(ask, { begun: () => begun });
}
