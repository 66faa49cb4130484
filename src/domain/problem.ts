import type { RefusalReason, SkippedBlock } from "./certificateFile.ts";
import type { CaIssue, KeyFileIssue, SigningRequestIssue } from "./certificateMaking.ts";
import type { CertificateNameIssue } from "./certificateNames.ts";
import type { RotationIssue } from "./rotationIssue.ts";
import type { Project } from "./scope.ts";

/**
 * All problems, as a closed set. `common/messages/problems` has one message and at most one remedy for each. A problem
 * has only the values for its message. It must never contain a key, a file's content or a server's text.
 */
export type Problem =
	// The file
	| {
			readonly reason: "file-refused";
			readonly file: string;
			/** The expected content of the file. */
			readonly wanted: "anchor" | "client-certificate";
			readonly refusal: RefusalReason;
			readonly skipped: readonly SkippedBlock[];
	  }
	| { readonly reason: "file-unreadable"; readonly file: string; readonly why: UnreadableFile }
	// The connection
	| { readonly reason: "no-key" }
	| { readonly reason: "key-elsewhere"; readonly host: string; readonly keyHost: string }
	| { readonly reason: "key-malformed"; readonly why: KeyIssue }
	| { readonly reason: "base-url"; readonly rule: BaseUrlRule }
	/** The mTLS host of the base URL's host is unknown, and no setting names it. */
	| { readonly reason: "no-mtls-host"; readonly host: string }
	| { readonly reason: "secrets-unavailable" }
	/** The client certificate and key in the settings cannot be presented. `file`: name without folders. */
	| { readonly reason: "client-certificate"; readonly why: TlsKeyPairIssue; readonly file: string }
	/** The client certificate and key chosen for a check cannot be presented. `file`: name without folders. */
	| { readonly reason: "client-pair"; readonly why: TlsKeyPairIssue; readonly file: string }
	// The network
	/** No connection could be made, so nothing was sent. `proxy`: the host of the proxy, if any. */
	| { readonly reason: "unreachable"; readonly host: string; readonly proxy: string | null }
	/** The proxy failed, so nothing was sent to the service. `proxy`: its host, or the name of the setting. */
	| { readonly reason: "proxy"; readonly proxy: string; readonly why: ProxyIssue }
	/** The connection ended after something was sent. */
	| { readonly reason: "connection-lost"; readonly host: string }
	| { readonly reason: "untrusted-server"; readonly host: string; readonly why: ServerCertificateIssue }
	/** The server ended the handshake because of a missing client certificate, or of the presented certificate. */
	| { readonly reason: "client-certificate-refused"; readonly host: string; readonly presented: boolean }
	| { readonly reason: "timeout"; readonly host: string }
	| { readonly reason: "redirected"; readonly host: string }
	| { readonly reason: "bad-answer"; readonly host: string }
	// The service's response
	/** OpenAI's stable code about client certificates, at any status (API guide, "Mutual TLS", errors). Never about the key. */
	| { readonly reason: "mtls"; readonly code: MtlsCode; readonly status: number }
	| { readonly reason: "unauthorized" }
	| { readonly reason: "wrong-region"; readonly host: string }
	| { readonly reason: "forbidden"; readonly permission: string | null }
	| { readonly reason: "not-found" }
	| { readonly reason: "conflict" }
	| {
			readonly reason: "rejected";
			readonly status: number;
			readonly code: RejectionCode | null;
			readonly param: string | null;
			/** True if the name of an upload's field was refused, not its value. For the API client, not for a message. */
			readonly fieldRefused: boolean;
	  }
	| { readonly reason: "rate-limited"; readonly waitSeconds: number | null }
	| { readonly reason: "service-error"; readonly status: number }
	// The command
	| { readonly reason: "nothing-selected" }
	| { readonly reason: "connection-changed" }
	/** A record or lock on this computer could not be read or written, so nothing was sent. */
	| {
			readonly reason: "not-recorded";
			/** The system's error code, such as `ENOSPC`; `null` if the error is not from the system. */
			readonly code: string | null;
	  }
	/** A newer version of this extension wrote the required record. It was left unchanged, and nothing was done. */
	| { readonly reason: "record-newer" }
	/** The required record cannot be read. It was left unchanged, and nothing was done. */
	| { readonly reason: "record-unreadable" }
	/** The list of known clients cannot be read. It was left unchanged, and nothing was done. */
	| { readonly reason: "clients-unreadable"; readonly path: string }
	/** A file to import isn't a list of clients. `file`: name without folders. */
	| { readonly reason: "client-list-refused"; readonly file: string; readonly why: ClientListIssue }
	/** An upload of the identical certificate to the same organization is running or unconfirmed. */
	| { readonly reason: "upload-pending"; readonly name: string; readonly running: boolean }
	/** An upload was sent, its outcome is unknown. `ending`: end of the request; `null` if this call sent nothing. */
	| {
			readonly reason: "unconfirmed";
			readonly name: string;
			readonly lookup: LookupOutcome;
			readonly ending: UploadEnding | null;
	  }
	/** The certificate cannot be deleted, because it is active in these scopes. */
	| {
			readonly reason: "certificate-active";
			readonly organization: boolean;
			readonly projects: readonly NamedProject[];
	  }
	/** The required lists could not be read completely, so nothing was changed. */
	| {
			readonly reason: "scopes-unread";
			/** True if the organization's list of certificates was not read. */
			readonly organization: boolean;
			/** True if the list of projects was not read completely. */
			readonly allProjects: boolean;
			/** The projects whose list of certificates was not read. */
			readonly projects: readonly NamedProject[];
			/** The first problem, if a read failed. */
			readonly why: Problem | null;
	  }
	/** A new read differs from the confirmed state, so nothing was changed. */
	| { readonly reason: "changed-meanwhile" }
	/** The change was sent. No response shows its outcome, and the state could not be read back. */
	| { readonly reason: "change-unknown"; readonly act: "rename" | "remove" }
	/** The new certificate cannot replace the old, or the old cannot be restored. This step changed nothing. */
	| { readonly reason: "rotation-refused"; readonly issue: RotationIssue }
	/** Another unfinished rotation includes one of the two certificates. `name`: its old certificate. */
	| { readonly reason: "rotation-pending"; readonly name: string }
	/** Another window or step has the lock; nothing was done. `host`, `process`: the lock's owner, if known. */
	| { readonly reason: "locked"; readonly host: string; readonly process: number }
	/** This window was suspended until another window acquired its lock. It stopped before sending more. */
	| { readonly reason: "lock-lost" }
	/** The certificate has no rotation to finish or undo. */
	| { readonly reason: "no-rotation" }
	/** This extension could lose its own access, so nothing was deactivated in the organization. */
	| { readonly reason: "own-access" }
	/** The service's content of a certificate is not a readable certificate. */
	| { readonly reason: "no-content"; readonly name: string }
	/** A file could not be written. `file`: name without folders. */
	| { readonly reason: "not-saved"; readonly file: string }
	/** The CA can't issue client certificates. Nothing was made. */
	| { readonly reason: "ca-refused"; readonly why: CaIssue }
	/** The CSR can't become a client certificate. Nothing was made. */
	| { readonly reason: "request-refused"; readonly why: SigningRequestIssue }
	/** The certificate can't contain these names. Nothing was made. */
	| { readonly reason: "names-refused"; readonly issue: CertificateNameIssue }
	/**
	 * The files of a new certificate could not be created, so no certificate was. `file`: name without folders. `code`: the
	 * system's error code. `left`: the path of a file that could not be removed again.
	 */
	| {
			readonly reason: "key-file";
			readonly file: string;
			readonly why: KeyFileIssue;
			readonly code: string | null;
			readonly left: string | null;
	  }
	/** A file for a private key, or of a CA, is not on the computer that this extension runs on. `computer`: its name. */
	| { readonly reason: "not-on-this-computer"; readonly file: string; readonly computer: string }
	/** The path of a client's file has a character that could disguise it in a copied setup. `file`: as above. */
	| { readonly reason: "setup-path"; readonly file: string };

