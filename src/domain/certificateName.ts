import { LAST_SECOND } from "./certificate.ts";
import type { Candidate } from "./certificateFile.ts";
import { DISGUISING } from "./unsafeCharacters.ts";

export type NameFlaw = "blank" | "too-long" | "control-characters";

/** Our own limit: the service does not document one. */
export const LONGEST_NAME = 200;

/** What keeps a typed text from being a certificate's name, or `null`. Blanks around it do not count. */
export function nameFlaw(text: string): NameFlaw | null {
	const name = text.trim();
	if (name === "") return "blank";
	if (DISGUISING.test(name)) return "control-characters";
	return [...name].length > LONGEST_NAME ? "too-long" : null;
}

/** The name offered first: common name and year of expiry, without what a name may not hold. */
export function suggestName({ commonName, notAfter }: Pick<Candidate, "commonName" | "notAfter">): string {
	const isDated = notAfter !== null && notAfter < LAST_SECOND;
	const year = isDated ? String(new Date(notAfter * 1000).getUTCFullYear()) : "";
	const name = (commonName ?? "").replace(new RegExp(DISGUISING, "gu"), "").trim();
	const suggestion = name.includes(year) ? name : `${name} ${year}`.trim();
	return [...suggestion].slice(0, LONGEST_NAME).join("");
}
