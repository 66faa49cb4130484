import * as l10n from "@vscode/l10n";
import { CERTIFICATE_LIMIT } from "../../domain/limits.ts";

/** Returns the title of a view that shows one of several connections. */
export function viewTitle(title: string, connection: string): string {
	return l10n.t("{0}: {1}", title, connection);
}

/** Returns the text beside the view's title: the number of certificates, out of the maximum. */
export function formatCertificateCount(count: number): string {
	return l10n.t("{0} of {1}", count, CERTIFICATE_LIMIT);
}