export type Reason = Problem["reason"];

/** A project as named in a message. */
export type NamedProject = Pick<Project, "id" | "name">;

/**
 * Outcome of looking up an unconfirmed upload in the organization's certificates. `at`: time of the lookup, Unix
 * milliseconds. `failed`: the list could not be read; `partial`: not all certificates could be read; `ambiguous`: the
 * list has an identical certificate, possibly an older copy; `unplaced`: the upload's organization is unknown.
 */
export type LookupOutcome =
	| { readonly outcome: "not-seen"; readonly at: number }
	| { readonly outcome: "failed" | "partial" | "ambiguous" | "unplaced" };

/**
 * How the request of an unconfirmed upload ended. `canceled`: by the user; `unreadable`: not a valid response of the
 * API. `status`: an HTTP status that does not show whether the certificate was stored.
 */
export type UploadEnding =
	| { readonly kind: "no-response" | "canceled" | "redirected" | "unreadable" }
	| { readonly kind: "status"; readonly status: number };

/** `newer`: a newer version of this extension exported the list. */
export type ClientListIssue = "too-large" | "not-a-list" | "newer";

export type ProxyIssue = "not-a-url" | "unsupported" | "unreachable" | "untrusted" | "credentials" | "refused";
export type TlsKeyPairIssue =
	| "not-set"
	| "missing"
	| "not-a-file"
	| "no-permission"
	/** The disk or network drive does not respond. */
	| "no-answer"
	| "too-large"
	| "no-certificate"
	| "no-key"
	/** Unlocking the key would block the runtime for long. */
	| "slow-key"
	| "passphrase-needed"
	| "passphrase-wrong"
	| "not-a-pair"
	/** This runtime's TLS rejects the certificate: the key is too short, or the signature too weak. */
	| "unusable";
