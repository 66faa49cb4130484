import type { RefusalReason, SkippedBlock } from "./certificateFile.ts";
import type { Project } from "./scope.ts";

/**
 * Everything that can go wrong, as a closed set. Each has one sentence and at most one mending action, in `ui/words`.
 * A problem carries what its sentence needs and nothing else: never a key, a file's content or a server's own words.
 */
export type Problem =
	// The file
	| {
			readonly reason: "file-refused";
			readonly file: string;
			/** What was looked for in it. */
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
	| { readonly reason: "secrets-unavailable" }
	/** What the settings name as client certificate and key cannot be presented. `file` is a name without folders. */
	| { readonly reason: "client-certificate"; readonly why: TlsKeyPairIssue; readonly file: string }
	/** A client certificate and key that were chosen to be shown to the service cannot be. `file`, `why`: as there. */
	| { readonly reason: "client-pair"; readonly why: TlsKeyPairIssue; readonly file: string }
	// The way to the service
	/** No connection came about, so that nothing was sent. `proxy` is the host of the one that was asked, if any. */
	| { readonly reason: "unreachable"; readonly host: string; readonly proxy: string | null }
	/** The way to the proxy, or what it answered; nothing was sent to the service. `proxy` is its host, or what stands for it. */
	| { readonly reason: "proxy"; readonly proxy: string; readonly why: ProxyIssue }
	/** It ended after something was sent. */
	| { readonly reason: "connection-lost"; readonly host: string }
	| { readonly reason: "untrusted-server"; readonly host: string; readonly why: ServerCertificateIssue }
	/** The server ended the handshake for want of a client certificate, or for the one that was presented. */
	| { readonly reason: "client-certificate-refused"; readonly host: string; readonly presented: boolean }
	| { readonly reason: "timeout"; readonly host: string }
	| { readonly reason: "redirected"; readonly host: string }
	| { readonly reason: "bad-answer"; readonly host: string }
	// What the service said
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
			/** It was for the name of an upload's field and not for what the field held. No sentence needs it: the API does. */
			readonly fieldRefused: boolean;
	  }
	| { readonly reason: "rate-limited"; readonly waitSeconds: number | null }
	| { readonly reason: "service-error"; readonly status: number }
	// What was asked for here
	| { readonly reason: "nothing-selected" }
	| { readonly reason: "connection-changed" }
	/** What is about to be sent could not be written down, so that nothing was sent. */
	| {
			readonly reason: "not-recorded";
			/** What the system said, such as `ENOSPC`; `null` where it is not the system's refusal. */
			readonly code: string | null;
	  }
	/** A newer version of this extension wrote down what this depends on; it is left as it is, and nothing was done. */
	| { readonly reason: "record-newer" }
	/** What was written down of what this depends on cannot be read; it is left as it is, and nothing was done. */
	| { readonly reason: "record-unreadable" }
	/** The same certificate is on its way to the same organization, or an upload of it is not confirmed. */
	| { readonly reason: "upload-pending"; readonly name: string; readonly running: boolean }
	/** An upload was sent, and its outcome is unknown. `ending`: how the request ended; `null` where this call sent nothing. */
	| {
			readonly reason: "unconfirmed";
			readonly name: string;
			readonly look: LookupOutcome;
			readonly ending: UploadEnding | null;
	  }
	/** It cannot be deleted, because it is active there. */
	| {
			readonly reason: "certificate-active";
			readonly organization: boolean;
			readonly projects: readonly NamedProject[];
	  }
	/** What the act depends on could not be read as a whole, so that nothing was changed. `why`: what the first of it met, if it failed. */
	| {
			readonly reason: "scopes-unread";
			/** The organization's list of certificates. */
			readonly organization: boolean;
			/** The list of projects, so that it is not known which there are. */
			readonly allProjects: boolean;
			/** Those whose list of certificates it is. */
			readonly projects: readonly NamedProject[];
			readonly why: Problem | null;
	  }
	/** A fresh read shows something else than what was confirmed, so that nothing was changed. */
	| { readonly reason: "changed-meanwhile" }
	/** It was sent, no answer tells what became of it, and it could not be read back. */
	| { readonly reason: "change-unknown"; readonly act: "rename" | "remove" }
	/** One certificate cannot take over from the other, or nothing can return to it; nothing was changed by that step. */
	| { readonly reason: "rotation-refused"; readonly flaw: RotationIssue }
	/** Another rotation that is not over has one of the two certificates: the one that is called so is its old one. */
	| { readonly reason: "rotation-pending"; readonly name: string }
	/** Another window, or another step in this one, is at the same; nothing was done. `host` and `process`: which, as far as it is known. */
	| { readonly reason: "locked"; readonly host: string; readonly process: number }
	/** This window stood still for so long that another one has taken its place; it stopped before it sent anything more. */
	| { readonly reason: "lock-lost" }
	/** There is no rotation of it that could be finished or undone. */
	| { readonly reason: "no-rotation" }
	/** This extension's own calls would not be accepted any more, or that is not proven: nothing was deactivated there. */
	| { readonly reason: "own-access" }
	/** What the service sent of a certificate holds none that can be read. */
	| { readonly reason: "no-content"; readonly name: string }
	/** A file could not be written. `file` is its name without folders. */
	| { readonly reason: "not-saved"; readonly file: string };

