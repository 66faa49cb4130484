import assert from "node:assert/strict";
import { excerpt } from "../../../../src/common/text/excerpt.ts";
import { redact } from "../../../../src/common/text/redact.ts";

describe("The redactor", () => {
	const rows: readonly [string, string, string][] = [
		[
			"a line of the log",
			"GET /organization/certificates 200 31 ms req_8fK2",
			"GET /organization/certificates 200 31 ms req_8fK2",
		],
		["an admin key", "Unexpected sk-admin-A_b-9 here", "Unexpected sk-… here"],
		["two keys", "sk-proj-a,sk-svcacct-b", "sk-…,sk-…"],
		["a bearer token", "authorization: Bearer abc.def", "authorization: Bearer …"],
		["a proxy's credentials", "proxy-authorization: basic dTpw==", "proxy-authorization: basic …"],
		["a URL with a password", "via http://user:p%40ss@proxy.test:3128/", "via http://…@proxy.test:3128/"],
		["a URL without a password", "via http://proxy.test:3128/a@b", "via http://proxy.test:3128/a@b"],
		["a PEM block", "a -----BEGIN X-----\nAA==\n-----END X----- b", "a … b"],
		["a PEM block without an end", "a -----BEGIN X-----\nAA==", "a …"],
	];
	for (const [title, text, expected] of rows)
		it(`R48 ${title}`, () => {
			assert.equal(redact(text), expected);
		});

	const serviceMessages: readonly [string, string, string][] = [
		[
			"an ID",
			"No certificate found with id 'cert_0123456789abcdef01234567'.",
			"No certificate found with id 'cert_0123456789abcdef01234567'.",
		],
		["a key of another form", `Key ${"aB3-".repeat(8)} is wrong`, "Key … is wrong"],
		["part of a PEM block", `Bad line ${"MIIB".repeat(16)}=`, "Bad line …"],
		["several lines and a link", "a\n[x](command:y)", "a [x] (command:y)"],
		["a long text", "no ".repeat(500), `${"no ".repeat(100).slice(0, 299)}…`],
	];
	for (const [title, text, expected] of serviceMessages)
		it(`R13 sanitizes a service message with ${title}`, () => {
			assert.equal(excerpt(text), expected);
		});
});
