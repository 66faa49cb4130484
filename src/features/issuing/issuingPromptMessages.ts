import * as l10n from "@vscode/l10n";
import { joinParagraphs } from "../../common/messages/certificateMessages.ts";
import { formatUtcDay } from "../../common/messages/dates.ts";
import { formatDuration } from "../../common/messages/findingMessages.ts";
import type { ModalText } from "../../common/messages/interfaceMessages.ts";
import { formatKeyDetails } from "../../common/messages/parsedCertificateMessages.ts";
import { cachePerLocale } from "../../common/text/locale.ts";
import { sanitize } from "../../common/text/sanitize.ts";
import {
	type KeyType,
	MIN_PASSPHRASE_LENGTH,
	type PassphraseIssue,
	type SigningRequest,
} from "../../domain/certificateMaking.ts";
import type { AlternativeName } from "../../domain/certificateNames.ts";
import type { FolderRisk } from "./folderRisks.ts";
import { displayPath } from "./issuingMessages.ts";

const units = cachePerLocale((locale) => ({
	year: new Intl.NumberFormat(locale, { style: "unit", unit: "year", unitDisplay: "long" }),
	day: new Intl.NumberFormat(locale, { style: "unit", unit: "day", unitDisplay: "long" }),
}));

export const issuingPromptLabels = {
	get caTitle() {
		return l10n.t("Create a test CA");
	},
	get clientTitle() {
		return l10n.t("Create a client certificate");
	},
	get chooseCa() {
		return l10n.t("Choose the CA certificate");
	},
	get caNamePrompt() {
		return l10n.t(
			"For trying out mTLS. In production, use your company's CA: other extensions run in the same process and could read this key. Enter a name for the test CA.",
		);
	},
	/** The suggested name of a test CA. */
	get testCa() {
		return l10n.t("Test CA");
	},
	get clientNamePrompt() {
		return l10n.t("Common name of the client, for example the name of the service that uses the certificate.");
	},
	get namesPrompt() {
		return l10n.t("Optional DNS names, URIs, and e-mail addresses, separated by commas. Most clients need none.");
	},
	get namesPlaceholder() {
		return l10n.t("Names");
	},
	get selectValidity() {
		return l10n.t("Select how long the certificate is valid");
	},
	get untilCaExpires() {
		return l10n.t("Until the CA expires");
	},
	get selectKeyType() {
		return l10n.t("Select the type of key");
	},
	get recommended() {
		return l10n.t("recommended");
	},
	get chooseFolder() {
		return l10n.t("Choose a folder…");
	},
	get onlyYou() {
		return l10n.t("Only you can read the key");
	},
	get caPassphrasePrompt() {
		return l10n.t(
			"Encrypts the CA's key, and isn't saved: without it, the key is lost. Use at least {0} printable ASCII characters. OpenSSL 3 and Python can read the key, too.",
			MIN_PASSPHRASE_LENGTH,
		);
	},
	get clientPassphrasePrompt() {
		return l10n.t(
			"Leave it empty for an unencrypted key. OpenSSL 3, curl, Python, and Node.js read encrypted keys. Go's standard library doesn't, Java wants PKCS#12, and curl on Windows (Schannel) reads no PEM. The passphrase isn't saved.",
		);
	},
	get newPassphrase() {
		return l10n.t("New passphrase");
	},
	get repeatPassphrase() {
		return l10n.t("Enter the same passphrase again");
	},
	get passphrasesDiffer() {
		return l10n.t("The passphrases don't match. Enter the same one again, or go back.");
	},
	get chooseRequest() {
		return l10n.t("Choose the CSR");
	},
	get requestFiles() {
		return l10n.t("CSR files");
	},
	get requestNamePrompt() {
		return l10n.t("Common name of the client, from the CSR. Change it if the client isn't entitled to it.");
	},
	get selectNames() {
		return l10n.t("Select the names from the CSR that the client is entitled to");
	},
	get sign() {
		return l10n.t("Sign");
	},
	get dontSign() {
		return l10n.t("Don't Sign");
	},
	get keyFiles() {
		return l10n.t("Private key files");
	},
	get caPassphraseUse() {
		return l10n.t("Unlocks the CA's key once, on this computer. The passphrase isn't saved.");
	},
	get dontCreate() {
		return l10n.t("Don't Create");
	},
	get createAnyway() {
		return l10n.t("Create Anyway");
	},
	get chooseAnotherFolder() {
		return l10n.t("Choose Another Folder");
	},
	get createHere() {
		return l10n.t("Create Here");
	},
};

/** Returns a validity in years or days. */
export function formatValidity(days: number): string {
	const isYears = days % 365 === 0;
	return units()[isYears ? "year" : "day"].format(isYears ? days / 365 : days);
}

/** Returns the day of an expiry. @param at Unix seconds. */
export function formatLastDay(at: number): string {
	return l10n.t("expires on {0}", formatUtcDay(at));
}

