import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync, statSync } from "node:fs";
import { type IncomingMessage, request } from "node:http";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { skipTest } from "../../skipTest.ts";
import { startVSCode, type VSCode } from "../../vscode/server.ts";
import { environment } from "../setup/environment.ts";

describe(`VS Code ${environment.version} started for manual use`, () => {
	let code: VSCode;
	const token = () => readFileSync(join(code.dataFolder, "token"), "utf8");

	before(async () => {
		code = await startVSCode({ version: environment.version, workspace: import.meta.dirname, token: true });
	});

	after(() => code.close());

	const status = async (path: string, host = `127.0.0.1:${code.port}`) => {
		const pending = request({ host: "127.0.0.1", port: code.port, path, headers: { host } }).end();
		const [response] = (await once(pending, "response")) as [IncomingMessage];
		response.resume();
		return response.statusCode;
	};

	it("R41 keeps its token in a file that only its owner can read", () => {
		assert.match(token(), /^[\w-]{36}$/);
		assert.ok(code.url.endsWith(token()));
		assert.equal(statSync(join(code.dataFolder, "token")).mode & 0o777, 0o600);
	});

	it("R41 answers 403 to a request without the token, under its own host name and a foreign host name", async () => {
		// The server reads any file of the machine for this path.
		const file = `/vscode-remote-resource?path=${encodeURIComponent(join(import.meta.dirname, "access.test.ts"))}`;
		for (const host of [undefined, `evil.test:${code.port}`])
			for (const path of ["/", file, `${file}&tkn=wrong`])
				assert.equal(await status(path, host), 403, `${host} ${path}`);
		assert.equal(await status(`${file}&tkn=${token()}`), 200);
	});

	it("R41 listens on loopback only", async function () {
		const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
		const address = addresses.find(({ internal, family }) => !internal && family === "IPv4")?.address;
		if (address === undefined) return skipTest(this, "this machine has no address but loopback");
		const [error] = (await once(connect(code.port, address), "error")) as [NodeJS.ErrnoException];
		assert.equal(error.code, "ECONNREFUSED");
	});
});
