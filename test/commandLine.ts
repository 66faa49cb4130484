// What tasks share that print one line of JSON for each file.

/** npm runs scripts in the project's folder; INIT_CWD is the user's folder. */
export const userFolder = process.env.INIT_CWD ?? process.cwd();

/**
 * Prints lines as they come. If they can't be made, prints one line of explanation and exits with code 2.
 * @param makeLines throws, or returns a promise that rejects, for bad usage.
 */
export async function printLines(
	makeLines: () => AsyncIterable<string> | Promise<AsyncIterable<string>>,
): Promise<void> {
	// A reader such as `head` can close the pipe early.
	process.stdout.on("error", () => process.exit());
	try {
		for await (const line of await makeLines()) process.stdout.write(line);
	} catch (error) {
		const [line] = (error instanceof Error ? error.message : String(error)).split("\n");
		process.stderr.write(`${line}\n`);
		process.exitCode = 2;
	}
}
