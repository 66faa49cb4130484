// A problem of each kind, for tests that must not forget one.
import type { Remedy } from "../../../../src/common/messages/problems/remedies.ts";
import type { RefusalReason } from "../../../../src/domain/certificateFile.ts";
import type { CaIssue, KeyFileIssue, SigningRequestIssue } from "../../../../src/domain/certificateMaking.ts";
import type { AlternativeNameIssue, CertificateNameIssue } from "../../../../src/domain/certificateNames.ts";
import type {
	BaseUrlRule,
	KeyIssue,
	LookupOutcome,
	MtlsCode,
	Problem,
	ProxyIssue,
	Reason,
	RejectionCode,
	ServerCertificateIssue,
	TlsKeyPairIssue,
	UnreadableFile,
	UploadEnding,
} from "../../../../src/domain/problem.ts";
import type { RotationIssue } from "../../../../src/domain/rotationIssue.ts";

export const host = "api.openai.com";
export const proxy = "proxy.test:8080";
export const file = "client.pem";
export const name = "Acme";
export const rejected = (status: number, more: Partial<ProblemOf<"rejected">> = {}): ProblemOf<"rejected"> => ({
	reason: "rejected",
	status,
	code: null,
	param: null,
	fieldRefused: false,
	...more,
});
export const refused = (
	wanted: ProblemOf<"file-refused">["wanted"],
	refusal: RefusalReason,
): ProblemOf<"file-refused"> => ({
	reason: "file-refused",
	file: "a.pem",
	wanted,
	refusal,
	skipped: [],
});

type ProblemOf<R extends Reason> = Extract<Problem, { readonly reason: R }>;

/** Returns the members of a union. The compiler checks that none is missing. */
function all<T extends string>(members: Readonly<Record<T, true>>): readonly T[] {
	return Object.keys(members) as T[];
}

const PROXY_ISSUES = all<ProxyIssue>({
	"not-a-url": true,
	unsupported: true,
	unreachable: true,
	untrusted: true,
	credentials: true,
	refused: true,
});
const KEY_PAIR_ISSUES = all<TlsKeyPairIssue>({
	"not-set": true,
	missing: true,
	"not-a-file": true,
	"no-permission": true,
	"no-answer": true,
	"too-large": true,
	"no-certificate": true,
	"no-key": true,
	"slow-key": true,
	"passphrase-needed": true,
	"passphrase-wrong": true,
	"not-a-pair": true,
	unusable: true,
});
const UNREADABLE_FILES = all<UnreadableFile>({
	"too-large": true,
	folder: true,
	"not-a-file": true,
	"dead-link": true,
	gone: true,
	"no-permission": true,
	other: true,
});
const KEY_FILE_ISSUES = all<KeyFileIssue>({
	exists: true,
	"not-a-file": true,
	"readable-by-others": true,
	"outside-profile": true,
	"disk-full": true,
	"no-permission": true,
	canceled: true,
	other: true,
});
export const KEY_ISSUES = all<KeyIssue>({ blank: true, "space-inside": true, "not-ascii": true, "too-long": true });
const BASE_URL_RULES = all<BaseUrlRule>({
	"not-a-url": true,
	"https-or-loopback": true,
	"no-extras": true,
	mtls: true,
});
const SERVER_CERTIFICATE_ISSUES = all<ServerCertificateIssue>({
	expired: true,
	"wrong-name": true,
	"self-signed": true,
	"unknown-issuer": true,
	other: true,
});
const REJECTION_CODES = all<RejectionCode>({
	mtls_certificate_invalid: true,
	expired_certificate: true,
	certificate_in_use: true,
});
const MTLS_CODES = all<MtlsCode>({
	certificate_required: true,
	invalid_certificate: true,
	certificate_verification_failed: true,
	certificate_attribute_verification_failed: true,
	authentication_temporarily_unavailable: true,
});
export const ROTATION_ISSUES = all<RotationIssue>({
	same: true,
	inactive: true,
	gone: true,
	leaf: true,
	"dates-unknown": true,
	"not-longer": true,
	"not-yet-valid": true,
	expired: true,
	"expires-soon": true,
	"old-expired": true,
});
const CA_ISSUES = all<CaIssue>({
	"too-large": true,
	"no-certificate": true,
	"not-a-ca": true,
	managed: true,
	expired: true,
	"not-yet-valid": true,
	"weak-key": true,
	"unsupported-key": true,
	"path-too-long": true,
	"not-accepted": true,
	"no-key": true,
	"slow-key": true,
	"passphrase-needed": true,
	"passphrase-wrong": true,
	"not-a-pair": true,
});
const SIGNING_REQUEST_ISSUES = all<SigningRequestIssue>({
	"too-large": true,
	"no-request": true,
	"several-requests": true,
	unreadable: true,
	"several-extension-lists": true,
	"not-signed": true,
	"signature-algorithm": true,
	"weak-key": true,
	"unsupported-key": true,
	"ca-key": true,
});
const ALTERNATIVE_NAME_ISSUES = all<AlternativeNameIssue>({
	"too-long": true,
	"not-ascii": true,
	"not-dns": true,
	"not-uri": true,
	"not-email": true,
});
const CERTIFICATE_NAME_ISSUES: readonly CertificateNameIssue[] = [
	...(["blank", "too-long", "control-characters", "is-ca"] as const).map((why) => ({
		name: "common-name" as const,
		why,
	})),
	...ALTERNATIVE_NAME_ISSUES.map((why) => ({ name: "alternative-name" as const, why, value: "a.test" })),
	{ name: "alternative-names", why: "too-many" },
];
const LOOKUPS: Readonly<Record<LookupOutcome["outcome"], LookupOutcome>> = {
	"not-seen": { outcome: "not-seen", at: Date.UTC(2026, 0, 1) },
	failed: { outcome: "failed" },
	partial: { outcome: "partial" },
	ambiguous: { outcome: "ambiguous" },
	unplaced: { outcome: "unplaced" },
};
const ENDINGS: Readonly<Record<UploadEnding["kind"], readonly UploadEnding[]>> = {
	"no-response": [{ kind: "no-response" }],
	canceled: [{ kind: "canceled" }],
	redirected: [{ kind: "redirected" }],
	unreadable: [{ kind: "unreadable" }],
	status: [
		{ kind: "status", status: 409 },
		{ kind: "status", status: 503 },
	],
};

