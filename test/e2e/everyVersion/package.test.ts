import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { bundleExclusions } from "../../../bundleExclusions.mjs";
import { root } from "../../vscode/install.mjs";
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

	it("names every package in the bundles, with its licence and the licence's text", async () => {
		const notices = readFileSync(join(folder, "dist/NOTICES.txt"), "utf8");
		const headings = [...notices.matchAll(/^(\S+ \d+\.\d+\.\d+ \([\w.-]+\))\n\n.+$/gm)];
		const bundled = await findBundledPackages();
		assert.ok([...bundled].some((heading) => /^undici \S+ \(MIT\)$/.test(heading)));
		assert.deepEqual(new Set(headings.map(([, heading]) => heading)), bundled);
		const texts = headings.map(({ index }, n) => notices.slice(index, headings[n + 1]?.index));
		for (const text of texts)
			assert.match(text, /Permission to use|Permission is hereby|Redistribution|Apache License/);
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

/** Bundles the sources again, and returns name, version and licence of each package that has a file in a bundle. */
async function findBundledPackages(): Promise<ReadonlySet<string>> {
	const { metafile } = await build({
		entryPoints: ["src/extension.ts", "src/backend.ts"],
		...{ absWorkingDir: root, outdir: "dist", write: false, metafile: true },
		...{ bundle: true, platform: "node", format: "cjs", minify: true, mainFields: ["module", "main"] },
		external: ["vscode", "./backend.js"],
		plugins: [bundleExclusions],
		logLevel: "error",
	});
	const folders = Object.values(metafile.outputs)
		.flatMap(({ inputs }) => Object.keys(inputs))
		.flatMap((file) => /^.*\bnode_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? []);
	const manifests = folders.map((each) => JSON.parse(readFileSync(join(root, each, "package.json"), "utf8")));
	return new Set(manifests.map(({ name, version, license }) => `${name} ${version} (${license})`));
}
