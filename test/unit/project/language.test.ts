import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pseudo, said, translatableTexts } from "../../pseudo.ts";
import { root } from "../../vscode/install.mjs";

/** Sources without comments, and without what is only for the log, which is in English for whoever helps. */
const sources = globSync(["src/ui/**/*.ts", "src/extension.ts"], { cwd: root })
	.map((file) => file.replaceAll("\\", "/"))
	.filter((file) => file !== "src/ui/log.ts")
	.map((file) => ({
		file,
		text: readFileSync(join(root, file), "utf8").replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, ""),
	}));

describe("Language", () => {
	it("asks for a translation by literal texts only, so that a list of them can be made", () => {
		assert.ok(translatableTexts().length > 300);
	});

	it("has no sentence and no label that is not translated", () => {
		const translated = /l10n\.t\(\s*(?:"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`)/g;
		const literal = /"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`/g;
		for (const { file, text } of sources)
			for (const [all, quoted, template] of text.replace(translated, "t(").matchAll(literal)) {
				const words = (quoted ?? template ?? "").replace(/\$\{[^}]*\}/g, "…");
				assert.doesNotMatch(words, /[A-Za-z]{2,}[,.:;…]? [A-Za-z]{2,}|^[A-Z][a-z]+(?:…| |$)/, `${file}: ${all}`);
			}
	});

	it("takes dates, numbers and plurals from Intl alone", () => {
		for (const { file, text } of sources) assert.doesNotMatch(text, /toLocale\w*String|"s" : ""|\(s\)/, file);
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

	it("has a language for tests whose texts are longer, marked, and without a plain letter", () => {
		assert.equal(said("Upload {0} now", "acme"), "«Úṗłóáđ acme ńóŵ ~~~»");
		assert.equal(pseudo("One.\n[Two…](command:a.b)"), "«Óńé. ~»\n[«Ţŵó… ~»](command:a.b)");
		for (const text of translatableTexts().filter(({ length }) => length > 8)) {
			assert.doesNotMatch(pseudo(text).replace(/`[^`]*`|https?:\S+/g, ""), /[a-z]/i, text);
			assert.ok(pseudo(text).length >= text.length * 1.3, text);
		}
	});
});