/** Problems of each reason, with their remedies. The compiler checks that no reason is missing. */
export const PROBLEMS: {
	readonly [R in Reason]: readonly (readonly [problem: ProblemOf<R>, remedy: Remedy | null])[];
} = {
	"file-refused": [
		[refused("anchor", "private-key"), null],
		[refused("anchor", "pkcs12"), null],
		[refused("client-certificate", "private-key"), null],
		[refused("client-certificate", "crl"), null],
	],
	"file-unreadable": UNREADABLE_FILES.map((why) => [{ reason: "file-unreadable", file, why }, null]),
	"no-key": [[{ reason: "no-key" }, "set-key"]],
	"key-elsewhere": [[{ reason: "key-elsewhere", host, keyHost: "eu.api.openai.com" }, "set-key"]],
	"key-malformed": KEY_ISSUES.map((why) => [{ reason: "key-malformed", why }, null]),
	"base-url": BASE_URL_RULES.map((rule) => [{ reason: "base-url", rule }, "open-settings"]),
	"no-mtls-host": [[{ reason: "no-mtls-host", host: "jp.api.openai.com" }, "open-settings"]],
	"secrets-unavailable": [[{ reason: "secrets-unavailable" }, null]],
	"client-certificate": KEY_PAIR_ISSUES.map((why) => [
		{ reason: "client-certificate", why, file },
		why === "passphrase-needed" || why === "passphrase-wrong" ? "set-passphrase" : "open-settings",
	]),
	"client-pair": KEY_PAIR_ISSUES.filter((why) => why !== "not-set").map((why) => [
		{ reason: "client-pair", why, file: "chosen.key" },
		null,
	]),
	unreachable: [
		[{ reason: "unreachable", host, proxy: null }, "open-proxy-settings"],
		[{ reason: "unreachable", host, proxy }, "open-proxy-settings"],
	],
	proxy: PROXY_ISSUES.map((why) => [{ reason: "proxy", proxy, why }, "open-proxy-settings"]),
	"connection-lost": [[{ reason: "connection-lost", host }, "refresh"]],
	"untrusted-server": [
		...SERVER_CERTIFICATE_ISSUES.map(
			(why) => [{ reason: "untrusted-server", host: `${why}.test`, why }, "show-log"] as const,
		),
		[{ reason: "untrusted-server", host: "mtls-eu.api.openai.com", why: "self-signed" }, "show-log"],
	],
	"client-certificate-refused": [
		[{ reason: "client-certificate-refused", host, presented: false }, "open-settings"],
		[{ reason: "client-certificate-refused", host, presented: true }, "open-settings"],
	],
	timeout: [[{ reason: "timeout", host }, null]],
	redirected: [[{ reason: "redirected", host }, "open-settings"]],
	"bad-answer": [[{ reason: "bad-answer", host }, "show-log"]],
	mtls: MTLS_CODES.map((code) => [
		{ reason: "mtls", code, status: 401 },
		code === "authentication_temporarily_unavailable" ? null : "open-settings",
	]),
	unauthorized: [[{ reason: "unauthorized" }, "set-key"]],
	"wrong-region": [[{ reason: "wrong-region", host }, "open-settings"]],
	forbidden: [
		[{ reason: "forbidden", permission: null }, "set-key"],
		[{ reason: "forbidden", permission: "api.mtls.read" }, "set-key"],
	],
	"not-found": [[{ reason: "not-found" }, "refresh"]],
	conflict: [[{ reason: "conflict" }, "refresh"]],
	rejected: [
		rejected(400),
		rejected(400, { param: "name" }),
		...REJECTION_CODES.map((code) => rejected(400, { code })),
		rejected(405),
		rejected(413),
		rejected(422),
		rejected(422, { param: "name" }),
	].map((problem) => [problem, "show-log"]),
	"rate-limited": [
		[{ reason: "rate-limited", waitSeconds: null }, null],
		[{ reason: "rate-limited", waitSeconds: 7 }, null],
	],
	"service-error": [[{ reason: "service-error", status: 503 }, "show-log"]],
	"nothing-selected": [[{ reason: "nothing-selected" }, null]],
	"connection-changed": [[{ reason: "connection-changed" }, null]],
	"not-recorded": ["ENOSPC", "EROFS", "EIO", null].map((code) => [{ reason: "not-recorded", code }, null]),
	"record-newer": [[{ reason: "record-newer" }, null]],
	"record-unreadable": [[{ reason: "record-unreadable" }, null]],
	"clients-unreadable": [[{ reason: "clients-unreadable", path: "/home/me/clients/1.json" }, null]],
	"client-list-refused": (["too-large", "not-a-list", "newer"] as const).map((why) => [
		{ reason: "client-list-refused", file, why },
		null,
	]),
	"upload-pending": [
		[{ reason: "upload-pending", name, running: true }, "show-view"],
		[{ reason: "upload-pending", name, running: false }, "show-view"],
	],
	unconfirmed: [
		...Object.values(LOOKUPS).map(
			(lookup) =>
				[
					{ reason: "unconfirmed", name, lookup, ending: null },
					lookup.outcome === "ambiguous" ? "show-view" : "check-upload",
				] as const,
		),
		...Object.values(ENDINGS)
			.flat()
			.map((ending) => [{ reason: "unconfirmed", name, lookup: LOOKUPS.failed, ending }, "check-upload"] as const),
	],
	"certificate-active": [[{ reason: "certificate-active", organization: true, projects: [] }, null]],
	"scopes-unread": [
		[{ reason: "scopes-unread", organization: true, allProjects: true, projects: [], why: null }, "refresh"],
		[
			{
				reason: "scopes-unread",
				organization: false,
				allProjects: true,
				projects: [],
				why: { reason: "unreachable", host, proxy: null },
			},
			"open-proxy-settings",
		],
	],
	"changed-meanwhile": [[{ reason: "changed-meanwhile" }, "refresh"]],
	"change-unknown": [
		[{ reason: "change-unknown", act: "rename" }, "refresh"],
		[{ reason: "change-unknown", act: "remove" }, "refresh"],
	],
	"rotation-refused": ROTATION_ISSUES.map((issue) => [{ reason: "rotation-refused", issue }, null]),
	"rotation-pending": [[{ reason: "rotation-pending", name }, "show-view"]],
	locked: [
		[{ reason: "locked", host: "laptop", process: 17 }, null],
		[{ reason: "locked", host: "", process: 0 }, null],
	],
	"lock-lost": [[{ reason: "lock-lost" }, null]],
	"no-rotation": [[{ reason: "no-rotation" }, "refresh"]],
	"own-access": [[{ reason: "own-access" }, "open-settings"]],
	"no-content": [[{ reason: "no-content", name }, null]],
	"not-saved": [[{ reason: "not-saved", file: "acme.pem" }, null]],
	"ca-refused": CA_ISSUES.map((why) => [{ reason: "ca-refused", why }, null]),
	"request-refused": SIGNING_REQUEST_ISSUES.map((why) => [{ reason: "request-refused", why }, null]),
	"names-refused": CERTIFICATE_NAME_ISSUES.map((issue) => [{ reason: "names-refused", issue }, null]),
	"key-file": [
		...KEY_FILE_ISSUES.map(
			(why) => [{ reason: "key-file", file: "a.key.pem", why, code: null, left: null }, null] as const,
		),
		[{ reason: "key-file", file: "a.key.pem", why: "other", code: "EIO", left: "/home/a/a.key.pem" }, null],
	],
	"not-on-this-computer": [[{ reason: "not-on-this-computer", file: "ca.pem", computer: "laptop" }, null]],
	"setup-path": [[{ reason: "setup-path", file: "acme.pem" }, null]],
};

/** The problems with their remedies. */
export const problems: readonly (readonly [Problem, Remedy | null])[] = Object.values(PROBLEMS).flat();
