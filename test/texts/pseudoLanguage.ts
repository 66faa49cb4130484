// Defines a pseudo-language, to test that all texts are translated. Its letters have accents, so that a plain letter on
// the screen reveals a hard-coded text. Each text is in guillemets and about 40 % longer, as in German.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setLanguage } from "../../src/common/text/locale.ts";
import { root } from "../vscode/install.mjs";
import type { LanguagePack } from "../vscode/server.ts";
import { packageTestExtension } from "../vscode/testExtension.ts";
import { packageChanged } from "../vsix.ts";

const PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const ACCENTED = "áƀćđéƒǧĥíĵķłṁńóṗɋŕśţúṽŵẋýžÁɃĆĐÉƑǦĤÍĴĶŁṀŃÓṖɊŔŚŢÚṼŴẊÝŽ";
const accents = new Map([...PLAIN].map((letter, index) => [letter, [...ACCENTED][index] ?? letter]));
/** Parts that are never translated: placeholders, links, code. */
const FIXED = /(\{\d+\}|\]\([^)]*\)|https?:\/\/[^\s`)]*|`[^`]*`)/;

/** Translates a text into the pseudo-language, line by line. */
export function pseudolocalize(text: string): string {
	return text
		.split("\n")
		.map((line) => {
			const button = /^\[(.*)\](\(command:[^)]*\))$/.exec(line);
			return button ? `[${translateLine(button[1] ?? "")}]${button[2]}` : translateLine(line);
		})
		.join("\n");
}

function translateLine(line: string): string {
	if (line === "") return line;
	const accented = line
		.split(FIXED)
		.map((part, index) => (index % 2 === 1 ? part : part.replace(/[a-z]/gi, (letter) => accents.get(letter) ?? letter)))
		.join("");
	return `«${accented} ${"~".repeat(Math.max(1, Math.round(line.length * 0.4) - 3))}»`;
}

/** The language's code. It is Russian's, so that dates and plurals differ from English. */
const LOCALE = "ru";

/** A packaged extension in the pseudo-language, and the language pack that makes VS Code display the language. */
export interface PseudoPackages {
	readonly vsix: string;
	readonly languagePack: LanguagePack;
}

/**
 * Packages the built extension with translations into the pseudo-language, which are added as a translator adds files,
 * and a language pack without texts. The packages are deleted when this process ends.
 */
export async function packagePseudolocalized(): Promise<PseudoPackages> {
	const vsix = await packageChanged((folder) => {
		mkdirSync(join(folder, "l10n"));
		for (const [english, translated] of [
			["package.nls.json", `package.nls.${LOCALE}.json`],
			["l10n/bundle.l10n.json", `l10n/bundle.l10n.${LOCALE}.json`],
		] as const)
			writeFileSync(join(folder, translated), JSON.stringify(translateFile(english)));
	});
	return { vsix, languagePack: await packLanguage() };
}

/** Makes the message functions of this process return the pseudo-language from now on. */
export function switchToPseudoLanguage(): void {
	setLanguage(LOCALE, translateFile("l10n/bundle.l10n.json"));
}

/** Translates the texts of a JSON file. @param path Relative to the checkout. */
function translateFile(path: string): Record<string, string> {
	const texts: Record<string, string> = JSON.parse(readFileSync(join(root, path), "utf8"));
	return Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, pseudolocalize(text)]));
}

/** Packages a language pack without texts: VS Code itself stays in English. */
async function packLanguage(): Promise<LanguagePack> {
	const path = "translations.json";
	const names = { languageName: "Pseudo-language", localizedLanguageName: "Pseudo-language" };
	const { folder, vsix } = await packageTestExtension(
		"pseudo-language",
		{ [path]: JSON.stringify({ version: "1.0.0", contents: {} }) },
		{
			categories: ["Language Packs"],
			contributes: { localizations: [{ languageId: LOCALE, ...names, translations: [{ id: "vscode", path }] }] },
		},
	);
	return { locale: LOCALE, id: "test.pseudo-language", vsix, translations: join(folder, path) };
}
