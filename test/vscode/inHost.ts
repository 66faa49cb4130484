// The part of hostSuite.ts that runs inside the extension host, in the bundled suite.
import { writeFileSync } from "node:fs";
import Mocha from "mocha";
import type { Results } from "./results.ts";

/**
 * Runs tests and writes their results for hostSuite.ts.
 * @param register declares the tests by mocha's `describe` and `it`, usually by requiring test files.
 * @throws Error if a test failed, so that VS Code's exit code shows the failure, too.
 */
export async function runMocha(register: () => void | Promise<void>): Promise<void> {
	const mocha = new Mocha({ ui: "bdd", timeout: 120_000, reporter: Mocha.reporters.Base });
	mocha.suite.emit("pre-require", globalThis, "", mocha);
	await register();

	const passed: string[] = [];
	const skipped: string[] = [];
	const failures: Results["failures"][number][] = [];
	await new Promise<number>((resolve) => {
		const runner = mocha.run(resolve);
		runner.on("pass", (test) => passed.push(test.fullTitle()));
		runner.on("pending", (test) => skipped.push(test.fullTitle()));
		runner.on("fail", (test, error) =>
			failures.push({ title: test.fullTitle(), message: error.stack ?? error.message }),
		);
	});
	const results: Results = { passed: passed.length, failed: failures.length, skipped, failures };
	writeFileSync(process.env.TEST_RESULTS ?? "", JSON.stringify(results));
	if (failures.length > 0) throw new Error(`${failures.length} failed`);
}
