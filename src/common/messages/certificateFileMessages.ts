import * as l10n from "@vscode/l10n";
import {
	type BlockKind,
	type CertificateFile,
	isFault,
	type RefusalReason,
	type SkippedBlock,
} from "../../domain/certificateFile.ts";

/** Describes a file's outcome: the number of certificates, or why the file is refused and what to do instead. */
export function describeFileOutcome({
	reason,
	candidates,
	skipped,
}: Pick<CertificateFile, "reason" | "candidates" | "skipped">): string {
	if (reason === null)
		return candidates.length === 1
			? l10n.t("This file holds one certificate.")
			: l10n.t("This file holds {0} certificates. Choose the one to upload.", candidates.length);
	const faultyBlock = isFault(reason) && skipped.find((block) => block.reason === reason);
	return faultyBlock ? describeSkippedBlock(faultyBlock) : describeFileRefusal(reason);
}

/** Describes why and where a block of a file is skipped. */
export function describeSkippedBlock({ block, line, kind, reason, faultLine }: SkippedBlock): string {
	const refusal = faultLine === undefined ? describeFileRefusal(reason) : describeFault(faultLine);
	return line === null
		? l10n.t("Block {0} ({1}): {2}", block, formatBlockKind(kind), refusal)
		: l10n.t("Block {0} (line {1}, {2}): {3}", block, line, formatBlockKind(kind), refusal);
}

function describeFault(line: number): string {
	return l10n.t("Line {0} holds something that is not base64. Copy the certificate again, as a whole.", line);
}

/** Describes why a file or a block is refused, and what to do instead. */
export function describeFileRefusal(reason: RefusalReason): string {
	switch (reason) {
		case "not-found":
			return l10n.t("There is no such file. It may have been moved or deleted.");
		case "not-a-file":
			return l10n.t("This is a folder or a device, not a file. Choose a certificate file.");
		case "no-permission":
			return l10n.t("You have no right to read this file. Change its permissions, or copy it.");
		case "read-failed":
			return l10n.t("The system could not read this file. Try again, or copy it elsewhere first.");
		case "too-large":
			return l10n.t("This file is larger than 1 MiB, which no certificate is. Choose the CA certificate's own file.");
		case "empty":
			return l10n.t("This file is empty. Choose the CA certificate.");
		case "no-block":
			return l10n.t("There is no certificate in this file. Choose a file in PEM, DER or PKCS#7.");
		case "private-key":
			return l10n.t("This is a private key. Nothing was sent. Choose the CA certificate.");
		case "public-key":
			return l10n.t("This is a public key without a certificate. Choose the CA certificate.");
		case "parameters":
			return l10n.t("These are key parameters without a certificate. Choose the CA certificate.");
		case "ssh-public-key":
			return l10n.t("This is an SSH public key, which is no X.509 certificate. Choose the CA certificate.");
		case "certificate-request":
			return l10n.t("This is a request, not a certificate. Ask your CA for the CA certificate that it issues with.");
		case "crl":
			return l10n.t("This is a certificate revocation list, not a certificate. Choose the CA certificate.");
		case "pkcs12":
			return l10n.t(
				"This is a PKCS#12 file, which holds private keys. Nothing was sent. Extract the CA certificate with: openssl pkcs12 -in FILE -cacerts -nokeys -out ca.pem",
			);
		case "no-certificates":
			return l10n.t("This PKCS#7 file holds no certificates. Export it again with the CA certificate included.");
		case "unknown":
			return l10n.t("It holds no certificate. Choose the CA certificate.");
		case "duplicate":
			return l10n.t("The same certificate stands in this file before.");
		case "no-end":
			return l10n.t("Its END line is missing, so that it was cut off. Copy the certificate again, as a whole.");
		case "no-begin":
			return l10n.t("Its BEGIN line is missing, so that it was cut off. Copy the certificate again, as a whole.");
		case "bad-base64":
			return l10n.t("It holds something that is not base64. Copy the certificate again, as a whole.");
		case "cut-off":
			return l10n.t("The data ends before the certificate does. Copy the certificate again, as a whole.");
		case "unreadable":
			return l10n.t("The data is no X.509 certificate that can be read. Ask for the certificate again.");
	}
}

/** Like `describeFileRefusal`, for a file that should contain a client certificate. */
export function describeClientFileRefusal(reason: RefusalReason): string {
	switch (reason) {
		case "private-key":
			return l10n.t("This is a private key. Choose the client certificate that belongs to it.");
		case "pkcs12":
			return l10n.t(
				"This is a PKCS#12 file, which holds private keys. Take the client certificate out of it with: openssl pkcs12 -in FILE -nokeys -out client.pem",
			);
		default:
			return l10n.t("There is no certificate in this file that can be read. Choose the client certificate.");
	}
}

export function formatBlockKind(kind: BlockKind): string {
	switch (kind) {
		case "certificate":
			return l10n.t("certificate");
		case "private-key":
			return l10n.t("private key");
		case "public-key":
			return l10n.t("public key");
		case "parameters":
			return l10n.t("key parameters");
		case "ssh-public-key":
			return l10n.t("SSH public key");
		case "certificate-request":
			return l10n.t("certificate request");
		case "crl":
			return l10n.t("certificate revocation list");
		case "pkcs7":
			return l10n.t("PKCS#7");
		case "pkcs12":
			return l10n.t("PKCS#12");
		case "unknown":
			return l10n.t("unknown");
	}
}
