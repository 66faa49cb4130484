import type { Problem } from "../../domain/problem.ts";
import type { Scope } from "../../domain/scope.ts";

/** What became of one scope in which one certificate was to go and another to be active. */
export interface SwitchoverResult {
	readonly scope: Scope;
	/**
	 * - `done`: as it was meant to be, or it was so already.
	 * - `kept`: the old one is active, and the new one, which was active there before the rotation, stays beside it.
	 * - `returned`: the new one stays, and the old one, which was not active any more, is active beside it again.
	 * - `not-returned`: that did not succeed, or it is not known whether it did.
	 * - `failed`: nothing was deactivated; `problem` tells why, `null` where the person cancelled.
	 * - `unread`: deactivated, and it could not be read back.
	 * - `unknown`: no answer to the last call, and it could not be read back either.
	 * - `restored`: after the deactivation neither of the two was active; what was deactivated was activated again at once.
	 * - `emptied`: the same, but it could not be activated again, or that is not known.
	 * - `neither`: neither of the two was active, and nothing was done.
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
	/** What went wrong in this extension itself; nothing more is done then. */
	readonly defect?: unknown;
}

/** What became of a rotation that was to end. */
export interface RotationResult {
	/** In the order in which it was done; what comes after the first that fails is not tried. */
	readonly scopes: readonly SwitchoverResult[];
	/** Whether it is over, and its plan removed. */
	readonly ended: boolean;
	/** Whether the old one is deleted. */
	readonly removed: boolean;
	/** Why it is not over; `null` also where the person cancelled, or where the last outcome says it all. */
	readonly problem: Problem | null;
}
