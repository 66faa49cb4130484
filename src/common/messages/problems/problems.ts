import * as l10n from "@vscode/l10n";
import type { KeyIssue, Problem } from "../../../domain/problem.ts";
import { sanitize } from "../../text/sanitize.ts";
import {
	clientListIssueText,
	describeClientFileRefusal,
	describeFileOutcome,
	unreadableFileText,
} from "../certificateFileMessages.ts";
import {
	describeActiveCertificate,
	describeStillActiveCertificate,
	describeUnknownChange,
	unreadScopesText,
} from "../changes.ts";
import { caIssueText, nameIssueText, signingRequestIssueText } from "./issuingProblems.ts";
import { keyFileProblemText } from "./keyFileProblems.ts";
import {
	baseUrlIssueText,
	proxyIssueText,
	rejectedClientCertificateText,
	serverCertificateIssueText,
	tlsKeyPairIssueText,
	unknownMtlsHostText,
	unreachableServerText,
} from "./networkProblems.ts";
import type { ProblemText } from "./problemText.ts";
import { describeRotationIssue } from "./rotationIssues.ts";
import { serviceProblemText } from "./serviceProblems.ts";
import { storageProblemText } from "./storageProblems.ts";
import { describeUnconfirmedUpload, pendingUploadText } from "./uploadProblems.ts";

/** Describes a problem: what happened, its effect, and what to do. */
export function describeProblem(problem: Problem): string {
	const { fact, effect, action } = problemText(problem);
	return joinSentences(fact, effect, action);
}

/** Like `describeProblem`, for a question: without the effect, such as “Nothing was sent.”, since the user can still go on. */
export function describeCause(problem: Problem): string {
	const { fact, action } = problemText(problem);
	return joinSentences(fact, action);
}

/**
 * Like `describeProblem`, after a partly done change. Must not say that nothing was sent, changed or done, because that
 * is untrue for the earlier steps.
 */
export function describePartialFailure(problem: Problem): string {
	switch (problem.reason) {
		case "file-refused":
			return problem.wanted === "anchor"
				? l10n.t("{0} can't be used as a trust anchor. Choose another file.", sanitize(problem.file))
				: l10n.t("{0} can't be used as a client certificate. Choose another file.", sanitize(problem.file));
		case "connection-changed":
			return l10n.t("The connection or base URL changed, so the remaining steps were skipped.");
		case "lock-lost":
			return l10n.t(
				"This window didn't respond for so long that another window could start a command with the same data, so the remaining steps were skipped.",
			);
		case "changed-meanwhile":
			return l10n.t("Something changed in the meantime. Refresh, review the change, then try again.");
		case "certificate-active":
			return describeStillActiveCertificate(problem);
		default:
			return describeCause(problem);
	}
}

function joinSentences(...sentences: readonly (string | undefined)[]): string {
	return sentences.filter((sentence) => sentence !== undefined).join(" ");
}

