import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { resolve } from "node:path";
import { text } from "node:stream/consumers";
import { skipTest } from "../../skipTest.ts";
import { isWindows } from "../../systemDifferences.ts";

const TASK = resolve(import.meta.dirname, "../../tasks/emulator.ts");

describe("npm run emulator", () => {
	let child: ChildProcess;

	afterEach(() => {
		child.kill("SIGKILL");
	});

	function start(...args: string[]): ChildProcess {
		child = spawn(process.execPath, [TASK, ...args], { stdio: ["ignore", "pipe", "pipe"] });
		return child;
	}

	for (const signal of ["SIGINT", "SIGTERM"] as const) {
		it(`prints its URL and a working key, and ends on ${signal}`, async function () {
			if (isWindows) skipTest(this, "on Windows a signal ends a process at once");
			const { stdout } = start();
			assert.ok(stdout);
			let printed = "";
			for await (const chunk of stdout) {
				printed += chunk;
				if (printed.includes("Ctrl+C")) break;
			}
			const url = /http:\/\/127\.0\.0\.1:\d+\/v1/.exec(printed)?.[0];
			const key = /sk-emulator-\S+/.exec(printed)?.[0];
			const headers = { authorization: `Bearer ${key}` };
			assert.equal((await fetch(`${url}/organization/certificates`, { headers })).status, 200);
			child.kill(signal);
			assert.deepEqual(await once(child, "exit"), [0, null]);
		});
	}

	it("reports in one line that a port is in use", async () => {
		const server = createServer().listen(0, "127.0.0.1");
		await once(server, "listening");
		const { port } = server.address() as AddressInfo;
		try {
			assert.equal(
				await errorOutput("--port", `${port}`),
				`The emulator could not listen on port ${port}: EADDRINUSE\n`,
			);
		} finally {
			server.close();
		}
	});

	for (const [args, message] of [
		["--port http", /^--port takes a number .*\n$/],
		["--port 65536", /^--port takes a number .*\n$/],
		["--prot 1", /^Unknown option '--prot'.*\n$/],
	] as const) {
		it(`reports in one line the error in ${args}`, async () => {
			assert.match(await errorOutput(...args.split(" ")), message);
		});
	}

	async function errorOutput(...args: string[]): Promise<string> {
		const { stderr } = start(...args);
		const [printed, [code]] = await Promise.all([stderr ? text(stderr) : "", once(child, "exit")]);
		assert.notEqual(code, 0);
		return printed;
	}
});