export type UnreadableFile = "too-large" | "folder" | "not-a-file" | "dead-link" | "gone" | "no-permission" | "other";
export type KeyIssue = "blank" | "space-inside" | "not-ascii" | "too-long";
/** `mtls`: all rules for the host of client certificates, which must use https. */
export type BaseUrlRule = "not-a-url" | "https-or-loopback" | "no-extras" | "mtls";
export type ServerCertificateIssue = "expired" | "wrong-name" | "self-signed" | "unknown-issuer" | "other";
export type MtlsCode =
	/** An active certificate applies, and no client certificate was presented. */
	| "certificate_required"
	/** The client certificate cannot be decoded, or has no authority key identifier. */
	| "invalid_certificate"
	/** The client certificate and the presented chain reach no active trust anchor. */
	| "certificate_verification_failed"
	/** The CEL filter of the trust anchor does not match. */
	| "certificate_attribute_verification_failed"
	/** OpenAI's verifier failed. */
	| "authentication_temporarily_unavailable";
export type RejectionCode = "mtls_certificate_invalid" | "expired_certificate" | "certificate_in_use";

/** An error with a problem to show. Must not have a `cause`, which could contain the key in a header or an address. */
export class ProblemError extends Error {
	readonly problem: Problem;

	constructor(problem: Problem) {
		super(problem.reason);
		this.name = "ProblemError";
		this.problem = problem;
	}
}

/** Thrown if the user cancels. Never shown as a problem. */
export class CancelledError extends Error {
	constructor() {
		super("cancelled");
		this.name = "CancelledError";
	}
}

/**
 * Returns the problem of a thrown value, or `null` if the value is not a `ProblemError`. Compares the name, because
 * `instanceof` fails for errors of the other bundle, which has its own copy of the class.
 */
export function problemOf(thrown: unknown): Problem | null {
	return thrown instanceof Error && thrown.name === "ProblemError" ? (thrown as ProblemError).problem : null;
}

/** True if a request that ended with this problem may have succeeded, so not if refused or never sent. */
export function isOutcomeUnknown(problem: Problem): boolean {
	return OUTCOME_UNKNOWN.has(outcomeReason(problem));
}

/**
 * Returns the reason that decides whether a request may have succeeded, and whether it is repeated. For `mtls`, only the
 * HTTP status decides; a status that decides nothing counts as `rejected`.
 */
export function outcomeReason(problem: Problem): Reason {
	if (problem.reason !== "mtls") return problem.reason;
	switch (problem.status) {
		case 408:
			return "timeout";
		case 409:
			return "conflict";
		case 429:
			return "rate-limited";
		default:
			return problem.status >= 500 ? "service-error" : "rejected";
	}
}

const OUTCOME_UNKNOWN: ReadonlySet<Reason> = new Set<Reason>([
	"connection-lost",
	"timeout",
	"redirected",
	"bad-answer",
	"conflict",
	"service-error",
]);

/** True if the service refused a request because of its client certificate, so that the key is not the reason. */
export function isClientCertificateRefused(problem: Problem): boolean {
	if (problem.reason === "mtls") return problem.code !== "authentication_temporarily_unavailable";
	return problem.reason === "client-certificate-refused";
}

/** True for a `CancelledError` of either bundle. */
export function isCancelled(thrown: unknown): boolean {
	return thrown instanceof Error && thrown.name === "CancelledError";
}
