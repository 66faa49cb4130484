import assert from "node:assert/strict";
import { redact } from "../../../src/ui/words/redact.ts";

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
		["a URL without one", "via http://proxy.test:3128/a@b", "via http://proxy.test:3128/a@b"],
		["a PEM block", "a -----BEGIN X-----\nAA==\n-----END X----- b", "a … b"],
		["a PEM block without an end", "a -----BEGIN X-----\nAA==", "a …"],
	];
	for (const [title, text, expected] of rows)
		it(`R48 ${title}`, () => {
			assert.equal(redact(text), expected);
		});
});
