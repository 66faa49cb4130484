// A language that nobody speaks, to see that every word can be translated: its letters all carry accents, so that a plain
// letter on the screen is a word somebody has hard-wired; each text is in guillemets and about 40 % longer, as German is.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createVSIX } from "@vscode/vsce";
import { sources } from "./sources.ts";
import { temporaryFolder } from "./temporaryFolders.ts";
import { root } from "./vscode/install.mjs";

const PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const ACCENTED = "áƀćđéƒǧĥíĵķłṁńóṗɋŕśţúṽŵẋýžÁɃĆĐÉƑǦĤÍĴĶŁṀŃÓṖɊŔŚŢÚṼŴẊÝŽ";
const accents = new Map([...PLAIN].map((letter, index) => [letter, [...ACCENTED][index] ?? letter]));
/** What stays as it is in every language: placeholders, links, code. */
const FIXED = /(\{\d+\}|\]\([^)]*\)|https?:\/\/[^\s`)]*|`[^`]*`)/;

/** @returns the text in that language, line by line. */
export function pseudo(text: string): string {
	return text
		.split("\n")
		.map((line) => {
			const button = /^\[(.*)\](\(command:[^)]*\))$/.exec(line);
			return button ? `[${marked(button[1] ?? "")}]${button[2]}` : marked(line);
		})
		.join("\n");
}

/** @returns what a person reads in that language, with values put in, as `l10n.t` does. */
export function said(text: string, ...values: readonly (string | number)[]): string {
	return pseudo(text).replace(/\{(\d+)\}/g, (_, index) => String(values[Number(index)]));
}

function marked(line: string): string {
	if (line === "") return line;
	const accented = line
		.split(FIXED)
		.map((part, index) => (index % 2 === 1 ? part : part.replace(/[a-z]/gi, (letter) => accents.get(letter) ?? letter)))
		.join("");
	return `«${accented} ${"~".repeat(Math.max(1, Math.round(line.length * 0.4) - 3))}»`;
}

/** Every text of the sources that a translation is asked for. @throws an Error where a call of `l10n.t` has no literal text. */
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
 * Makes a package of the built extension that speaks this language, and dates and plurals in Russian, whose letters are others.
 * An editor without a language pack hands out no translations, so the package brings its own to the place where they would be.
 * @returns its path; it goes with this process.
 */
export async function packageInPseudo(): Promise<string> {
	const folder = temporaryFolder("pseudo").path;
	for (const name of ["package.json", "README.md", "CHANGELOG.md", "LICENSE", ".vscodeignore", "dist", "media"])
		cpSync(join(root, name), join(folder, name), { recursive: true });
	const words: Record<string, string> = JSON.parse(readFileSync(join(root, "package.nls.json"), "utf8"));
	const translated = Object.fromEntries(Object.entries(words).map(([key, text]) => [key, pseudo(text)]));
	writeFileSync(join(folder, "package.nls.json"), JSON.stringify(translated));
	const bundle = Object.fromEntries(translatableTexts().map((text) => [text, pseudo(text)]));
	const main = join(folder, "dist/extension.js");
	writeFileSync(main, `${SPEAKING(JSON.stringify(bundle))}\n${readFileSync(main, "utf8")}`);
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

/** The editor's own objects cannot be changed, but each extension gets a list of them for itself. */
const SPEAKING = (bundle: string) => `{
	const vscode = require("vscode");
	const env = Object.create(vscode.env, { language: { value: "ru" } });
	const l10n = Object.create(vscode.l10n, { bundle: { value: ${bundle} } });
	Object.defineProperties(vscode, { env: { value: env }, l10n: { value: l10n } });
}`;
