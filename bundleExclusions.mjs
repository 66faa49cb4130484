// What of the packages does not come into the bundles: a fifth of what they would weigh. Whoever missed it would be told so by
// an error.
import { createRequire } from "node:module";
import { brotliCompressSync } from "node:zlib";

const require = createRequire(import.meta.url);

/**
 * Of undici: HTTP/2, which is never negotiated; bodies that are forms, where ours are texts; connections of its own making,
 * where ours are handed to it. Whoever called one would be told that it is not a function.
 */
const NEVER_CALLED = /undici[\\/]lib[\\/](?:dispatcher[\\/]client-h2|web[\\/]fetch[\\/]body|core[\\/]connect)\.js$/;

/** What @peculiar/x509 knows beside certificates: PKCS#7, requests and keys. `src/x509` tells and takes apart those by itself. */
const NEVER_READ = /@peculiar[\\/](asn1-(?:cms|csr|pkcs9|asym-key))[\\/]build[\\/]es2015[\\/]index\.js$/;

/** For esbuild. */
export const bundleExclusions = {
	name: "left out",
	setup({ onLoad }) {
		onLoad({ filter: /llhttp_simd-wasm\.js$/ }, noParser);
		onLoad({ filter: /llhttp-wasm\.js$/ }, packedParser);
		onLoad({ filter: /llhttp[\\/]constants\.js$/ }, usedConstants);
		onLoad({ filter: /undici[\\/]lib[\\/]core[\\/]diagnostics\.js$/ }, nobodyTold);
		onLoad({ filter: NEVER_CALLED }, nothing);
		onLoad({ filter: NEVER_READ }, namesOnly);
	},
};

/**
 * undici carries its HTTP parser twice, 72 kB each, and takes the plain one where the one for newer processors does not
 * load. This API's answers are so short that the difference cannot be measured.
 */
function noParser() {
	return { contents: "module.exports = new Uint8Array()" };
}

/** The other one, a third as large; it takes less than a millisecond to unpack. */
function packedParser({ path }) {
	const packed = brotliCompressSync(require(path)).toString("base64");
	return {
		contents: `module.exports = require("node:zlib").brotliDecompressSync(Buffer.from(${JSON.stringify(packed)}, "base64"))`,
	};
}

/** Most of them are there for those who write a parser. */
function usedConstants({ path }) {
	const { ERROR, TYPE } = require(path);
	return { contents: `module.exports = ${JSON.stringify({ ERROR, TYPE })}` };
}

/** undici's channels tell every extension in the process of every request, its key included. */
function nobodyTold() {
	return { contents: "exports.channels = new Proxy({}, { get: () => ({ hasSubscribers: false }) })" };
}

/** The object identifiers; a class that was used all the same would throw. */
function namesOnly({ path }) {
	const [name] = /@peculiar[\\/][^\\/]+/.exec(path) ?? [];
	const lines = Object.entries(require(name)).map(([name, value]) =>
		typeof value === "string" ? `export const ${name} = ${JSON.stringify(value)};` : `export { absent as ${name} };`,
	);
	return { contents: `class absent { constructor() { throw new Error("${name} is not here") } }\n${lines.join("\n")}` };
}

function nothing() {
	return { contents: "module.exports = {}" };
}
