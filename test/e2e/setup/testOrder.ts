// Given to mocha by --require: runs the tests of each suite in the order that ORDER says, the usual one or `reverse`. What a
// suite holds in suites of its own stays behind its tests.

/** For each of mocha's root suites. */
export const mochaHooks = {
	beforeAll(this: Mocha.Context) {
		if (process.env.ORDER === "reverse") reverse(this.test?.parent);
	},
};

function reverse(suite: Mocha.Suite | undefined): void {
	suite?.tests.reverse();
	for (const each of suite?.suites ?? []) reverse(each);
}
