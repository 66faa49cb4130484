/** Skips the running test, and has the report say why. */
export function skip(context: Mocha.Context, reason: string): never {
	const test = context.runnable();
	test.title += ` (skipped: ${reason})`;
	return context.skip();
}
