import * as l10n from "@vscode/l10n";
import type { KeyIssue, Problem, UnreadableFile } from "../../domain/problem.ts";
import { sanitize } from "../text/sanitize.ts";
import { describeClientFileRefusal, describeFileOutcome } from "./certificateFileMessages.ts";
import { describeActiveCertificate, describeUnknownChange, describeUnreadScopes } from "./changes.ts";
import {
	describeBaseUrlIssue,
	describeProxyIssue,
	describeRefusedClientCertificate,
	describeServerCertificateIssue,
	describeTlsKeyPairIssue,
	describeUnreachableServer,
} from "./networkProblems.ts";
import { describeRotationIssue } from "./rotationIssues.ts";
import { describeLateStorageProblem, describeStorageProblem } from "./storageProblems.ts";
import { describePendingUpload, describeUnconfirmedUpload } from "./uploadProblems.ts";

/** A command that can solve a problem. */
export type Remedy =
	| "set-key"
	| "set-passphrase"
	| "open-settings"
	| "open-proxy-settings"
	| "show-log"
	| "refresh"
	| "show-view"
	| "check-upload"
	| "switch-connection";

/** Describes a problem: what happened, and what to do. */
export function describeProblem(problem: Problem): string {
	switch (problem.reason) {
		case "file-refused":
			return l10n.t(
				"{0}: {1}",
				sanitize(problem.file),
				problem.wanted === "anchor"
					? describeFileOutcome({ reason: problem.refusal, candidates: [], skipped: problem.skipped })
					: describeClientFileRefusal(problem.refusal),
			);
		case "file-unreadable":
			return describeUnreadableFile(problem.why, sanitize(problem.file));
		case "connection-changed":
			return l10n.t("The admin key or the base URL was changed while you were asked. Nothing was sent. Start again.");
		case "nothing-selected":
			return l10n.t("Select a row that this can be done with, in the certificates view.");
		case "no-key":
			return l10n.t("There is no admin key yet. Set one first.");
		case "key-elsewhere":
			return l10n.t(
				"The stored admin key belongs to {0}, but the base URL leads to {1}. The key was not sent. Set a key for {1}, or change the base URL back.",
				sanitize(problem.keyHost),
				sanitize(problem.host),
			);
		case "key-malformed":
			return describeKeyIssue(problem.why);
		case "base-url":
			return describeBaseUrlIssue(problem.rule);
		case "secrets-unavailable":
			return l10n.t(
				"The editor's secret storage did not work, so nothing was stored. Check that this computer's keyring is unlocked, then try again.",
			);
		case "unreachable":
			return describeUnreachableServer(sanitize(problem.host), problem.proxy === null ? null : sanitize(problem.proxy));
		case "proxy":
			return describeProxyIssue(problem.why, sanitize(problem.proxy));
		case "client-certificate":
		case "client-pair":
			return describeTlsKeyPairIssue(problem.why, sanitize(problem.file));
		case "client-certificate-refused":
			return describeRefusedClientCertificate(sanitize(problem.host), problem.presented);
		case "connection-lost":
			return l10n.t("The connection to {0} was lost before the answer was there. Try again.", sanitize(problem.host));
		case "untrusted-server":
			return describeServerCertificateIssue(problem.why, sanitize(problem.host));
		case "timeout":
			return l10n.t("{0} did not answer in time. Try again later.", sanitize(problem.host));
		case "redirected":
			return l10n.t(
				"{0} wanted to redirect the request elsewhere. It was not followed, since it carries the admin key. Check the base URL.",
				sanitize(problem.host),
			);
		case "bad-answer":
			return l10n.t(
				"{0} answered with something else than this API's JSON. Check the base URL, and whether a proxy answers in its place.",
				sanitize(problem.host),
			);
		case "unauthorized":
			return l10n.t(
				"OpenAI rejected the admin key (401). If it was revoked or replaced, set a new one. If a certificate was just activated in the organization, OpenAI might require a client certificate.",
			);
		case "wrong-region":
			return l10n.t(
				"OpenAI serves this organization from another regional host than {0} (401). Set the base URL to the host of its region, such as https://eu.api.openai.com/v1.",
				sanitize(problem.host),
			);
		case "forbidden":
			return problem.permission === null
				? l10n.t("The admin key may not do this (403). Ask an owner of the organization for the permission.")
				: l10n.t(
						"The admin key lacks the permission {0}. Ask an owner of the organization for it, or use another key.",
						problem.permission,
					);
		case "not-found":
			return l10n.t("OpenAI found nothing there (404). It may have been deleted meanwhile: refresh the list.");
		case "conflict":
			return l10n.t(
				"OpenAI refused because something else was changed at the same time (409). Refresh the list, then try again.",
			);
		case "rejected":
			return describeRejection(problem);
		case "rate-limited":
			return problem.waitSeconds === null
				? l10n.t("OpenAI received too many requests (429). Wait a while, then try again.")
				: l10n.t("OpenAI received too many requests (429). Wait {0} s, then try again.", problem.waitSeconds);
		case "service-error":
			return l10n.t(
				"OpenAI's service failed ({0}). Nothing is known to be wrong here. Try again later.",
				problem.status,
			);
		case "not-recorded":
		case "record-newer":
		case "record-unreadable":
		case "locked":
		case "lock-lost":
			return describeStorageProblem(problem);
		case "upload-pending":
			return describePendingUpload(sanitize(problem.name), problem.running);
		case "unconfirmed":
			return describeUnconfirmedUpload(sanitize(problem.name), problem.ending, problem.lookup, Date.now());
		case "certificate-active":
			return describeActiveCertificate(problem);
		case "scopes-unread":
			return describeUnreadScopes(problem, problem.why && describeProblem(problem.why));
		case "changed-meanwhile":
			return l10n.t("It was changed meanwhile, so nothing was done. Look at it again, then decide anew.");
		case "change-unknown":
			return describeUnknownChange(problem);
		case "rotation-refused":
			return describeRotationIssue(problem.issue);
		case "rotation-pending":
			return l10n.t("The rotation of “{0}” is not over. Finish or undo it first.", sanitize(problem.name));
		case "no-rotation":
			return l10n.t("There is no rotation of it any more that could be finished or undone, so nothing was done.");
		case "own-access":
			return l10n.t(
				"It is not proven that this extension's own client certificate chains to what would stay active in the organization, so nothing was deactivated there. Set up one that does.",
			);
		case "no-content":
			return l10n.t("What OpenAI sent of “{0}” holds no certificate that can be read.", sanitize(problem.name));
		case "not-saved":
			return l10n.t(
				"{0} could not be written. Check that the folder may be written to, then try again.",
				sanitize(problem.file),
			);
	}
}

