import {
	type MtlsCode,
	ProblemError,
	problemOf,
	type RejectionCode,
	type ServerCertificateIssue,
} from "../domain/problem.ts";
import type { Endpoint } from "./endpoint.ts";
import { type ResponseHeaders, retryAfterSeconds } from "./headers.ts";

/** OpenSSL's and Node's codes for an invalid server certificate (`X509_V_ERR_…`, `tls.checkServerIdentity`). */
const SERVER_CERTIFICATE_ISSUES: Readonly<Record<string, ServerCertificateIssue>> = {
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
 * Alerts for an invalid or missing client certificate: during the handshake in TLS 1.2 (RFC 5246, 7.2.2), after it in
 * TLS 1.3 (RFC 8446, 6.2). Without a certificate, a TLS 1.2 server may just fail the handshake (RFC 5246, 7.4.6). The
 * text before `ALERT` depends on the OpenSSL version: `SSLV3`, `SSL/TLS`, `TLSV1`, `TLSV13`.
 */
const CLIENT_CERTIFICATE_ALERT =
	/^ERR_SSL_\S+_ALERT_(?:(?:NO|BAD|UNSUPPORTED)_CERTIFICATE|CERTIFICATE_(?:REVOKED|EXPIRED|UNKNOWN|REQUIRED)|UNKNOWN_CA|ACCESS_DENIED|HANDSHAKE_FAILURE)$/;

const TIMEOUT_CODES = new Set(["UND_ERR_HEADERS_TIMEOUT", "UND_ERR_BODY_TIMEOUT", "ETIMEDOUT"]);

const MALFORMED_RESPONSE_CODES = /^(HPE_|UND_ERR_(RESPONSE|RES_|HEADERS_OVERFLOW))/;

const REJECTION_CODES: readonly string[] = [
	"mtls_certificate_invalid",
	"expired_certificate",
	"certificate_in_use",
] satisfies RejectionCode[];

const MTLS_CODES: readonly string[] = [
	"certificate_required",
	"invalid_certificate",
	"certificate_verification_failed",
	"certificate_attribute_verification_failed",
	"authentication_temporarily_unavailable",
] satisfies MtlsCode[];

/** Returns the issue of the peer's certificate, or `null` for another error. */
export function serverCertificateIssue(error: unknown): ServerCertificateIssue | null {
	return SERVER_CERTIFICATE_ISSUES[codeOf(error)] ?? null;
}

/** Maps a connection error to a problem. Drops the original, which could contain the key. */
export function problemFromConnectionError(error: unknown, { host, proxy, tls }: Endpoint): ProblemError {
	const why = serverCertificateIssue(error);
	if (why) return new ProblemError({ reason: "untrusted-server", host, why });
	if (CLIENT_CERTIFICATE_ALERT.test(codeOf(error)))
		return new ProblemError({
			reason: "client-certificate-refused",
			host,
			presented: tls?.hasClientCertificate ?? false,
		});
	return new ProblemError({ reason: "unreachable", host, proxy: proxy?.host ?? null });
}

/**
 * Maps an error of undici, TLS or the socket to a problem. Drops the original, which could contain the key.
 * @param sent Whether bytes of the request may have reached the service.
 */
export function problemFromError(error: unknown, endpoint: Endpoint, sent: boolean): Error {
	if (error instanceof Error && problemOf(error)) return error;
	const { host } = endpoint;
	const code = codeOf(error);
	if (!sent || CLIENT_CERTIFICATE_ALERT.test(code)) return problemFromConnectionError(error, endpoint);
	if (TIMEOUT_CODES.has(code)) return new ProblemError({ reason: "timeout", host });
	if (MALFORMED_RESPONSE_CODES.test(code)) return new ProblemError({ reason: "bad-answer", host });
	return new ProblemError({ reason: "connection-lost", host });
}

/** Maps a response other than 2xx to a problem. Uses only known values of the body. */
export function problemFromStatus(status: number, body: unknown, headers: ResponseHeaders, host: string): ProblemError {
	const error = field(body, "error");
	const mtls = status >= 400 ? mtlsCode(field(error, "code")) : null;
	if (mtls) return new ProblemError({ reason: "mtls", code: mtls, status });
	switch (status) {
		case 401:
			if (field(error, "code") === "incorrect_hostname") return new ProblemError({ reason: "wrong-region", host });
			// A 401 can also mean a missing permission, which only the text shows (API guide, admin keys).
			return permissionFrom(error)
				? new ProblemError({ reason: "forbidden", permission: permissionFrom(error) })
				: new ProblemError({ reason: "unauthorized" });
		case 403:
			return new ProblemError({ reason: "forbidden", permission: permissionFrom(error) });
		case 404:
			return new ProblemError({ reason: "not-found" });
		case 408:
			return new ProblemError({ reason: "timeout", host });
		case 409:
			return new ProblemError({ reason: "conflict" });
		case 429:
			return new ProblemError({
				reason: "rate-limited",
				waitSeconds: atMostOneDay(retryAfterSeconds(headers, Date.now())),
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

/** Returns the unchanged error message of a response body, or `null`. */
export function errorMessageFrom(body: unknown): string | null {
	return textOf(field(body, "error")) || null;
}

/** True if the error in a response body is about the client certificate. */
export function mentionsClientCertificate(body: unknown): boolean {
	const error = field(body, "error");
	return /^mtls_/.test(String(field(error, "code"))) || /\b(?:certificates?|mtls)\b/i.test(textOf(error));
}

/** Returns the permission in a message, such as `api.mtls.write`. Must not match host names or show other text. */
function permissionFrom(error: unknown): string | null {
	return /(?<![\w.-])api(?:\.[a-z_]{1,30}){1,3}\.(?:read|write)(?![\w-]|\.\w)/.exec(textOf(error))?.[0] ?? null;
}

/** True if the service does not know an upload's field `certificate`, or requires the field `content`. */
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

function mtlsCode(code: unknown): MtlsCode | null {
	return MTLS_CODES.includes(code as string) ? (code as MtlsCode) : null;
}

/** Returns the name of a request's field, or `null` for any other text of the service. */
function parameterName(param: unknown): string | null {
	return param === "certificate" || param === "content" || param === "name" ? param : null;
}

/** Returns `null` for more than a day, which is too long to wait. */
function atMostOneDay(seconds: number | null): number | null {
	return seconds !== null && seconds <= 86_400 ? seconds : null;
}

function field(object: unknown, name: string): unknown {
	return typeof object === "object" && object !== null ? (object as Record<string, unknown>)[name] : undefined;
}

function codeOf(error: unknown): string {
	const code = field(error, "code");
	return typeof code === "string" ? code : "";
}
