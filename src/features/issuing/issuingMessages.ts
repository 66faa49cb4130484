import * as l10n from "@vscode/l10n";
import { sanitize, sanitizePath } from "../../common/text/sanitize.ts";
import { formatPath } from "./fileNames.ts";

export const issuingLabels = {
	/** The same as the command's title. */
	get upload() {
		return l10n.t("Upload Certificate to OpenAI…");
	},
	get showFolder() {
		return l10n.t("Show Folder");
	},
};

/** Returns the title of the progress while a certificate is made. @param name Its common name. */
export function creatingTitle(name: string): string {
	return l10n.t("Creating the certificate “{0}”…", sanitize(name));
}

/** Describes a new CA. @param folder The absolute path of its files. @param computer The name of this computer. */
export function describeCreatedCa(name: string, folder: string, computer: string): string {
	return l10n.t(
		"Created “{0}” and its key in {1} on {2}. This key exists only here. Back it up; without it you can only rotate.",
		sanitize(name),
		displayPath(folder),
		sanitize(computer),
	);
}

/**
 * Describes a new client certificate with its key.
 * @param folder,computer As in `describeCreatedCa`.
 * @param isAdded True if it was added to the known clients.
 */
export function describeCreatedClient(name: string, folder: string, computer: string, isAdded: boolean): string {
	const created = l10n.t(
		"Created the client certificate “{0}” and its key in {1} on {2}.",
		sanitize(name),
		displayPath(folder),
		sanitize(computer),
	);
	return withAddedClient(created, isAdded);
}

/** Describes the result of the offline check of a new client certificate. @param ca The CA's name, sanitized. */
export function describeExpectedAcceptance(ca: string): string {
	return l10n.t("It should be accepted where “{0}” is active (checked offline).", ca);
}

/** Describes a certificate made from a CSR. @param file The name of its file. @param isAdded As above. */
export function describeSignedRequest(file: string, isAdded: boolean): string {
	return withAddedClient(l10n.t("Signed the CSR and saved {0}.", sanitize(file)), isAdded);
}

function withAddedClient(created: string, isAdded: boolean): string {
	return isAdded ? `${created} ${l10n.t("It was added to Clients.")}` : created;
}

/** Returns an absolute path for display. */
export function displayPath(path: string): string {
	return sanitizePath(formatPath(path));
}