/** Like `describeProblem`, for a problem after a change, where a sentence must not say that nothing was changed. */
export function describePartialFailure(problem: Problem): string {
	switch (problem.reason) {
		case "connection-changed":
			return l10n.t("The admin key or the base URL was changed meanwhile, so it went no further.");
		case "not-recorded":
		case "lock-lost":
			return describeLateStorageProblem(problem);
		default:
			return describeProblem(problem);
	}
}

/** Returns the remedy for a problem; `null` if no command can help. */
export function remedyFor(problem: Problem): Remedy | null {
	switch (problem.reason) {
		case "no-key":
		case "key-elsewhere":
		case "unauthorized":
		case "forbidden":
			return "set-key";
		case "client-certificate":
			return problem.why === "passphrase-needed" || problem.why === "passphrase-wrong"
				? "set-passphrase"
				: "open-settings";
		case "scopes-unread":
			return (problem.why && remedyFor(problem.why)) ?? "refresh";
		case "base-url":
		case "redirected":
		case "wrong-region":
		case "client-certificate-refused":
		case "own-access":
			return "open-settings";
		case "unreachable":
		case "proxy":
			return "open-proxy-settings";
		case "upload-pending":
		case "rotation-pending":
			return "show-view";
		case "unconfirmed":
			// Another lookup cannot distinguish an older copy from this upload. A person may.
			return problem.lookup.outcome === "ambiguous" ? "show-view" : "check-upload";
		case "connection-lost":
		case "not-found":
		case "conflict":
		case "changed-meanwhile":
		case "no-rotation":
		case "change-unknown":
			return "refresh";
		case "untrusted-server":
		case "bad-answer":
		case "rejected":
		case "service-error":
			return "show-log";
		default:
			return null;
	}
}

