// Texts about an upload, from the functions that make them.
import { formatRowDescription } from "../../../src/common/messages/certificateMessages.ts";
import { describeProblem } from "../../../src/common/messages/problems/problems.ts";
import type { ActivationStatus } from "../../../src/domain/activationStatus.ts";
import type { LookupOutcome, UploadEnding } from "../../../src/domain/problem.ts";
import type { UploadAttempt } from "../../../src/features/upload/uploadAttempt.ts";
import { formatUnconfirmedUpload } from "../../../src/features/upload/uploadMessages.ts";
import type { StoredCertificate } from "../../emulator/state.ts";
import { uploadAttempt } from "../../unit/fakes/certificatesApi.ts";
import { toCertificate } from "./certificateTexts.ts";
import { SOME_TIME, timedText } from "./productTexts.ts";

/** Makes the record of an upload that started at `SOME_TIME`. */
export function attemptAtSomeTime(name: string, sha256 = ""): UploadAttempt {
	return uploadAttempt({ name, sha256, startedAt: SOME_TIME });
}

/** Makes an unconfirmed upload with this outcome of the last check. */
export function unconfirmedUpload(
	name: string,
	lookup: LookupOutcome | null = null,
	sha256?: string,
): Parameters<typeof formatUnconfirmedUpload>[0] {
	return { pending: attemptAtSomeTime(name, sha256), inOtherWindow: false, lookup, unplaced: false };
}

/** The description of an unconfirmed upload's row before a check. */
export const UNCONFIRMED = formatUnconfirmedUpload(unconfirmedUpload(""), Date.now());

/** A check's outcome: the list did not contain the upload. */
export const NOT_SEEN: LookupOutcome = { outcome: "not-seen", at: SOME_TIME };

/** Describes the message that the list did not contain an upload. @param kind `null` if nothing was sent just now. */
export function notSeenText(
	name: string,
	kind: Exclude<UploadEnding["kind"], "status"> | null,
): ReturnType<typeof timedText> {
	return timedText(
		describeProblem({ reason: "unconfirmed", name, lookup: NOT_SEEN, ending: kind === null ? null : { kind } }),
	);
}

/** The activation of a certificate just after its upload: nothing is known of projects. */
export const NOT_ACTIVATED: ActivationStatus = {
	...{ organization: false, projects: [], unread: 0, allProjects: false, problem: null },
};

/** Returns the description of a certificate's row just after its upload. */
export function uploadedDescription(stored: StoredCertificate): string {
	return formatRowDescription(toCertificate(stored), NOT_ACTIVATED, Date.now() / 1000);
}
