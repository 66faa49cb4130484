import assert from "node:assert/strict";
import { describeProblem, formatRemedy, remedyFor } from "../../../../src/common/messages/problems.ts";
import type { RefusalReason } from "../../../../src/domain/certificateFile.ts";
import type {
	LookupOutcome,
	Problem,
	ProxyIssue,
	RotationIssue,
	TlsKeyPairIssue,
} from "../../../../src/domain/problem.ts";

const host = "api.openai.com";
const proxy = "proxy.test:8080";
const rejected = (status: number, more: Partial<Problem & { reason: "rejected" }> = {}): Problem => ({
	reason: "rejected",
	status,
	code: null,
	param: null,
	fieldRefused: false,
	...more,
});

const proxyProblem = (why: ProxyIssue): Problem => ({ reason: "proxy", proxy, why });
const clientCertificateProblem = (why: TlsKeyPairIssue): Problem => ({
	reason: "client-certificate",
	why,
	file: "client.pem",
});
const refused = (wanted: "anchor" | "client-certificate", refusal: RefusalReason): Problem => ({
	...{ reason: "file-refused", file: "a.pem", wanted, refusal, skipped: [] },
});
const unconfirmed = (lookup: LookupOutcome): Problem => ({
	reason: "unconfirmed",
	name: "Acme",
	lookup,
	ending: null,
});

const ROTATION_ISSUES: readonly RotationIssue[] = [
	"same",
	"inactive",
	"gone",
	"leaf",
	"dates-unknown",
	"not-longer",
	"not-yet-valid",
	"expired",
	"expires-soon",
	"old-expired",
];

/** Problems, with their remedies. */
const problems: readonly [Problem, ReturnType<typeof remedyFor>][] = [
	[{ reason: "unreachable", host, proxy: null }, "open-proxy-settings"],
	[{ reason: "unreachable", host, proxy }, "open-proxy-settings"],
	[proxyProblem("not-a-url"), "open-proxy-settings"],
	[proxyProblem("unsupported"), "open-proxy-settings"],
	[proxyProblem("unreachable"), "open-proxy-settings"],
	[proxyProblem("untrusted"), "open-proxy-settings"],
	[proxyProblem("credentials"), "open-proxy-settings"],
	[proxyProblem("refused"), "open-proxy-settings"],
	[clientCertificateProblem("not-set"), "open-settings"],
	[clientCertificateProblem("missing"), "open-settings"],
	[clientCertificateProblem("not-a-file"), "open-settings"],
	[clientCertificateProblem("no-permission"), "open-settings"],
	[clientCertificateProblem("no-answer"), "open-settings"],
	[clientCertificateProblem("too-large"), "open-settings"],
	[clientCertificateProblem("no-certificate"), "open-settings"],
	[clientCertificateProblem("no-key"), "open-settings"],
	[clientCertificateProblem("passphrase-needed"), "set-passphrase"],
	[clientCertificateProblem("passphrase-wrong"), "set-passphrase"],
	[clientCertificateProblem("not-a-pair"), "open-settings"],
	[clientCertificateProblem("unusable"), "open-settings"],
	[{ reason: "client-pair", why: "not-a-pair", file: "chosen.key" }, null],
	[refused("anchor", "private-key"), null],
	[refused("client-certificate", "private-key"), null],
	[refused("client-certificate", "crl"), null],
	[{ reason: "client-certificate-refused", host, presented: false }, "open-settings"],
	[{ reason: "client-certificate-refused", host, presented: true }, "open-settings"],
	[{ reason: "connection-lost", host }, "refresh"],
	[{ reason: "timeout", host }, null],
	[{ reason: "untrusted-server", host, why: "expired" }, "show-log"],
	[{ reason: "redirected", host }, "open-settings"],
	[{ reason: "bad-answer", host }, "show-log"],
	[{ reason: "unauthorized" }, "set-key"],
	[{ reason: "wrong-region", host }, "open-settings"],
	[{ reason: "forbidden", permission: null }, "set-key"],
	[{ reason: "forbidden", permission: "api.mtls.read" }, "set-key"],
	[{ reason: "not-found" }, "refresh"],
	[{ reason: "conflict" }, "refresh"],
	[rejected(400), "show-log"],
	[rejected(400, { param: "name" }), "show-log"],
	[rejected(400, { code: "mtls_certificate_invalid" }), "show-log"],
	[rejected(400, { code: "expired_certificate" }), "show-log"],
	[rejected(400, { code: "certificate_in_use" }), "show-log"],
	[rejected(405), "show-log"],
	[rejected(413), "show-log"],
	[rejected(422), "show-log"],
	[rejected(422, { param: "name" }), "show-log"],
	[{ reason: "rate-limited", waitSeconds: null }, null],
	[{ reason: "rate-limited", waitSeconds: 7 }, null],
	[{ reason: "service-error", status: 503 }, "show-log"],
	[{ reason: "not-recorded", code: "ENOSPC" }, null],
	[{ reason: "not-recorded", code: "EROFS" }, null],
	[{ reason: "not-recorded", code: "EIO" }, null],
	[{ reason: "record-newer" }, null],
	[{ reason: "record-unreadable" }, null],
	[{ reason: "locked", host: "laptop", process: 17 }, null],
	[{ reason: "lock-lost" }, null],
	[{ reason: "upload-pending", name: "Acme", running: true }, "show-view"],
	[{ reason: "upload-pending", name: "Acme", running: false }, "show-view"],
	[unconfirmed({ outcome: "not-seen", at: Date.UTC(2026, 0, 1) }), "check-upload"],
	[unconfirmed({ outcome: "failed" }), "check-upload"],
	[unconfirmed({ outcome: "partial" }), "check-upload"],
	[unconfirmed({ outcome: "ambiguous" }), "show-view"],
	[{ reason: "certificate-active", organization: true, projects: [] }, null],
	[{ reason: "scopes-unread", organization: true, allProjects: true, projects: [], why: null }, "refresh"],
	[{ reason: "changed-meanwhile" }, "refresh"],
	[{ reason: "change-unknown", act: "rename" }, "refresh"],
	[{ reason: "change-unknown", act: "remove" }, "refresh"],
	...ROTATION_ISSUES.map((issue): [Problem, null] => [{ reason: "rotation-refused", issue }, null]),
	[{ reason: "rotation-pending", name: "Acme" }, "show-view"],
	[{ reason: "no-rotation" }, "refresh"],
	[{ reason: "own-access" }, "open-settings"],
	[{ reason: "no-content", name: "Acme" }, null],
	[{ reason: "not-saved", file: "acme.pem" }, null],
];