/** Returns at least one remedy for a problem that prevents the list from being shown. */
export function remediesInView(problem: Problem): readonly Remedy[] {
	const remedy = remedyFor(problem) ?? "refresh";
	return problem.reason === "key-elsewhere" ? ["switch-connection", remedy] : [remedy];
}

/** Returns a remedy's button label. */
export function formatRemedy(remedy: Remedy): string {
	switch (remedy) {
		case "set-key":
			return l10n.t("Set Admin Key…");
		case "set-passphrase":
			return l10n.t("Set Passphrase…");
		case "open-settings":
			return l10n.t("Open Settings");
		case "open-proxy-settings":
			return l10n.t("Open Proxy Settings");
		case "show-log":
			return l10n.t("Show Log");
		case "refresh":
			return l10n.t("Refresh");
		case "show-view":
			return l10n.t("Show Certificates");
		case "check-upload":
			return l10n.t("Check Now");
		case "switch-connection":
			return l10n.t("Switch Connection…");
	}
}

export function describeKeyIssue(issue: KeyIssue): string {
	switch (issue) {
		case "blank":
			return l10n.t("Enter an admin key.");
		case "space-inside":
			return l10n.t("A key holds no blanks and no line breaks. Was more than the key copied?");
		case "not-ascii":
			return l10n.t("A key holds only plain letters, digits and signs. Was it copied from formatted text?");
		case "too-long":
			return l10n.t("This is too long for a key. Was something else copied?");
	}
}

function describeUnreadableFile(why: UnreadableFile, file: string): string {
	switch (why) {
		case "too-large":
			return l10n.t("{0} is larger than 1 MiB, so it is no certificate file. Nothing was sent.", file);
		case "folder":
			return l10n.t("{0} is a folder. Choose a certificate file in it.", file);
		case "not-a-file":
			return l10n.t("{0} is not a regular file, so it was not read.", file);
		case "dead-link":
			return l10n.t("{0} is a link that leads to no regular file, so it was not read.", file);
		case "gone":
			return l10n.t("{0} is not there any more. Nothing was sent.", file);
		case "no-permission":
			return l10n.t("{0} may not be read. Check its permissions.", file);
		case "other":
			return l10n.t("{0} could not be read. Nothing was sent.", file);
	}
}

function describeRejection({ status, code, param }: Problem & { reason: "rejected" }): string {
	switch (code) {
		case "mtls_certificate_invalid":
			return l10n.t("OpenAI refused the certificate as not valid. Nothing was uploaded.");
		case "expired_certificate":
			return l10n.t(
				"OpenAI refused the certificate because it is expired, or will be within a day. Nothing was uploaded.",
			);
		case "certificate_in_use":
			return l10n.t("The certificate is still active somewhere, so it wasn't deleted. Deactivate it there first.");
		case null:
			if (status === 413) return l10n.t("OpenAI refused the request as too large (413). Nothing was changed.");
			return param === null
				? l10n.t("OpenAI refused the request ({0}). Nothing was changed. The log has the request's id.", status)
				: l10n.t("OpenAI refused the request because of its field “{0}” ({1}). Nothing was changed.", param, status);
	}
}
