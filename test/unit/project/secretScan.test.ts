import assert from "node:assert/strict";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { assertNoSecrets, assertNoSecretsInFolder, keyMaterialOf } from "../../secretScan.ts";
import { makeLink } from "../../systemDifferences.ts";
import { temporaryFolder } from "../../temporaryFolders.ts";

/** Contains characters that base64, URLs and JSON encode differently. */
const SECRET = `sk-emulator-${randomBytes(24).toString("hex")}>>>???"ä`;
const OTHER = `sk-emulator-${randomBytes(24).toString("hex")}`;

const assertFound = (value: unknown, where: RegExp, secret = SECRET) =>
	assert.throws(
		() => assertNoSecrets(value, [OTHER, secret], "It"),
		({ message }: Error) => {
			assert.match(message, where);
			assert.ok(!message.includes(secret));
			return true;
		},
	);

/** Nests the secret in a number of objects. */
const nested = (depth: number): unknown => (depth === 0 ? SECRET : { inner: nested(depth - 1) });

class Hidden {
	readonly #field: unknown;

	constructor(field: unknown) {
		this.#field = field;
	}

	contains(value: unknown): boolean {
		return this.#field === value;
	}
}

describe("A secret", () => {
	const base64 = (before: string) => Buffer.from(`${before}${SECRET} and more`).toString("base64");
	const forms: readonly [string, string | Uint8Array][] = [
		["plain", `Bearer ${SECRET}!`],
		...["", "u", "u:"].map((before): [string, string] => [`in base64 after ${before.length} bytes`, base64(before)]),
		["in base64url", Buffer.from(`u:${SECRET}`).toString("base64url")],
		["in base64 of many lines", base64("u").replaceAll(/.{20}/g, "$&\r\n")],
		["in base64 of many lines, as JSON", JSON.stringify(base64("u").replaceAll(/.{20}/g, "$&\n"))],
		["URL-encoded", encodeURIComponent(SECRET)],
		["URL-encoded throughout", Buffer.from(SECRET).toString("hex").replaceAll(/../g, "%$&")],
		["in base64, URL-encoded", encodeURIComponent(base64("u:"))],
		["in hexadecimal", Buffer.from(SECRET).toString("hex").toUpperCase()],
		[
			"in hexadecimal with colons",
			Buffer.from(SECRET)
				.toString("hex")
				.replaceAll(/..(?!$)/g, "$&:"),
		],
		["as JSON", JSON.stringify({ key: SECRET })],
		["in UTF-16", Buffer.from(SECRET, "utf16le")],
	];
	for (const [form, value] of forms)
		it(`is found ${form}`, () => {
			assertFound({ value }, /^Secret 2 of 2 is in It\.value/);
		});

	const locations: readonly [string, () => unknown, RegExp][] = [
		["in an array", () => [1, SECRET], /It\.1$/],
		["as the name of a property", () => ({ [SECRET]: 1 }), /a name in It$/],
		["in a property that is not enumerable", () => Object.defineProperty({}, "key", { value: SECRET }), /It\.key$/],
		["behind a symbol", () => ({ [Symbol("key")]: SECRET }), /It\.key$/],
		["in a symbol", () => Symbol(SECRET), /It$/],
		["in a private field", () => new Hidden({ key: SECRET }), /It\.#field\.key$/],
		["in a prototype", () => Object.create({ key: SECRET }), /It\.__proto__\.key$/],
		["in a property of a function", () => Object.assign(() => {}, { key: SECRET }), /It\.key$/],
		["bound to a function", () => assertFound.bind(null, SECRET), /BoundArgs/],
		["as a map's key", () => new Map([[SECRET, 1]]), /Entries.*key$/],
		["as a map's value", () => new Map([[1, { key: SECRET }]]), /Entries.*value\.key$/],
		["in a set", () => new Set([SECRET]), /Entries.*value$/],
		["in a weak map", () => [new WeakMap([[Hidden, SECRET]])], /Entries.*value$/],
		["in a promise", () => Promise.resolve(SECRET), /PromiseResult/],
		["in a buffer", () => Buffer.from(`x${SECRET}x`), /It$/],
		["in a view of bytes", () => new DataView(new Uint8Array(Buffer.from(SECRET)).buffer), /It$/],
		["in an ArrayBuffer", () => new Uint8Array(Buffer.from(SECRET)).buffer, /It$/],
		["in headers", () => new Headers({ authorization: `Bearer ${OTHER}` }), /^Secret 1 of 2 .*headersList/],
		["in an error's message", () => new Error(SECRET), /It$/],
		["only in a stack", () => Object.assign(new Error("x"), { stack: SECRET }), /It$/],
		["in a cause's cause", () => new Error("x", { cause: new Error("y", { cause: SECRET }) }), /It\.cause\.cause$/],
		["in one of several errors", () => new AggregateError([{ key: SECRET }]), /It\.errors\.0\.key$/],
		["behind 10 objects", () => nested(10), /(\.inner){10}$/],
	];
	for (const [location, make, where] of locations)
		it(`is found ${location}`, () => {
			assertFound(make(), where);
		});

	it("is not found in values without the secret", () => {
		const shared = Buffer.from(SECRET).subarray(0, 8);
		const circular = { inner: {} };
		circular.inner = circular;
		const similar = [SECRET.slice(1), Buffer.from(SECRET.slice(0, -1)).toString("base64"), { length: SECRET.length }];
		assertNoSecrets([shared, circular, similar, new Hidden(1), new Error("x"), null, undefined], [SECRET, OTHER], "It");
	});

	it("is searched for without calling a getter", () => {
		let calls = 0;
		const object = {
			get key() {
				calls++;
				return SECRET;
			},
		};
		assertNoSecrets(object, [SECRET], "It");
		assert.equal(calls, 0);
	});

	it("must be long enough not to be found by chance", () => {
		assert.throws(() => assertNoSecrets("", ["1234567"], "It"), /by chance/);
	});

	it("is found in the target of a link", function () {
		const temporary = temporaryFolder("secret-scan");
		try {
			makeLink(this, OTHER, join(temporary.path, "link"));
			const scan = () => assertNoSecretsInFolder(temporary.path, [SECRET, OTHER]);
			assert.throws(scan, /Secret 2 of 2 is in .*link$/);
		} finally {
			temporary.remove();
		}
	});

	it("is found in a folder: in the name of a file, and in its content unless the file is excepted", () => {
		const temporary = temporaryFolder("secret-scan");
		const at = (...path: string[]) => join(temporary.path, ...path);
		const assertFoundInFolder = (where: RegExp) =>
			assert.throws(() => assertNoSecretsInFolder(temporary.path, [SECRET, OTHER]), where);
		try {
			mkdirSync(at("a/b"), { recursive: true });
			writeFileSync(at("a/empty.log"), "");
			assert.deepEqual(assertNoSecretsInFolder(temporary.path, [SECRET, OTHER]), [join("a", "empty.log")]);
			writeFileSync(at("a/b/state"), Buffer.concat([Buffer.alloc(9), Buffer.from(OTHER), Buffer.alloc(9)]));
			assertFoundInFolder(/^AssertionError.*Secret 2 of 2 is in .*state$/);
			const except = [join("a", "b", "state")];
			assert.deepEqual(assertNoSecretsInFolder(temporary.path, [OTHER], { except }), [join("a", "empty.log")]);
			const named = temporaryFolder("secret-scan");
			writeFileSync(join(named.path, OTHER), "");
			assert.throws(() => assertNoSecretsInFolder(named.path, [OTHER]), /Secret 1 of 1 is in a name/);
			named.remove();
		} finally {
			temporary.remove();
		}
	});
});

describe("The material of a private key", () => {
	const PASSPHRASE = randomBytes(12).toString("hex");
	const cipher = { cipher: "aes-256-cbc", passphrase: PASSPHRASE };
	for (const [name, { privateKey, publicKey }] of [
		["EC", generateKeyPairSync("ec", { namedCurve: "P-256" })],
		["RSA", generateKeyPairSync("rsa", { modulusLength: 2048 })],
	] as const) {
		const encrypted = privateKey.export({ type: "pkcs8", format: "pem", ...cipher }).toString();
		const plain = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
		const der = privateKey.export({ type: "pkcs8", format: "der" });
		const material = keyMaterialOf(encrypted, PASSPHRASE);
		const leaks: readonly [string, unknown][] = [
			["in its encrypted file", encrypted],
			["in a decrypted file", plain],
			["in another format", privateKey.export({ type: name === "EC" ? "sec1" : "pkcs1", format: "pem" })],
			["in DER", der],
			["in a buffer in JSON", JSON.stringify(der)],
			["in hexadecimal", der.toString("hex")],
			["as JWK", privateKey.export({ format: "jwk" })],
		];
		for (const [form, leak] of leaks)
			it(`of type ${name} is found ${form}`, () => {
				assert.throws(() => assertNoSecrets(leak, material, "It"), /is in It/);
			});

		it(`of type ${name} without encryption is found, too`, () => {
			assert.throws(() => assertNoSecrets(plain, keyMaterialOf(plain, null), "It"), /is in It/);
		});

		it(`of type ${name} isn't found in its public key`, () => {
			for (const known of [material, keyMaterialOf(plain, null)])
				assertNoSecrets(
					[publicKey.export({ type: "spki", format: "pem" }), publicKey.export({ format: "jwk" })],
					known,
					"It",
				);
		});
	}
});
