import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { startVSCode, type VSCode } from "../../vscode/server.ts";
import { environment } from "../setup/environment.ts";

describe(`The package, installed in VS Code ${environment.version}`, () => {
	let code: VSCode;
	let folder: string;

	before(async () => {
		const { version, vsix } = environment;
		code = await startVSCode({ version, workspace: import.meta.dirname, extensions: [vsix] });
		const extensions = join(code.dataFolder, "extensions");
		const [name] = readdirSync(extensions).filter((entry) => entry.startsWith("certificates-for-openai."));
		folder = join(extensions, name ?? assert.fail("not installed"));
	});

	after(() => code.close());

	it("R40 contains only the expected files", () => {
		const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) =>
			statSync(join(folder, file)).isFile(),
		);
		assert.deepEqual(files.toSorted(), [
			".vsixmanifest",
			"LICENSE.txt",
			"changelog.md",
			"dist/NOTICES.txt",
			"dist/backend.js",
			"dist/extension.js",
			"media/icon.png",
			"media/view.svg",
			...["activate", "ca", "check", "client", "key", "rotate", "setup", "upload"].map(
				(step) => `media/walkthrough/${step}.md`,
			),
			"package.json",
			"package.nls.json",
			"readme.md",
		]);
	});

	it("has a README without images and links that VS Code cannot follow", () => {
		const readme = readFileSync(join(folder, "readme.md"), "utf8");
		const targets = [...readme.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target ?? "");
		assert.ok(targets.includes("#which-key"));
		for (const target of targets) assert.match(target, /^(?:https:|#)/);
	});

	it("is small: extension.js 20 kB, backend.js 700 kB, the package 400 kB at most", () => {
		for (const [path, limit] of [
			[join(folder, "dist/extension.js"), 20],
			[join(folder, "dist/backend.js"), 700],
			[environment.vsix, 400],
		] as const)
			assert.ok(statSync(path).size <= limit * 1000, `${path}: ${statSync(path).size}`);
	});

	it("is not a debug build", () => {
		for (const name of ["extension", "backend"])
			assert.doesNotMatch(readFileSync(join(folder, `dist/${name}.js`), "utf8"), /inspector|sourceMappingURL/, name);
	});

	it("names the licence of every package in the bundles", () => {
		const notices = readFileSync(join(folder, "dist/NOTICES.txt"), "utf8");
		for (const name of ["undici", "@peculiar/x509", "valibot", "@vscode/l10n"])
			assert.match(notices, new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\(MIT\\)$`, "m"));
	});

	it("R40 names no host other than the API's, its mTLS hosts, the dashboard's, and the guide's", () => {
		const bundles = ["extension", "backend"]
			.map((name) => readFileSync(join(folder, `dist/${name}.js`), "utf8"))
			.join();
		const hosts = new Set([...bundles.matchAll(/https?:\/\/([\w.-]+\.[a-z]{2,})/g)].map(([, host]) => host));
		// With the prefixes of regions, and of the hosts that require client certificates.
		const api = /^(?:(?:[a-z]{2}|mtls(?:-[a-z]{2})?)\.)?api\.openai\.com$/;
		assert.deepEqual([...hosts].filter((host = "") => !api.test(host)).toSorted(), [
			"developers.openai.com",
			"platform.openai.com",
		]);
		assert.ok(hosts.has("api.openai.com"));
	});
});
