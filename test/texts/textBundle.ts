// The English texts of the sources, as translators get them: l10n/bundle.l10n.json. package.nls.json has the manifest's.
import { join } from "node:path";
import { getL10nJson, type l10nJsonFormat } from "@vscode/l10n-dev";
import { sources } from "../sources.ts";
import { root } from "../vscode/install.mjs";

/** The path of the exported bundle; `npm run l10n` renews it. */
export const TEXT_BUNDLE = join(root, "l10n/bundle.l10n.json");

/** Extracts all texts from the sources, sorted. */
export async function extractTexts(): Promise<l10nJsonFormat> {
	const texts = await getL10nJson(sources.map(({ text }) => ({ extension: ".ts", contents: text })));
	return Object.fromEntries(Object.entries(texts).sort(([one], [other]) => (one < other ? -1 : 1)));
}
