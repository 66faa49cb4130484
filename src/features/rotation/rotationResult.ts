import type { Problem } from "../../domain/problem.ts";
import type { Scope } from "../../domain/scope.ts";

/** The result in one scope where one certificate was to replace another. */
export interface SwitchoverResult {
	readonly scope: Scope;
	/**
	 * - `done`: as intended, also if nothing had to change.
	 * - `kept`: the old certificate is active; the new certificate was active before the rotation and stays.
	 * - `returned`: the old certificate, which had become inactive, is active again; the new certificate stays.
	 * - `not-returned`: as `returned`, but the activation failed, or its outcome is unknown.
	 * - `failed`: nothing was deactivated; `problem` is the reason, `null` if the person cancelled.
	 * - `unread`: deactivated, but the list could not be read back.
	 * - `unknown`: the last call got no answer, and the list could not be read back either.
	 * - `restored`: neither was active after the deactivation; the deactivated certificate was reactivated at once.
	 * - `emptied`: as `restored`, but the reactivation failed, or its outcome is unknown.
	 * - `neither`: neither was active, and nothing was done.
	 * - `not-tried`: not begun.
	 */
	readonly outcome:
		| "done"
		| "kept"
		| "returned"
		| "not-returned"
		| "failed"
		| "unread"
		| "unknown"
		| "restored"
		| "emptied"
		| "neither"
		| "not-tried";
	readonly problem: Problem | null;
	/** An unexpected error of this extension; no further scope is tried. */
	readonly defect?: unknown;
}

/** The result of ending a rotation. */
export interface RotationResult {
	/** In execution order; scopes after the first failure are not tried. */
	readonly scopes: readonly SwitchoverResult[];
	/** True if the rotation is over, and its plan removed. */
	readonly ended: boolean;
	/** True if the old certificate is deleted. */
	readonly deleted: boolean;
	/** Why the rotation is not over; `null` also if the person cancelled, or if the last outcome explains it. */
	readonly problem: Problem | null;
}
