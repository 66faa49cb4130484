/** Skips the running test, with the reason in its title. */
export function skipTest(context: Mocha.Context, reason: string): never {
	const test = context.runnable();
	test.title += ` (skipped: ${reason})`;
	return context.skip();
}
