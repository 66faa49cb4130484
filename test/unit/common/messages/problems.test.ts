import assert from "node:assert/strict";
import { labels } from "../../../../src/common/messages/labels.ts";
import {
	describeKeyIssue,
	describePartialFailure,
	describeProblem,
} from "../../../../src/common/messages/problems/problems.ts";
import {
	formatRemedy,
	type Remedy,
	remediesFor,
	remediesInView,
	remedyFor,
} from "../../../../src/common/messages/problems/remedies.ts";
import { describeRotationIssue } from "../../../../src/common/messages/problems/rotationIssues.ts";
import type { Problem, Reason } from "../../../../src/domain/problem.ts";
import { manifestText } from "../../../texts/manifestTexts.ts";
import {
	file,
	host,
	KEY_ISSUES,
	name,
	PROBLEMS,
	problems,
	proxy,
	ROTATION_ISSUES,
	refused,
	rejected,
} from "./everyProblem.ts";

describe("Problem messages", () => {
	it("R18 are unique sentences without placeholders", () => {
		const sentences = problems.map(([problem]) => describeProblem(problem));
		assert.equal(new Set(sentences).size, problems.length);
		for (const sentence of sentences) assert.match(sentence, /^[^{}]+(?:\.|ca\.pem|\?)$/);
	});

	it("name a page of the dashboard, too, where OpenAI rejects the key or the client certificate", () => {
		const pages = new Map<Reason, Remedy>([
			["unauthorized", "open-admin-keys"],
			["client-certificate-refused", "open-dashboard"],
		]);
		for (const [problem, remedy] of problems) {
			// Without a remedy, OpenAI only asks to wait.
			const page = problem.reason === "mtls" && remedy ? "open-dashboard" : pages.get(problem.reason);
			const expected = [remedy, page].filter((each) => each);
			assert.deepEqual(remediesFor(problem), expected, problem.reason);
		}
		const why = { reason: "client-certificate-refused", host, presented: false } as const;
		const unread = { reason: "scopes-unread", organization: true, allProjects: true, projects: [], why } as const;
		for (const problem of [why, unread]) assert.deepEqual(remediesFor(problem), ["open-settings", "open-dashboard"]);
	});

	it("name at least one remedy in a view, and the other ones that fit", () => {
		for (const [problem] of problems) assert.ok(remediesInView(problem).length > 0, problem.reason);
		const elsewhere = { reason: "key-elsewhere", host, keyHost: "eu.api.openai.com" } as const;
		assert.deepEqual(remediesInView(elsewhere), ["switch-connection", "set-key"]);
		assert.deepEqual(remediesInView({ reason: "unauthorized" }), ["set-key", "open-admin-keys"]);
		assert.deepEqual(remediesInView({ reason: "timeout", host }), ["refresh"]);
	});

	it("R18 name the remedy", () => {
		for (const [problem, remedy] of problems) {
			assert.equal(remedyFor(problem), remedy, problem.reason);
			if (remedy) assert.notEqual(formatRemedy(remedy), "");
		}
	});

	it("have the specified texts", () => {
		const texts: readonly (readonly [Problem, string])[] = [
			[
				{ reason: "connection-changed" },
				"The connection or base URL changed in the meantime, so the request wasn't sent. Start again.",
			],
			[
				{ reason: "nothing-selected" },
				"No suitable row is selected. Select the row for this command in its view, and try again if the view just changed.",
			],
			[{ reason: "no-key" }, "Set an admin key first."],
			[{ reason: "ca-refused", why: "managed" }, "This looks like a managed CA. Issue with its own tool."],
			[
				{ reason: "ca-refused", why: "passphrase-wrong" },
				"The passphrase doesn't unlock the CA's key. Enter it again. If it's correct, convert the key with openssl pkcs8 -topk8.",
			],
			[
				{ reason: "request-refused", why: "ca-key" },
				"The CSR contains the CA's own key. A client must have a key of its own. Ask for a new CSR.",
			],
			[
				{ reason: "names-refused", issue: { name: "alternative-name", why: "not-dns", value: "a\u202eb" } },
				"“a b” can't be used. It isn't a DNS name.",
			],
			[
				{ reason: "names-refused", issue: { name: "common-name", why: "too-long" } },
				"The common name can't be used. A name can have at most 64 characters.",
			],
			[
				{ reason: "no-mtls-host", host: "jp.api.openai.com" },
				"No mTLS host is known for jp.api.openai.com, to which the base URL points. Set the mTLS URL in Settings.",
			],
			[
				{ reason: "key-elsewhere", host, keyHost: "eu.api.openai.com" },
				"Your admin key is for eu.api.openai.com, but the base URL points to api.openai.com. The key wasn't sent. Set a key for api.openai.com, or change the base URL back.",
			],
			[
				{ reason: "secrets-unavailable" },
				"Secret storage isn't available. Make sure that this computer's keyring is unlocked, then try again.",
			],
			[
				{ reason: "unreachable", host, proxy },
				"Can't reach api.openai.com through the proxy proxy.test:8080. Nothing was sent. Check your network and the proxy address.",
			],
			[
				{ reason: "proxy", proxy: "HTTPS_PROXY", why: "not-a-url" },
				"The proxy in HTTPS_PROXY isn't a valid URL. Nothing was sent. Use the form http://HOST:PORT.",
			],
			[
				{ reason: "client-certificate", file, why: "not-a-pair" },
				"The private key client.pem doesn't match the client certificate. Nothing was sent. Choose the matching key.",
			],
			[
				{ reason: "untrusted-server", host, why: "self-signed" },
				"This computer doesn't trust the server certificate of api.openai.com. Nothing was sent. Behind a TLS-inspecting proxy, install the proxy's CA certificate on this computer.",
			],
			[
				{ reason: "client-certificate-refused", host, presented: true },
				"api.openai.com rejected the client certificate. Use one that chains to an active trust anchor and hasn't expired.",
			],
			[
				{ reason: "client-certificate-refused", host, presented: false },
				"api.openai.com might require a client certificate. Set one in Settings.",
			],
			[
				{ reason: "connection-lost", host },
				"The request to api.openai.com was interrupted before a response arrived. Try again.",
			],
			[{ reason: "timeout", host }, "api.openai.com didn't respond in time. Try again later."],
			[
				{ reason: "redirected", host },
				"api.openai.com tried to redirect the request. The redirect wasn't followed, because the request contains your admin key. Check the URL in Settings.",
			],
			[
				{ reason: "bad-answer", host },
				"api.openai.com sent an unexpected response. Check the URL in Settings, and whether a proxy answers instead of OpenAI.",
			],
			[
				{ reason: "wrong-region", host },
				"This organization isn't served from api.openai.com (401). Set the base URL to its regional host, for example https://eu.api.openai.com/v1, then set the admin key again.",
			],
			[
				{ reason: "forbidden", permission: null },
				"The admin key isn't allowed to do this (403). Ask an organization owner for the permission.",
			],
			[
				{ reason: "not-found" },
				"OpenAI couldn't find the certificate or project. It might have been deleted. Refresh the list.",
			],
			[
				{ reason: "mtls", code: "certificate_required", status: 401 },
				"OpenAI requires a client certificate, but none was presented (401). Set one in Settings, and set the base URL to an mTLS host.",
			],
			[
				{ reason: "mtls", code: "invalid_certificate", status: 400 },
				"OpenAI can't use the client certificate (400): it's unreadable or has no authority key identifier. Set another one in Settings.",
			],
			[
				{ reason: "mtls", code: "certificate_verification_failed", status: 403 },
				"OpenAI rejected the client certificate (403): it doesn't chain to an active trust anchor. Set one that does, followed by its intermediates.",
			],
			[
				{ reason: "mtls", code: "certificate_attribute_verification_failed", status: 403 },
				"OpenAI rejected the client certificate (403): the CEL filter of its trust anchor doesn't match. Set one that matches, or change the filter in the OpenAI dashboard.",
			],
			[
				{ reason: "mtls", code: "authentication_temporarily_unavailable", status: 503 },
				"OpenAI temporarily can't verify client certificates (503). Try again later.",
			],
			[{ reason: "conflict" }, "OpenAI reported a conflict with another change (409). Refresh, then try again."],
			[rejected(405), "OpenAI rejected the request (405). Nothing was changed. The log has the request ID."],
			[rejected(422, { param: "name" }), "OpenAI rejected the field “name” (422). Nothing was changed."],
			[
				rejected(400, { code: "expired_certificate" }),
				"OpenAI rejected the certificate, because it has expired or expires within a day. It wasn't uploaded.",
			],
			[{ reason: "rate-limited", waitSeconds: 7 }, "Too many requests to OpenAI (429). Wait 7 s, then try again."],
			[{ reason: "service-error", status: 503 }, "OpenAI had a server error (503). Try again later."],
			[
				{ reason: "not-recorded", code: "ENOSPC" },
				"Couldn't read or save the local record. Nothing was sent. The disk is full, or your quota is used up. Free some space, then try again.",
			],
			[
				{ reason: "locked", host: "laptop", process: 17 },
				"Another command is still using the same data, in this window or another one (process 17 on laptop). Nothing was done. Try again when that operation is finished.",
			],
			[
				{ reason: "upload-pending", name, running: true },
				"This certificate is already being uploaded as “Acme”. It wasn't sent again. Wait until the upload is finished.",
			],
			[
				{ reason: "upload-pending", name, running: false },
				"An earlier upload of this certificate, as “Acme”, is unconfirmed. It wasn't sent again. Select Check Now on its row first.",
			],
			[
				{ reason: "changed-meanwhile" },
				"Something changed in the meantime, so nothing was done. Refresh, review the change, then try again.",
			],
			[
				{ reason: "change-unknown", act: "remove" },
				"OpenAI didn't confirm the deletion. Refresh to see whether the certificate is gone.",
			],
			[{ reason: "rotation-pending", name }, "Finish or undo the rotation of “Acme” first."],
			[
				{ reason: "own-access" },
				"A deactivation in the organization might lock out this extension. Nothing was deactivated in the organization. Set a client certificate that chains to a certificate that stays active in the organization.",
			],
			[
				{ reason: "key-file", file: "a.key.pem", why: "disk-full", code: "ENOSPC", left: null },
				"Couldn't write a.key.pem: the disk is full, or your quota is used up. Nothing was created. Free some space, then try again.",
			],
			[
				{ reason: "key-file", file: "a.pem", why: "other", code: "EIO", left: "/home/a/a.key.pem" },
				"Couldn't write a.pem. /home/a/a.key.pem couldn't be removed: delete it yourself. Check the disk, then try again (error EIO).",
			],
			[
				{ reason: "not-on-this-computer", file: "ca.pem", computer: "laptop" },
				"ca.pem isn't on laptop, the computer that this extension runs on. It reads and writes private keys only there. If the client runs on another computer, create a CSR there, and run Sign Request… with a CA on laptop.",
			],
			[
				{ reason: "not-saved", file: "acme.pem" },
				"Couldn't save acme.pem. Check that you can write to the folder, then try again.",
			],
			[
				{ reason: "setup-path", file: "acme.pem" },
				"The path of acme.pem contains a line break or another invisible character, which a setup can't contain. Rename the file or its folder, then try again.",
			],
		];
		for (const [problem, text] of texts) assert.equal(describeProblem(problem), text);
	});

	it("R18 contain the received status and no other", () => {
		for (const status of [400, 405, 413, 422])
			for (const param of [null, "name"]) {
				const numbers = describeProblem(rejected(status, { param })).match(/\d{3}/g);
				assert.deepEqual(numbers, [String(status)]);
			}
		assert.match(describeProblem(rejected(413)), /too large/);
	});

	it("R26 state that nothing was sent only if that is true", () => {
		for (const [problem] of [...PROBLEMS.unreachable, ...PROBLEMS.proxy, ...PROBLEMS["untrusted-server"]])
			assert.match(describeProblem(problem), /Nothing was sent/);
		// A TLS 1.3 server refuses a client certificate after the request is sent.
		for (const reason of ["connection-lost", "timeout", "bad-answer", "client-certificate-refused"] as const)
			for (const [problem] of PROBLEMS[reason]) assert.doesNotMatch(describeProblem(problem), /Nothing was sent/);
		// The earlier upload might have arrived, and saving a connection takes several steps.
		for (const reason of ["upload-pending", "unconfirmed", "lock-lost", "secrets-unavailable", "conflict"] as const)
			for (const [problem] of PROBLEMS[reason]) assert.doesNotMatch(describeProblem(problem), /nothing/i);
	});

	it("R26 name the proxy if there is one, and otherwise mention the setting", () => {
		assert.match(describeProblem({ reason: "unreachable", host, proxy }), /through the proxy proxy\.test:8080/);
		assert.match(describeProblem({ reason: "unreachable", host, proxy: null }), /set http\.proxy; .*\(PAC\)/);
		assert.match(
			describeProblem({ reason: "proxy", proxy, why: "credentials" }),
			/\(407\).*http:\/\/NAME:PASSWORD@HOST:PORT/,
		);
	});

	it("R46 name the unusable file", () => {
		for (const [problem] of PROBLEMS["client-certificate"].filter(([{ why }]) => why !== "not-set"))
			assert.match(describeProblem(problem), /client\.pem/);
	});

	it("advise against TLS inspection at an mTLS host, because a proxy cannot forward client certificates", () => {
		for (const [mtlsHost, expected] of [
			["mtls.api.openai.com", true],
			["mtls-us.api.openai.com", true],
			["api.openai.com", false],
			["mtls.api.openai.com.test", false],
		] as const) {
			const text = describeProblem({ reason: "untrusted-server", host: mtlsHost, why: "unknown-issuer" });
			assert.equal(text.includes("exempt this host"), expected, mtlsHost);
			assert.equal(text.includes("install the proxy's CA certificate"), !expected, mtlsHost);
		}
	});

	it("name the expected content of a file, trust anchor or client certificate", () => {
		assert.match(
			describeProblem(refused("anchor", "pkcs12")),
			/: openssl pkcs12 -in FILE -cacerts -nokeys -out ca\.pem$/,
		);
		assert.match(
			describeProblem(refused("client-certificate", "pkcs12")),
			/: openssl pkcs12 -in FILE -nokeys -out client\.pem$/,
		);
	});

	it("R35 R53 name the scopes that prevent a change, three projects at most", () => {
		const projects = ["A", "B", null, "D", "E"].map((each, index) => ({ id: `proj_${index}`, name: each }));
		assert.equal(
			describeProblem(rejected(400, { code: "certificate_in_use" })),
			"OpenAI didn't delete the certificate, because it's still active somewhere. Deactivate it first.",
		);
		assert.equal(
			describeProblem({ reason: "certificate-active", organization: true, projects: projects.slice(0, 1) }),
			"This certificate is active in the organization and project “A”, so it wasn't deleted. Deactivate it there first.",
		);
		assert.equal(
			describeProblem({ reason: "scopes-unread", organization: false, allProjects: true, projects, why: null }),
			"Couldn't check where this certificate is active, because this couldn't be read: the list of projects, project “A”, project “B”, project “proj_2”, and 2 more projects. Nothing was changed. Refresh, then try again.",
		);
	});

	it("R18 R53 name the missing permission to read the scopes, and its remedy", () => {
		const why: Problem = { reason: "forbidden", permission: "api.management.read" };
		const unread: Problem = { reason: "scopes-unread", organization: false, allProjects: true, projects: [], why };
		assert.match(
			describeProblem(unread),
			/Nothing was changed\. The admin key doesn't have the api\.management\.read permission\./,
		);
		assert.doesNotMatch(describeProblem(unread), /Refresh/);
		assert.equal(remedyFor(unread), "set-key");
		assert.equal(remedyFor({ ...unread, why: { reason: "timeout", host } }), "refresh");
	});

	it("R12 R13 show the names of hosts, files and certificates as plain text", () => {
		const hostile = "a\n[x](command:y)";
		const named: readonly Problem[] = [
			{ reason: "unreachable", host: hostile, proxy: hostile },
			{ reason: "proxy", proxy: hostile, why: "refused" },
			{ reason: "client-certificate", file: hostile, why: "missing" },
			{ reason: "client-certificate-refused", host: hostile, presented: true },
			{ reason: "connection-lost", host: hostile },
			{ reason: "timeout", host: hostile },
			{ reason: "wrong-region", host: hostile },
			{ reason: "upload-pending", name: hostile, running: true },
			{ reason: "unconfirmed", name: hostile, lookup: { outcome: "failed" }, ending: { kind: "no-response" } },
			{ reason: "no-content", name: hostile },
			{ reason: "not-saved", file: hostile },
			{ reason: "key-file", file: hostile, why: "other", code: null, left: hostile },
			{ reason: "not-on-this-computer", file: hostile, computer: hostile },
			{ reason: "setup-path", file: hostile },
			{ reason: "certificate-active", organization: false, projects: [{ id: "proj_1", name: hostile }] },
			{ ...refused("anchor", "crl"), file: hostile },
			{ ...refused("client-certificate", "crl"), file: hostile },
		];
		for (const problem of named)
			for (const text of [describeProblem(problem), describePartialFailure(problem)])
				assert.doesNotMatch(text, /\n|\]\(/, problem.reason);
	});

	it("label the remedies", () => {
		assert.equal(formatRemedy("set-key"), "Set Admin Key…");
		assert.equal(formatRemedy("set-passphrase"), "Set Client Key Passphrase…");
		assert.equal(formatRemedy("open-proxy-settings"), "Open Proxy Settings");
		assert.equal(formatRemedy("switch-connection"), "Switch Connection…");
		assert.equal(formatRemedy("check-upload"), labels.checkNow);
		assert.equal(formatRemedy("open-dashboard"), manifestText("command.openDashboard"));
		assert.equal(formatRemedy("open-admin-keys"), manifestText("command.openAdminKeys"));
	});

	it("say what is wrong with a key, of an admin or of a project", () => {
		assert.deepEqual(KEY_ISSUES.map(describeKeyIssue), [
			"Enter a key.",
			"A key can't contain spaces or line breaks. Did you copy more than the key?",
			"A key contains only plain letters, digits, and symbols. Did you copy it from formatted text?",
			"This is too long to be a key. Did you copy something else?",
		]);
	});

	it("say why a certificate cannot be rotated", () => {
		assert.deepEqual(ROTATION_ISSUES.map(describeRotationIssue), [
			"The old certificate and the replacement are the same.",
			"The old certificate isn't active anywhere, so there's nothing to rotate.",
			"The replacement no longer exists.",
			"The replacement isn't a CA certificate.",
			"Couldn't determine which certificate expires later.",
			"The replacement must expire later than the old certificate.",
			"The replacement isn't valid yet.",
			"The replacement has expired.",
			"The replacement expires soon, too.",
			"The old certificate has expired, so it can't be reactivated.",
		]);
	});
});

