import type { RefusalReason, SkippedBlock } from "./certificateFile.ts";

/**
 * Everything that can go wrong, as a closed set. Each has one sentence and at most one mending action, in `ui/words`.
 * A problem carries what its sentence needs and nothing else: never a key, a file's content or a server's own words.
 */
export type Problem =
	// The file
	| {
			readonly reason: "file-refused";
			readonly file: string;
			readonly refusal: RefusalReason;
			readonly skipped: readonly SkippedBlock[];
	  }
	| { readonly reason: "file-unreadable"; readonly file: string; readonly why: UnreadableFile }
	// The connection
	| { readonly reason: "no-key" }
	| { readonly reason: "key-elsewhere"; readonly host: string; readonly keyHost: string }
	| { readonly reason: "key-malformed"; readonly why: KeyFlaw }
	| { readonly reason: "base-url"; readonly rule: BaseUrlRule }
	| { readonly reason: "secrets-unavailable" }
	// The way to the service
	/** No connection came about, so that nothing was sent. */
	| { readonly reason: "unreachable"; readonly host: string }
	/** It ended after something was sent. */
	| { readonly reason: "connection-lost"; readonly host: string }
	| { readonly reason: "untrusted-server"; readonly host: string; readonly why: ServerCertificateFlaw }
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
	| { readonly reason: "unconfirmed"; readonly name: string };

export type Reason = Problem["reason"];

export type UnreadableFile = "too-large" | "folder" | "not-a-file" | "dead-link" | "gone" | "no-permission" | "other";
export type KeyFlaw = "blank" | "space-inside" | "not-ascii" | "too-long";
export type BaseUrlRule = "not-a-url" | "https-or-loopback" | "no-extras";
export type ServerCertificateFlaw = "expired" | "wrong-name" | "self-signed" | "unknown-issuer" | "other";
export type RejectionCode = "mtls_certificate_invalid" | "expired_certificate" | "certificate_in_use";

/**
 * The one error that leaves a layer. It keeps no cause: what caused it may hold the key in a header or an address.
 */
export class Failure extends Error {
	readonly problem: Problem;

	constructor(problem: Problem) {
		super(problem.reason);
		this.name = "Failure";
		this.problem = problem;
	}
}

/** Thrown where the person said no; the one place that shows failures stays silent on it. */
export class Cancelled extends Error {
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
	return thrown instanceof Error && thrown.name === "Failure" ? (thrown as Failure).problem : null;
}

/** Whether this is a `Cancelled`, of whichever bundle. */
export function isCancelled(thrown: unknown): boolean {
	return thrown instanceof Error && thrown.name === "Cancelled";
}
