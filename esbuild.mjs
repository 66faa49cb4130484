// Builds the package's two bundles, and the licences of the packages in them. Does not check types. With --inspect=PORT,
// the bundles are readable, contain source maps, and open that port for a debugger.
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
	// The ES modules of @peculiar/x509 need two thirds of the space of its CommonJS.
	mainFields: ["module", "main"],
	external: ["vscode", "./backend.js"],
	plugins: [bundleExclusions],
	// Loads the second bundle by `require`, which makes activation faster than `import()`.
	supported: { "dynamic-import": false },
	legalComments: "none",
	metafile: true,
	logLevel: "warning",
	...toDebug,
}).catch(() => process.exit(1)); // esbuild printed the error.

writeFileSync("dist/NOTICES.txt", notices(Object.keys(metafile.inputs)));
for (const [file, { bytes }] of Object.entries(metafile.outputs))
	console.log(`${file} ${(bytes / 1000).toFixed(1)} kB`);

/** Returns the licence text of each package that has a file in a bundle. */
function notices(inputs) {
	const packages = new Set(
		inputs.map((input) => /^.*\bnode_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0]).filter(Boolean),
	);
	return [...packages].sort().map(notice).join("\n\n");
}

function notice(folder) {
	const { name, version, license, author } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
	const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
	const text = file ? readFileSync(join(folder, file), "utf8") : mitLicense(author);
	return `${name} ${version} (${license})\n\n${text.trim()}`;
}

/** Returns the text for a package under the MIT licence without a file of it: our own file, with the package's author. */
function mitLicense(author) {
	return readFileSync("LICENSE", "utf8").replace(/Copyright .*/, `Copyright (c) ${author.name ?? author}`);
}