describe("Messages for a problem after a partly done change", () => {
	/** Claims that the change did not happen, which is untrue after a part of it, and advice to repeat the whole. */
	const CLAIMS = [
		/\bnothing\b(?! to rotate)/i,
		/\bstart (?:again|over)\b/i,
		/\b(?:was|were|is|are|has|have)(?:n't| not) (?:been )?(?:sent|done|changed|uploaded|saved|stored|deleted|activated|deactivated|renamed)\b/i,
		/\b(?:unchanged|untouched|unaffected|as before|still (?:there|the same|valid))\b/i,
	];
	/** Reassurance about what is not known. */
	const REASSURANCE =
		/\b(?:safe(?:ly)?|no harm|harmless|don't worry|no problem|known to be|for sure|certainly|secure)\b/i;

	it("claim for no reason that a change did not happen, and reassure about nothing", () => {
		for (const [problem] of problems) {
			const text = describePartialFailure(problem);
			assert.match(text, /^[^{}]+[.?]$/, problem.reason);
			for (const claim of CLAIMS) assert.doesNotMatch(text, claim, `${problem.reason}: ${text}`);
			assert.doesNotMatch(text, REASSURANCE, problem.reason);
			assert.doesNotMatch(describeProblem(problem), REASSURANCE, problem.reason);
			assert.doesNotMatch(describeProblem(problem), /nothing was .*nothing was/i, problem.reason);
		}
	});

	it("say the same as before a change, except for such claims", () => {
		const changed = problems.filter(([problem]) => {
			const claimless = describeProblem(problem).replace(
				/ (?:Nothing was [\w ]+|It wasn't (?:sent again|sent|uploaded)|The key wasn't sent)\./g,
				"",
			);
			return describePartialFailure(problem) !== claimless;
		});
		assert.deepEqual([...new Set(changed.map(([{ reason }]) => reason))].toSorted(), [
			"certificate-active",
			"changed-meanwhile",
			"connection-changed",
			"file-refused",
			"lock-lost",
		]);
	});

	it("have the specified texts", () => {
		const texts: readonly (readonly [Problem, string])[] = [
			[{ reason: "connection-changed" }, "The connection or base URL changed, so the remaining steps were skipped."],
			[
				{ reason: "lock-lost" },
				"This window didn't respond for so long that another window could start a command with the same data, so the remaining steps were skipped.",
			],
			[
				{ reason: "not-found" },
				"OpenAI couldn't find the certificate or project. It might have been deleted. Refresh the list.",
			],
			[
				{ reason: "changed-meanwhile" },
				"Something changed in the meantime. Refresh, review the change, then try again.",
			],
			[
				{ reason: "certificate-active", organization: true, projects: [] },
				"This certificate is active in the organization. Deactivate it there first.",
			],
			[refused("anchor", "crl"), "a.pem can't be used as a trust anchor. Choose another file."],
			[refused("client-certificate", "crl"), "a.pem can't be used as a client certificate. Choose another file."],
		];
		for (const [problem, text] of texts) assert.equal(describePartialFailure(problem), text);
	});

	it("describe the cause likewise", () => {
		const why: Problem = { reason: "unreachable", host, proxy: null };
		const text = describePartialFailure({
			...{ reason: "scopes-unread", organization: true, allProjects: false, projects: [] },
			why,
		});
		assert.equal(
			text,
			`Couldn't check where this certificate is active, because this couldn't be read: the organization's list. ${describePartialFailure(why)}`,
		);
	});
});
