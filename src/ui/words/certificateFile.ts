import * as l10n from "@vscode/l10n";
import type { RefusalReason } from "../../domain/certificateFile.ts";

/** Why a file is refused, and what to do instead. */
export function refusalWords(reason: RefusalReason): string {
	return reason === "private-key"
		? l10n.t("This is a private key. Nothing was sent. Choose the CA certificate.")
		: reason;
}
