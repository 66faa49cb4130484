import * as l10n from "@vscode/l10n";
import type { CaIssue, SigningRequestIssue } from "../../../domain/certificateMaking.ts";
import {
	type AlternativeNameIssue,
	type CertificateNameIssue,
	MAX_ALTERNATIVE_NAMES,
	MAX_COMMON_NAME_LENGTH,
} from "../../../domain/certificateNames.ts";
import { sanitize } from "../../text/sanitize.ts";
import { describeNameIssue } from "../certificateNameMessages.ts";
import type { ProblemText } from "./problemText.ts";

/** Describes why a CA can't issue client certificates, and what to do. */
export function caIssueText(why: CaIssue): ProblemText {
	switch (why) {
		case "too-large":
			return {
				fact: l10n.t("The file of the CA certificate or of its key is larger than 1 MiB, too large for either."),
			};
		case "no-certificate":
			return {
				fact: l10n.t("The file contains no readable certificate."),
				action: l10n.t("Choose the CA certificate."),
			};
		case "not-a-ca":
			return {
				fact: l10n.t("This isn't a CA certificate, so it can't issue client certificates."),
				action: l10n.t("Choose the CA certificate."),
			};
		case "managed":
			return { fact: l10n.t("This looks like a managed CA."), action: l10n.t("Issue with its own tool.") };
		case "expired":
			return {
				fact: l10n.t("This CA certificate has expired, so OpenAI would reject what it issues."),
				action: l10n.t("Choose another one, or check this computer's clock."),
			};
		case "not-yet-valid":
			return {
				fact: l10n.t("This CA certificate isn't valid yet, so OpenAI would reject what it issues."),
				action: l10n.t("Check this computer's clock, or wait until it's valid."),
			};
		case "weak-key":
			return {
				fact: l10n.t("This CA's RSA key has fewer than 2048 bits, which some software rejects."),
				action: l10n.t("Use a CA with a stronger key."),
			};
		case "unsupported-key":
			return {
				fact: l10n.t("This extension can't sign with this CA's kind of key."),
				action: l10n.t("Use a CA with an RSA, P-256, P-384, or P-521 key."),
			};
		case "path-too-long":
			return {
				fact: l10n.t(
					"The path length of the root allows no CA below it, so what this intermediate issues is rejected.",
				),
				action: l10n.t("Issue with the root."),
			};
		case "not-accepted":
			return {
				fact: l10n.t("The offline check doesn't accept the certificate that this CA would issue."),
				action: l10n.t("Inspect the CA certificate to see its findings, or use another CA."),
			};
		case "no-key":
			return {
				fact: l10n.t("The file contains no readable private key."),
				action: l10n.t("Choose the CA's private key, as PEM or DER."),
			};
		case "slow-key":
			return {
				fact: l10n.t("Unlocking the CA's key would take too long: its encryption requires too many iterations."),
				action: l10n.t("Convert the key with openssl pkcs8 -topk8."),
			};
		case "passphrase-needed":
			return { fact: l10n.t("The CA's key is encrypted."), action: l10n.t("Enter its passphrase.") };
		case "passphrase-wrong":
			return {
				fact: l10n.t("The passphrase doesn't unlock the CA's key."),
				// This runtime might not know the encryption.
				action: l10n.t("Enter it again. If it's correct, convert the key with openssl pkcs8 -topk8."),
			};
		case "not-a-pair":
			return {
				fact: l10n.t("The private key doesn't match the CA certificate."),
				action: l10n.t("Choose the CA's own key."),
			};
	}
}

/** Describes why a CSR can't become a client certificate, and what to do. */
export function signingRequestIssueText(why: SigningRequestIssue): ProblemText {
	const action = l10n.t("Ask for a new CSR.");
	switch (why) {
		case "too-large":
			return {
				fact: l10n.t("The file is larger than 64 KiB, too large for a CSR."),
				action: l10n.t("Choose the CSR."),
			};
		case "no-request":
			return { fact: l10n.t("The file contains no CSR."), action: l10n.t("Choose a CSR as PEM or DER.") };
		case "several-requests":
			return { fact: l10n.t("The file contains several CSRs."), action: l10n.t("Save each in its own file.") };
		case "unreadable":
			return { fact: l10n.t("The CSR can't be read; it might be incomplete."), action };
		case "several-extension-lists":
			return {
				fact: l10n.t("The CSR has more than one list of extensions, so it's unclear which names it asks for."),
				action,
			};
		case "not-signed":
			return { fact: l10n.t("The CSR's signature doesn't match its key, so it might have been changed."), action };
		case "signature-algorithm":
			return {
				fact: l10n.t("The CSR is signed with an old or unusual algorithm."),
				action: l10n.t("Ask for a new CSR that is signed with SHA-256."),
			};
		case "weak-key":
			return {
				fact: l10n.t("The CSR's RSA key is too weak."),
				action: l10n.t("Ask for a new CSR, with a key of at least 2048 bits."),
			};
		case "unsupported-key":
			return {
				fact: l10n.t("The CSR has a kind of key that some software doesn't support."),
				action: l10n.t("Ask for a new CSR, with a P-256 or RSA key."),
			};
		case "ca-key":
			return {
				fact: l10n.t("The CSR contains the CA's own key. A client must have a key of its own."),
				action,
			};
	}
}

/** Describes why a certificate can't contain a name. */
export function nameIssueText(issue: CertificateNameIssue): ProblemText {
	switch (issue.name) {
		case "common-name":
			return {
				fact:
					issue.why === "is-ca"
						? l10n.t("A client certificate can't have the same name as its CA.")
						: l10n.t("The common name can't be used. {0}", describeCommonNameIssue(issue.why)),
			};
		case "alternative-name":
			return {
				fact: l10n.t("“{0}” can't be used. {1}", sanitize(issue.value), describeAlternativeNameIssue(issue.why)),
			};
		case "alternative-names":
			return { fact: l10n.t("A client certificate can have at most {0} names here.", MAX_ALTERNATIVE_NAMES) };
	}
}

/** Describes why a typed common name can't be used. */
export function describeCommonNameIssue(issue: Parameters<typeof describeNameIssue>[0]): string {
	return describeNameIssue(issue, MAX_COMMON_NAME_LENGTH);
}

/** Describes why a typed DNS name, URI or e-mail address can't be used. */
export function describeAlternativeNameIssue(issue: AlternativeNameIssue): string {
	switch (issue) {
		case "too-long":
			return l10n.t("It's too long.");
		case "not-ascii":
			return l10n.t("Use only ASCII characters; write an international domain in its xn-- form.");
		case "not-dns":
			return l10n.t("It isn't a DNS name.");
		case "not-uri":
			return l10n.t("Use an absolute URI. A host in it must be a complete domain name or an IP address.");
		case "not-email":
			return l10n.t("It isn't an e-mail address.");
	}
}
