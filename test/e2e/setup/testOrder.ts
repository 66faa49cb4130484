// For mocha's --require: runs the tests of each suite in the order that ORDER names: usual, or `reverse`. Nested suites
// still run after the tests of their suite.

/** Runs once for each of mocha's root suites. */
export const mochaHooks = {
	beforeAll(this: Mocha.Context) {
		if (process.env.ORDER === "reverse") reverseTests(this.test?.parent);
	},
};

function reverseTests(suite: Mocha.Suite | undefined): void {
	suite?.tests.reverse();
	for (const nested of suite?.suites ?? []) reverseTests(nested);
}
