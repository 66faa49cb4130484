const MAX_ATTEMPTS = 10;

/** The timeout of an attempt, in milliseconds. */
export const ATTEMPT_TIMEOUT = { timeout: 3000 };

/** Repeats a failing action as a person would, such as a click on a redrawn row. @throws the last attempt's error. */
export async function withRetries<T>(action: () => Promise<T>): Promise<T> {
	for (let attempt = 1; ; attempt++)
		try {
			return await action();
		} catch (error) {
			if (attempt === MAX_ATTEMPTS) throw error;
		}
}
