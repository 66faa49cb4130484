import * as l10n from "@vscode/l10n";
import { sanitize } from "../../common/text/sanitize.ts";

/** Maximum number of failed files in a notification. */
const MAX_NAMED = 3;

/** Reports how many of several files were uploaded, with a line per failed file; `brief` limits the lines. */
export function describeUploadSummary(
	files: number,
	uploaded: number,
	failures: readonly string[],
): { readonly brief: string; readonly complete: string } {
	const head = l10n.t("{0} of {1} files uploaded.", uploaded, files);
	const more = failures.length - MAX_NAMED;
	const brief = [head, ...failures.slice(0, MAX_NAMED), ...(more > 0 ? [l10n.t("… and {0} more", more)] : [])];
	return { brief: brief.join("\n"), complete: [head, ...failures].join("\n") };
}

/** Reports that a file's certificate cannot be uploaded; a previous message gave the reason. */
export function describeBlockedFile(file: string): string {
	return l10n.t("{0}: it cannot be uploaded.", sanitize(file));
}

/** Returns a file's name and position among several files. @param index From 1. */
export function formatFilePosition(file: string, index: number, count: number): string {
	return l10n.t("{0}, {1} of {2}", sanitize(file), index, count);
}
