import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../vscode/install.mjs";

const files = globSync(["{src,test}/**/*.{ts,mjs}", "*.mjs"], { cwd: root })
	.map((file) => file.replaceAll("\\", "/"))
	.filter((file) => !/\bnode_modules\/|\/servers\.test\.ts$/.test(file))
	.map((file) => ({ file, text: readFileSync(join(root, file), "utf8") }));

/** Lists the matches in all sources, tests and scripts, sorted, each on one line. */
const findAll = (pattern: RegExp): string[] =>
	files
		.flatMap(({ file, text }) => [...text.matchAll(pattern)].map(([match]) => `${file}: ${match.replace(/\s+/g, " ")}`))
		.toSorted();

describe("Servers", () => {
	it("R41 of Node.js listen on loopback in all tests and scripts", () => {
		const listening = findAll(/\.listen\([^()]*/g);
		const others = listening.filter((each) => !/listen\( ?0, "127\.0\.0\.1",? ?$/.test(each));
		// The emulator's address is an option.
		assert.deepEqual(others, ["test/emulator/emulator.ts: .listen(port, address, resolve"]);
		assert.ok(listening.length > 1);
		const options = findAll(/\baddress\?: .*/g).filter((each) => each.startsWith("test/emulator/"));
		assert.deepEqual(options, ['test/emulator/emulator.ts: address?: "127.0.0.1" | "::1";']);
	});

	it("R41 of OpenSSL, VS Code and its debugger listen on loopback in all tests and scripts", () => {
		assert.deepEqual(findAll(/"s_server"|"-accept"[^\]]{0,15}/g), [
			'test/network/opensslServer.ts: "-accept", "127.0.0.1:0"',
			'test/network/opensslServer.ts: "s_server"',
		]);
		assert.deepEqual(findAll(/\bserver-main\.js\b|"--host"[^\]]{0,13}/g), [
			"test/vscode/install.mjs: server-main.js",
			'test/vscode/server.ts: "--host", "127.0.0.1"',
		]);
		// The only use of a debugger's port.
		assert.equal(findAll(/\brequire\("node:inspector"\)/g).length, 1);
		assert.equal(findAll(/\.open\(\$\{Number\(inspect\)\}, "127\.0\.0\.1"\)/g).length, 1);
	});
});
