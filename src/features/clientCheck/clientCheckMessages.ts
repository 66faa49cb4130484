import * as l10n from "@vscode/l10n";
import { formatCertificateName } from "../../common/messages/certificateMessages.ts";
import { formatExpiry } from "../../common/messages/dates.ts";
import { describeProblem } from "../../common/messages/problems.ts";
import { sanitize } from "../../common/text/sanitize.ts";
import type { Certificate } from "../../domain/certificate.ts";
import type { ChainCheckResult, ClientCertificateIssue } from "../../domain/clientCertificateCheck.ts";
import type { Problem } from "../../domain/problem.ts";

/** Result of checking the configured client certificate against the organization's trust anchors. */
export type SelfAccess =
	/**
	 * No client certificate is configured. `answered`: OpenAI just answered a request without one while a certificate
	 * was active in the organization.
	 */
	| { readonly kind: "none"; readonly answered: boolean }
	/** The client certificate cannot be used. */
	| { readonly kind: "unusable"; readonly problem: Problem }
	/** Result of the offline check by the trust anchor that accepts the certificate, else by the closest one. */
	| {
			readonly kind: "checked";
			readonly check: ChainCheckResult;
			readonly anchor: Certificate;
			/** The host of the base URL if OpenAI requests no client certificate there; else `null`. */
			readonly hostWithoutMtls: string | null;
	  }
	/** No readable anchor accepts the certificate, and some anchors could not be read. */
	| { readonly kind: "unknown" };

/** True if this extension's own calls would still be answered, according to the offline check. */
export function keepsAccess(access: SelfAccess): boolean {
	if (access.kind === "none") return access.answered;
	return access.kind === "checked" && access.check.accepted && access.hostWithoutMtls === null;
}

/** Issues that leave open whether the certificate is rejected. */
const INCONCLUSIVE: readonly ClientCertificateIssue["code"][] = [
	"signature-not-checked",
	"name-constraints-not-checked",
	"no-authority-key-identifier",
];

/** True if the offline check found an issue that causes a rejection; false if it only left something unchecked. */
export function isRejectionCertain({ issues }: ChainCheckResult): boolean {
	return issues.some(({ code }) => !INCONCLUSIVE.includes(code));
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
				describeProblem(access.problem),
			);
		case "unknown":
			return l10n.t("Some certificates couldn't be read, so OpenAI might reject this extension, too.");
		case "checked": {
			const { check, anchor } = access;
			const subject = sanitize(check.subject);
			const issues = check.issues.map(describeClientCertificateIssue);
			if (!check.accepted) return [describeOwnRejection(subject, isRejectionCertain(check)), ...issues].join(" ");
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
				"OpenAI might reject this extension, too: its client certificate {0} couldn't be fully checked offline.",
				subject,
			);
}

function describeHostWithoutMtls(host: string): string {
	return l10n.t(
		"But the base URL points to {0}, and OpenAI asks for client certificates only at mtls.api.openai.com and its regional hosts. Change the base URL, or OpenAI will reject this extension.",
		sanitize(host),
	);
}

/** Describes why a client certificate might be rejected. */
export function describeClientCertificateIssue(issue: ClientCertificateIssue): string {
	const subject = sanitize(issue.subject);
	switch (issue.code) {
		case "is-an-authority":
			return l10n.t("{0} is a CA certificate; the file contains no client certificate.", subject);
		case "no-issuer":
			return l10n.t(
				"{0} was issued by {1}, which isn't in the file and isn't the trust anchor.",
				subject,
				sanitize(issue.issuer),
			);
		case "not-signed":
			return l10n.t("The signature on {0} doesn't match the key of {1}.", subject, sanitize(issue.issuer));
		case "signature-not-checked":
			return l10n.t("VS Code can't verify the signature on {0}.", subject);
		case "expired":
			return l10n.t("{0} {1}.", subject, formatExpiry(-issue.seconds, 0));
		case "not-yet-valid":
			return l10n.t("{0} isn't valid yet.", subject);
		case "unreadable-date":
			return l10n.t("{0} contains an invalid date.", subject);
		case "not-an-authority":
			return l10n.t("{0} issued another certificate but isn't a CA.", subject);
		case "no-certificate-sign":
			return l10n.t("{0} issued another certificate, but its key usage lacks Certificate Sign.", subject);
		case "path-too-long":
			return l10n.t("The path length of {0} allows fewer intermediates than this chain has.", subject);
		case "no-client-authentication":
			return l10n.t("The extended key usage of {0} doesn't include client authentication.", subject);
		case "no-digital-signature":
			return l10n.t("The key usage of {0} lacks Digital Signature.", subject);
		case "name-constraints-not-checked":
			return l10n.t("The name constraints of {0} weren't checked.", subject);
		case "no-authority-key-identifier":
			return l10n.t("{0} has no authority key identifier, so OpenAI might reject it.", subject);
	}
}
