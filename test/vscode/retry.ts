const MOST_TRIES = 10;

/** How long one try may take, in milliseconds. */
export const TRY = { timeout: 3000 };

/** Does what a person would do again where it had no effect, such as a click on what was drawn anew. @throws what the last try threw. */
export async function inTries<T>(act: () => Promise<T>): Promise<T> {
	for (let tries = 1; ; tries++)
		try {
			return await act();
		} catch (error) {
			if (tries === MOST_TRIES) throw error;
		}
}
