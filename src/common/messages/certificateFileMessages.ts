import * as l10n from "@vscode/l10n";
import {
	type BlockKind,
	type CertificateFile,
	isFault,
	type RefusalReason,
	type SkippedBlock,
} from "../../domain/certificateFile.ts";
import type { ClientListIssue, UnreadableFile } from "../../domain/problem.ts";
import { type ProblemText, problemTextLabels } from "./problems/problemText.ts";

/** Describes a file's outcome: the number of certificates, or why the file is rejected and what to do instead. */
export function describeFileOutcome({
	reason,
	candidates,
	skipped,
}: Pick<CertificateFile, "reason" | "candidates" | "skipped">): string {
	if (reason === null)
		return candidates.length === 1
			? l10n.t("This file contains one certificate.")
			: l10n.t("This file contains {0} certificates. When you upload it, you choose one.", candidates.length);
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
	return l10n.t("Line {0} contains text that isn't valid Base64. Copy the whole certificate again.", line);
}

/** Describes why a file or a block is rejected, and what to do instead. */
export function describeFileRefusal(reason: RefusalReason): string {
	switch (reason) {
		case "not-found":
			return l10n.t("File not found. It might have been moved or deleted.");
		case "not-a-file":
			return l10n.t("This is a folder or device. Choose a certificate file.");
		case "no-permission":
			return l10n.t("You don't have permission to read this file. Change its permissions.");
		case "read-failed":
			return l10n.t("Couldn't read this file. Try again, or copy it to another folder first.");
		case "too-large":
			return l10n.t("Larger than 1 MiB, too large for a certificate. Choose the CA certificate file.");
		case "empty":
			return l10n.t("This file is empty. Choose the CA certificate.");
		case "no-block":
			return l10n.t("This file contains no certificate. Choose a PEM, DER, or PKCS#7 file.");
		case "private-key":
			return l10n.t("This is a private key. It wasn't sent. Choose the CA certificate.");
		case "public-key":
			return l10n.t("This is a public key without a certificate. Choose the CA certificate.");
		case "parameters":
			return l10n.t("These are key parameters without a certificate. Choose the CA certificate.");
		case "ssh-public-key":
			return l10n.t("This is an SSH public key, not an X.509 certificate. Choose the CA certificate.");
		case "certificate-request":
			return l10n.t(
				"This is a certificate signing request (CSR), not a certificate. Ask your CA for its CA certificate.",
			);
		case "crl":
			return l10n.t("This is a certificate revocation list (CRL), not a certificate. Choose the CA certificate.");
		case "pkcs12":
			return l10n.t(
				"This is a PKCS#12 file, which usually contains private keys. It wasn't sent. Extract the CA certificate with: openssl pkcs12 -in FILE -cacerts -nokeys -out ca.pem",
			);
		case "no-certificates":
			return l10n.t("This PKCS#7 file contains no certificates. Export it again with the CA certificate.");
		case "unknown":
			return l10n.t("This file contains no certificate. Choose the CA certificate.");
		case "duplicate":
			return l10n.t("Duplicate of an earlier certificate in this file.");
		case "no-end":
			return l10n.t("The END line is missing, so the certificate is incomplete. Copy the whole certificate again.");
		case "no-begin":
			return l10n.t("The BEGIN line is missing, so the certificate is incomplete. Copy the whole certificate again.");
		case "bad-base64":
			return l10n.t("Contains text that isn't valid Base64. Copy the whole certificate again.");
		case "cut-off":
			return l10n.t("The data ends before the certificate does. Copy the whole certificate again.");
		case "unreadable":
			return l10n.t("Not a readable X.509 certificate. Get the file from its source again.");
	}
}

/** Like `describeFileRefusal`, for a file that should contain a client certificate. */
export function describeClientFileRefusal(reason: RefusalReason): string {
	switch (reason) {
		case "private-key":
			return l10n.t("This is a private key. Choose the client certificate that belongs to it.");
		case "pkcs12":
			return l10n.t(
				"This is a PKCS#12 file, which usually contains private keys. Extract the client certificate with: openssl pkcs12 -in FILE -nokeys -out client.pem",
			);
		default:
			return l10n.t("This file contains no readable certificate. Choose the client certificate.");
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
			return l10n.t("CSR");
		case "crl":
			return l10n.t("CRL");
		case "pkcs7":
			return l10n.t("PKCS#7");
		case "pkcs12":
			return l10n.t("PKCS#12");
		case "unknown":
			return l10n.t("unknown");
	}
}

/** Describes why a file wasn't read. @param file Its name, sanitized. */
export function unreadableFileText(why: UnreadableFile, file: string): ProblemText {
	const effect = problemTextLabels.nothingSent;
	switch (why) {
		case "too-large":
			return { fact: l10n.t("{0} is larger than 1 MiB, so it can't be a certificate file.", file), effect };
		case "folder":
			return { fact: l10n.t("{0} is a folder.", file), action: l10n.t("Choose a certificate file in it.") };
		case "not-a-file":
			return { fact: l10n.t("{0} isn't a regular file, so it wasn't read.", file) };
		case "dead-link":
			return { fact: l10n.t("{0} is a link that doesn't point to a regular file, so it wasn't read.", file) };
		case "gone":
			return { fact: l10n.t("{0} no longer exists.", file), effect };
		case "no-permission":
			return { fact: l10n.t("Can't read {0}.", file), action: l10n.t("Check its permissions.") };
		case "other":
			return { fact: l10n.t("Couldn't read {0}.", file), effect };
	}
}

/** Describes why a file wasn't imported as a list of clients. @param file Its name, sanitized. */
export function clientListIssueText(why: ClientListIssue, file: string): ProblemText {
	const effect = l10n.t("Nothing was imported.");
	switch (why) {
		case "too-large":
			return { fact: l10n.t("{0} is larger than 16 MiB, too large for a list of clients.", file), effect };
		case "not-a-list":
			return {
				fact: l10n.t("{0} isn't a list of clients.", file),
				effect,
				action: l10n.t("Choose a file that Export Clients… saved."),
			};
		case "newer":
			return {
				fact: l10n.t("A newer version of this extension saved {0}.", file),
				effect,
				action: l10n.t("Update this extension."),
			};
	}
}
