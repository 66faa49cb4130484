// Looks for secrets where none may be: in whatever a program holds, shows, throws or writes. What it says about a finding
// never holds the secret itself.
import assert from "node:assert/strict";
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { Session } from "node:inspector";
import { join, relative } from "node:path";

const DEPTH = 10;
/** Shorter ones would be found by chance. */
const SHORTEST = 8;

/**
 * Fails where a value holds a secret: plain, in base64 (at any offset, also base64url), hexadecimal, URL-encoded, as JSON
 * escapes it or in UTF-16. It sees names and values of properties, private and hidden ones, symbols, entries of maps and
 * sets, bytes, causes and stacks, down to a depth of 10. No getter is called, so nothing happens by being looked at.
 * @param secrets At least 8 characters each.
 * @param where What the value is, for the message.
 * @throws AssertionError that names the place.
 */
export function assertAbsent(value: unknown, secrets: readonly string[], where: string): void {
	const needles = secrets.map(formsOf);
	const session = new Session();
	session.connect();
	const seen = new Set<unknown>([globalThis, process]);
	let level: [path: string, value: unknown][] = [[where, value]];
	try {
		for (let depth = 0; depth <= DEPTH; depth++) {
			const next: typeof level = [];
			for (const [path, each] of level) {
				if (seen.has(each)) continue;
				seen.add(each);
				for (const text of textsOf(each)) assertFree(text, needles, path);
				if ((typeof each !== "object" || each === null) && typeof each !== "function") continue;
				for (const [name, part] of [...partsOf(each), ...hiddenPartsOf(each, session)]) {
					assertFree(bytesOf(name), needles, `a name in ${path}`);
					next.push([`${path}.${name}`, part]);
				}
			}
			level = next;
		}
	} finally {
		session.disconnect();
	}
}

/**
 * Fails where the name or content of a file in a folder, at any depth, holds a secret in one of those forms.
 * @param options.except paths below the folder, as in `state/emulator.json`, whose content may hold one.
 * @returns the files that it looked into, so that a test can tell that there was something to find.
 */
export function assertAbsentInFolder(
	folder: string,
	secrets: readonly string[],
	{ except = [] }: { readonly except?: readonly string[] } = {},
): string[] {
	const needles = secrets.map(formsOf);
	const looked: string[] = [];
	for (const path of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
		const file = join(folder, path);
		assertFree(bytesOf(path), needles, `a name in ${folder}`);
		const { bytes, isFile } = contentOf(file);
		// It was written meanwhile, and has its final name by now: all is looked through once more.
		if (bytes === null) return assertAbsentInFolder(folder, secrets, { except });
		if (except.includes(relative(folder, file))) continue;
		assertFree(bytes, needles, file);
		if (isFile) looked.push(path);
	}
	return looked;
}

/** What a file holds, or where a link leads, one character each byte; `null` where it is not there any more. */
function contentOf(path: string): { readonly bytes: string | null; readonly isFile: boolean } {
	try {
		const kind = lstatSync(path);
		if (kind.isSymbolicLink()) return { bytes: bytesOf(readlinkSync(path)), isFile: false };
		return kind.isFile()
			? { bytes: readFileSync(path).toString("latin1"), isFile: true }
			: { bytes: "", isFile: false };
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
		return { bytes: null, isFile: false };
	}
}

/** Text as bytes, one character each. */
function bytesOf(text: string): string {
	return Buffer.from(text).toString("latin1");
}

interface Forms {
	readonly plain: readonly string[];
	/** What may be broken into lines or groups. */
	readonly encoded: readonly string[];
	/** In lower case, since either case is in use. */
	readonly hex: string;
}

function formsOf(secret: string): Forms {
	assert.ok(secret.length >= SHORTEST, "a secret that short would be found by chance");
	const bytes = Buffer.from(secret);
	// How base64 looks depends on what stands before: only the characters made of the secret's bytes alone are sure.
	const base64 = [0, 1, 2].map((offset) =>
		Buffer.concat([Buffer.alloc(offset), bytes])
			.toString("base64")
			.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6)),
	);
	return {
		plain: [secret, JSON.stringify(secret).slice(1, -1)]
			.map(bytesOf)
			.concat(Buffer.from(secret, "utf16le").toString("latin1")),
		encoded: base64.flatMap((text) => [text, text.replaceAll("+", "-").replaceAll("/", "_")]),
		hex: bytes.toString("hex"),
	};
}