describe("Problem messages", () => {
	it("R18 are unique sentences without placeholders", () => {
		const sentences = problems.map(([problem]) => describeProblem(problem));
		assert.equal(new Set(sentences).size, problems.length);
		for (const sentence of sentences) assert.match(sentence, /^[^{}]+\.$/);
	});

	it("R18 name the remedy", () => {
		for (const [problem, remedy] of problems) {
			assert.equal(remedyFor(problem), remedy, problem.reason);
			if (remedy) assert.notEqual(formatRemedy(remedy), "");
		}
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
		for (const proxyHost of [null, proxy])
			assert.match(describeProblem({ reason: "unreachable", host, proxy: proxyHost }), /Nothing was sent/);
		for (const [problem] of problems.filter(([{ reason }]) => reason === "proxy"))
			assert.match(describeProblem(problem), /Nothing was sent/);
		for (const reason of ["connection-lost", "timeout", "bad-answer"] as const)
			assert.doesNotMatch(describeProblem({ reason, host }), /Nothing was sent/);
		// A TLS 1.3 server refuses a client certificate after the request is sent.
		for (const presented of [true, false])
			assert.doesNotMatch(
				describeProblem({ reason: "client-certificate-refused", host, presented }),
				/Nothing was sent/,
			);
	});

	it("R26 name the proxy if there is one, and otherwise mention the setting", () => {
		assert.match(describeProblem({ reason: "unreachable", host, proxy }), /through the proxy proxy\.test:8080/);
		assert.match(describeProblem({ reason: "unreachable", host, proxy: null }), /set http\.proxy; .*\(PAC\)/);
		assert.match(describeProblem(proxyProblem("credentials")), /\(407\).*http:\/\/NAME:PASSWORD@HOST:PORT/);
	});

	it("R46 name the unusable file", () => {
		const issues = problems.flatMap(([problem]) => (problem.reason === "client-certificate" ? [problem] : []));
		for (const issue of issues.filter(({ why }) => why !== "not-set"))
			assert.match(describeProblem(issue), /client\.pem/);
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
		const projects = ["A", "B", null, "D", "E"].map((name, index) => ({ id: `proj_${index}`, name }));
		assert.match(
			describeProblem(rejected(400, { code: "certificate_in_use" })),
			/still active somewhere, so it wasn't deleted\./,
		);
		assert.equal(
			describeProblem({ reason: "certificate-active", organization: true, projects: projects.slice(0, 1) }),
			"It is active in the organization and project “A”. Nothing was deleted. Deactivate it there first.",
		);
		assert.match(
			describeProblem({ reason: "scopes-unread", organization: false, allProjects: true, projects, why: null }),
			/: the list of projects, project “A”, project “B”, project “proj_2”, and 2 more projects\. Nothing was changed\. Refresh/,
		);
	});

	it("R18 R53 name the missing permission to read the scopes, and its remedy", () => {
		const why: Problem = { reason: "forbidden", permission: "api.management.read" };
		const unread: Problem = { reason: "scopes-unread", organization: false, allProjects: true, projects: [], why };
		assert.match(
			describeProblem(unread),
			/Nothing was changed\. The admin key lacks the permission api\.management\.read\./,
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
			{ reason: "certificate-active", organization: false, projects: [{ id: "proj_1", name: hostile }] },
		];
		for (const problem of named) assert.doesNotMatch(describeProblem(problem), /\n|\]\(/, problem.reason);
	});
});