function problemText(problem: Problem): ProblemText {
	switch (problem.reason) {
		case "file-refused":
			return {
				fact: l10n.t(
					"{0}: {1}",
					sanitize(problem.file),
					problem.wanted === "anchor"
						? describeFileOutcome({ reason: problem.refusal, candidates: [], skipped: problem.skipped })
						: describeClientFileRefusal(problem.refusal),
				),
			};
		case "file-unreadable":
			return unreadableFileText(problem.why, sanitize(problem.file));
		case "client-list-refused":
			return clientListIssueText(problem.why, sanitize(problem.file));
		case "connection-changed":
			return {
				fact: l10n.t("The connection or base URL changed in the meantime, so the request wasn't sent."),
				action: l10n.t("Start again."),
			};
		case "nothing-selected":
			return {
				fact: l10n.t("No suitable row is selected."),
				// VS Code forgets a menu's row if the view is refreshed while the menu is open.
				action: l10n.t("Select the row for this command in its view, and try again if the view just changed."),
			};
		case "no-key":
			return { fact: l10n.t("Set an admin key first.") };
		case "key-elsewhere": {
			const [keyHost, host] = [sanitize(problem.keyHost), sanitize(problem.host)];
			return {
				fact: l10n.t("Your admin key is for {0}, but the base URL points to {1}.", keyHost, host),
				effect: l10n.t("The key wasn't sent."),
				action: l10n.t("Set a key for {0}, or change the base URL back.", host),
			};
		}
		case "key-malformed":
			return { fact: describeKeyIssue(problem.why) };
		case "base-url":
			return baseUrlIssueText(problem.rule);
		case "no-mtls-host":
			return unknownMtlsHostText(sanitize(problem.host));
		case "secrets-unavailable":
			// Must not say that nothing was saved: this is also a failed read, and saving takes several steps.
			return {
				fact: l10n.t("Secret storage isn't available."),
				action: l10n.t("Make sure that this computer's keyring is unlocked, then try again."),
			};
		case "unreachable":
			return unreachableServerText(sanitize(problem.host), problem.proxy === null ? null : sanitize(problem.proxy));
		case "proxy":
			return proxyIssueText(problem.why, sanitize(problem.proxy));
		case "client-certificate":
		case "client-pair":
			return tlsKeyPairIssueText(problem.why, sanitize(problem.file));
		case "client-certificate-refused":
			return rejectedClientCertificateText(sanitize(problem.host), problem.presented);
		case "untrusted-server":
			return serverCertificateIssueText(problem.why, sanitize(problem.host));
		case "connection-lost":
		case "timeout":
		case "redirected":
		case "bad-answer":
		case "mtls":
		case "unauthorized":
		case "wrong-region":
		case "forbidden":
		case "not-found":
		case "conflict":
		case "rejected":
		case "rate-limited":
		case "service-error":
			return serviceProblemText(problem);
		case "not-recorded":
		case "record-newer":
		case "record-unreadable":
		case "clients-unreadable":
		case "locked":
		case "lock-lost":
			return storageProblemText(problem);
		case "upload-pending":
			return pendingUploadText(sanitize(problem.name), problem.running);
		case "unconfirmed":
			return {
				fact: describeUnconfirmedUpload(sanitize(problem.name), problem.ending, problem.lookup, Date.now()),
			};
		case "certificate-active":
			return { fact: describeActiveCertificate(problem) };
		case "scopes-unread":
			return unreadScopesText(problem, problem.why && describePartialFailure(problem.why));
		case "changed-meanwhile":
			return {
				fact: l10n.t("Something changed in the meantime, so nothing was done."),
				action: l10n.t("Refresh, review the change, then try again."),
			};
		case "change-unknown":
			return { fact: describeUnknownChange(problem) };
		case "rotation-refused":
			return { fact: describeRotationIssue(problem.issue) };
		case "rotation-pending":
			return { fact: l10n.t("Finish or undo the rotation of “{0}” first.", sanitize(problem.name)) };
		case "no-rotation":
			return { fact: l10n.t("This certificate has no rotation to finish or undo.") };
		case "own-access":
			return {
				fact: l10n.t("A deactivation in the organization might lock out this extension."),
				effect: l10n.t("Nothing was deactivated in the organization."),
				action: l10n.t("Set a client certificate that chains to a certificate that stays active in the organization."),
			};
		case "no-content":
			return { fact: l10n.t("OpenAI's copy of “{0}” isn't a readable certificate.", sanitize(problem.name)) };
		case "not-saved":
			return {
				fact: l10n.t("Couldn't save {0}.", sanitize(problem.file)),
				action: l10n.t("Check that you can write to the folder, then try again."),
			};
		case "ca-refused":
			return caIssueText(problem.why);
		case "request-refused":
			return signingRequestIssueText(problem.why);
		case "names-refused":
			return nameIssueText(problem.issue);
		case "key-file":
		case "not-on-this-computer":
			return keyFileProblemText(problem);
		case "setup-path":
			return {
				fact: l10n.t(
					"The path of {0} contains a line break or another invisible character, which a setup can't contain.",
					sanitize(problem.file),
				),
				action: l10n.t("Rename the file or its folder, then try again."),
			};
	}
}

/** Describes why a text can't be a key, of an admin or of a project. */
export function describeKeyIssue(issue: KeyIssue): string {
	switch (issue) {
		case "blank":
			return l10n.t("Enter a key.");
		case "space-inside":
			return l10n.t("A key can't contain spaces or line breaks. Did you copy more than the key?");
		case "not-ascii":
			return l10n.t("A key contains only plain letters, digits, and symbols. Did you copy it from formatted text?");
		case "too-long":
			return l10n.t("This is too long to be a key. Did you copy something else?");
	}
}
