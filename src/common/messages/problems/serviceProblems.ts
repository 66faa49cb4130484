import * as l10n from "@vscode/l10n";
import type { Problem } from "../../../domain/problem.ts";
import { sanitize } from "../../text/sanitize.ts";
import { type ProblemText, problemTextLabels } from "./problemText.ts";

type ServiceProblem = Extract<
	Problem,
	{
		readonly reason:
			| "connection-lost"
			| "timeout"
			| "redirected"
			| "bad-answer"
			| "mtls"
			| "unauthorized"
			| "wrong-region"
			| "forbidden"
			| "not-found"
			| "conflict"
			| "rejected"
			| "rate-limited"
			| "service-error";
	}
>;

/** Describes the service's response to a request that was sent, or that there was none. */
export function serviceProblemText(problem: ServiceProblem): ProblemText {
	switch (problem.reason) {
		case "connection-lost":
			return {
				fact: l10n.t("The request to {0} was interrupted before a response arrived.", sanitize(problem.host)),
				action: l10n.t("Try again."),
			};
		case "timeout":
			return {
				fact: l10n.t("{0} didn't respond in time.", sanitize(problem.host)),
				action: l10n.t("Try again later."),
			};
		case "redirected":
			return {
				fact: l10n.t(
					"{0} tried to redirect the request. The redirect wasn't followed, because the request contains your admin key.",
					sanitize(problem.host),
				),
				action: l10n.t("Check the URL in Settings."),
			};
		case "bad-answer":
			return {
				fact: l10n.t("{0} sent an unexpected response.", sanitize(problem.host)),
				action: l10n.t("Check the URL in Settings, and whether a proxy answers instead of OpenAI."),
			};
		case "mtls":
			return mtlsText(problem);
		case "unauthorized":
			return {
				fact: l10n.t("OpenAI rejected the admin key (401)."),
				action: l10n.t(
					"If it was revoked or replaced, set a new one. If a certificate was just activated in the organization, OpenAI might require a client certificate.",
				),
			};
		case "wrong-region":
			return {
				fact: l10n.t("This organization isn't served from {0} (401).", sanitize(problem.host)),
				action: l10n.t(
					"Set the base URL to its regional host, for example https://eu.api.openai.com/v1, then set the admin key again.",
				),
			};
		case "forbidden":
			return problem.permission === null
				? {
						fact: l10n.t("The admin key isn't allowed to do this (403)."),
						action: l10n.t("Ask an organization owner for the permission."),
					}
				: {
						fact: l10n.t("The admin key doesn't have the {0} permission.", problem.permission),
						action: l10n.t("Ask an organization owner for it, or use another key."),
					};
		case "not-found":
			return {
				fact: l10n.t("OpenAI couldn't find the certificate or project. It might have been deleted."),
				action: l10n.t("Refresh the list."),
			};
		case "conflict":
			// Must not say that the change was rejected: whether it was made is unknown.
			return {
				fact: l10n.t("OpenAI reported a conflict with another change (409)."),
				action: l10n.t("Refresh, then try again."),
			};
		case "rejected":
			return rejectionText(problem);
		case "rate-limited":
			return {
				fact: l10n.t("Too many requests to OpenAI (429)."),
				action:
					problem.waitSeconds === null
						? l10n.t("Wait a moment, then try again.")
						: l10n.t("Wait {0} s, then try again.", problem.waitSeconds),
			};
		case "service-error":
			return {
				fact: l10n.t("OpenAI had a server error ({0}).", problem.status),
				action: l10n.t("Try again later."),
			};
	}
}

/** Must never advise another key: none of these codes is about the key. */
function mtlsText({ code, status }: Problem & { reason: "mtls" }): ProblemText {
	switch (code) {
		case "certificate_required":
			return {
				fact: l10n.t("OpenAI requires a client certificate, but none was presented ({0}).", status),
				action: l10n.t("Set one in Settings, and set the base URL to an mTLS host."),
			};
		case "invalid_certificate":
			return {
				fact: l10n.t(
					"OpenAI can't use the client certificate ({0}): it's unreadable or has no authority key identifier.",
					status,
				),
				action: l10n.t("Set another one in Settings."),
			};
		case "certificate_verification_failed":
			return {
				fact: l10n.t(
					"OpenAI rejected the client certificate ({0}): it doesn't chain to an active trust anchor.",
					status,
				),
				action: l10n.t("Set one that does, followed by its intermediates."),
			};
		case "certificate_attribute_verification_failed":
			return {
				fact: l10n.t(
					"OpenAI rejected the client certificate ({0}): the CEL filter of its trust anchor doesn't match.",
					status,
				),
				action: l10n.t("Set one that matches, or change the filter in the OpenAI dashboard."),
			};
		case "authentication_temporarily_unavailable":
			return {
				fact: l10n.t("OpenAI temporarily can't verify client certificates ({0}).", status),
				action: l10n.t("Try again later."),
			};
	}
}

function rejectionText({ status, code, param }: Problem & { reason: "rejected" }): ProblemText {
	const { nothingChanged, nothingUploaded } = problemTextLabels;
	switch (code) {
		case "mtls_certificate_invalid":
			return { fact: l10n.t("OpenAI rejected the certificate as invalid."), effect: nothingUploaded };
		case "expired_certificate":
			return {
				fact: l10n.t("OpenAI rejected the certificate, because it has expired or expires within a day."),
				effect: nothingUploaded,
			};
		case "certificate_in_use":
			return {
				fact: l10n.t("OpenAI didn't delete the certificate, because it's still active somewhere."),
				action: l10n.t("Deactivate it first."),
			};
		case null:
			if (status === 413)
				return { fact: l10n.t("OpenAI rejected the request as too large (413)."), effect: nothingChanged };
			return param === null
				? {
						fact: l10n.t("OpenAI rejected the request ({0}).", status),
						effect: nothingChanged,
						action: l10n.t("The log has the request ID."),
					}
				: { fact: l10n.t("OpenAI rejected the field “{0}” ({1}).", param, status), effect: nothingChanged };
	}
}
