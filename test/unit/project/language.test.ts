import assert from "node:assert/strict";
import { translatableTexts } from "../../madeUpLanguage.ts";
import { sources, sourceWith } from "../../sources.ts";

/** The log is in English, for whoever helps. */
const log = sourceWith("createOutputChannel(");

/** What speaks to a person, without comments. */
const speaking = sources
	.filter((source) => source !== log && /from "(?:vscode|@vscode\/l10n)"/.test(source.text))
	.map(({ file, text }) => ({ file, text: text.replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, "") }));

describe("Language", () => {
	it("asks for a translation by literal texts only, so that a list of them can be made", () => {
		assert.ok(translatableTexts().length > 300);
	});

	it("has no sentence and no label that is not translated", () => {
		const translated = /l10n\.t\(\s*(?:"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`)/g;
		const literal = /"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`/g;
		for (const { file, text } of speaking)
			for (const [all, quoted, template] of text.replace(translated, "t(").matchAll(literal)) {
				const words = (quoted ?? template ?? "").replace(/\$\{[^}]*\}/g, "…");
				assert.doesNotMatch(words, /[A-Za-z]{2,}[,.:;…]? [A-Za-z]{2,}|^[A-Z][a-z]+(?:…| |$)/, `${file}: ${all}`);
			}
	});

	it("takes dates, numbers and plurals from Intl alone", () => {
		for (const { file, text } of speaking) assert.doesNotMatch(text, /toLocale\w*String|"s" : ""|\(s\)/, file);
	});

	it("fills every placeholder of a text, and has none to spare", () => {
		for (const text of translatableTexts()) {
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