/** Returns a type of key as people know it. */
export function formatKeyType(type: KeyType): string {
	switch (type) {
		case "p-256":
			return l10n.t("EC, P-256");
		case "p-384":
			return l10n.t("EC, P-384");
		case "rsa-2048":
		case "rsa-3072":
		case "rsa-4096":
			return formatKeyDetails({ keyType: "rsa", keyBits: Number(type.slice(4)) });
	}
}

/** Returns the placeholder of the choice of a folder. @param computer The name of the computer that contains the folder. */
export function folderPlaceholder(computer: string): string {
	return l10n.t("Select the folder on {0} for the certificate and its key", sanitize(computer));
}

/** Returns the title of the dialog for a folder. @param computer As above. */
export function folderTitle(computer: string): string {
	return l10n.t("Choose a folder on {0}", sanitize(computer));
}

/** Describes that the suggested folder contains a certificate of this name. @param path The file's absolute path. */
export function describeTakenName(path: string): string {
	return l10n.t("{0} already exists. Enter another name.", displayPath(path));
}

export function describePassphraseIssue(issue: PassphraseIssue): string {
	switch (issue) {
		case "too-short":
			return l10n.t("Use at least {0} characters.", MIN_PASSPHRASE_LENGTH);
		case "too-long":
			return l10n.t("This passphrase is too long: some software can't read the key.");
		case "not-ascii":
			return l10n.t("Use only printable ASCII characters, because programs encode others differently.");
	}
}

/** Asks whether to create a key in a folder with risks. @param folder An absolute path. @param risks At least one. */
export function describeRiskyFolder(folder: string, risks: readonly FolderRisk[]): ModalText {
	return {
		message: l10n.t("Create the private key in {0}?", displayPath(folder)),
		detail: risks.map(describeFolderRisk).join("\n"),
	};
}

function describeFolderRisk(risk: FolderRisk): string {
	switch (risk) {
		case "workspace":
			return l10n.t("The folder belongs to a workspace, so other people and programs might read the key there.");
		case "git":
			return l10n.t("The folder is in a Git working tree, so the key might be committed.");
		case "synced":
			return l10n.t("The folder seems to be synced to other computers, which would get the key, too.");
	}
}

/** Asks whether to create a certificate although this computer's clock is wrong. @param seconds The difference. */
export function describeClockDifference(seconds: number): ModalText {
	return {
		message: l10n.t(
			"This computer's clock differs from OpenAI's by {0}. Create the certificate anyway?",
			formatDuration(seconds),
		),
		detail: l10n.t(
			"The certificate's dates come from this computer's clock, so OpenAI might reject it. Correct the clock first.",
		),
	};
}

/**
 * Asks whether to sign a CSR, with everything that the certificate will contain.
 * @param request.file The name of the CSR's file.
 * @param request.ca The CA's display name.
 * @param request.key,request.validity In words.
 */
export function describeSigning(request: {
	readonly file: string;
	readonly ca: string;
	readonly commonName: string;
	readonly names: readonly AlternativeName[];
	readonly key: string;
	readonly validity: string;
	readonly leftOut: SigningRequest["leftOut"];
}): ModalText {
	const { file, ca, commonName, names, key, validity, leftOut } = request;
	return {
		message: l10n.t("Sign {0} with “{1}”?", sanitize(file), ca),
		detail: joinParagraphs(
			[
				l10n.t("Common name: {0}", sanitize(commonName)),
				...names.map(formatAlternativeName),
				l10n.t("Key: {0}", key),
				l10n.t("Validity: {0}", validity),
			].join("\n"),
			leftOut.length > 0 && l10n.t("Everything else in the CSR is left out."),
			l10n.t("Whoever has the CSR's key can then present this certificate to OpenAI."),
		),
	};
}

/** The longest alternative name, in characters, is shown in full: the user confirms it. */
const MAX_VALUE_LENGTH = 2048;

/** Returns a name with its type: `DNS: build.example`. */
export function formatAlternativeName({ type, value }: AlternativeName): string {
	switch (type) {
		case "dns":
			return l10n.t("DNS: {0}", sanitize(value, MAX_VALUE_LENGTH));
		case "uri":
			return l10n.t("URI: {0}", sanitize(value, MAX_VALUE_LENGTH));
		case "email":
			return l10n.t("E-mail: {0}", sanitize(value, MAX_VALUE_LENGTH));
	}
}

/** Returns the title of the prompts for a CSR. @param file The name of its file. */
export function signingTitle(file: string): string {
	return l10n.t("Sign {0}", sanitize(file));
}

/** Returns the title of the dialog that asks where to save a signed certificate. @param name Its common name. */
export function saveSignedTitle(name: string): string {
	return l10n.t("Save the certificate chain of “{0}”", sanitize(name));
}
