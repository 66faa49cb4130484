import * as l10n from "@vscode/l10n";
import type { Candidate } from "../../domain/certificateFile.ts";
import { expiryWords } from "./dates.ts";
import { inert } from "./inert.ts";

/** How a candidate reads in the list of those that a file holds. @param now Unix seconds. */
export function candidateChoiceWords(
	candidate: Candidate,
	position: number,
	count: number,
	now: number,
): { label: string; description: string } {
	const kind = candidate.isCa ? l10n.t("CA") : l10n.t("not a CA");
	const description = [kind, expiryWords(candidate.notAfter, now), l10n.t("{0} of {1}", position, count)].join(" · ");
	return { label: inert(candidate.commonName ?? candidate.subject), description };
}
