// Builds the two bundles of the package and the licences of what is in them. Types are checked apart. With --inspect=PORT
// they are made to be debugged: readable, with maps inside, and a debugger finds whoever loads them on that port.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { bundleExclusions } from "./bundleExclusions.mjs";

const { inspect } = parseArgs({ options: { inspect: { type: "string" } } }).values;
const toDebug = inspect && {
	minify: false,
	sourcemap: "inline",
	sourceRoot: resolve("dist"),
	banner: { js: `{ const i = require("node:inspector"); i.url() ?? i.open(${Number(inspect)}, "127.0.0.1"); }` },
};

const { metafile } = await build({
	entryPoints: ["src/extension.ts", "src/backend.ts"],
	outdir: "dist",
	bundle: true,
	platform: "node",
	format: "cjs",
	target: "node22",
	minify: true,
	// @peculiar/x509's ES modules come to two thirds of its CommonJS.
	mainFields: ["module", "main"],
	external: ["vscode", "./backend.js"],
	plugins: [bundleExclusions],
	// The second bundle is loaded by `require`: the editor measures less at activation than with `import()`.
	supported: { "dynamic-import": false },
	legalComments: "none",
	metafile: true,
	logLevel: "warning",
	...toDebug,
}).catch(() => process.exit(1)); // esbuild has said what is wrong.

writeFileSync("dist/NOTICES.txt", notices(Object.keys(metafile.inputs)));
for (const [file, { bytes }] of Object.entries(metafile.outputs))
	console.log(`${file} ${(bytes / 1000).toFixed(1)} kB`);

/** The licence text of each package that has a file in a bundle. */
function notices(inputs) {
	const packages = new Set(inputs.map((input) => /^node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0]).filter(Boolean));
	return [...packages].sort().map(notice).join("\n\n");
}

function notice(folder) {
	const { name, version, license, author } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
	const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
	const text = file ? readFileSync(join(folder, file), "utf8") : mitLicense(author);
	return `${name} ${version} (${license})\n\n${text.trim()}`;
}

/** For a package that says it is MIT and carries no text: ours is the same licence. */
function mitLicense(author) {
	return readFileSync("LICENSE", "utf8").replace(/Copyright .*/, `Copyright (c) ${author.name ?? author}`);
}
