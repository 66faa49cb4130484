import { ProblemError, problemOf, type RejectionCode, type ServerCertificateIssue } from "../domain/problem.ts";
import type { Endpoint } from "./endpoint.ts";
import { type ResponseHeaders, retryAfterSeconds } from "./headers.ts";

/** OpenSSL's and Node's codes for a server certificate that does not hold (`X509_V_ERR_…`, `tls.checkServerIdentity`). */
const SERVER_CERTIFICATE_FLAWS: Readonly<Record<string, ServerCertificateIssue>> = {
	CERT_HAS_EXPIRED: "expired",
	CERT_NOT_YET_VALID: "expired",
	ERR_TLS_CERT_ALTNAME_INVALID: "wrong-name",
	HOSTNAME_MISMATCH: "wrong-name",
	DEPTH_ZERO_SELF_SIGNED_CERT: "self-signed",
	SELF_SIGNED_CERT_IN_CHAIN: "self-signed",
	UNABLE_TO_GET_ISSUER_CERT: "unknown-issuer",
	UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "unknown-issuer",
	UNABLE_TO_VERIFY_LEAF_SIGNATURE: "unknown-issuer",
	CERT_UNTRUSTED: "unknown-issuer",
	CERT_REVOKED: "other",
	CERT_REJECTED: "other",
	CERT_SIGNATURE_FAILURE: "other",
	CERT_CHAIN_TOO_LONG: "other",
	INVALID_CA: "other",
	INVALID_PURPOSE: "other",
	PATH_LENGTH_EXCEEDED: "other",
};

/**
 * What a server says of a client certificate, or of none: in the handshake of TLS 1.2 (RFC 5246, 7.2.2), after it in TLS 1.3
 * (RFC 8446, 6.2). A 1.2 server that gets none may say just that the handshake failed (RFC 5246, 7.4.6). What stands before
 * `ALERT` differs between the versions of OpenSSL: `SSLV3`, `SSL/TLS`, `TLSV1`, `TLSV13`.
 */
const CLIENT_CERTIFICATE_ALERT =
	/^ERR_SSL_\S+_ALERT_(?:(?:NO|BAD|UNSUPPORTED)_CERTIFICATE|CERTIFICATE_(?:REVOKED|EXPIRED|UNKNOWN|REQUIRED)|UNKNOWN_CA|ACCESS_DENIED|HANDSHAKE_FAILURE)$/;

const TIMEOUTS = new Set(["UND_ERR_HEADERS_TIMEOUT", "UND_ERR_BODY_TIMEOUT", "ETIMEDOUT"]);

const UNUSABLE_ANSWERS = /^(HPE_|UND_ERR_(RESPONSE|RES_|HEADERS_OVERFLOW))/;

const REJECTION_CODES: readonly string[] = [
	"mtls_certificate_invalid",
	"expired_certificate",
	"certificate_in_use",
] satisfies RejectionCode[];

/** What is wrong with the other side's certificate, or `null` where the error says nothing of it. */
export function serverCertificateIssue(error: unknown): ServerCertificateIssue | null {
	return SERVER_CERTIFICATE_FLAWS[codeOf(error)] ?? null;
}

/** Why no connection came about. Nothing of the error itself goes on. */
export function problemFromConnectionError(error: unknown, { host, proxy, tls }: Endpoint): ProblemError {
	const why = serverCertificateIssue(error);
	if (why) return new ProblemError({ reason: "untrusted-server", host, why });
	if (CLIENT_CERTIFICATE_ALERT.test(codeOf(error)))
		return new ProblemError({ reason: "client-certificate-refused", host, presented: tls?.presents ?? false });
	return new ProblemError({ reason: "unreachable", host, proxy: proxy?.host ?? null });
}

/**
 * What undici, TLS or the socket threw, as a failure. Nothing of the error itself goes on.
 * @param sent Whether bytes of the request may have reached the service.
 */
