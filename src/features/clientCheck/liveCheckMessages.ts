import * as l10n from "@vscode/l10n";
import type { ModalText } from "../../common/messages/interfaceMessages.ts";
import { describeProblem } from "../../common/messages/problems.ts";
import type { LiveCheckResult } from "../../domain/liveCheck.ts";

/** Describes the service's reaction to a client certificate. */
export function describeLiveCheck(result: LiveCheckResult, host: string): ModalText {
	switch (result.code) {
		case "accepted":
			return {
				message: l10n.t("{0} accepted the client certificate.", host),
				detail: l10n.t(
					"OpenAI asked for the certificate and answered. If no certificate is active for this key's project, any client certificate is accepted.",
				),
			};
		case "not-allowed":
			return {
				message: l10n.t(
					"{0} didn't reject the client certificate, but the project API key can't list models ({1}).",
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
				detail: describeProblem(result.problem),
			};
	}
}

function describeRejection(how: "alert" | "closed" | "answer", host: string): ModalText {
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
	}
}
