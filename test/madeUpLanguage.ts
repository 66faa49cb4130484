// Defines a pseudo-language, to test that all texts are translated. Its letters have accents, so that a plain letter on
// the screen reveals a hard-coded text. Each text is in guillemets and about 40 % longer, as in German.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createVSIX } from "@vscode/vsce";
import { sources } from "./sources.ts";
import { temporaryFolder } from "./temporaryFolders.ts";
import { root } from "./vscode/install.mjs";

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

/** Translates a text and inserts values, as `l10n.t` does. */
export function formatPseudo(text: string, ...values: readonly (string | number)[]): string {
	return pseudolocalize(text).replace(/\{(\d+)\}/g, (_, index) => String(values[Number(index)]));
}

function translateLine(line: string): string {
	if (line === "") return line;
	const accented = line
		.split(FIXED)
		.map((part, index) => (index % 2 === 1 ? part : part.replace(/[a-z]/gi, (letter) => accents.get(letter) ?? letter)))
		.join("");
	return `«${accented} ${"~".repeat(Math.max(1, Math.round(line.length * 0.4) - 3))}»`;
}

/** Returns every translatable text of the sources. @throws Error if a call of `l10n.t` has no literal text. */
export function translatableTexts(): readonly string[] {
	const texts = new Set<string>();
	for (const { file, text } of sources)
		for (const { index } of text.matchAll(/\bl10n\.t\(/g)) {
			const literal = /^l10n\.t\(\s*("(?:[^"\\]|\\.)*")/.exec(text.slice(index))?.[1];
			if (!literal) throw new Error(`${file}: ${text.slice(index, index + 60)} …`);
			texts.add(JSON.parse(literal));
		}
	return [...texts];
}

/**
 * Packages the built extension in the pseudo-language, with dates and plurals in Russian, for its different letters.
 * Since VS Code without a language pack provides no translations, the package sets the translations itself.
 * @returns the path of the package, which is deleted when this process ends.
 */
export async function packagePseudolocalized(): Promise<string> {
	const folder = temporaryFolder("pseudo").path;
	for (const name of ["package.json", "README.md", "CHANGELOG.md", "LICENSE", ".vscodeignore", "dist", "media"])
		cpSync(join(root, name), join(folder, name), { recursive: true });
	const texts: Record<string, string> = JSON.parse(readFileSync(join(root, "package.nls.json"), "utf8"));
	const translated = Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, pseudolocalize(text)]));
	writeFileSync(join(folder, "package.nls.json"), JSON.stringify(translated));
	const bundle = Object.fromEntries(translatableTexts().map((text) => [text, pseudolocalize(text)]));
	const main = join(folder, "dist/extension.js");
	writeFileSync(main, `${languageOverride(JSON.stringify(bundle))}\n${readFileSync(main, "utf8")}`);
	mkdirSync(join(folder, "out"));
	const packagePath = join(folder, "out/pseudo.vsix");
	await createVSIX({
		cwd: folder,
		packagePath,
		dependencies: false,
		allowMissingRepository: true,
		rewriteRelativeLinks: false,
	});
	return packagePath;
}

/** Returns code that sets the language. VS Code's objects are frozen, but each extension has its own `vscode`. */
const languageOverride = (bundle: string) => `{
	const vscode = require("vscode");
	const env = Object.create(vscode.env, { language: { value: "ru" } });
	const l10n = Object.create(vscode.l10n, { bundle: { value: ${bundle} } });
	Object.defineProperties(vscode, { env: { value: env }, l10n: { value: l10n } });
}`;
