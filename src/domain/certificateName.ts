import { NO_EXPIRY } from "./certificate.ts";
import type { ParsedCertificate } from "./certificateFile.ts";
import { MAX_NAME_LENGTH } from "./limits.ts";
import { UNSAFE_CHARACTERS } from "./unsafeCharacters.ts";

export type NameIssue = "blank" | "too-long" | "control-characters";

/** Returns the first issue of a typed name, or `null`. Ignores surrounding blanks. @param maxLength In code points */
export function findNameIssue(text: string, maxLength = MAX_NAME_LENGTH): NameIssue | null {
	const name = text.trim();
	if (name === "") return "blank";
	if (UNSAFE_CHARACTERS.test(name)) return "control-characters";
	return [...name].length > maxLength ? "too-long" : null;
}

/** Returns a default name: common name and year of expiry, without unsafe characters. */
export function suggestName({ commonName, notAfter }: Pick<ParsedCertificate, "commonName" | "notAfter">): string {
	const isDated = notAfter !== null && notAfter < NO_EXPIRY;
	const year = isDated ? String(new Date(notAfter * 1000).getUTCFullYear()) : "";
	const name = (commonName ?? "").replace(new RegExp(UNSAFE_CHARACTERS, "gu"), "").trim();
	const suggestion = name.includes(year) ? name : `${name} ${year}`.trim();
	return [...suggestion].slice(0, MAX_NAME_LENGTH).join("");
}
