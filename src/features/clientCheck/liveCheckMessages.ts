import * as l10n from "@vscode/l10n";
import { formatExpiry } from "../../common/messages/dates.ts";
import { describeProblem } from "../../common/messages/problems.ts";
import { sanitize } from "../../common/text/sanitize.ts";
import type { ChainCheckResult } from "../../domain/clientCertificateCheck.ts";
import type { LiveCheckResult } from "../../domain/liveCheck.ts";
import { describeClientCertificateIssue } from "./clientCheckMessages.ts";

interface MessageWithDetail {
	readonly message: string;
	readonly detail: string;
}

/**
 * Describes whether a trust anchor would accept a client certificate.
 * @param anchor The anchor's name, sanitized.
 * @param now Unix seconds.
 */
export function describeChainCheck(check: ChainCheckResult, anchor: string, now: number): MessageWithDetail {
	const { accepted, chain, issues, notAfter } = check;
	const subject = sanitize(check.subject);
	return {
		message: accepted
			? l10n.t("{0} chains to “{1}” and would be accepted, as far as can be told offline.", subject, anchor)
			: l10n.t("{0} would not be accepted by “{1}”.", subject, anchor),
		detail: [
			...issues.map(describeClientCertificateIssue),
			l10n.t("Chain: {0}", chain.map((each) => sanitize(each)).join(" → ")),
			l10n.t("The client certificate {0}.", formatExpiry(notAfter, now)),
		].join("\n"),
	};
}

/** Describes the service's answer to a client certificate. */
export function describeLiveCheck(result: LiveCheckResult, host: string): MessageWithDetail {
	switch (result.code) {
		case "accepted":
			return {
				message: l10n.t("{0} accepted the client certificate.", host),
				detail: l10n.t(
					"It asked for one and answered. If the project of this key has no active trust anchor, any client certificate passes.",
				),
			};
		case "not-allowed":
			return {
				message: l10n.t("{0} did not refuse the client certificate, but the project key.", host),
				detail: l10n.t("It may not list models ({0}). Try a key that may.", result.status),
			};
		case "key-refused":
			return {
				message: l10n.t("{0} does not know the project key (401).", host),
				detail: l10n.t("So nothing is known of the client certificate. Try another key."),
			};
		case "unasked":
			return {
				message: l10n.t("{0} did not ask for a client certificate, so that this proves nothing.", host),
				detail: l10n.t("Check the host in the settings, and whether a proxy inspects traffic on the way."),
			};
		case "refused":
			return { message: l10n.t("{0} refused the client certificate.", host), detail: describeRefusal(result.how) };
		case "failed":
			return { message: l10n.t("The client certificate was not checked."), detail: describeProblem(result.problem) };
	}
}

function describeRefusal(how: "alert" | "closed" | "answer"): string {
	switch (how) {
		case "alert":
			return l10n.t("It ended the connection with an alert about the certificate.");
		case "closed":
			return l10n.t(
				"It ended the connection instead of answering, as some servers do. If it was the network, another try will tell.",
			);
		case "answer":
			return l10n.t(
				"It answered that the project of this key demands one of another issuer, or an intermediate is missing in the file.",
			);
	}
}
