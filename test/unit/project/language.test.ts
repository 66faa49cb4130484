import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { findSource, sources } from "../../sources.ts";
import { extractTexts, TEXT_BUNDLE } from "../../texts/textBundle.ts";

/** The source of the log, which is always in English. */
const log = findSource("createOutputChannel(");

/** The sources with texts for the user, without comments. */
const sourcesWithTexts = sources
	.filter((source) => source !== log && /from "(?:vscode|@vscode\/l10n)"/.test(source.text))
	.map(({ file, text }) => ({ file, text: text.replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, "") }));

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

	it("translates every sentence and every label", () => {
		const translated = /l10n\.t\(\s*(?:"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`)/g;
		const literal = /"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`/g;
		for (const { file, text } of sourcesWithTexts)
			for (const [all, quoted, template] of text.replace(translated, "t(").matchAll(literal)) {
				const words = (quoted ?? template ?? "").replace(/\$\{[^}]*\}/g, "…");
				assert.doesNotMatch(words, /[A-Za-z]{2,}[,.:;…]? [A-Za-z]{2,}|^[A-Z][a-z]+(?:…| |$)/, `${file}: ${all}`);
			}
	});

	it("formats dates, numbers and plurals only with Intl", () => {
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
