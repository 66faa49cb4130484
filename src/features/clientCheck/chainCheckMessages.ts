import * as l10n from "@vscode/l10n";
import { formatExpiry } from "../../common/messages/dates.ts";
import type { ModalText } from "../../common/messages/interfaceMessages.ts";
import type { ChainCheckResult } from "../../domain/clientCertificateCheck.ts";
import { describeClientCertificateIssues, formatSubject } from "./clientCertificateIssueMessages.ts";

/** What a client certificate was checked against; `name` is sanitized. */
export type CheckedAgainst =
	/** One trust anchor. */
	| { readonly kind: "anchor"; readonly name: string }
	/** All certificates active in the organization or a project, including inherited ones. */
	| { readonly kind: "scope"; readonly name: string };

/** Describes whether OpenAI would accept a client certificate. @param now Unix seconds. */
export function describeChainCheck(check: ChainCheckResult, against: CheckedAgainst, now: number): ModalText {
	const { chain, issues, notAfter, verdict } = check;
	const advice = l10n.t("Test it with OpenAI, and don't rely on it to keep clients out.");
	return {
		message: describeVerdict(check, against),
		detail: [
			...describeClientCertificateIssues(issues),
			...(verdict === "unknown" ? [advice] : []),
			l10n.t("Chain: {0}", chain.map(({ subject }) => formatSubject(subject)).join(" → ")),
			l10n.t("Client certificate: {0}", formatExpiry(notAfter, now)),
		].join("\n"),
	};
}

function describeVerdict({ subject, verdict }: ChainCheckResult, { kind, name }: CheckedAgainst): string {
	const client = formatSubject(subject);
	switch (verdict) {
		case "accepted":
			return kind === "anchor"
				? l10n.t(
						"{0} chains to “{1}” and should be accepted where “{1}” is active (checked offline; CEL filters and revocation aren't checked).",
						client,
						name,
					)
				: l10n.t(
						"{0} should be accepted in {1} (checked offline; CEL filters and revocation aren't checked).",
						client,
						name,
					);
		case "rejected":
			return kind === "anchor"
				? l10n.t("{0} won't be accepted with “{1}” as the trust anchor.", client, name)
				: l10n.t("{0} won't be accepted in {1}.", client, name);
		case "unknown":
			return kind === "anchor"
				? l10n.t("{0} might not be accepted with “{1}” as the trust anchor.", client, name)
				: l10n.t("{0} might not be accepted in {1}.", client, name);
	}
}