export type Reason = Problem["reason"];

/** A project as a sentence names it. */
export type NamedProject = Pick<Project, "id" | "name">;

/**
 * What a look at the organization's certificates said of an upload that was not answered. `at`: when, Unix milliseconds.
 * `failed`: it could not be looked; `partial`: not all of it could be read; `ambiguous`: one is there that may be an
 * older copy.
 */
export type LookupOutcome =
	| { readonly outcome: "not-seen"; readonly at: number }
	| { readonly outcome: "failed" | "partial" | "ambiguous" | "unplaced" };

/**
 * How the request of an upload ended whose outcome is unknown. `canceled`: the person ended it; `unreadable`: the response
 * is not what the API sends. `status`: an HTTP status that does not tell whether the certificate was stored.
 */
export type UploadEnding =
	| { readonly kind: "no-response" | "canceled" | "redirected" | "unreadable" }
	| { readonly kind: "status"; readonly status: number };

export type ProxyIssue = "not-a-url" | "unsupported" | "unreachable" | "untrusted" | "credentials" | "refused";
export type TlsKeyPairIssue =
	| "not-set"
	| "missing"
	| "not-a-file"
	| "no-permission"
	/** Its disk or network drive does not answer. */
	| "no-answer"
	| "too-large"
	| "no-certificate"
	| "no-key"
	| "passphrase-needed"
	| "passphrase-wrong"
	| "not-a-pair"
	/** This runtime's TLS takes no such certificate: its key is too short, or its signature too weak. */
	| "unusable";
export type UnreadableFile = "too-large" | "folder" | "not-a-file" | "dead-link" | "gone" | "no-permission" | "other";
export type KeyIssue = "blank" | "space-inside" | "not-ascii" | "too-long";
/** `mtls`: all of them for the host of client certificates, which has to be asked by https. */
export type BaseUrlRule = "not-a-url" | "https-or-loopback" | "no-extras" | "mtls";
export type ServerCertificateIssue = "expired" | "wrong-name" | "self-signed" | "unknown-issuer" | "other";
export type RejectionCode = "mtls_certificate_invalid" | "expired_certificate" | "certificate_in_use";

/**
 * The one error that leaves a layer. It keeps no cause: what caused it may hold the key in a header or an address.
 */
export class ProblemError extends Error {
	readonly problem: Problem;

	constructor(problem: Problem) {
		super(problem.reason);
		this.name = "ProblemError";
		this.problem = problem;
	}
}

/** Thrown where the person said no; the one place that shows failures stays silent on it. */
export class CancelledError extends Error {
	constructor() {
		super("cancelled");
		this.name = "Cancelled";
	}
}

/**
 * The problem in whatever was thrown, or `null` where it is not a `Failure`. Told by name: each bundle has a copy of the
 * class, so that `instanceof` would not know what the other one threw.
 */
export function problemOf(thrown: unknown): Problem | null {
	return thrown instanceof Error && thrown.name === "ProblemError" ? (thrown as ProblemError).problem : null;
}

/** Whether a request that ended so may have done its work all the same: all but a refusal and what was never sent. */
export function isOutcomeUnknown({ reason }: Problem): boolean {
	return OUTCOME_UNKNOWN.has(reason);
}

const OUTCOME_UNKNOWN: ReadonlySet<Reason> = new Set<Reason>([
	"connection-lost",
	"timeout",
	"redirected",
	"bad-answer",
	"conflict",
	"service-error",
]);

/** Whether this is a `Cancelled`, of whichever bundle. */
export function isCancelled(thrown: unknown): boolean {
	return thrown instanceof Error && thrown.name === "Cancelled";
}

/** What keeps a certificate from taking over, or from being returned to. */
export type RotationIssue =
	/** Both are the same certificate, by their id or fingerprint. */
	| "same"
	/** The old one is active nowhere. */
	| "inactive"
	/** The new one is not there any more. */
	| "gone"
	/** The new one is no authority, so that no client certificate can chain to it. */
	| "leaf"
	/** Neither the list nor the content tells when both expire. */
	| "dates-unknown"
	/** The new one does not expire later than the old one. */
	| "not-longer"
	| "not-yet-valid"
	| "expired"
	/** Within the given period. */
	| "expires-soon"
	/** The old one has expired: nothing returns to it. */
	| "old-expired";
