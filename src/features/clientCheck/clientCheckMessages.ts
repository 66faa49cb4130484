import * as l10n from "@vscode/l10n";
import { formatCertificateName } from "../../common/messages/certificateMessages.ts";
import { formatExpiry } from "../../common/messages/dates.ts";
import { describeProblem } from "../../common/messages/problems.ts";
import { sanitize } from "../../common/text/sanitize.ts";
import type { Certificate } from "../../domain/certificate.ts";
import type { ChainCheckResult, ClientCertificateIssue } from "../../domain/clientCertificateCheck.ts";
import type { Problem } from "../../domain/problem.ts";

/** Result of checking the configured client certificate against the anchors that an organization enforces. */
export type SelfAccess =
	/**
	 * No client certificate is configured. `answered`: OpenAI just answered a request without one while a certificate
	 * was active in the organization.
	 */
	| { readonly kind: "none"; readonly answered: boolean }
	/** The client certificate cannot be presented. */
	| { readonly kind: "unusable"; readonly problem: Problem }
	/** Result of the offline check by the anchor that accepts the certificate, else by the anchor that comes closest. */
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

/** Describes what will happen to this extension's own calls. @param now Unix seconds. */
export function describeSelfAccess(access: SelfAccess, now: number): string {
	switch (access.kind) {
		case "none":
			return access.answered
				? l10n.t(
						"No client certificate is set. OpenAI answers this extension without one, although a certificate is active in the organization.",
					)
				: l10n.t("No client certificate is set here, so that this extension will be refused too.");
		case "unusable":
			return l10n.t(
				"This extension will be refused too, since its client certificate cannot be presented. {0}",
				describeProblem(access.problem),
			);
		case "unknown":
			return l10n.t(
				"Not every certificate could be read with which this extension's client certificate is to be compared: it may be refused too.",
			);
		case "checked": {
			const { check, anchor } = access;
			const subject = sanitize(check.subject);
			const issues = check.issues.map(describeClientCertificateIssue);
			if (!check.accepted)
				return [
					l10n.t("This extension will be refused too. Its client certificate {0} was checked offline:", subject),
					...issues,
				].join(" ");
			return [
				l10n.t(
					"This extension's client certificate {0} was checked offline: it chains to “{1}” and {2}.",
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

function describeHostWithoutMtls(host: string): string {
	return l10n.t(
		"But OpenAI asks for client certificates at mtls.api.openai.com and its regional hosts, and the base URL leads to {0}: unless it is changed, this extension will be refused.",
		sanitize(host),
	);
}

/** Describes why a client certificate may not be accepted. */
export function describeClientCertificateIssue(issue: ClientCertificateIssue): string {
	const subject = sanitize(issue.subject);
	switch (issue.code) {
		case "is-an-authority":
			return l10n.t("{0} is a CA certificate; none in the file is a client's.", subject);
		case "no-issuer":
			return l10n.t(
				"{0} was issued by {1}, which is neither in the file nor the trust anchor.",
				subject,
				sanitize(issue.issuer),
			);
		case "not-signed":
			return l10n.t("{0} was signed by another key than that of {1}.", subject, sanitize(issue.issuer));
		case "signature-not-checked":
			return l10n.t("The signature on {0} cannot be checked here.", subject);
		case "expired":
			return l10n.t("{0} {1}.", subject, formatExpiry(-issue.seconds, 0));
		case "not-yet-valid":
			return l10n.t("{0} is not valid yet.", subject);
		case "unreadable-date":
			return l10n.t("A date in {0} is no date.", subject);
		case "not-an-authority":
			return l10n.t("{0} issued another certificate, but is no CA.", subject);
		case "no-certificate-sign":
			return l10n.t("{0} issued another certificate, but its key usage lacks Certificate Sign.", subject);
		case "path-too-long":
			return l10n.t("More intermediates follow {0} than its path length allows.", subject);
		case "no-client-authentication":
			return l10n.t("The extended key usage of {0} lacks client authentication.", subject);
		case "no-digital-signature":
			return l10n.t("The key usage of {0} lacks Digital Signature.", subject);
		case "name-constraints-not-checked":
			return l10n.t("The name constraints of {0} are not checked here.", subject);
		case "no-authority-key-identifier":
			return l10n.t("{0} has no authority key identifier, without which some software finds no issuer.", subject);
	}
}
