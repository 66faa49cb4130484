import * as l10n from "@vscode/l10n";
import type { ModalText } from "../../common/messages/interfaceMessages.ts";
import { describeProblem } from "../../common/messages/problems/problems.ts";
import { sanitize } from "../../common/text/sanitize.ts";
import type { LiveCheckResult, RefusalCode, ResponseWithout } from "../../domain/liveCheck.ts";
import type { Problem } from "../../domain/problem.ts";

/** Describes the service's reaction to a client certificate. */
export function describeLiveCheck(result: LiveCheckResult, host: string): ModalText {
	switch (result.code) {
		case "accepted":
			return describeAcceptance(result.without, host);
		case "not-allowed":
			return {
				message: l10n.t(
					"{0} answered that the project API key can't list models ({1}), so the client certificate wasn't tested.",
					host,
					result.status,
				),
				detail: l10n.t("Try a key that can list models."),
			};
		case "key-refused":
			return {
				message: l10n.t("{0} rejected the project API key (401), so the client certificate wasn't tested.", host),
				detail: l10n.t("Try another key."),
			};
		case "unasked":
			return {
				message: l10n.t("{0} didn't ask for a client certificate, so nothing was tested.", host),
				detail: l10n.t("Check the mTLS URL setting, and whether a TLS-inspecting proxy is in between."),
			};
		case "refused":
			return describeRejection(result.how, host);
		case "failed":
			return {
				message: l10n.t("Couldn't test the client certificate with OpenAI."),
				detail: describeLiveProblem(result.problem),
			};
	}
}

function describeAcceptance(without: ResponseWithout, host: string): ModalText {
	switch (without) {
		case "required":
			return {
				message: l10n.t("{0} accepted the client certificate.", host),
				detail: l10n.t("Without it, OpenAI rejected the same request, because it requires a client certificate."),
			};
		case "answered":
			return {
				message: l10n.t("{0} doesn't require a client certificate, so the test shows nothing.", host),
				detail: l10n.t(
					"OpenAI answered the same request without it, too, so no certificate is active for this key's project. Activate one, or use the key of another project.",
				),
			};
		case "unclear":
			return {
				message: l10n.t("{0} answered, but it's unknown whether it requires a client certificate.", host),
				detail: l10n.t(
					"The same request without the certificate failed, but OpenAI didn't say that it requires one. Try again.",
				),
			};
	}
}

/** Like `describeProblem`, for problems whose general text is about the base URL instead of the mTLS URL. */
function describeLiveProblem(problem: Problem): string {
	if (problem.reason === "wrong-region")
		return l10n.t(
			"This key's organization isn't served from {0} (401). Set the mTLS URL to its regional host, for example https://mtls-eu.api.openai.com.",
			sanitize(problem.host),
		);
	if (problem.reason === "untrusted-server" && problem.why === "wrong-name")
		return l10n.t("The server certificate isn't for {0}. Check the mTLS URL in Settings.", sanitize(problem.host));
	return describeProblem(problem);
}

function describeRejection(how: "alert" | "closed" | "answer" | RefusalCode, host: string): ModalText {
	const rejected = l10n.t("{0} rejected the client certificate.", host);
	switch (how) {
		case "alert":
			return { message: rejected, detail: l10n.t("The server ended the connection with a certificate alert.") };
		case "closed":
			return {
				message: l10n.t("{0} might have rejected the client certificate.", host),
				detail: l10n.t(
					"The server closed the connection without answering, as some servers do when they reject a certificate. It might also be the network: try again.",
				),
			};
		case "answer":
			return {
				message: rejected,
				detail: l10n.t(
					"OpenAI answered that it doesn't accept this certificate. Common causes: it doesn't chain to an active certificate, or an intermediate is missing from the file.",
				),
			};
		case "certificate_required":
			return {
				message: l10n.t("{0} answered that no client certificate was presented, although it was.", host),
				detail: l10n.t(
					"Check whether a TLS-inspecting proxy is in between: proxies can't forward client certificates.",
				),
			};
		case "invalid_certificate":
			return {
				message: rejected,
				detail: l10n.t(
					"OpenAI can't read it, or it has no authority key identifier. Have your CA issue another client certificate.",
				),
			};
		case "certificate_verification_failed":
			return {
				message: rejected,
				detail: l10n.t(
					"It doesn't chain to a certificate that is active for this key's project. Activate the right trust anchor there, or add the missing intermediates to the file.",
				),
			};
		case "certificate_attribute_verification_failed":
			return {
				message: rejected,
				detail: l10n.t(
					"It chains to an active trust anchor, but the trust anchor's CEL filter doesn't match it. Change the filter in the OpenAI dashboard, or use a client certificate that matches.",
				),
			};
	}
}
