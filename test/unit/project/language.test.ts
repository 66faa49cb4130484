import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { findSource, sources } from "../../sources.ts";
import { extractTexts, TEXT_BUNDLE } from "../../texts/textBundle.ts";

/** The sources without texts in the user's language: the log is in English, and users copy code of other languages. */
const untranslated = [findSource("createOutputChannel("), findSource("export function formatClientSetup")];

/** Messages of errors that only developers read: users see a text about unexpected errors, or about the error's code. */
const ERROR_MESSAGE = /new (?:Type|Range)?Error\("[^"\n]*"\)/g;

/** A regular expression, whose quotation marks begin no literal. */
const PATTERN = /(?<=[=(,:] ?)\/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/[\\\n])+\//g;

/** The sources with code that might contain texts for the user, without comments. */
const sourcesWithTexts = sources
	.filter((source) => !untranslated.includes(source))
	.map(({ file, text }) => ({
		file,
		text: text
			.replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, "")
			.replace(ERROR_MESSAGE, "")
			.replace(PATTERN, ""),
	}));

/** Names in files, protocols and commands, which are the same in every language. */
const NAMES = [
	// Labels of PEM blocks.
	/^[A-Z\d# ]+$/,
	// Values of HTTP headers.
	/^(?:Bearer|Basic) /,
	// Commands that install OpenAI's SDK.
	/^(?:pip|npm) install /,
	// The common name in a certificate that is only made to check a CA.
	/^Check …$/,
	// A type of key, as `npm run inspect` prints it, too.
	/^ec, explicit parameters$/,
];

describe("Language", () => {
	let texts: readonly string[];
	before(async () => {
		texts = Object.keys(await extractTexts());
	});

	it("exports its current texts for translators (npm run l10n renews the file)", () => {
		assert.ok(texts.length > 300);
		assert.deepEqual(Object.keys(JSON.parse(readFileSync(TEXT_BUNDLE, "utf8"))), texts);
	});

	it("translates only literal texts, so that all of them are exported", () => {
		for (const { file, text } of sourcesWithTexts)
			for (const [call] of text.matchAll(/\bl10n\.t\(.*\n?.*/g))
				assert.match(call, /^l10n\.t\(\s*"/, `${file}: ${call}`);
	});

	it("translates every text that contains two words in a row or begins with a capitalized word", () => {
		const translated = /l10n\.t\(\s*(?:"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`)/g;
		const literal = /"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`/g;
		for (const { file, text } of sourcesWithTexts)
			for (const [all, quoted, template] of text.replace(translated, "t(").matchAll(literal)) {
				const words = (quoted ?? template ?? "").replace(/\$\{[^}]*\}/g, "…");
				if (NAMES.some((name) => name.test(words))) continue;
				assert.doesNotMatch(words, /[A-Za-z]{2,}[,.:;…]? [A-Za-z]{2,}|^[A-Z][a-z]+(?:…| |$)/, `${file}: ${all}`);
			}
	});

	it("formats no date or number with toLocaleString, and no plural by adding an s", () => {
		for (const { file, text } of sourcesWithTexts) assert.doesNotMatch(text, /toLocale\w*String|"s" : ""|\(s\)/, file);
	});

	it("numbers the placeholders of a text from 0 without gaps", () => {
		for (const text of texts) {
			const numbers = [...new Set([...text.matchAll(/\{(\d+)\}/g)].map(([, number]) => Number(number)))];
			assert.deepEqual(
				numbers.toSorted((a, b) => a - b),
				numbers.map((_, index) => index),
				text,
			);
			assert.doesNotMatch(text, /\{\D|\{\}/, text);
		}
	});
});