/** @param text Bytes, one character each. */
function assertFree(text: string, secrets: readonly Forms[], path: string): void {
	const decoded = text.replaceAll(/%([\da-f]{2})/gi, (_, octet: string) =>
		String.fromCharCode(Number.parseInt(octet, 16)),
	);
	const joined = decoded.replaceAll(/[\s:]|\\[nrt]/g, "");
	const lower = joined.toLowerCase();
	for (const [index, { plain, encoded, hex }] of secrets.entries()) {
		const secret = `Secret ${index + 1} of ${secrets.length} stands in ${path}`;
		for (const form of plain) assert.ok(!text.includes(form) && !decoded.includes(form), secret);
		for (const form of encoded) assert.ok(!joined.includes(form), `${secret}, in base64`);
		assert.ok(!lower.includes(hex), `${secret}, in hexadecimal`);
	}
}

/** What a value is as text, as bytes with one character each. */
function textsOf(value: unknown): string[] {
	if (typeof value === "string") return [bytesOf(value)];
	if (typeof value === "symbol") return [bytesOf(value.description ?? "")];
	if (ArrayBuffer.isView(value))
		return [Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("latin1")];
	if (value instanceof ArrayBuffer || value instanceof SharedArrayBuffer)
		return [Buffer.from(value).toString("latin1")];
	// The one getter that is known: the engine's own.
	if (value instanceof Error) return [bytesOf(String(value.stack))];
	return [];
}

/** The properties that are its own, and the object it takes others from. */
function partsOf(value: object): [string, unknown][] {
	const parts: [string, unknown][] = [["__proto__", Object.getPrototypeOf(value)]];
	for (const key of Reflect.ownKeys(value)) {
		// The bytes were read as a whole.
		if (ArrayBuffer.isView(value) && typeof key === "string" && /^\d+$/.test(key)) continue;
		const descriptor = Reflect.getOwnPropertyDescriptor(value, key);
		const name = typeof key === "symbol" ? (key.description ?? "") : key;
		parts.push([name, descriptor?.value], [name, descriptor?.get], [name, descriptor?.set]);
	}
	return parts;
}

/** What only the debugger sees: private fields, what a promise holds, what maps and sets hold, weak ones too. */
function hiddenPartsOf(value: object, session: Session): [string, unknown][] {
	const slot = Symbol.for("canary");
	const shared = globalThis as { [slot]?: unknown };
	const take = `globalThis[Symbol.for("canary")]`;
	const parts: [string, unknown][] = [];
	// It would list every byte.
	if (ArrayBuffer.isView(value)) return parts;
	shared[slot] = value;
	// Its answers come before `post` returns.
	session.post("Runtime.evaluate", { expression: take, objectGroup: "canary" }, (_, { result }) => {
		const { objectId } = result;
		if (objectId === undefined) return;
		session.post("Runtime.getProperties", { objectId, ownProperties: true }, (_, found) => {
			const { privateProperties = [], internalProperties = [] } = found as typeof found & {
				privateProperties?: { name: string; value?: { value?: unknown; objectId?: string } }[];
			};
			for (const { name, value: part } of [...privateProperties, ...internalProperties]) {
				if (!part || /^\[\[(Prototype|Scopes|FunctionLocation)\]\]$/.test(name)) continue;
				shared[slot] = part.value;
				if (part.objectId !== undefined)
					session.post("Runtime.callFunctionOn", {
						objectId: part.objectId,
						functionDeclaration: `function () { ${take} = this; }`,
					});
				parts.push([name, shared[slot]]);
			}
		});
	});
	session.post("Runtime.releaseObjectGroup", { objectGroup: "canary" });
	delete shared[slot];
	return parts;
}
