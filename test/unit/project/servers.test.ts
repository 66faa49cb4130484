import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../vscode/install.mjs";

describe("Servers", () => {
	it("R41 of all tests and scripts listen on loopback", () => {
		const listening = globSync("{src,test}/**/*.{ts,mjs}", { cwd: root }).flatMap((file) =>
			[...readFileSync(join(root, file), "utf8").matchAll(/\.listen\((.*)\)/g)].map(([, args]) => `${file}: ${args}`),
		);
		const others = listening.filter((each) => !/: 0, "127\.0\.0\.1"$/.test(each));
		// The emulator's address is 127.0.0.1, except in a test of the emulator.
		assert.deepEqual(others, [`${join("test", "emulator", "emulator.ts")}: port, address, resolve`]);
		assert.ok(listening.length > 1);
	});
});
