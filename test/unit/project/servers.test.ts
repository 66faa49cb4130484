import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../vscode/install.mjs";

describe("Servers", () => {
	it("R41 of ours listen on loopback, wherever a test or a script starts one", () => {
		const listening = globSync("{src,test}/**/*.{ts,mjs}", { cwd: root }).flatMap((file) =>
			[...readFileSync(join(root, file), "utf8").matchAll(/\.listen\((.*)\)/g)].map(([, how]) => `${file}: ${how}`),
		);
		const elsewhere = listening.filter((how) => !/: 0, "127\.0\.0\.1"$/.test(how));
		// Its address is 127.0.0.1 unless a test of it says otherwise.
		assert.deepEqual(elsewhere, [`${join("test", "emulator", "emulator.ts")}: port, address, resolve`]);
		assert.ok(listening.length > 1);
	});
});
