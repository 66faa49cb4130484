import * as l10n from "@vscode/l10n";
import { formatCertificateName } from "../../common/messages/certificateMessages.ts";
import { formatExpiry } from "../../common/messages/dates.ts";
import { describeCause } from "../../common/messages/problems/problems.ts";
import { sanitize } from "../../common/text/sanitize.ts";
import type { Certificate } from "../../domain/certificate.ts";
import type { ChainCheckResult } from "../../domain/clientCertificateCheck.ts";
import { mtlsHostOf } from "../../domain/openaiHosts.ts";
import type { Problem } from "../../domain/problem.ts";
import { describeClientCertificateIssues, formatSubject } from "./clientCertificateIssueMessages.ts";

/** Result of checking the configured client certificate against the organization's trust anchors. */
export type SelfAccess =
	/**
	 * No client certificate is configured. `answered`: OpenAI just answered a request without one while a certificate
	 * was active in the organization.
	 */
	| { readonly kind: "none"; readonly answered: boolean }
	/** The client certificate cannot be used. */
	| { readonly kind: "unusable"; readonly problem: Problem }
	/** Result of the offline check. `anchor`: the trust anchor at the end of the chain, `null` if incomplete. */
	| {
			readonly kind: "checked";
			readonly check: ChainCheckResult;
			readonly anchor: Certificate | null;
			/** The host of the base URL if it is OpenAI's and not an mTLS host; else `null`. */
			readonly hostWithoutMtls: string | null;
	  }
	/** Some anchors could not be read, so that the result of the readable ones is not certain. */
	| { readonly kind: "unknown" };

/** True if this extension's own calls would still be answered, according to the offline check. */
export function keepsAccess(access: SelfAccess): boolean {
	if (access.kind === "none") return access.answered;
	return access.kind === "checked" && access.check.verdict === "accepted" && access.hostWithoutMtls === null;
}

/** Describes what will happen to this extension's own calls. @param now Unix seconds. */
export function describeSelfAccess(access: SelfAccess, now: number): string {
	switch (access.kind) {
		case "none":
			return access.answered
				? l10n.t(
						"No client certificate is set. OpenAI answers this extension without one, although a certificate is active in the organization.",
					)
				: l10n.t("No client certificate is set, so OpenAI will reject this extension, too.");
		case "unusable":
			return l10n.t(
				"This extension's client certificate can't be used, so OpenAI will reject the extension, too. {0}",
				describeCause(access.problem),
			);
		case "unknown":
			return l10n.t("Some certificates couldn't be read, so OpenAI might reject this extension, too.");
		case "checked": {
			const { check, anchor } = access;
			const subject = formatSubject(check.subject);
			const issues = describeClientCertificateIssues(check.issues);
			if (check.verdict !== "accepted" || !anchor)
				return [describeOwnRejection(subject, check.verdict === "rejected"), ...issues].join(" ");
			return [
				l10n.t(
					"This extension's client certificate {0} chains to “{1}” and {2} (checked offline).",
					subject,
					formatCertificateName(anchor),
					formatExpiry(check.notAfter, now),
				),
				...issues,
				...(access.hostWithoutMtls === null ? [] : [describeHostWithoutMtls(access.hostWithoutMtls)]),
			].join(" ");
		}
	}
}

function describeOwnRejection(subject: string, isCertain: boolean): string {
	return isCertain
		? l10n.t(
				"OpenAI will reject this extension, too: its client certificate {0} doesn't pass the offline check.",
				subject,
			)
		: l10n.t(
				"OpenAI might reject this extension, too: the offline check can't tell whether its client certificate {0} is accepted.",
				subject,
			);
}

function describeHostWithoutMtls(host: string): string {
	const [shownHost, mtlsHost] = [sanitize(host), mtlsHostOf(host)];
	return mtlsHost === null
		? l10n.t(
				"But the base URL points to {0}, and no mTLS host is known for it, so OpenAI might reject this extension.",
				shownHost,
			)
		: l10n.t(
				"But the base URL points to {0}, where OpenAI doesn't ask for client certificates. Change it to {1}, or OpenAI will reject this extension.",
				shownHost,
				mtlsHost,
			);
}
