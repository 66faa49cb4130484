// Leaves code out of the bundles that is never used: a fifth of their size. Using it causes an error.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { brotliCompressSync } from "node:zlib";

const require = createRequire(import.meta.url);

/**
 * undici's HTTP/2, which is never negotiated; its request bodies for forms, since ours are texts; and its own connections,
 * since it gets ours.
 */
const UNUSED_UNDICI = /undici[\\/]lib[\\/](?:dispatcher[\\/]client-h2|web[\\/]fetch[\\/]body|core[\\/]connect)\.js$/;

/** Packages that @peculiar/x509 imports for PKCS#7, CSRs and keys, which `src/x509` reads by itself. */
const UNUSED_ASN1 = /@peculiar[\\/](asn1-(?:cms|csr|pkcs9|asym-key))[\\/]build[\\/]es2015[\\/]index\.js$/;

/** The plugin for esbuild. */
export const bundleExclusions = {
	name: "bundle exclusions",
	setup({ onLoad }) {
		onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, withoutCopyOfVSCode);
		onLoad({ filter: /llhttp_simd-wasm\.js$/ }, emptyParser);
		onLoad({ filter: /llhttp-wasm\.js$/ }, compressedParser);
		onLoad({ filter: /llhttp[\\/]constants\.js$/ }, usedConstants);
		onLoad({ filter: /undici[\\/]lib[\\/]core[\\/]diagnostics\.js$/ }, withoutSubscribers);
		onLoad({ filter: UNUSED_UNDICI }, nothing);
		onLoad({ filter: UNUSED_ASN1 }, identifiersOnly);
	},
};

/**
 * Makes `import * as vscode` a `require`. Otherwise esbuild copies VS Code's API, name by name, for each file that imports
 * it, which takes more than half of the time to run `extension.js`.
 */
function withoutCopyOfVSCode({ path }) {
	const source = readFileSync(path, "utf8");
	return {
		contents: source.replace('import * as vscode from "vscode";', 'const vscode = require("vscode");'),
		loader: "ts",
	};
}

/**
 * Leaves out undici's HTTP parser for newer processors, 72 kB. undici then uses its other parser; the answers of this API
 * are so short that no difference can be measured.
 */
function emptyParser() {
	return { contents: "module.exports = new Uint8Array()" };
}

/** Compresses the other parser to a third. Decompression takes less than a millisecond. */
function compressedParser({ path }) {
	const compressed = brotliCompressSync(require(path)).toString("base64");
	return {
		contents: `module.exports = require("node:zlib").brotliDecompressSync(Buffer.from(${JSON.stringify(compressed)}, "base64"))`,
	};
}

/** Keeps the constants that undici uses; the others are for authors of parsers. */
function usedConstants({ path }) {
	const { ERROR, TYPE } = require(path);
	return { contents: `module.exports = ${JSON.stringify({ ERROR, TYPE })}` };
}

/** Disables undici's diagnostics channels, which show every request, with its key, to every extension in the process. */
function withoutSubscribers() {
	return { contents: "exports.channels = new Proxy({}, { get: () => ({ hasSubscribers: false }) })" };
}

/** Keeps a package's object identifiers. A use of one of its classes throws. */
function identifiersOnly({ path }) {
	const [name] = /@peculiar[\\/][^\\/]+/.exec(path) ?? [];
	const lines = Object.entries(require(name)).map(([name, value]) =>
		typeof value === "string" ? `export const ${name} = ${JSON.stringify(value)};` : `export { absent as ${name} };`,
	);
	return { contents: `class absent { constructor() { throw new Error("${name} is not here") } }\n${lines.join("\n")}` };
}

function nothing() {
	return { contents: "module.exports = {}" };
}
