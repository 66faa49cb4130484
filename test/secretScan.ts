// Fails if values or files of a program contain secrets. Messages never contain the secret itself.
import assert from "node:assert/strict";
import { createPrivateKey } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { Session } from "node:inspector";
import { join, relative } from "node:path";

const MAX_DEPTH = 10;
/** Minimum length of a secret; shorter secrets would be found by chance. */
const MIN_LENGTH = 8;

/** A text of at least 8 characters, or at least 8 bytes. */
export type Secret = string | Uint8Array;

/**
 * Asserts that a value contains no secret: plain, in base64 (at any offset, also base64url), hexadecimal, URL-encoded,
 * JSON-escaped or in UTF-16; bytes also as a list of numbers. Searches names and values of properties, also private and hidden properties, symbols,
 * entries of maps and sets, bytes, causes and stacks, down to a depth of 10. Calls no getter of the program, to avoid
 * side effects.
 * @param where The value's name, for the message.
 * @throws AssertionError that names the path.
 */
export function assertNoSecrets(value: unknown, secrets: readonly Secret[], where: string): void {
	const forms = secrets.map(formsOf);
	const session = new Session();
	session.connect();
	const seen = new Set<unknown>([globalThis, process]);
	let level: [path: string, value: unknown][] = [[where, value]];
	try {
		for (let depth = 0; depth <= MAX_DEPTH; depth++) {
			const next: typeof level = [];
			for (const [path, each] of level) {
				if (seen.has(each)) continue;
				seen.add(each);
				for (const text of textsOf(each)) assertNoForms(text, forms, path);
				if ((typeof each !== "object" || each === null) && typeof each !== "function") continue;
				for (const [name, part] of [...partsOf(each), ...hiddenPartsOf(each, session)]) {
					assertNoForms(bytesOf(name), forms, `a name in ${path}`);
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
 * Asserts that no name or content of a file in a folder, at any depth, contains a secret, as `assertNoSecrets` does.
 * @param options.except paths below the folder, such as `state/emulator.json`, whose content may contain a secret.
 * @returns the searched files, so that a test can assert that files were searched.
 */
export function assertNoSecretsInFolder(
	folder: string,
	secrets: readonly Secret[],
	{ except = [] }: { readonly except?: readonly string[] } = {},
): string[] {
	const forms = secrets.map(formsOf);
	const searched: string[] = [];
	for (const path of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
		const file = join(folder, path);
		assertNoForms(bytesOf(path), forms, `a name in ${folder}`);
		const { bytes, isFile } = readContent(file);
		// A temporary file was renamed meanwhile: search all files again.
		if (bytes === null) return assertNoSecretsInFolder(folder, secrets, { except });
		if (except.includes(relative(folder, file))) continue;
		assertNoForms(bytes, forms, file);
		if (isFile) searched.push(path);
	}
	return searched;
}

/** Returns a file's content or a link's target, one character per byte; `null` if the file no longer exists. */
function readContent(path: string): { readonly bytes: string | null; readonly isFile: boolean } {
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

/** Encodes a text as UTF-8, one character per byte. */
function bytesOf(text: string): string {
	return Buffer.from(text).toString("latin1");
}

interface Forms {
	readonly plain: readonly string[];
	/** Forms that may be split into lines or groups. */
	readonly encoded: readonly string[];
	/** In lower case; matches either case. */
	readonly hex: string;
}

function formsOf(secret: Secret): Forms {
	assert.ok(secret.length >= MIN_LENGTH, "a secret that short would be found by chance");
	const bytes = Buffer.from(secret);
	// Base64 depends on the preceding bytes: uses only the characters that encode nothing but the secret's bytes.
	const base64 = [0, 1, 2].map((offset) =>
		Buffer.concat([Buffer.alloc(offset), bytes])
			.toString("base64")
			.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6)),
	);
	const isText = typeof secret === "string";
	return {
		plain: isText
			? [
					bytesOf(secret),
					bytesOf(JSON.stringify(secret).slice(1, -1)),
					Buffer.from(secret, "utf16le").toString("latin1"),
				]
			: [bytes.toString("latin1")],
		encoded: base64
			.flatMap((text) => [text, text.replaceAll("+", "-").replaceAll("/", "_")])
			.concat(isText ? [] : bytes.join()),
		hex: bytes.toString("hex"),
	};
}

/** @param text One character per byte. */
function assertNoForms(text: string, secrets: readonly Forms[], path: string): void {
	const decoded = text.replaceAll(/%([\da-f]{2})/gi, (_, octet: string) =>
		String.fromCharCode(Number.parseInt(octet, 16)),
	);
	const joined = decoded.replaceAll(/[\s:]|\\[nrt]/g, "");
	const lower = joined.toLowerCase();
	for (const [index, { plain, encoded, hex }] of secrets.entries()) {
		const secret = `Secret ${index + 1} of ${secrets.length} is in ${path}`;
		for (const form of plain) assert.ok(!text.includes(form) && !decoded.includes(form), secret);
		for (const form of encoded) assert.ok(!joined.includes(form), `${secret}, in base64`);
		assert.ok(!lower.includes(hex), `${secret}, in hexadecimal`);
	}
}

/** Returns the texts of a value itself, one character per byte. */
function textsOf(value: unknown): string[] {
	if (typeof value === "string") return [bytesOf(value)];
	if (typeof value === "symbol") return [bytesOf(value.description ?? "")];
	if (ArrayBuffer.isView(value))
		return [Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("latin1")];
	if (value instanceof ArrayBuffer || value instanceof SharedArrayBuffer)
		return [Buffer.from(value).toString("latin1")];
	// The only called getter: the engine's own.
	if (value instanceof Error) return [bytesOf(String(value.stack))];
	return [];
}

/** Returns the own properties and the prototype. */
function partsOf(value: object): [string, unknown][] {
	const parts: [string, unknown][] = [["__proto__", Object.getPrototypeOf(value)]];
	for (const key of Reflect.ownKeys(value)) {
		// `textsOf` returned all bytes.
		if (ArrayBuffer.isView(value) && typeof key === "string" && /^\d+$/.test(key)) continue;
		const descriptor = Reflect.getOwnPropertyDescriptor(value, key);
		const name = typeof key === "symbol" ? (key.description ?? "") : key;
		parts.push([name, descriptor?.value], [name, descriptor?.get], [name, descriptor?.set]);
	}
	return parts;
}

/** Returns parts visible only to the debugger: private fields, promise results, entries of maps and sets, also weak. */
function hiddenPartsOf(value: object, session: Session): [string, unknown][] {
	const slot = Symbol.for("secretScan");
	const shared = globalThis as { [slot]?: unknown };
	const slotExpression = `globalThis[Symbol.for("secretScan")]`;
	const parts: [string, unknown][] = [];
	// The debugger would list every byte.
	if (ArrayBuffer.isView(value)) return parts;
	shared[slot] = value;
	// Callbacks run before `post` returns.
	session.post("Runtime.evaluate", { expression: slotExpression, objectGroup: "secretScan" }, (_, { result }) => {
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
						functionDeclaration: `function () { ${slotExpression} = this; }`,
					});
				parts.push([name, shared[slot]]);
			}
		});
	});
	session.post("Runtime.releaseObjectGroup", { objectGroup: "secretScan" });
	delete shared[slot];
	return parts;
}

/** Size of the parts of long numbers, in bytes: as many as a line of PEM has. */
const PART_BYTES = 48;

/**
 * Returns the parts of a private key of which none may leak: the private numbers, and of an encrypted file its content.
 * @param pem PKCS#8. @param passphrase `null` if it's not encrypted.
 */
export function keyMaterialOf(pem: string, passphrase: string | null): readonly Secret[] {
	const key = createPrivateKey({ key: pem, ...(passphrase !== null && { passphrase }) });
	const { d = "", p = "", q = "" } = key.export({ format: "jwk" });
	const numbers = [d, p, q].map((number) => Buffer.from(number, "base64url"));
	const file = Buffer.from(pem.replace(/-----[^-]+-----/g, ""), "base64");
	// An unencrypted file contains public parts, too.
	return [...numbers, ...(passphrase === null ? [] : [file])].flatMap(splitNumber);
}

function splitNumber(bytes: Buffer): readonly Buffer[] {
	const count = Math.floor(bytes.length / PART_BYTES);
	if (count === 0) return bytes.length > 0 ? [bytes] : [];
	return Array.from({ length: count }, (_, index) => bytes.subarray(index * PART_BYTES, (index + 1) * PART_BYTES));
}