export function problemFromError(error: unknown, way: Endpoint, sent: boolean): Error {
	if (error instanceof Error && problemOf(error)) return error;
	const { host } = way;
	const code = codeOf(error);
	if (!sent || CLIENT_CERTIFICATE_ALERT.test(code)) return problemFromConnectionError(error, way);
	if (TIMEOUTS.has(code)) return new ProblemError({ reason: "timeout", host });
	if (UNUSABLE_ANSWERS.test(code)) return new ProblemError({ reason: "bad-answer", host });
	return new ProblemError({ reason: "connection-lost", host });
}

/** A failure for a status that is not 2xx, from its status and those parts of its body that this extension knows. */
export function problemFromStatus(status: number, body: unknown, headers: ResponseHeaders, host: string): ProblemError {
	const error = field(body, "error");
	switch (status) {
		case 401:
			if (field(error, "code") === "incorrect_hostname") return new ProblemError({ reason: "wrong-region", host });
			// A missing permission can come as 401 too; only its text tells (API guide, admin keys).
			return permissionIn(error)
				? new ProblemError({ reason: "forbidden", permission: permissionIn(error) })
				: new ProblemError({ reason: "unauthorized" });
		case 403:
			return new ProblemError({ reason: "forbidden", permission: permissionIn(error) });
		case 404:
			return new ProblemError({ reason: "not-found" });
		case 408:
			return new ProblemError({ reason: "timeout", host });
		case 409:
			return new ProblemError({ reason: "conflict" });
		case 429:
			return new ProblemError({
				reason: "rate-limited",
				waitSeconds: sensible(retryAfterSeconds(headers, Date.now())),
			});
	}
	if (status >= 300 && status < 400) return new ProblemError({ reason: "redirected", host });
	if (status >= 500) return new ProblemError({ reason: "service-error", status });
	return new ProblemError({
		reason: "rejected",
		status,
		code: rejectionCode(field(error, "code")),
		param: parameterName(field(error, "param")),
		fieldRefused: status === 400 && isFieldRefused(error),
	});
}

/** What an answer's body says of an error, unchanged; `null` where it says nothing. */
export function messageIn(body: unknown): string | null {
	return textOf(field(body, "error")) || null;
}

/** Whether an answer's body speaks of the client certificate. */
export function mentionsClientCertificate(body: unknown): boolean {
	const error = field(body, "error");
	return /^mtls_/.test(String(field(error, "code"))) || /\b(?:certificates?|mtls)\b/i.test(textOf(error));
}

/** Permissions look like `api.mtls.write`, and host names do not; anything else in the service's text is not shown. */
function permissionIn(error: unknown): string | null {
	return /(?<![\w.-])api(?:\.[a-z_]{1,30}){1,3}\.(?:read|write)(?![\w-]|\.\w)/.exec(textOf(error))?.[0] ?? null;
}

/** Whether the service does not know an upload's field `certificate`, or misses one called `content`. */
function isFieldRefused(error: unknown): boolean {
	const code = field(error, "code");
	const param = field(error, "param");
	if (code === "unknown_parameter" && param === "certificate") return true;
	if (code === "missing_required_parameter" && param === "content") return true;
	return /^(?:unknown parameter: '?certificate\b|missing required parameter: '?content\b)/i.test(textOf(error));
}

function textOf(error: unknown): string {
	const text = typeof error === "string" ? error : field(error, "message");
	return typeof text === "string" ? text : "";
}

function rejectionCode(code: unknown): RejectionCode | null {
	return REJECTION_CODES.includes(code as string) ? (code as RejectionCode) : null;
}

/** A body field's name as this extension sends them, not whatever the service wrote. */
function parameterName(param: unknown): string | null {
	return param === "certificate" || param === "content" || param === "name" ? param : null;
}

/** Nobody waits for more than a day. */
function sensible(seconds: number | null): number | null {
	return seconds !== null && seconds <= 86_400 ? seconds : null;
}

function field(object: unknown, name: string): unknown {
	return typeof object === "object" && object !== null ? (object as Record<string, unknown>)[name] : undefined;
}

function codeOf(error: unknown): string {
	const code = field(error, "code");
	return typeof code === "string" ? code : "";
}
